"""A partner's last settlement and its end; and the whole way out as people follow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel import select

from domain.coalition.contracts import is_founding, one_at_a_time
from domain.coalition.errors import ExitOutOfOrder, PersonNeeded
from domain.coalition.exit_models import PartnerExit
from domain.coalition.exit_words import ExitStep, Remainder
from domain.coalition.leaving import end_tail, exit_of, stop_earning
from domain.coalition.models import Partner, PartnerStatus
from domain.coalition.partners import change_status
from domain.ids import PartnerId, PersonId
from domain.settlement.adjustment_models import AdjustmentReason
from domain.settlement.adjustments import Adjustment, adjust
from domain.settlement.exact import ZERO
from domain.settlement.exits.blockers import Blocker, before_closing, before_settling
from domain.settlement.exits.outstanding import (
    Option,
    Outstanding,
    newest_cut_off,
    options,
    outstanding,
    points_of,
    worth,
)
from domain.settlement.models import Cycle, CycleState
from domain.settlement.parties import OPERATOR, partner
from domain.storage import ReadSession, WriteSession


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One step on the way out."""

    step: ExitStep
    done_at: datetime | None
    due_at: datetime | None
    """When it falls due by itself; None: as soon as nothing stands in its way."""
    blockers: Sequence[Blocker] = ()
    """What has to happen first; told of the next step only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitView:
    """How far a partner has come on its way out."""

    leaving: PartnerExit
    steps: Sequence[StepView]
    next: ExitStep | None
    outstanding: int
    """Its points that nobody has spent and that have not expired, as of now."""
    options: Sequence[Option]
    """What may become of them; empty once that is settled, or while a cycle is not computed."""


async def take(
    session: WriteSession, partner_id: UUID, step: ExitStep, *, by: PersonId | None, now: datetime
) -> PartnerExit:
    """Take one step on a partner's way out; repeated, it changes nothing.

    Raises: ExitNotFound, ExitOutOfOrder, PersonNeeded, PriceUnknown.
    """
    match step:
        case ExitStep.NOTICE:
            raise ExitOutOfOrder(step, "notice is given with a day and a reason")
        case ExitStep.STOP_EARNING:
            return await stop_earning(session, partner_id, now=now)
        case ExitStep.END_TAIL:
            return await end_tail(session, partner_id, now=now)
        case ExitStep.SETTLE:
            return await settle(session, partner_id, by=by, now=now)
        case ExitStep.CLOSE:
            return await close(session, partner_id, by=by, now=now)


async def settle(session: WriteSession, partner_id: UUID, *, by: PersonId | None, now: datetime) -> PartnerExit:
    """Deal with what is out as two people agreed: as of the last cut-off, after which all of it is the operator's.

    Raises: ExitNotFound, ExitOutOfOrder, PersonNeeded.
    """
    await _refuse_nobody(session, by)
    await one_at_a_time(session)
    leaving = await exit_of(session, partner_id)
    if leaving.settled_at is not None:
        return leaving
    if leaving.tail_ended_at is None:
        raise ExitOutOfOrder(ExitStep.SETTLE, "its tail has not ended")
    if leaving.wind_down_id is not None:
        raise ExitOutOfOrder(ExitStep.SETTLE, "the end of the coalition settles it with all the others")
    _refuse_blocked(ExitStep.SETTLE, await before_settling(session, leaving))
    last = await newest_cut_off(session)
    assert last is not None, "that one is cut off is asked before"
    found = await outstanding(session, partner_id, last)
    amount = await worth(session, found, at_issuance=False) if leaving.remainder == Remainder.PAY_OUT else ZERO
    if amount:
        await _charge(session, leaving, last, found, amount, by=by, now=now)
    leaving.last_cycle_id, leaving.settled_at = last.cycle_id, now
    leaving.settled_points, leaving.settled_amount = points_of(found), amount
    return leaving


async def close(session: WriteSession, partner_id: UUID, *, by: PersonId | None, now: datetime) -> PartnerExit:
    """The end: all its cycles are closed and nothing is open. Raises: ExitNotFound, ExitOutOfOrder, PersonNeeded."""
    await _refuse_nobody(session, by)
    await one_at_a_time(session)
    leaving = await exit_of(session, partner_id)
    if leaving.closed_at is not None:
        return leaving
    if leaving.settled_at is None:
        raise ExitOutOfOrder(ExitStep.CLOSE, "what is out of its points is not dealt with")
    _refuse_blocked(ExitStep.CLOSE, await before_closing(session, leaving))
    await change_status(session, partner_id, PartnerStatus.CLOSED)
    leaving.closed_by, leaving.closed_at = by, now
    return leaving


async def view(session: ReadSession, partner_id: UUID, *, now: datetime) -> ExitView:
    """The steps of a partner's way out, which are done, and what stands before the next; as the coalition sees it.

    Raises: ExitNotFound.
    """
    leaving = await exit_of(session, partner_id)
    done = {
        ExitStep.NOTICE: leaving.noticed_at,
        ExitStep.STOP_EARNING: leaving.stopped_at,
        ExitStep.END_TAIL: leaving.tail_ended_at,
        ExitStep.SETTLE: leaving.settled_at,
        ExitStep.CLOSE: leaving.closed_at,
    }
    following = next((step for step, at in done.items() if at is None), None)
    blockers = await _blockers(session, leaving, following, now)
    dates = {ExitStep.STOP_EARNING: leaving.exit_at, ExitStep.END_TAIL: leaving.honours_until}
    steps = [
        StepView(step=step, done_at=at, due_at=dates.get(step), blockers=blockers if step is following else ())
        for step, at in done.items()
    ]
    found = await _out_now(session, partner_id)
    decided = leaving.settled_at is not None or leaving.wind_down_id is not None
    return ExitView(
        leaving=leaving,
        steps=steps,
        next=following,
        outstanding=points_of(found),
        options=[] if decided else await options(session, found),
    )


async def _blockers(
    session: ReadSession, leaving: PartnerExit, following: ExitStep | None, now: datetime
) -> Sequence[Blocker]:
    match following:
        case ExitStep.STOP_EARNING if now < leaving.exit_at:
            return [Blocker(says=f"its exit day is {leaving.exit_at.date().isoformat()}", since=leaving.noticed_at)]
        case ExitStep.END_TAIL if now < leaving.honours_until:
            until = leaving.honours_until.date().isoformat()
            since = leaving.stopped_at or leaving.exit_at
            return [Blocker(says=f"its tills honour points until {until}, as its contract says", since=since)]
        case ExitStep.SETTLE:
            return await before_settling(session, leaving)
        case ExitStep.CLOSE:
            return await before_closing(session, leaving)
        case _:
            return []


async def _out_now(session: ReadSession, partner_id: UUID) -> list[Outstanding]:
    current = (await session.scalars(select(Cycle).where(Cycle.state == CycleState.OPEN))).first()
    return [] if current is None else await outstanding(session, partner_id, current)


async def _charge(
    session: WriteSession,
    leaving: PartnerExit,
    last: Cycle,
    found: Sequence[Outstanding],
    amount: Decimal,
    *,
    by: PersonId | None,
    now: datetime,
) -> None:
    name = await session.scalar(select(Partner.name).where(Partner.partner_id == leaving.partner_id))
    adjustment = Adjustment(
        reason=AdjustmentReason.EXIT,
        debtor=partner(PartnerId(leaving.partner_id)),
        creditor=OPERATOR,
        amount=amount,
        adjusts_cycle_id=last.cycle_id,
        subject_id=leaving.exit_id,
        note=f"{name} leaves: {points_of(found):,} of its points are still out, at what is due when they are spent",
    )
    await adjust(session, adjustment, by=by, now=now, key=f"exit {leaving.exit_id}")


async def _refuse_nobody(session: ReadSession, by: PersonId | None) -> None:
    if by is None and not await is_founding(session):
        raise PersonNeeded


def _refuse_blocked(step: ExitStep, blockers: Sequence[Blocker]) -> None:
    if blockers:
        raise ExitOutOfOrder(step, "; ".join(blocker.says for blocker in blockers))
