"""Handing redeemed rewards over: a worklist for whoever gives them, step by step, with who did it and when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, or_, true, tuple_, update
from sqlmodel import col, select

from domain.ids import PartnerId
from domain.ledger.errors import RedemptionNotFound
from domain.members.recognition import KnownMember
from domain.paging import Page, PageRequest
from domain.rewards.errors import FulfilmentStateConflict
from domain.rewards.queries import Redeemed, RedemptionRef, redeemed
from domain.rewards.redeemed_models import FulfilmentState, RewardRedemption
from domain.storage import ReadSession, WriteSession, concerning, sight_of
from domain.values import check_text

LONGEST_NOTE = 200

WAITING = (FulfilmentState.TO_DO, FulfilmentState.READY)

BEFORE = {
    FulfilmentState.READY: (FulfilmentState.TO_DO,),
    FulfilmentState.DONE: WAITING,
    FulfilmentState.TO_DO: (FulfilmentState.READY,),
}
"""From where each step can be taken by hand; what is cancelled is taken back with its points."""


async def fulfilments(
    session: ReadSession,
    partner_id: PartnerId | None,
    request: PageRequest,
    *,
    states: Collection[FulfilmentState] = WAITING,
) -> Page[Redeemed]:
    """What a partner has to hand over, or whose reward it is; or, without one, what anybody has. The oldest first."""
    parties = (col(RewardRedemption.partner_id), col(RewardRedemption.owner_id))
    whose = true() if partner_id is None else or_(*(party == partner_id for party in parties))
    key = (col(RewardRedemption.redeemed_at), col(RewardRedemption.entry_id))
    found = select(RewardRedemption).where(whose, col(RewardRedemption.state).in_(list(states)), _seen(session))
    if request.after is not None:
        found = found.where(tuple_(*key) > request.after)
    rows = list(await session.scalars(found.order_by(*key).limit(request.first + 1)))
    return Page.of([_told(row) for row in rows], request, lambda one: (one.redeemed_at, one.entry_id))


async def redeemed_by(
    session: ReadSession, member: KnownMember, request: PageRequest, *, states: Collection[FulfilmentState] = ()
) -> Page[Redeemed]:
    """The rewards that a member redeemed, the latest first, to the member alone."""
    key = (col(RewardRedemption.redeemed_at), col(RewardRedemption.entry_id))
    found = select(RewardRedemption).where(
        col(RewardRedemption.wallet_id) == member.wallet_id, col(RewardRedemption.member_id) == member.member_id
    )
    if states:
        found = found.where(col(RewardRedemption.state).in_(list(states)))
    if request.after is not None:
        found = found.where(tuple_(*key) < request.after)
    rows = list(await session.scalars(found.order_by(*(part.desc() for part in key)).limit(request.first + 1)))
    return Page.of([_told(row) for row in rows], request, lambda one: (one.redeemed_at, one.entry_id))


async def redemption_named(session: ReadSession, entry_id: UUID) -> RedemptionRef:
    """The redemption of a reward by its entry's id alone. Raises: RedemptionNotFound."""
    named = col(RewardRedemption.entry_id) == entry_id
    wallet_id = await session.scalar(select(RewardRedemption.home_wallet_id).where(named, _seen(session)))
    if wallet_id is None:
        raise RedemptionNotFound
    return RedemptionRef(wallet_id=wallet_id, entry_id=entry_id)


async def fulfil(
    session: WriteSession,
    ref: RedemptionRef,
    state: FulfilmentState,
    *,
    by: UUID | None,
    note: str | None = None,
    now: datetime,
) -> Redeemed:
    """Take the next step of handing over; taken before, nothing changes. Only who gives it, or whose it is, may.

    Raises: RedemptionNotFound, FulfilmentStateConflict, InvalidValue.
    """
    if note is not None:
        check_text("note", note, LONGEST_NOTE)
    if state not in BEFORE:
        row = await _kept(session, ref)
        raise FulfilmentStateConflict(row.state, state)
    values = {"state": state, "changed_at": now, "changed_by": by, "note": note}
    step = update(RewardRedemption).where(_named(ref), _seen(session), col(RewardRedemption.state).in_(BEFORE[state]))
    moved = await session.scalar(step.values(**values).returning(col(RewardRedemption.entry_id)))
    row = await _kept(session, ref)
    if moved is None and row.state != state:
        raise FulfilmentStateConflict(row.state, state)
    return _told(row)


async def note_cancelled(
    session: WriteSession, ref: RedemptionRef, *, by: UUID | None, note: str | None, now: datetime
) -> Redeemed:
    """Write down who cancelled a redeemed reward, once its points went back. Raises: RedemptionNotFound."""
    values = {"changed_at": now, "changed_by": by, "note": note}
    cancelled = col(RewardRedemption.state) == FulfilmentState.CANCELLED
    await session.execute(update(RewardRedemption).where(_named(ref), _seen(session), cancelled).values(**values))
    return _told(await _kept(session, ref))


async def _kept(session: ReadSession, ref: RedemptionRef) -> RewardRedemption:
    found = select(RewardRedemption).where(_named(ref), _seen(session)).execution_options(populate_existing=True)
    row = (await session.scalars(found)).one_or_none()
    if row is None:
        raise RedemptionNotFound
    return row


def _named(ref: RedemptionRef) -> ColumnElement[bool]:
    return (col(RewardRedemption.home_wallet_id) == ref.wallet_id) & (col(RewardRedemption.entry_id) == ref.entry_id)


def _seen(session: ReadSession) -> ColumnElement[bool]:
    return concerning(sight_of(session), col(RewardRedemption.partner_id), col(RewardRedemption.owner_id))


def _told(row: RewardRedemption) -> Redeemed:
    told = redeemed(orjson.loads(row.model_dump_json()))
    assert told is not None, "a row is something"
    return told
