"""What settlement refuses."""

from __future__ import annotations

from uuid import UUID

from domain.errors import Conflict, DomainError


class PriceUnknown(DomainError):
    """A transfer names a contract version, or a cycle of accrual, that has no price."""

    code = "PRICE_UNKNOWN"

    def __init__(self, contract_id: UUID, cycle_id: UUID | None = None) -> None:
        self.contract_id = contract_id
        self.cycle_id = cycle_id
        within = "" if cycle_id is None else f" for points accrued in cycle {cycle_id}"
        super().__init__(f"contract version {contract_id} has no price{within}; nothing was computed")


class Unbalanced(Conflict):
    """Positions that should add up to nothing do not."""

    code = "UNBALANCED"

    def __init__(self, rest: int) -> None:
        self.rest = rest
        super().__init__(f"the positions add up to {rest} minor units instead of nothing; no payments were planned")
