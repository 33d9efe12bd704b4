"""Points are spent: at once, or authorized first and captured, voided or left to lapse; and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

import asyncpg

from domain.earning.commands import check_texts
from domain.errors import InvalidValue
from domain.idempotency import checked_key, fingerprint
from domain.ledger.errors import HoldNotFound, RedemptionNotFound
from domain.ledger.posting import Door, post
from domain.ledger.postings import CapturePosting, Posting, RedemptionPosting, ReversalPosting, Verdict
from domain.members.recognition import MemberRef, recognise, unknown
from domain.rewards.queries import RedemptionRef, redemption
from domain.rewards.refusals import refusal
from domain.storage import Sight
from domain.values import Points

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

LONGEST_HOLD = timedelta(days=30)
FUTURE = timedelta(minutes=5)
"""By how much a partner's clock may be ahead of ours."""


@dataclass(frozen=True, kw_only=True)
class RedeemPoints:
    """A member spends points at a partner; with hold_for they are only set aside for that long."""

    partner_id: UUID
    idempotency_key: str
    member: MemberRef
    points: Points
    occurred_at: datetime
    dated: bool = True
    """Whether the partner said when."""
    outlet_id: UUID | None = None
    channel: str | None = None
    staff: str | None = None
    reference: str | None = None
    hold_for: timedelta | None = None

    def __post_init__(self) -> None:
        checked_key(self.idempotency_key)
        check_texts(channel=self.channel, staff=self.staff, reference=self.reference)
        if self.points <= 0:
            raise InvalidValue("points to spend are one or more", path=("points",))
        if self.hold_for is not None and not timedelta(minutes=1) <= self.hold_for <= LONGEST_HOLD:
            raise InvalidValue(f"a hold lasts from one minute to {LONGEST_HOLD.days} days", path=("holdMinutes",))


@dataclass(frozen=True, kw_only=True)
class CaptureRedemption:
    """What was authorized is spent: all of it, or so many points and the rest goes back; none voids it."""

    partner_id: UUID
    idempotency_key: str
    redemption: RedemptionRef
    points: Points | None
    occurred_at: datetime
    dated: bool = True
    """Whether the partner said when."""

    def __post_init__(self) -> None:
        checked_key(self.idempotency_key)
        if self.points is not None and self.points < 0:
            raise InvalidValue("points to capture are not negative", path=("points",))


@dataclass(frozen=True, kw_only=True)
class ReverseRedemption:
    """A redemption is taken back: all that is left of it, or so many points."""

    partner_id: UUID
    idempotency_key: str
    redemption: RedemptionRef
    points: Points | None
    occurred_at: datetime
    dated: bool = True
    """Whether the partner said when."""

    def __post_init__(self) -> None:
        checked_key(self.idempotency_key)
        if self.points is not None and self.points <= 0:
            raise InvalidValue("points to take back are one or more", path=("points",))


@dataclass(frozen=True, kw_only=True)
class RedemptionReceipt:
    """The redemption that was made or changed, and the wallet's counters afterwards."""

    redemption: RedemptionRef
    replayed: bool
    available: Points
    pending: Points
    debt: Points


async def redeem(pool: Pool, command: RedeemPoints, *, lookup_key: bytes, now: datetime) -> RedemptionReceipt:
    """Spend points, or set them aside. Raises: MemberNotFound, InsufficientPoints, PartnerNotActive, OutletNotFound."""
    _refuse_future(command.occurred_at, now)
    (member,) = await recognise(pool, [command.member], command.partner_id, key=lookup_key, now=now)
    if member is None:
        raise await unknown(pool, command.partner_id)
    posting = RedemptionPosting(
        wallet_id=member.wallet_id,
        member_id=member.member_id,
        partner_id=command.partner_id,
        outlet_id=command.outlet_id,
        channel=command.channel,
        staff=command.staff,
        reference=command.reference,
        idempotency_key=command.idempotency_key,
        fingerprint=fingerprint(command),
        occurred_at=command.occurred_at,
        points=command.points,
        hold_until=None if command.hold_for is None else now + command.hold_for,
    )
    verdict = await _posted(pool, Door.REDEMPTIONS, posting, now)
    return receipt_of(RedemptionRef(wallet_id=verdict.wallet_id, entry_id=verdict.entry_id), verdict)


async def capture(pool: Pool, command: CaptureRedemption, *, now: datetime) -> RedemptionReceipt:
    """End an authorization.

    Raises: HoldNotFound, HoldNotOpen, CaptureExceedsHold, RewardIndivisible, VouchersUsedUp.
    """
    _refuse_future(command.occurred_at, now)
    try:
        hold = await redemption(pool, command.redemption, sight=Sight.partner(command.partner_id))
    except RedemptionNotFound:
        raise HoldNotFound from None
    posting = CapturePosting(
        wallet_id=hold.wallet_id,
        member_id=hold.member_id,
        partner_id=command.partner_id,
        refers_to=hold.entry_id,
        idempotency_key=command.idempotency_key,
        fingerprint=fingerprint(command),
        occurred_at=command.occurred_at,
        points=hold.points if command.points is None else command.points,
    )
    return receipt_of(command.redemption, await _posted(pool, Door.CAPTURES, posting, now))


async def reverse(pool: Pool, command: ReverseRedemption, *, now: datetime) -> RedemptionReceipt:
    """Take a redemption back.

    Raises: RedemptionNotFound, ReversalExceedsRedemption, RewardIndivisible, VoucherAlreadyUsed.
    """
    _refuse_future(command.occurred_at, now)
    spent = await redemption(pool, command.redemption, sight=Sight.partner(command.partner_id))
    posting = ReversalPosting(
        wallet_id=spent.wallet_id,
        member_id=spent.member_id,
        partner_id=command.partner_id,
        refers_to=spent.spent_by or spent.entry_id,
        idempotency_key=command.idempotency_key,
        fingerprint=fingerprint(command),
        occurred_at=command.occurred_at,
        points=command.points,
    )
    return receipt_of(command.redemption, await _posted(pool, Door.REVERSALS, posting, now))


def _refuse_future(occurred_at: datetime, now: datetime) -> None:
    if occurred_at > now + FUTURE:
        raise InvalidValue("the redemption lies in the future; check the till's clock", path=("occurredAt",))


async def _posted(pool: Pool, door: Door, posting: Posting, now: datetime) -> Verdict:
    (verdict,) = await post(pool, door, [posting], now=now)
    if not verdict.stands:
        raise refusal(verdict, posting)
    return verdict


def receipt_of(redemption: RedemptionRef, verdict: Verdict) -> RedemptionReceipt:
    """The answer to a posting that stands."""
    return RedemptionReceipt(
        redemption=redemption,
        replayed=verdict.replayed,
        available=Points(verdict.available or 0),
        pending=Points(verdict.pending or 0),
        debt=Points(verdict.debt or 0),
    )
