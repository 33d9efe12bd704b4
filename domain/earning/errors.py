"""What earning refuses."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from domain.coalition.reservations import Reservation
from domain.errors import Conflict, DomainError, NotFound
from domain.values import Money


class InvalidBasket(DomainError):
    """A field of a purchase is missing or out of range."""

    code = "INVALID_BASKET"


class DuplicateLine(DomainError):
    """Two lines of a purchase, or of a return, carry the same number."""

    code = "DUPLICATE_LINE"

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"line number {number} is there more than once", path=("lines",))


class TooManyLines(DomainError):
    """A purchase has more lines than one purchase may have."""

    code = "TOO_MANY_LINES"

    def __init__(self, count: int, limit: int) -> None:
        self.count = count
        self.limit = limit
        super().__init__(f"a purchase has at most {limit} lines, not {count}", path=("lines",))


class CurrencyMismatch(DomainError):
    """A purchase is in another currency than the coalition settles in."""

    code = "CURRENCY_MISMATCH"

    def __init__(self, given: str, expected: str) -> None:
        self.given = given
        self.expected = expected
        super().__init__(f"purchases are recorded in {expected}, not in {given!r}", path=("currency",))


class PurchaseInFuture(DomainError):
    """A purchase is dated later than now."""

    code = "PURCHASE_IN_FUTURE"

    def __init__(self, occurred_at: datetime, now: datetime) -> None:
        self.occurred_at = occurred_at
        self.now = now
        super().__init__(
            f"the purchase is dated {occurred_at.isoformat()}, which is still to come; set the till's clock",
            path=("occurred_at",),
        )


class PurchaseTooOld(DomainError):
    """A purchase is dated further back than purchases may be sent."""

    code = "PURCHASE_TOO_OLD"

    def __init__(self, occurred_at: datetime, oldest: timedelta) -> None:
        self.occurred_at = occurred_at
        self.oldest = oldest
        super().__init__(f"purchases can be sent for {oldest.days} days after the day", path=("occurred_at",))


class ReturnExceedsPurchase(DomainError):
    """More is given back than was bought, or than is left after earlier returns."""

    code = "RETURN_EXCEEDS_PURCHASE"

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"more of line {number} is given back than is left of it", path=("lines",))


class NothingLeft(DomainError):
    """All of the purchase has come back already."""

    code = "NOTHING_LEFT"

    def __init__(self) -> None:
        super().__init__("all of this purchase has come back already", path=("purchase",))


class AmbiguousReceipt(DomainError):
    """Several purchases carry this receipt number."""

    code = "AMBIGUOUS_RECEIPT"

    def __init__(self) -> None:
        super().__init__("several purchases carry this number; name the purchase by our id", path=("purchase",))


class InvalidAction(DomainError):
    """What an action says does not fit its type."""

    code = "INVALID_ACTION"


class ActionInFuture(DomainError):
    """An action is dated later than now."""

    code = "ACTION_IN_FUTURE"

    def __init__(self, occurred_at: datetime) -> None:
        self.occurred_at = occurred_at
        super().__init__(
            f"the action is dated {occurred_at.isoformat()}, which is still to come; set the clock of what sends it",
            path=("occurred_at",),
        )


class ActionTooOld(DomainError):
    """An action is dated further back than actions may be sent."""

    code = "ACTION_TOO_OLD"

    def __init__(self, oldest: timedelta) -> None:
        self.oldest = oldest
        super().__init__(f"actions can be sent for {oldest.days} days after the day", path=("occurred_at",))


class ActionNotFound(NotFound):
    """There is no such action, or none the viewer may see."""

    code = "ACTION_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such action of this partner", path=("action",))


class ActionTypeNotFound(NotFound):
    """There is no such type of actions."""

    code = "ACTION_TYPE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such type of actions; actionTypes names them, or define it first", path=("kind",))


class ActionTypeTaken(Conflict):
    """The type is there already, with other fields."""

    code = "ACTION_TYPE_TAKEN"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is a type {name} already, with other fields; take another name", path=("name",))


class InvalidActionType(DomainError):
    """A type of actions is malformed."""

    code = "INVALID_ACTION_TYPE"


class InvalidRule(DomainError):
    """A campaign's rule is malformed or out of range."""

    code = "INVALID_RULE"


class InvalidCampaign(DomainError):
    """A campaign's terms are malformed or do not fit together."""

    code = "INVALID_CAMPAIGN"


class CampaignNotFound(NotFound):
    """There is no such campaign, or none the viewer may see."""

    code = "CAMPAIGN_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such campaign", path=("campaign_id",))


class CampaignStateConflict(Conflict):
    """The campaign's state does not allow this step."""

    code = "CAMPAIGN_STATE_CONFLICT"

    def __init__(self, state: str, step: str) -> None:
        self.state = state
        self.step = step
        super().__init__(f"a campaign that is {state} cannot be {step}")


class BudgetBelowDrawn(Conflict):
    """A campaign's new budget is less than what was given of it already."""

    code = "BUDGET_BELOW_DRAWN"

    def __init__(self, drawn: int, currency: str | None) -> None:
        self.drawn = drawn
        words = f"{drawn} points" if currency is None else str(Money.of_minor(drawn, currency))
        super().__init__(f"{words} of the budget are given already; a new one is at least that", path=("budget",))


class SeedStillSecret(Conflict):
    """Purchases may still come that turn the campaign's wheels."""

    code = "SEED_STILL_SECRET"

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(
            f"purchases of its last days may still be sent, so the seed stays secret until {until.isoformat()}",
            path=("campaign",),
        )


class SponsorMayNotIssue(DomainError):
    """A sponsor has no contract in force under which it may fund."""

    code = "SPONSOR_MAY_NOT_ISSUE"

    def __init__(self, partner_ids: Collection[UUID]) -> None:
        self.partner_ids = frozenset(partner_ids)
        super().__init__("not every sponsor has a contract in force under which it may fund", path=("sponsors",))


class AgreementMissing(DomainError):
    """A sponsor has not agreed to the campaign's terms as they are now."""

    code = "AGREEMENT_MISSING"

    def __init__(self, partner_ids: Collection[UUID]) -> None:
        self.partner_ids = frozenset(partner_ids)
        super().__init__(f"{len(self.partner_ids)} sponsors have not agreed to these terms", path=("sponsors",))


class CategoryReserved(Conflict):
    """A contract keeps these goods for another partner."""

    code = "CATEGORY_RESERVED"

    def __init__(self, kept: Reservation, categories: Sequence[str]) -> None:
        self.partner_id = kept.partner_id
        self.categories = tuple(categories)
        super().__init__(
            f"{', '.join(categories)} is kept for {kept.name} {kept.where}; exclude it from the lines of the rule,"
            f" or let {kept.name} fund the campaign too.",
            path=("rule", "lines", "excluding"),
        )


class CampaignsInTheWay(Conflict):
    """Campaigns of others give points for what a contract would keep for its partner."""

    code = "CAMPAIGNS_IN_THE_WAY"

    def __init__(self, names: Sequence[str], since: datetime) -> None:
        self.names = tuple(names)
        super().__init__(
            f"These campaigns of others give points for what the contract keeps for its partner: {', '.join(names)};"
            f" have them end by {since.isoformat()} or exclude those categories, then sign.",
            path=("exclusive_categories",),
        )
