"""Goodwill: points a partner gives without a purchase. One person asks, another agrees, and then they are posted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import select, update
from sqlmodel import col

from domain.errors import InvalidValue
from domain.idempotency import fingerprint
from domain.ids import new_id
from domain.ledger.errors import AdjustmentNotFound, AlreadyApproved, SamePerson
from domain.ledger.models import Adjustment
from domain.ledger.posting import Door, post, refusal
from domain.ledger.postings import AdjustmentPosting, Verdict
from domain.storage import WriteSession, concerning, sight_of
from domain.values import Points, check_text

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAdjustment:
    """Points asked for on a member's behalf, and why."""

    partner_id: UUID
    wallet_id: UUID
    member_id: UUID
    points: Points
    reason: str
    person_id: UUID
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.points <= 0:
            raise InvalidValue("points to give are one or more", path=("points",))
        check_text("reason", self.reason, LONGEST_REASON)


async def request_adjustment(session: WriteSession, command: RequestAdjustment, *, now: datetime) -> Adjustment:
    """Ask for points to be given. Raises: InvalidValue, when they would expire at once."""
    if command.expires_at is not None and command.expires_at <= now:
        raise InvalidValue("points expire later than now", path=("expiresAt",))
    adjustment = Adjustment(
        adjustment_id=new_id(),
        wallet_id=command.wallet_id,
        member_id=command.member_id,
        partner_id=command.partner_id,
        points=command.points,
        reason=command.reason,
        expires_at=command.expires_at,
        requested_by=command.person_id,
        requested_at=now,
    )
    session.add(adjustment)
    return adjustment


async def approve_adjustment(
    session: WriteSession, adjustment_id: UUID, *, person_id: UUID, now: datetime
) -> Adjustment:
    """Agree, as another person than the one who asked. Raises: AdjustmentNotFound, SamePerson, AlreadyApproved."""
    visible = concerning(sight_of(session), col(Adjustment.partner_id))
    asked = select(Adjustment).where(col(Adjustment.adjustment_id) == adjustment_id, visible)
    adjustment = (await session.scalars(asked)).first()
    if adjustment is None:
        raise AdjustmentNotFound
    if adjustment.requested_by == person_id:
        raise SamePerson
    open_still = col(Adjustment.approved_by).is_(None) & (col(Adjustment.adjustment_id) == adjustment_id)
    approved = await session.execute(
        update(Adjustment)
        .where(open_still)
        .values(approved_by=person_id, approved_at=now)
        .returning(col(Adjustment.adjustment_id))
    )
    if approved.first() is None:
        raise AlreadyApproved
    await session.refresh(adjustment)
    return adjustment


async def post_adjustment(
    pool: Pool, adjustment: Adjustment, *, wallet_id: UUID | None = None, now: datetime
) -> Verdict:
    """Give the points, once however often it is asked; to the wallet the member's own has become, where it was merged.

    Raises: AdjustmentNotApproved, AdjustmentTooLate, SponsorNotActive, PartnerNotActive, Busy.
    """
    posting = AdjustmentPosting(
        wallet_id=wallet_id or adjustment.wallet_id,
        member_id=adjustment.member_id,
        partner_id=adjustment.partner_id,
        idempotency_key=f"adjustment-{adjustment.adjustment_id}",
        fingerprint=fingerprint(_Given(adjustment.adjustment_id, int(adjustment.points))),
        occurred_at=now,
        refers_to=adjustment.adjustment_id,
    )
    (verdict,) = await post(pool, Door.ADJUSTMENTS, [posting], now=now)
    if not verdict.stands:
        raise refusal(verdict, posting)
    return verdict


@dataclass(frozen=True, slots=True)
class _Given:
    adjustment_id: UUID
    points: int
