"""What an activity costs, and how that is shared: to the minor unit, by largest remainder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from domain.activities.errors import InvalidActivity
from domain.activities.models import ActivityCost, CostKind
from domain.activities.queries import activity_by_id
from domain.activities.terms import ActivityId
from domain.earning.terms import Sponsor
from domain.errors import IdempotencyConflict
from domain.idempotency import checked_key
from domain.ids import PartnerId, new_id
from domain.storage import WriteSession
from domain.values import split

LARGEST_AMOUNT = 10**10
LONGEST_LABEL = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterCost:
    """A partner tells what it paid, or plans to pay."""

    partner_id: PartnerId
    activity_id: ActivityId
    kind: CostKind
    label: str
    amount: int
    """In minor units; below nothing puts an earlier one right."""
    idempotency_key: str

    def __post_init__(self) -> None:
        checked_key(self.idempotency_key)
        if self.amount == 0 or abs(self.amount) > LARGEST_AMOUNT:
            raise InvalidActivity(f"amount is not 0, and at most {LARGEST_AMOUNT} minor units", path=("amount",))
        if not self.label.strip() or len(self.label) > LONGEST_LABEL or not self.label.isprintable():
            raise InvalidActivity(f"label is 1 to {LONGEST_LABEL} printable characters", path=("label",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one partner bears, in minor units."""

    partner_id: PartnerId
    bears: int
    """Its share of all costs."""
    paid: int
    """What it paid already."""

    @property
    def owes(self) -> int:
        """What it has yet to pay to the others; below nothing: what it is owed."""
        return self.bears - self.paid


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """What one partner pays another, so that each bears its share."""

    debtor_id: PartnerId
    creditor_id: PartnerId
    amount: int


async def enter(session: WriteSession, command: EnterCost, *, now: datetime) -> ActivityCost:
    """Write a cost down, once for its key; only who shares the costs enters any.

    Raises: ActivityNotFound, InvalidActivity, IdempotencyConflict.
    """
    activity = await activity_by_id(session, command.activity_id)
    if command.partner_id not in activity.terms.funders:
        raise InvalidActivity("costs are entered by those who share them", path=("activity",))
    told = {name: getattr(command, name) for name in ("activity_id", "kind", "label", "amount")}
    before = await _by_key(session, command)
    if before is not None:
        if any(getattr(before, name) != value for name, value in told.items()):
            raise IdempotencyConflict(
                "This idempotency key was used for another request; a new request needs a new key.",
                path=("idempotencyKey",),
            )
        return before
    row = ActivityCost(
        cost_id=new_id(),
        partner_id=command.partner_id,
        sponsors=sorted(activity.terms.funders),
        idempotency_key=command.idempotency_key,
        entered_at=now,
        **told,
    )
    session.add(row)
    try:
        await session.flush()
    except IntegrityError:
        raise IdempotencyConflict(
            "This idempotency key is being used for another request.", path=("idempotencyKey",)
        ) from None
    return row


def shared(costs: Sequence[ActivityCost], shares: Sequence[Sponsor], kind: CostKind) -> list[Share]:
    """What each partner bears of costs of one kind, and paid: the shares come to the costs, to the minor unit."""
    meant = [cost for cost in costs if cost.kind == kind]
    whole = sum(cost.amount for cost in meant)
    parts = split(max(whole, 0), [sponsor.share for sponsor in shares])
    return [
        Share(
            partner_id=sponsor.partner_id,
            bears=bears,
            paid=sum(cost.amount for cost in meant if cost.partner_id == sponsor.partner_id),
        )
        for sponsor, bears in zip(shares, parts, strict=True)
    ]


def settled(shares: Sequence[Share]) -> list[Transfer]:
    """Who pays whom: the largest debt meets the largest claim first, so there are fewer transfers than partners."""
    left = {share.partner_id: share.owes for share in shares}
    transfers = []
    while any(amount > 0 for amount in left.values()) and any(amount < 0 for amount in left.values()):
        debtor = max(left, key=lambda one: (left[one], one))
        creditor = min(left, key=lambda one: (left[one], one))
        amount = min(left[debtor], -left[creditor])
        transfers.append(Transfer(debtor_id=debtor, creditor_id=creditor, amount=amount))
        left[debtor] -= amount
        left[creditor] += amount
    return transfers


async def _by_key(session: WriteSession, command: EnterCost) -> ActivityCost | None:
    row: ActivityCost | None = await session.scalar(
        select(ActivityCost).where(
            col(ActivityCost.partner_id) == command.partner_id,
            col(ActivityCost.idempotency_key) == command.idempotency_key,
        )
    )
    return row
