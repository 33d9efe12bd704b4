"""Refusals of the ledger."""

from __future__ import annotations

from domain.errors import Conflict, DomainError, NotFound
from domain.values import Points


class SponsorNotActive(DomainError):
    """A campaign's sponsor may no longer fund points."""

    code = "SPONSOR_NOT_ACTIVE"

    def __init__(self) -> None:
        super().__init__("A sponsor of these points may no longer fund them; load the campaigns again and retry.")


class IssuanceStopped(DomainError):
    """The sponsor may fund no points until the stop is lifted."""

    code = "ISSUANCE_STOPPED"

    def __init__(self) -> None:
        super().__init__("The sponsor may fund no points for now; the coalition can tell why, and lift the stop.")


class PrepaidUsedUp(DomainError):
    """The sponsor's packs do not hold so many points any more."""

    code = "PREPAID_USED_UP"

    def __init__(self, left: Points) -> None:
        self.left = left
        super().__init__(f"The sponsor's prepaid points are used up; {int(left)} left. Order and pay another pack.")


class CreditLimitReached(DomainError):
    """The sponsor would come to owe more than its contract allows."""

    code = "CREDIT_LIMIT_REACHED"

    def __init__(self, left: Points) -> None:
        self.left = left
        super().__init__(
            f"The sponsor's credit limit is reached; {int(left)} points more can be given until it has paid."
        )


class BudgetUnitFixed(Conflict):
    """A campaign's budget stays in points, or in money, once it was opened."""

    code = "BUDGET_UNIT_FIXED"

    def __init__(self, unit: str) -> None:
        self.unit = unit
        words = "points" if unit == "POINTS" else "money"
        super().__init__(f"The campaign's budget was opened in {words}; draft another campaign.", path=("budget",))


class InsufficientPoints(DomainError):
    """The wallet cannot spend so many points now."""

    code = "INSUFFICIENT_POINTS"

    def __init__(self, available: Points, required: Points) -> None:
        self.available = available
        self.required = required
        super().__init__(f"{int(required)} points are asked for; {int(available)} can be spent.", path=("points",))


class HoldNotFound(NotFound):
    """There is no such hold of this partner."""

    code = "HOLD_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no such authorization of this partner.", path=("redemption",))


class HoldNotOpen(Conflict):
    """The hold was captured, voided, or ran out of time."""

    code = "HOLD_NOT_OPEN"

    def __init__(self) -> None:
        super().__init__("The authorization has ended; authorize again.", path=("redemption",))


class CaptureExceedsHold(DomainError):
    """More is to be captured than was authorized."""

    code = "CAPTURE_EXCEEDS_HOLD"

    def __init__(self, held: Points) -> None:
        self.held = held
        super().__init__(f"At most the {int(held)} points authorized can be captured.", path=("points",))


class RedemptionNotFound(NotFound):
    """There is no such redemption of this partner."""

    code = "REDEMPTION_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no such redemption of this partner.", path=("redemption",))


class ReversalExceedsRedemption(DomainError):
    """More is to be taken back than is left of the redemption."""

    code = "REVERSAL_EXCEEDS_REDEMPTION"

    def __init__(self, left: Points) -> None:
        self.left = left
        super().__init__(f"{int(left)} points of the redemption are left to take back.", path=("points",))


class PurchaseNotFound(NotFound):
    """There is no such purchase of this partner."""

    code = "PURCHASE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no such purchase of this partner.", path=("purchase",))


class HoldOpen(Conflict):
    """The wallet has an open hold, so it cannot be merged."""

    code = "HOLD_OPEN"

    def __init__(self) -> None:
        super().__init__("A redemption of this member is still open; capture or void it first.", path=("member",))


class AdjustmentNotApproved(Conflict):
    """A second person has not agreed to the adjustment."""

    code = "ADJUSTMENT_NOT_APPROVED"

    def __init__(self) -> None:
        super().__init__("A second person has to approve the adjustment first.", path=("adjustment",))


class AdjustmentNotFound(NotFound):
    """There is no such adjustment of this partner."""

    code = "ADJUSTMENT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no such adjustment of this partner.", path=("adjustment",))


class SamePerson(DomainError):
    """Who asks for something may not agree to it too."""

    code = "SAME_PERSON"

    def __init__(self) -> None:
        super().__init__("Another person than the one who asked has to approve it.", path=("adjustment",))


class AlreadyApproved(Conflict):
    """The adjustment was approved before."""

    code = "ALREADY_APPROVED"

    def __init__(self) -> None:
        super().__init__("The adjustment has been approved already.", path=("adjustment",))


class AdjustmentTooLate(Conflict):
    """The points would have expired before they were given."""

    code = "ADJUSTMENT_TOO_LATE"

    def __init__(self) -> None:
        super().__init__("The adjustment's points would have expired by now; request it again.", path=("adjustment",))


class Busy(Conflict):
    """Others kept changing the same thing; nothing was written."""

    code = "BUSY"

    def __init__(self) -> None:
        super().__init__("Too many changes to the same thing at once; retry with the same idempotency key.")
