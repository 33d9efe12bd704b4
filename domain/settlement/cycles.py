"""Cycles from open to approved: each step names its refusal, may be repeated, and leaves a line behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlmodel import col, select

from domain.coalition.founding import coalition_of
from domain.errors import InvalidValue
from domain.ids import PersonId, new_id
from domain.settlement.answers import refuse_unanswered
from domain.settlement.approvals import approval_of, companies_digest, refuse_changed
from domain.settlement.errors import CycleNameTaken, SecondPersonNeeded, SettlementOutOfOrder
from domain.settlement.models import Approval, Cycle, CycleState
from domain.settlement.openings import refuse_if_built_upon, refuse_other_openings
from domain.settlement.policy import policy_of
from domain.settlement.steps import Step, hold_still, leave_line, refuse_out_of_order, taken_last
from domain.storage import ReadSession, WriteSession
from domain.values import check_text

CLOSE_LOCK = 20261122
"""Postings share it, cut-off takes it alone: so no posting can slip into a cycle that is being cut off."""

MOST_DAYS_TO_ANSWER = 90
LONGEST_REASON = 500


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


async def cut_off(
    session: WriteSession,
    cycle_id: UUID,
    *,
    now: datetime,
    next_name: str | None = None,
    at: datetime | None = None,
    by: PersonId | None = None,
) -> CutOff:
    """Let no further posting into a cycle and open the next; waits for postings under way, for an instant.

    A calendar's cut-off that was missed is made up for `at` its own instant: contracts count as of then, and what was
    posted meanwhile belongs to the cycle it was posted in, the one that is cut off.
    Raises: CycleNotFound, SettlementOutOfOrder, CycleNameTaken, InvalidValue.
    """
    instant = now if at is None else at
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CLOSE_LOCK})
    cycle = await hold_still(session, cycle_id)
    if cycle.state != CycleState.CUT_OFF:
        refuse_out_of_order(cycle, Step.CUT_OFF)
        if not cycle.opened_at <= instant <= now:
            raise InvalidValue("a cycle is cut off after it was opened, and not in the future", path=("now",))
        cycle.state, cycle.cut_off_at = CycleState.CUT_OFF, instant
        await session.flush()  # the database allows one open cycle, so this one has to leave first
        note = None if at is None else f"by the calendar, for {at.isoformat()}"
        leave_line(session, cycle, Step.CUT_OFF, was=CycleState.OPEN, now=now, by=by, note=note)
        return CutOff(cycle, await _open(session, number=cycle.number + 1, name=next_name, now=instant))
    following = await session.scalars(select(Cycle).where(Cycle.number == cycle.number + 1))
    return CutOff(cycle, following.one())


async def propose(
    session: WriteSession, cycle_id: UUID, *, by: PersonId, now: datetime, days_to_answer: int | None = None
) -> Cycle:
    """Lay the statements before the partners, who have as many days to answer as the policy says, if not said.

    Raises: CycleNotFound, SettlementOutOfOrder, PredecessorNotApproved, StatementsChanged, DisputedLinesIncluded.
    """
    if days_to_answer is None:
        days_to_answer = (await policy_of(session)).days_to_answer
    if not 0 <= days_to_answer <= MOST_DAYS_TO_ANSWER:
        raise InvalidValue(f"partners have 0 to {MOST_DAYS_TO_ANSWER} days to answer", path=("days_to_answer",))
    cycle = await hold_still(session, cycle_id)
    if await taken_last(session, cycle, Step.PROPOSE, by=by):
        return cycle
    refuse_out_of_order(cycle, Step.PROPOSE)
    await refuse_other_openings(session, cycle)
    await refuse_changed(session, cycle)
    was, cycle.state = cycle.state, CycleState.PROPOSED
    cycle.prepared_by, cycle.proposed_at, cycle.answer_until = by, now, now + timedelta(days=days_to_answer)
    leave_line(session, cycle, Step.PROPOSE, was=was, now=now, by=by)
    return cycle


async def approve(
    session: WriteSession, cycle_id: UUID, *, by: PersonId, now: datetime, lasts: timedelta | None = None
) -> Cycle:
    """A second person agrees to what was proposed, once every partner has answered or kept silent long enough.

    The approval lasts as many days as the policy says, if not said.
    Raises: CycleNotFound, SettlementOutOfOrder, SecondPersonNeeded, AnswersOutstanding, PredecessorNotApproved,
    StatementsChanged, DisputedLinesIncluded.
    """
    if lasts is None:
        lasts = timedelta(days=(await policy_of(session)).approval_days)
    cycle = await hold_still(session, cycle_id)
    if await taken_last(session, cycle, Step.APPROVE, by=by):
        return cycle
    refuse_out_of_order(cycle, Step.APPROVE)
    assert cycle.prepared_by is not None
    assert cycle.digest is not None
    if by == cycle.prepared_by:
        raise SecondPersonNeeded(f"cycle {cycle.name}", by)
    await refuse_unanswered(session, cycle, now=now)
    await refuse_other_openings(session, cycle)
    await refuse_changed(session, cycle)
    was, cycle.state = cycle.state, CycleState.APPROVED
    cycle.approved_by, cycle.approved_at = by, now
    approval = Approval(
        approval_id=new_id(),
        cycle_id=cycle_id,
        revision=cycle.revision,
        digest=cycle.digest,
        companies=await companies_digest(session, cycle),
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
    if await taken_last(session, cycle, Step.VOID, by=by, note=reason):
        return cycle
    refuse_out_of_order(cycle, Step.VOID)
    await refuse_if_built_upon(session, cycle)
    return await fall_back(session, cycle, CycleState.COMPUTED, Step.VOID, reason=reason, by=by, now=now)


async def fall_back(
    session: WriteSession,
    cycle: Cycle,
    state: CycleState,
    step: Step,
    *,
    reason: str,
    by: PersonId | None,
    now: datetime,
) -> Cycle:
    """Lead a cycle, held still, back to a state before its approval; the approval, if there is one, is void."""
    approval = await approval_of(session, cycle)
    if approval is not None:
        approval.voided_at, approval.void_reason = now, reason
    was, cycle.state = cycle.state, state
    cycle.approved_by = cycle.approved_at = None
    await session.flush()  # one approval stands at a time, and the next may follow in this transaction
    leave_line(session, cycle, step, was=was, now=now, by=by, note=reason)
    return cycle


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
