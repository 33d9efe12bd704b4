"""The end of a coalition: announced by two people, no more earning, a last day to spend, a last settlement, closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import col, select

from domain.coalition.contracts import one_at_a_time
from domain.coalition.errors import ExitNotFound, ExitOutOfOrder, ExitTooSoon, ExitUnderWay, SecondSignatureNeeded
from domain.coalition.exit_models import PartnerExit, WindDown
from domain.coalition.exit_words import Remainder, Residual, WindDownStep
from domain.coalition.founding import coalition_of
from domain.coalition.leaving import LONGEST_REASON, MAY_LEAVE, notice_and_tail, standing_exit, sweep
from domain.coalition.models import Partner, PartnerStatus
from domain.coalition.partners import change_status
from domain.errors import InvalidValue
from domain.ids import PartnerId, PersonId, new_id
from domain.settlement.adjustment_models import AdjustmentReason
from domain.settlement.adjustments import Adjustment, adjust
from domain.settlement.exact import ZERO
from domain.settlement.exits.blockers import UNPRICED, Blocker, before_closing
from domain.settlement.exits.outstanding import newest_cut_off, outstanding, points_of, worth
from domain.settlement.models import Cycle
from domain.settlement.parties import CHARITY, OPERATOR, partner
from domain.storage import COALITION, ReadSession, WriteSession, sight_of
from domain.values import check_text


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceEnd:
    """The coalition is to end. Raises: InvalidValue."""

    earning_ends_at: datetime
    spending_ends_at: datetime
    residual: Residual
    """Who gets what was paid in for points that nobody spends."""
    reason: str

    def __post_init__(self) -> None:
        check_text("reason", self.reason, LONGEST_REASON)
        for part in ("earning_ends_at", "spending_ends_at"):
            if getattr(self, part).tzinfo is None:
                raise InvalidValue(f"{part} is a time with an offset", path=(part,))
        if self.spending_ends_at < self.earning_ends_at:
            raise InvalidValue("points can be spent at least as long as they are earned", path=("spending_ends_at",))


@dataclass(frozen=True, slots=True, kw_only=True)
class WindDownStepView:
    """One step of the end."""

    step: WindDownStep
    done_at: datetime | None
    due_at: datetime | None
    blockers: Sequence[Blocker] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WindDownView:
    """How far the end has come."""

    wind_down: WindDown
    steps: Sequence[WindDownStepView]
    next: WindDownStep | None


async def announce(session: WriteSession, command: AnnounceEnd, *, by: PersonId, now: datetime) -> WindDown:
    """Announce the end; nobody is told and nothing happens until a second person confirms.

    Every partner has the notice and the tail of its contract. Raises: ExitUnderWay, ExitTooSoon.
    """
    await one_at_a_time(session)
    standing = await _standing(session)
    if standing is not None:
        same = (standing.earning_ends_at, standing.spending_ends_at, standing.residual, standing.announced_by)
        if same == (command.earning_ends_at, command.spending_ends_at, command.residual, by):
            return standing
        raise ExitUnderWay("the coalition", standing.earning_ends_at)
    notice, tail = await _longest(session)
    if command.earning_ends_at < now + notice:
        raise ExitTooSoon(notice.days, now + notice).at("earning_ends_at")
    if command.spending_ends_at < command.earning_ends_at + tail:
        raise ExitTooSoon(tail.days, command.earning_ends_at + tail).at("spending_ends_at")
    ending = WindDown(wind_down_id=new_id(), announced_by=by, announced_at=now, **_columns(command))
    session.add(ending)
    await session.flush()  # who else announces is refused here
    return ending


async def take(session: WriteSession, step: WindDownStep, *, by: PersonId, now: datetime) -> WindDown:
    """Take one step of the end; the announcement's is its confirmation. Repeated, it changes nothing.

    Raises: ExitNotFound, ExitOutOfOrder, SecondSignatureNeeded.
    """
    match step:
        case WindDownStep.ANNOUNCE:
            return await confirm(session, by=by, now=now)
        case WindDownStep.SETTLE:
            return await settle(session, by=by, now=now)
        case WindDownStep.CLOSE:
            return await close(session, by=by, now=now)
    ending = await wind_down_of(session)
    due = ending.earning_ends_at if step is WindDownStep.STOP_EARNING else ending.spending_ends_at
    if ending.confirmed_at is None or now < due:
        raise ExitOutOfOrder(step, f"its day is {due.isoformat()}, once a second person has confirmed")
    await sweep(session, now=now)
    return ending


async def confirm(session: WriteSession, *, by: PersonId, now: datetime) -> WindDown:
    """A second person confirms: every partner's way out begins, and all are told.

    Notices that stood are taken up into it. Raises: ExitNotFound, SecondSignatureNeeded, ExitOutOfOrder.
    """
    await one_at_a_time(session)
    ending = await wind_down_of(session)
    if ending.confirmed_at is not None:
        return ending
    if ending.announced_by == by:
        raise SecondSignatureNeeded("announced the end", "confirm it")
    notice, _tail = await _longest(session)
    if ending.earning_ends_at < now + notice:
        raise ExitOutOfOrder(WindDownStep.ANNOUNCE, "the days of notice are no longer left; announce later days")
    ending.confirmed_by, ending.confirmed_at = by, now
    coalition = await coalition_of(session)
    coalition.earning_ends_at, coalition.spending_ends_at = ending.earning_ends_at, ending.spending_ends_at
    await session.flush()  # the exits refer to it
    for each in (await session.scalars(select(Partner).order_by(col(Partner.partner_id)))).all():
        await _take_up(session, ending, each, now)
    return ending


async def withdraw(
    session: WriteSession, *, by: PersonId, now: datetime, announced_at: datetime | None = None
) -> WindDown:
    """Take the end back, that announced at an instant where it is named, before anybody's earning has stopped.

    Raises: ExitNotFound, ExitOutOfOrder.
    """
    await one_at_a_time(session)
    ending = await wind_down_of(session)
    if announced_at is not None and ending.announced_at != announced_at:
        raise ExitNotFound
    parts = await _parts(session, ending)
    if any(part.stopped_at is not None for part in parts):
        raise ExitOutOfOrder("WITHDRAW", "earning has stopped")
    for part in parts:
        part.withdrawn_by, part.withdrawn_at = by, now
        leaver = await session.get(Partner, part.partner_id)
        assert leaver is not None
        leaver.leaves_at = leaver.honours_until = None
    ending.withdrawn_by, ending.withdrawn_at = by, now
    coalition = await coalition_of(session)
    coalition.earning_ends_at = coalition.spending_ends_at = None
    return ending


async def settle(session: WriteSession, *, by: PersonId, now: datetime) -> WindDown:
    """Deal with what was paid in for points that nobody spent, as of the last cut-off.

    Raises: ExitNotFound, ExitOutOfOrder.
    """
    await one_at_a_time(session)
    ending = await wind_down_of(session)
    if ending.settled_at is not None:
        return ending
    _refuse_blocked(WindDownStep.SETTLE, await _before_settling(session, ending))
    last = await newest_cut_off(session)
    assert last is not None, "that one is cut off is asked before"
    ending.settled_points, ending.settled_amount = 0, ZERO
    for part in await _unsettled(session):
        points, amount = await _settle_part(session, ending, part, last, by=by, now=now)
        ending.settled_points += points
        ending.settled_amount += amount
    ending.last_cycle_id, ending.settled_at = last.cycle_id, now
    return ending


async def close(session: WriteSession, *, by: PersonId, now: datetime) -> WindDown:
    """The end, by another person than who announced it: every partner is closed, and the coalition with them.

    Raises: ExitNotFound, ExitOutOfOrder, SecondSignatureNeeded.
    """
    await one_at_a_time(session)
    ending = await wind_down_of(session)
    if ending.closed_at is not None:
        return ending
    if ending.settled_at is None:
        raise ExitOutOfOrder(WindDownStep.CLOSE, "what was paid in is not dealt with")
    if ending.announced_by == by:
        raise SecondSignatureNeeded("announced the end", "close it")
    _refuse_blocked(WindDownStep.CLOSE, await _before_closing(session))
    for part in await _open_exits(session):
        part.closed_by, part.closed_at = by, now
    for each in (await session.scalars(select(Partner).where(Partner.status != PartnerStatus.CLOSED))).all():
        await change_status(session, each.partner_id, PartnerStatus.CLOSED)
    ending.closed_by, ending.closed_at = by, now
    (await coalition_of(session)).closed_at = now
    return ending


async def view(session: ReadSession, *, now: datetime) -> WindDownView:
    """The steps of the end, which are done, and what stands before the next. Raises: ExitNotFound."""
    ending = await wind_down_of(session)
    parts = await _parts(session, ending)
    done = {
        WindDownStep.ANNOUNCE: ending.confirmed_at,
        WindDownStep.STOP_EARNING: _all([part.stopped_at for part in parts]) if ending.confirmed_at else None,
        WindDownStep.END_SPENDING: _all([part.tail_ended_at for part in parts]) if ending.confirmed_at else None,
        WindDownStep.SETTLE: ending.settled_at,
        WindDownStep.CLOSE: ending.closed_at,
    }
    following = next((step for step, at in done.items() if at is None), None)
    blockers = await _blockers(session, ending, following, now)
    dates = {
        WindDownStep.STOP_EARNING: ending.earning_ends_at,
        WindDownStep.END_SPENDING: ending.spending_ends_at,
    }
    steps = [
        WindDownStepView(step=step, done_at=at, due_at=dates.get(step), blockers=blockers if step is following else ())
        for step, at in done.items()
    ]
    return WindDownView(wind_down=ending, steps=steps, next=following)


async def wind_down_of(session: ReadSession) -> WindDown:
    """The end that was announced and not taken back; the coalition's own to see. Raises: ExitNotFound."""
    standing = await _standing(session) if sight_of(session) == COALITION else None
    if standing is None:
        raise ExitNotFound
    return standing


async def _standing(session: ReadSession) -> WindDown | None:
    query = select(WindDown).where(col(WindDown.withdrawn_at).is_(None))
    return (await session.scalars(query.execution_options(populate_existing=True))).first()


async def _take_up(session: WriteSession, ending: WindDown, each: Partner, now: datetime) -> None:
    """A partner's way out as part of the end; who has stopped already honours points no longer than all the others."""
    standing = await standing_exit(session, each.partner_id)
    if standing is not None and standing.stopped_at is not None:
        if standing.tail_ended_at is None and standing.honours_until > ending.spending_ends_at:
            standing.honours_until = each.honours_until = max(ending.spending_ends_at, standing.exit_at)
        return
    if standing is not None:
        standing.withdrawn_by, standing.withdrawn_at = ending.confirmed_by, now
        await session.flush()  # one stands at a time
    if PartnerStatus(each.status) not in MAY_LEAVE:
        return
    session.add(
        PartnerExit(
            exit_id=new_id(),
            partner_id=each.partner_id,
            wind_down_id=ending.wind_down_id,
            reason=ending.reason,
            by_partner=False,
            noticed_by=ending.announced_by,
            noticed_at=now,
            exit_at=ending.earning_ends_at,
            honours_until=ending.spending_ends_at,
            remainder=Remainder.WIND_DOWN,
            remainder_by=ending.announced_by,
            remainder_agreed_by=ending.confirmed_by,
            remainder_agreed_at=now,
        )
    )
    each.leaves_at, each.honours_until = ending.earning_ends_at, ending.spending_ends_at


async def _settle_part(
    session: WriteSession, ending: WindDown, part: PartnerExit, last: Cycle, *, by: PersonId, now: datetime
) -> tuple[int, Decimal]:
    """One sponsor's points that nobody spent, and what was paid in for them."""
    found = await outstanding(session, part.partner_id, last)
    paid_in = await worth(session, found, at_issuance=True)
    to = {Residual.SPONSORS: partner(PartnerId(part.partner_id)), Residual.CHARITY: CHARITY}
    creditor = to.get(Residual(ending.residual), OPERATOR)
    if paid_in and creditor != OPERATOR:
        adjustment = Adjustment(
            reason=AdjustmentReason.EXIT,
            debtor=OPERATOR,
            creditor=creditor,
            amount=paid_in,
            adjusts_cycle_id=last.cycle_id,
            subject_id=part.exit_id,
            note=f"the coalition ends: {points_of(found):,} points were never spent, though paid in when issued",
        )
        await adjust(session, adjustment, by=by, now=now, key=f"exit {part.exit_id}")
    part.last_cycle_id, part.settled_at = last.cycle_id, now
    part.settled_points, part.settled_amount = points_of(found), -paid_in if creditor.partner_id else ZERO
    if part.remainder != Remainder.WIND_DOWN:
        part.remainder, part.remainder_by = Remainder.WIND_DOWN, ending.announced_by
        part.remainder_agreed_by, part.remainder_agreed_at = ending.confirmed_by, now
    return points_of(found), paid_in


async def _parts(session: ReadSession, ending: WindDown) -> list[PartnerExit]:
    query = select(PartnerExit).where(
        PartnerExit.wind_down_id == ending.wind_down_id, col(PartnerExit.withdrawn_at).is_(None)
    )
    return list(await session.scalars(query.execution_options(populate_existing=True)))


async def _open_exits(session: ReadSession) -> list[PartnerExit]:
    query = select(PartnerExit).where(col(PartnerExit.withdrawn_at).is_(None), col(PartnerExit.closed_at).is_(None))
    return list(await session.scalars(query.execution_options(populate_existing=True)))


async def _unsettled(session: ReadSession) -> list[PartnerExit]:
    return [part for part in await _open_exits(session) if part.settled_at is None]


async def _longest(session: ReadSession) -> tuple[timedelta, timedelta]:
    """The longest notice and the longest tail that any partner's contract promises."""
    partners = select(Partner.partner_id).where(col(Partner.status).in_(MAY_LEAVE))
    promised = [await notice_and_tail(session, each) for each in await session.scalars(partners)]
    nothing = timedelta(0)
    return max((days[0] for days in promised), default=nothing), max((days[1] for days in promised), default=nothing)


async def _blockers(
    session: ReadSession, ending: WindDown, following: WindDownStep | None, now: datetime
) -> Sequence[Blocker]:
    match following:
        case WindDownStep.ANNOUNCE:
            return [Blocker(says="a second person has to confirm it", since=ending.announced_at)]
        case WindDownStep.STOP_EARNING if ending.confirmed_at and now < ending.earning_ends_at:
            says = f"points are earned until {ending.earning_ends_at.date().isoformat()}"
            return [Blocker(says=says, since=ending.confirmed_at)]
        case WindDownStep.END_SPENDING if now < ending.spending_ends_at:
            says = f"points can be spent until {ending.spending_ends_at.date().isoformat()}"
            return [Blocker(says=says, since=ending.earning_ends_at)]
        case WindDownStep.SETTLE:
            return await _before_settling(session, ending)
        case WindDownStep.CLOSE:
            return await _before_closing(session)
        case _:
            return []


async def _before_settling(session: ReadSession, ending: WindDown) -> list[Blocker]:
    if ending.confirmed_at is None:
        return [Blocker(says="a second person has to confirm the end", since=ending.announced_at)]
    waiting = [part for part in await _open_exits(session) if part.tail_ended_at is None]
    if waiting:
        return [Blocker(says=f"{len(waiting)} partners still honour points", since=ending.confirmed_at)]
    last = await newest_cut_off(session)
    if last is None or last.cut_off_at is None or last.cut_off_at < ending.spending_ends_at:
        return [Blocker(says="the cycle of the last day is not cut off yet", since=ending.spending_ends_at)]
    if last.state in UNPRICED:
        return [Blocker(says=f"cycle {last.name} is not computed yet", since=last.cut_off_at)]
    return []


async def _before_closing(session: ReadSession) -> list[Blocker]:
    """What any partner's end waits for, each thing once."""
    found: dict[str, Blocker] = {}
    for part in await _open_exits(session):
        for blocker in await before_closing(session, part):
            found.setdefault(blocker.says, blocker)
    return list(found.values())


def _refuse_blocked(step: WindDownStep, blockers: Sequence[Blocker]) -> None:
    if blockers:
        raise ExitOutOfOrder(step, "; ".join(blocker.says for blocker in blockers))


def _all(times: Sequence[datetime | None]) -> datetime | None:
    """The last of them, once all have come."""
    passed = [time for time in times if time is not None]
    return max(passed) if passed and len(passed) == len(times) else None


def _columns(command: AnnounceEnd) -> dict[str, Any]:
    return {name: getattr(command, name) for name in command.__slots__}
