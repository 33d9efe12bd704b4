"""What settlement refuses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.errors import Conflict, DomainError, Forbidden, NotFound


class CycleNotFound(NotFound):
    """There is no such cycle."""

    code = "CYCLE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such cycle", path=("cycle",))


class StatementNotFound(NotFound):
    """The cycle has no statement of this partner, or none the viewer may see."""

    code = "STATEMENT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("the cycle has no such statement", path=("statement",))


class LineNotFound(NotFound):
    """There is no such line in a statement the viewer may see."""

    code = "LINE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such line", path=("line",))


class MoneyAdjustmentNotFound(NotFound):
    """There is no such adjustment in money, or none the viewer may see."""

    code = "MONEY_ADJUSTMENT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such adjustment", path=("adjustment",))


class NotOnPacks(Conflict):
    """The partner's contract does not have it pay before."""

    code = "NOT_ON_PACKS"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}'s contract in force is not prepaid; agree on packs first", path=("partner",))


class PackNotFound(NotFound):
    """There is no such order of packs, or none the viewer may see."""

    code = "PACK_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such order of packs", path=("pack",))


class PackSettled(Conflict):
    """The order was paid or cancelled before, or nobody has noted its payment."""

    code = "PACK_SETTLED"

    def __init__(self, number: int, how: str) -> None:
        self.number = number
        super().__init__(f"order {number} of packs is {how}", path=("pack",))


class SecondPersonNeeded(Forbidden):
    """Whoever prepared something may not approve it."""

    code = "SECOND_PERSON_NEEDED"

    def __init__(self, what: str, person_id: UUID) -> None:
        self.what = what
        self.person_id = person_id
        super().__init__(f"You prepared {what}; somebody else has to approve it.")


class AdjustmentSettled(Conflict):
    """Somebody has agreed to the adjustment already, or it was withdrawn."""

    code = "ADJUSTMENT_SETTLED"

    def __init__(self, fate: str) -> None:
        self.fate = fate
        super().__init__(f"the adjustment was {fate} already", path=("adjustment",))


class SettlementOutOfOrder(Conflict):
    """The cycle's state does not allow this step."""

    code = "SETTLEMENT_OUT_OF_ORDER"

    def __init__(self, cycle: str, state: str, step: str, needed: Sequence[str]) -> None:
        self.cycle = cycle
        self.state = state
        self.step = step
        self.needed = tuple(needed)
        super().__init__(f"cycle {cycle} is {state}; {step} needs it to be {' or '.join(needed)}")


class PredecessorNotApproved(Conflict):
    """What a cycle opens with is not settled while the cycle before it is not approved."""

    code = "PREDECESSOR_NOT_APPROVED"

    def __init__(self, cycle: str, predecessor: str, state: str) -> None:
        self.cycle = cycle
        self.predecessor = predecessor
        self.state = state
        super().__init__(
            f"cycle {cycle} opens with what {predecessor} leaves, and that one is {state}; approve it first"
        )


class FollowingCycleStands(Conflict):
    """What a cycle leaves is already laid before the partners in the statements of the next."""

    code = "FOLLOWING_CYCLE_STANDS"

    def __init__(self, cycle: str, following: str, state: str) -> None:
        self.cycle = cycle
        self.following = following
        self.state = state
        super().__init__(f"{following} opens with what {cycle} leaves, and is {state}; void that one first")


class CycleNotSealed(Conflict):
    """The cycle's entries have no Merkle root yet."""

    code = "CYCLE_NOT_SEALED"

    def __init__(self, cycle: str) -> None:
        self.cycle = cycle
        super().__init__(f"cycle {cycle} is cut off but not sealed; seal it, then compute")


class CycleNameTaken(Conflict):
    """Another cycle bears this name."""

    code = "CYCLE_NAME_TAKEN"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"a cycle is called {name} already", path=("name",))


class AnswersOutstanding(Conflict):
    """Partners have time left to answer, and have not."""

    code = "ANSWERS_OUTSTANDING"

    def __init__(self, cycle: str, partner_ids: Sequence[UUID], until: datetime) -> None:
        self.cycle = cycle
        self.partner_ids = tuple(partner_ids)
        self.until = until
        count = f"{len(partner_ids)} partner{'s have' if len(partner_ids) > 1 else ' has'}"
        super().__init__(f"{count} not answered for cycle {cycle}; silence counts as yes after {until.isoformat()}")


class StatementsChanged(Conflict):
    """What is stored is not what was proposed."""

    code = "STATEMENTS_CHANGED"

    def __init__(self, cycle: str) -> None:
        self.cycle = cycle
        super().__init__(f"the statements of cycle {cycle} are not those that were computed; void it and compute again")


class SetAsideNotFound(NotFound):
    """The partner is not set aside in this cycle."""

    code = "SET_ASIDE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("the partner is not set aside in this cycle", path=("partner",))


class NothingAsked(Conflict):
    """There is nothing to agree to."""

    code = "NOTHING_ASKED"

    def __init__(self, cycle: str) -> None:
        self.cycle = cycle
        super().__init__(f"nobody asks for anything about this partner in cycle {cycle}")


class NothingToWriteOff(Conflict):
    """The partner that was set aside owes nothing on balance."""

    code = "NOTHING_TO_WRITE_OFF"

    def __init__(self, cycle: str) -> None:
        self.cycle = cycle
        super().__init__(f"on balance the partner owed nothing in cycle {cycle}; take it back instead")


class DisputedLinesIncluded(Conflict):
    """Lines are disputed that contracts leave out until it is decided, and the statements still hold them."""

    code = "DISPUTED_LINES_INCLUDED"

    def __init__(self, cycle: str, count: int) -> None:
        self.cycle = cycle
        self.count = count
        what = "a disputed line" if count == 1 else f"{count} disputed lines"
        super().__init__(f"cycle {cycle} holds {what} to be left out; void it and compute again")


class ApprovalNotStanding(Conflict):
    """The cycle's approval has expired, or what it approved is not what is stored."""

    code = "APPROVAL_NOT_STANDING"

    def __init__(self, cycle: str, standing: str) -> None:
        self.cycle = cycle
        self.standing = standing
        super().__init__(f"the approval of cycle {cycle} is {standing}; void it, propose and approve again")


class PriceUnknown(DomainError):
    """A transfer names a contract version, or a cycle of accrual, that has no price."""

    code = "PRICE_UNKNOWN"

    def __init__(self, contract_id: UUID, cycle_id: UUID | None = None) -> None:
        self.contract_id = contract_id
        self.cycle_id = cycle_id
        within = "" if cycle_id is None else f" for points accrued in cycle {cycle_id}"
        super().__init__(f"contract version {contract_id} has no price{within}; nothing was computed")


class ForeignCurrency(DomainError):
    """A benefit was given in another currency than the coalition settles in."""

    code = "FOREIGN_CURRENCY"

    def __init__(self, currency: str, settled_in: str) -> None:
        self.currency = currency
        self.settled_in = settled_in
        super().__init__(f"benefits in {currency} cannot be settled in {settled_in}; nothing was computed")


class Unbalanced(Conflict):
    """Positions that should add up to nothing do not."""

    code = "UNBALANCED"

    def __init__(self, rest: int) -> None:
        self.rest = rest
        super().__init__(f"the positions add up to {rest} minor units instead of nothing; no payments were planned")


class AdvanceKept(Conflict):
    """What a partner paid before for packs is not given back."""

    code = "ADVANCE_KEPT"

    def __init__(self, why: str) -> None:
        super().__init__(f"what was paid for packs is not given back: {why}")
