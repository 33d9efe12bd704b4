"""Cycles from open to approved: each step names its refusal, may be repeated, and leaves a line behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.coalition.founding import coalition_of
from domain.errors import InvalidValue
from domain.ids import PartnerId, PersonId, new_id
from domain.settlement.errors import (
    AnswersOutstanding,
    CycleNameTaken,
    SecondPersonNeeded,
    SettlementOutOfOrder,
    StatementNotFound,
    StatementsChanged,
)
from domain.settlement.models import Acceptance, Approval, Cycle, CycleState, Statement
from domain.settlement.openings import refuse_if_built_upon, refuse_other_openings
from domain.settlement.records import stored_digest
from domain.settlement.steps import Step, cycle_of, hold_still, leave_line, refuse_out_of_order
from domain.storage import ReadSession, WriteSession
from domain.values import check_text

CLOSE_LOCK = 20261122
"""Postings share it, cut-off takes it alone: so no posting can slip into a cycle that is being cut off."""

DAYS_TO_ANSWER = 14
MOST_DAYS_TO_ANSWER = 90
LONGEST_REASON = 500
APPROVAL_LASTS = timedelta(days=7)


class Standing(StrEnum):
    """What an approval is worth now."""

    NONE = "NONE"
    VALID = "VALID"
    EXPIRED = "EXPIRED"
    CHANGED = "CHANGED"
    """Something under it is not what was approved."""


@dataclass(frozen=True, slots=True)
class CutOff:
    """The cycle that was cut off, and the one that took its place."""

    cycle: Cycle
    following: Cycle


async def open_first(session: WriteSession, *, now: datetime, name: str | None = None) -> Cycle:
    """Open the first cycle of a coalition. Raises: SettlementOutOfOrder, when cycles have moved on already."""
    newest = (await session.scalars(select(Cycle).order_by(col(Cycle.number).desc()).limit(1))).first()
    if newest is not None:
        if newest.number == 1 and newest.state == CycleState.OPEN:
            return newest
        raise SettlementOutOfOrder(newest.name, newest.state, Step.OPEN, ["the first"])
    return await _open(session, number=1, name=name, now=now)


async def cut_off(session: WriteSession, cycle_id: UUID, *, now: datetime, next_name: str | None = None) -> CutOff:
    """Let no further posting into a cycle and open the next; waits for postings under way, for an instant.

    Raises: CycleNotFound, SettlementOutOfOrder, CycleNameTaken.
    """
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CLOSE_LOCK})
    cycle = await hold_still(session, cycle_id)
    if cycle.state != CycleState.CUT_OFF:
        refuse_out_of_order(cycle, Step.CUT_OFF)
        if now < cycle.opened_at:
            raise InvalidValue("a cycle is cut off after it was opened", path=("now",))
        cycle.state, cycle.cut_off_at = CycleState.CUT_OFF, now
        await session.flush()  # the database allows one open cycle, so this one has to leave first
        leave_line(session, cycle, Step.CUT_OFF, was=CycleState.OPEN, now=now)
        return CutOff(cycle, await _open(session, number=cycle.number + 1, name=next_name, now=now))
    following = await session.scalars(select(Cycle).where(Cycle.number == cycle.number + 1))
    return CutOff(cycle, following.one())


async def propose(
    session: WriteSession, cycle_id: UUID, *, by: PersonId, now: datetime, days_to_answer: int = DAYS_TO_ANSWER
) -> Cycle:
    """Lay the statements before the partners.

    Raises: CycleNotFound, SettlementOutOfOrder, PredecessorNotApproved, StatementsChanged.
    """
    if not 0 <= days_to_answer <= MOST_DAYS_TO_ANSWER:
        raise InvalidValue(f"partners have 0 to {MOST_DAYS_TO_ANSWER} days to answer", path=("days_to_answer",))
    cycle = await hold_still(session, cycle_id)
    if cycle.state == CycleState.PROPOSED and cycle.prepared_by == by:
        return cycle
    refuse_out_of_order(cycle, Step.PROPOSE)
    await refuse_other_openings(session, cycle)
    await _refuse_changed(session, cycle)
    was, cycle.state = cycle.state, CycleState.PROPOSED
    cycle.prepared_by, cycle.proposed_at, cycle.answer_until = by, now, now + timedelta(days=days_to_answer)
    leave_line(session, cycle, Step.PROPOSE, was=was, now=now, by=by)
    return cycle


async def accept(session: WriteSession, cycle_id: UUID, partner_id: PartnerId, *, by: PersonId, now: datetime) -> Cycle:
    """A partner agrees with its statement. Raises: CycleNotFound, SettlementOutOfOrder, StatementNotFound."""
    cycle = await cycle_of(session, cycle_id)
    refuse_out_of_order(cycle, Step.ACCEPT)
    if partner_id not in await _partners_with_statement(session, cycle):
        raise StatementNotFound
    agreed = insert(Acceptance).values(
        cycle_id=cycle_id, partner_id=partner_id, revision=cycle.revision, accepted_by=by, accepted_at=now
    )
    fresh = await session.execute(agreed.on_conflict_do_nothing().returning(col(Acceptance.accepted_by)))
    if fresh.first() is not None:
        leave_line(session, cycle, Step.ACCEPT, was=cycle.state, now=now, by=by, partner_id=partner_id)
    return cycle


async def approve(
    session: WriteSession, cycle_id: UUID, *, by: PersonId, now: datetime, lasts: timedelta = APPROVAL_LASTS
) -> Cycle:
    """A second person agrees to what was proposed, once every partner has answered or kept silent long enough.

    Raises: CycleNotFound, SettlementOutOfOrder, SecondPersonNeeded, AnswersOutstanding, StatementsChanged.
    """
    cycle = await hold_still(session, cycle_id)
    if cycle.state == CycleState.APPROVED and cycle.approved_by == by:
        return cycle
    refuse_out_of_order(cycle, Step.APPROVE)
    assert cycle.prepared_by is not None
    assert cycle.digest is not None
    if by == cycle.prepared_by:
        raise SecondPersonNeeded(f"cycle {cycle.name}", by)
    await _refuse_unanswered(session, cycle, now)
    await _refuse_changed(session, cycle)
    was, cycle.state = cycle.state, CycleState.APPROVED
    cycle.approved_by, cycle.approved_at = by, now
    approval = Approval(
        approval_id=new_id(),
        cycle_id=cycle_id,
        revision=cycle.revision,
        digest=cycle.digest,
        prepared_by=cycle.prepared_by,
        approved_by=by,
        approved_at=now,
        expires_at=now + lasts,
    )
    session.add(approval)
    leave_line(session, cycle, Step.APPROVE, was=was, now=now, by=by)
    return cycle


async def void(session: WriteSession, cycle_id: UUID, *, by: PersonId, reason: str, now: datetime) -> Cycle:
    """Take a proposal or an approval back, so that the cycle can be computed again.

    Raises: CycleNotFound, SettlementOutOfOrder, FollowingCycleStands, InvalidValue.
    """
    check_text("reason", reason, LONGEST_REASON)
    cycle = await hold_still(session, cycle_id)
    refuse_out_of_order(cycle, Step.VOID)
    await refuse_if_built_upon(session, cycle)
    approval = await _approval_of(session, cycle)
    if approval is not None:
        approval.voided_at, approval.void_reason = now, reason
    was, cycle.state = cycle.state, CycleState.COMPUTED
    cycle.approved_by = cycle.approved_at = None
    leave_line(session, cycle, Step.VOID, was=was, now=now, by=by, note=reason)
    return cycle


async def standing(session: ReadSession, cycle_id: UUID, *, now: datetime) -> Standing:
    """Whether the cycle's approval may be acted upon now. Raises: CycleNotFound."""
    cycle = await cycle_of(session, cycle_id)
    approval = await _approval_of(session, cycle)
    if approval is None:
        return Standing.NONE
    if approval.digest != await stored_digest(session, cycle):
        return Standing.CHANGED
    return Standing.VALID if now < approval.expires_at else Standing.EXPIRED


async def _open(session: WriteSession, *, number: int, name: str | None, now: datetime) -> Cycle:
    cycle = Cycle(
        cycle_id=new_id(),
        number=number,
        name=await _free_name(session, name, now),
        state=CycleState.OPEN,
        opened_at=now,
    )
    session.add(cycle)
    await session.flush()  # the line that follows refers to it
    leave_line(session, cycle, Step.OPEN, was=None, now=now)
    return cycle


async def _free_name(session: ReadSession, name: str | None, now: datetime) -> str:
    """The name asked for, or the month in the coalition's time zone, counted on when it has several cycles."""
    taken = set(await session.scalars(select(Cycle.name)))
    if name is not None:
        if name in taken:
            raise CycleNameTaken(name)
        return name
    month = f"{now.astimezone(ZoneInfo((await coalition_of(session)).time_zone)):%Y-%m}"
    counted = (month if count == 1 else f"{month}-{count}" for count in range(1, len(taken) + 2))
    return next(candidate for candidate in counted if candidate not in taken)


async def _partners_with_statement(session: ReadSession, cycle: Cycle) -> set[UUID]:
    statement = select(Statement.partner_id).where(
        Statement.cycle_id == cycle.cycle_id,
        Statement.revision == cycle.revision,
        col(Statement.partner_id).is_not(None),
    )
    return {partner_id for partner_id in await session.scalars(statement) if partner_id is not None}


async def _refuse_unanswered(session: ReadSession, cycle: Cycle, now: datetime) -> None:
    assert cycle.answer_until is not None
    if now >= cycle.answer_until:
        return
    answered = select(Acceptance.partner_id).where(
        Acceptance.cycle_id == cycle.cycle_id, Acceptance.revision == cycle.revision
    )
    silent = await _partners_with_statement(session, cycle) - set(await session.scalars(answered))
    if silent:
        raise AnswersOutstanding(cycle.name, sorted(silent), cycle.answer_until)


async def _refuse_changed(session: ReadSession, cycle: Cycle) -> None:
    if await stored_digest(session, cycle) != cycle.digest:
        raise StatementsChanged(cycle.name)


async def _approval_of(session: ReadSession, cycle: Cycle) -> Approval | None:
    """The approval that has not been voided."""
    statement = select(Approval).where(Approval.cycle_id == cycle.cycle_id, col(Approval.voided_at).is_(None))
    return (await session.scalars(statement)).first()
