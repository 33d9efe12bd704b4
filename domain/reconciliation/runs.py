"""What the phases of matching work with: a file, its mapping, what is tolerated, and statements over both sides."""

from __future__ import annotations

from collections.abc import Mapping as Named
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from domain.coalition.founding import coalition_of
from domain.reconciliation import keeping
from domain.reconciliation.mapping import FieldName, Mapping
from domain.reconciliation.models import PartnerFile
from domain.settlement.policy import policy_of
from domain.storage import WriteSession
from domain.values import minor_digits

REACH = 36 * 3_600
"""How many seconds the same number may lie apart and still mean the same: more than any time zone."""
NEAR = 900
"""How many seconds may lie between two that are told by nothing but outlet, time and figures."""
TOGETHER = 300
"""Within how many seconds of a whole or half hour an offset counts as one."""
HOUSE_RULES = (
    # These tables fill too fast for their statistics, and without them nested loops look cheap that are not.
    "SET LOCAL enable_nestloop = off",
    "SET LOCAL jit = off",
    "SET LOCAL work_mem = '64MB'",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """By how much two sides may differ and agree."""

    amount: int
    points: int
    seconds: int

    @property
    def reach(self) -> int:
        """Within how many seconds the same number is the same business."""
        return max(self.seconds, REACH)

    @property
    def near(self) -> int:
        """Within how many seconds one without a number is."""
        return min(self.seconds, NEAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One file on its way through the phases."""

    session: WriteSession
    file: PartnerFile
    mapping: Mapping
    limits: Limits

    @property
    def names(self) -> dict[str, Any]:
        """What every statement may name."""
        return {
            "file": self.file.file_id,
            "partner": self.file.partner_id,
            "cycle": self.file.cycle_id,
            "starts": self.file.starts_at,
            "ends": self.file.ends_at,
            "kinds": sorted(self.mapping.reported),
            "amount": self.limits.amount,
            "points": self.limits.points,
            "seconds": self.limits.seconds,
        }

    async def do(self, statement: str, **more: Any) -> Any:
        """Execute a statement over this file's rows; gives its result."""
        known: Named[str, Any] = {**self.names, **more}
        used = {name: value for name, value in known.items() if f":{name}" in statement}
        return await self.session.execute(text(statement), used)

    async def count(self, statement: str, **more: Any) -> int:
        """How many rows a statement changed, or the number it gives."""
        result = await self.do(statement, **more)
        return int(result.scalar() or 0) if result.returns_rows else int(result.rowcount)

    def has(self, *names: FieldName) -> bool:
        """Whether the file has these columns."""
        return all(name in self.mapping.columns for name in names)


async def run_of(session: WriteSession, file: PartnerFile) -> Run:
    """All that the phases need to know of a file."""
    mapping = keeping.content_of(await keeping.by_id(session, file.mapping_id))
    policy = await policy_of(session)
    digits = minor_digits((await coalition_of(session)).currency)
    given = mapping.tolerances
    usual = int(Decimal(policy.amount_tolerance).scaleb(digits))
    return Run(
        session=session,
        file=file,
        mapping=mapping,
        limits=Limits(
            amount=usual if given.amount is None else given.amount,
            points=given.points,
            seconds=policy.time_tolerance_minutes * 60 if given.seconds is None else given.seconds,
        ),
    )
