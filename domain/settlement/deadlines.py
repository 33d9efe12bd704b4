"""What time brings to cycles: the calendar's cut-offs, reminders to answer, approvals that run out."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from domain.coalition.founding import coalition_of, zone
from domain.ids import PartnerId
from domain.settlement.answers import Answer, answers_of
from domain.settlement.approvals import Standing, standing
from domain.settlement.calendar import next_cut_off
from domain.settlement.computing import compute
from domain.settlement.cycles import CutOff, cut_off, fall_back
from domain.settlement.models import Cycle, CycleState
from domain.settlement.openings import UNSETTLED
from domain.settlement.policy import policy_of
from domain.settlement.policy_models import Calendar
from domain.settlement.steps import Step, hold_still, leave_line
from domain.storage import ReadSession, WriteSession

EXPIRED = "its time is over; approve it again"
CHANGED = "what it covers has changed; compute it again"


async def cut_off_due(session: WriteSession, *, now: datetime) -> CutOff | None:
    """Cut off the open cycle if the calendar's instant has come, for that very instant; None if there is none yet.

    One that was missed is made up for: what was posted since belongs to the cycle it was posted in.
    """
    policy = await policy_of(session)
    cycle = (await session.scalars(select(Cycle).where(Cycle.state == CycleState.OPEN))).first()
    if cycle is None:
        return None
    place = zone((await coalition_of(session)).time_zone)
    since = max(cycle.opened_at, policy.calendar_since or cycle.opened_at)
    due = next_cut_off(since, Calendar(policy.calendar), place)
    if due is None or due > now:
        return None
    return await cut_off(session, cycle.cycle_id, now=now, at=due)


async def to_seal(session: ReadSession) -> UUID | None:
    """The oldest cycle that was cut off by the calendar and has no seal yet."""
    return await _oldest(session, sealed=False)


async def compute_due(session: WriteSession, *, now: datetime) -> Cycle | None:
    """Compute the oldest sealed cycle, if the calendar is to and the one before it is settled; None if not."""
    cycle_id = await _oldest(session, sealed=True)
    if cycle_id is None:
        return None
    cycle = await hold_still(session, cycle_id)
    before = (await session.scalars(select(Cycle).where(Cycle.number == cycle.number - 1))).first()
    if cycle.state != CycleState.CUT_OFF or (before is not None and before.state in UNSETTLED):
        return None
    return await compute(session, cycle_id, now=now)


async def remind_due(session: WriteSession, *, now: datetime) -> list[PartnerId]:
    """Remind the partners that have not answered and whose time runs out, once for each proposal."""
    reminded: list[PartnerId] = []
    ahead = timedelta(days=(await policy_of(session)).reminder_days)
    query = select(Cycle.cycle_id).where(Cycle.state == CycleState.PROPOSED, col(Cycle.answer_until) > now)
    for cycle_id in await session.scalars(query.where(col(Cycle.answer_until) <= now + ahead)):
        cycle = await hold_still(session, cycle_id)
        for answer in await answers_of(session, cycle_id, now=now):
            if answer.answer is Answer.NONE and not _reminded_since(answer.reminded_at, cycle.proposed_at):
                leave_line(session, cycle, Step.REMIND, was=cycle.state, now=now, partner_id=answer.partner_id)
                reminded.append(answer.partner_id)
    return reminded


async def expire_due(session: WriteSession, *, now: datetime) -> list[Cycle]:
    """Take back approvals nobody may act upon: past their time to PROPOSED, changed underneath to COMPUTED."""
    expired: list[Cycle] = []
    for cycle_id in await session.scalars(select(Cycle.cycle_id).where(Cycle.state == CycleState.APPROVED)):
        cycle = await hold_still(session, cycle_id)
        if cycle.state != CycleState.APPROVED:
            continue
        match await standing(session, cycle_id, now=now):
            case Standing.EXPIRED:
                to, reason = CycleState.PROPOSED, EXPIRED
            case Standing.CHANGED if not await _built_upon(session, cycle):
                to, reason = CycleState.COMPUTED, CHANGED
            case _:
                continue
        expired.append(await fall_back(session, cycle, to, Step.EXPIRE, reason=reason, by=None, now=now))
    return expired


def _reminded_since(reminded_at: datetime | None, proposed_at: datetime | None) -> bool:
    """Whether a reminder was for this proposal, and not for an earlier one of the same computation."""
    return reminded_at is not None and proposed_at is not None and reminded_at >= proposed_at


async def _oldest(session: ReadSession, *, sealed: bool) -> UUID | None:
    """The oldest cycle waiting to be sealed or computed; none where everything is done by hand."""
    if (await policy_of(session)).calendar == Calendar.BY_HAND:
        return None
    root = col(Cycle.merkle_root)
    query = select(Cycle.cycle_id).where(
        Cycle.state == CycleState.CUT_OFF, root.is_not(None) if sealed else root.is_(None)
    )
    return (await session.scalars(query.order_by(col(Cycle.number)).limit(1))).first()


async def _built_upon(session: ReadSession, cycle: Cycle) -> bool:
    following = (await session.scalars(select(Cycle).where(Cycle.number == cycle.number + 1))).first()
    return following is not None and following.state not in {CycleState.OPEN, CycleState.CUT_OFF, CycleState.COMPUTED}
