"""What stands between a leaving partner and its next step, and since when."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select

from domain.coalition.exit_models import PartnerExit
from domain.coalition.exit_words import Remainder
from domain.ids import PartnerId
from domain.settlement.adjustment_models import SettlementAdjustment
from domain.settlement.disputing.models import OPEN_STATES, Dispute
from domain.settlement.exits.outstanding import newest_cut_off, outstanding, points_of
from domain.settlement.failure_models import Fate, SetAside
from domain.settlement.models import Cycle, CycleState, Statement
from domain.settlement.prepaid.models import PrepaidRefund
from domain.settlement.refunding import points_left
from domain.storage import ReadSession

UNPRICED = (CycleState.OPEN, CycleState.CUT_OFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """One thing that has to happen first."""

    says: str
    since: datetime


async def before_settling(session: ReadSession, leaving: PartnerExit) -> list[Blocker]:
    """What stands before the last settlement of a partner whose tail has ended."""
    assert leaving.tail_ended_at is not None
    return [blocker async for blocker in _before_settling(session, leaving, leaving.tail_ended_at)]


async def before_closing(session: ReadSession, leaving: PartnerExit) -> list[Blocker]:
    """What stands between a partner whose points are dealt with and its end."""
    assert leaving.settled_at is not None
    return [blocker async for blocker in _before_closing(session, leaving, leaving.settled_at)]


async def _before_settling(session: ReadSession, leaving: PartnerExit, since: datetime) -> AsyncIterator[Blocker]:
    if leaving.remainder is None:
        yield Blocker(says="nobody has said what becomes of its points that are still out", since=since)
    elif leaving.remainder_agreed_at is None:
        yield Blocker(says=f"a second person has to agree to {leaving.remainder}", since=since)
    last = await newest_cut_off(session)
    if last is None or last.cut_off_at is None or last.cut_off_at < leaving.honours_until:
        yield Blocker(says="the cycle of its last postings is not cut off yet", since=since)
        return
    if last.state in UNPRICED:
        yield Blocker(says=f"cycle {last.name} is not computed yet", since=last.cut_off_at)
    if leaving.remainder == Remainder.HONOUR:
        left = points_of(await outstanding(session, leaving.partner_id, last))
        if left:
            says = f"{left:,} of its points were still out when {last.name} was cut off; it pays for them as promised"
            yield Blocker(says=says, since=since)


async def _before_closing(session: ReadSession, leaving: PartnerExit, since: datetime) -> AsyncIterator[Blocker]:
    whose = leaving.partner_id
    for cycle in await _cycles_concerned(session, leaving):
        if cycle.state != CycleState.CLOSED:
            yield Blocker(says=f"cycle {cycle.name} is {cycle.state}, not CLOSED", since=_moved(cycle) or since)
    for row in await _adjustments(session, leaving):
        says = f"an adjustment of {row.amount} waits for {'its cycle' if row.agreed_at else 'a second person'}"
        yield Blocker(says=says, since=row.made_at)
    disputes = select(Dispute).where(
        or_(col(Dispute.partner_id) == whose, col(Dispute.other_id) == whose), col(Dispute.state).in_(OPEN_STATES)
    )
    for dispute in await session.scalars(disputes):
        yield Blocker(says=f"a dispute is {dispute.state}, not decided", since=dispute.raised_at)
    aside = select(SetAside).where(
        SetAside.partner_id == whose, or_(col(SetAside.fate).is_(None), col(SetAside.fate) == Fate.SET_ASIDE)
    )
    for failure in await session.scalars(aside):
        says = "a cycle was settled without it, and that is neither taken back nor written off"
        yield Blocker(says=says, since=failure.asked_at)
    if points := await points_left(session, PartnerId(whose)):
        says = f"{points:,} points of prepaid packs are left; what they cost has to be given back"
        yield Blocker(says=says, since=since)
    carried = await _carried(session, whose)
    if carried is not None and carried.carried:
        says = f"{carried.carried} is carried forward into the next cycle, which pays it"
        yield Blocker(says=says, since=since)


async def _cycles_concerned(session: ReadSession, leaving: PartnerExit) -> list[Cycle]:
    """All up to its last one, and whatever later one holds something of it."""
    last = await session.get(Cycle, leaving.last_cycle_id)
    assert last is not None
    adjusted = select(SettlementAdjustment.cycle_id).where(_concerns(leaving))
    refunded = select(PrepaidRefund.cycle_id).where(PrepaidRefund.partner_id == leaving.partner_id)
    later = or_(col(Cycle.cycle_id).in_(adjusted), col(Cycle.cycle_id).in_(refunded))
    query = select(Cycle).where(or_(col(Cycle.number) <= last.number, later))
    return list(await session.scalars(query.order_by(col(Cycle.number)).execution_options(populate_existing=True)))


async def _adjustments(session: ReadSession, leaving: PartnerExit) -> list[SettlementAdjustment]:
    query = select(SettlementAdjustment).where(
        _concerns(leaving),
        col(SettlementAdjustment.cycle_id).is_(None),
        col(SettlementAdjustment.withdrawn_at).is_(None),
    )
    return list(await session.scalars(query))


def _concerns(leaving: PartnerExit) -> ColumnElement[bool]:
    """Adjustments that the partner is a side of, or that come of its leaving."""
    return or_(
        col(SettlementAdjustment.debtor_id) == leaving.partner_id,
        col(SettlementAdjustment.creditor_id) == leaving.partner_id,
        col(SettlementAdjustment.subject_id) == leaving.exit_id,
    )


async def _carried(session: ReadSession, partner_id: UUID) -> Statement | None:
    """The newest statement of a partner in its cycle's standing computation."""
    query = (
        select(Statement)
        .join(Cycle, (col(Cycle.cycle_id) == Statement.cycle_id) & (col(Cycle.revision) == Statement.revision))
        .where(Statement.partner_id == partner_id)
        .order_by(col(Cycle.number).desc())
        .limit(1)
    )
    return (await session.scalars(query)).first()


def _moved(cycle: Cycle) -> datetime | None:
    """When a cycle came to where it stands."""
    match cycle.state:
        case CycleState.OPEN:
            return cycle.opened_at
        case CycleState.CUT_OFF:
            return cycle.cut_off_at
        case CycleState.COMPUTED:
            return cycle.computed_at
        case CycleState.PROPOSED:
            return cycle.proposed_at
        case _:
            return cycle.approved_at
