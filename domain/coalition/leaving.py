"""A partner's way out, as far as dates and decisions go: notice, the exit day, the end of the tail, the remainder.

The money of it, and the end, stand in domain.settlement.exiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from domain.coalition.contracts import is_founding, one_at_a_time
from domain.coalition.errors import (
    ExitNotFound,
    ExitOutOfOrder,
    ExitTooSoon,
    ExitUnderWay,
    PartnerNotFound,
    PersonNeeded,
    SecondSignatureNeeded,
    StatusNotPossible,
)
from domain.coalition.exit_models import PartnerExit
from domain.coalition.exit_words import ExitStep, Remainder
from domain.coalition.models import Contract, Partner, PartnerStatus
from domain.coalition.partners import change_status
from domain.errors import InvalidValue
from domain.ids import PersonId, new_id
from domain.storage import ReadSession, WriteSession, concerning, sight_of
from domain.values import check_text

LONGEST_REASON = 500
MAY_LEAVE = (PartnerStatus.ACTIVE, PartnerStatus.SUSPENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveNotice:
    """A partner is to leave. Raises: InvalidValue."""

    partner_id: UUID
    exit_at: datetime
    """From then on it funds no points; not before its contract's days of notice are over."""
    reason: str
    by_partner: bool = False
    """Whether the partner itself gives notice."""

    def __post_init__(self) -> None:
        check_text("reason", self.reason, LONGEST_REASON)
        if self.exit_at.tzinfo is None:
            raise InvalidValue("the exit day is a time with an offset", path=("exit_at",))


async def give_notice(session: WriteSession, command: GiveNotice, *, by: PersonId | None, now: datetime) -> PartnerExit:
    """Give notice: everybody is told, and nothing changes until the exit day. The same again changes nothing.

    Raises: PartnerNotFound, ExitUnderWay, StatusNotPossible, ExitTooSoon, PersonNeeded.
    """
    if by is None and not await is_founding(session):
        raise PersonNeeded
    await one_at_a_time(session)
    partner = await partner_of(session, command.partner_id)
    standing = await standing_exit(session, command.partner_id)
    if standing is not None:
        if (standing.exit_at, standing.noticed_by) == (command.exit_at, by) and standing.stopped_at is None:
            return standing
        raise ExitUnderWay(partner.name, standing.exit_at)
    if PartnerStatus(partner.status) not in MAY_LEAVE:
        raise StatusNotPossible(partner.status, PartnerStatus.LEAVING)
    notice, tail = await notice_and_tail(session, command.partner_id)
    if command.exit_at < now + notice:
        raise ExitTooSoon(notice.days, now + notice)
    leaving = PartnerExit(
        exit_id=new_id(),
        partner_id=command.partner_id,
        reason=command.reason,
        by_partner=command.by_partner,
        noticed_by=by,
        noticed_at=now,
        exit_at=command.exit_at,
        honours_until=command.exit_at + tail,
    )
    session.add(leaving)
    partner.leaves_at, partner.honours_until = leaving.exit_at, leaving.honours_until
    await session.flush()  # who else gives notice is refused here, not at the end
    return leaving


async def withdraw(session: WriteSession, partner_id: UUID, *, by: PersonId | None, now: datetime) -> PartnerExit:
    """Take notice back, until the exit day. Raises: ExitNotFound, ExitOutOfOrder, PersonNeeded."""
    if by is None and not await is_founding(session):
        raise PersonNeeded
    await one_at_a_time(session)
    leaving, partner = await exit_of(session, partner_id), await partner_of(session, partner_id)
    if leaving.wind_down_id is not None:
        raise ExitOutOfOrder("WITHDRAW", "it is part of the end of the coalition")
    if leaving.stopped_at is not None:
        raise ExitOutOfOrder("WITHDRAW", f"{partner.name} left on {leaving.stopped_at.date().isoformat()}")
    leaving.withdrawn_by, leaving.withdrawn_at = by, now
    partner.leaves_at = partner.honours_until = None
    return leaving


async def choose_remainder(
    session: WriteSession, partner_id: UUID, remainder: Remainder, *, by: PersonId, now: datetime
) -> PartnerExit:
    """Say what becomes of points that nobody has spent; it counts once a second person says the same.

    Saying otherwise begins anew. Raises: ExitNotFound, ExitOutOfOrder, SecondSignatureNeeded, InvalidValue.
    """
    if remainder is Remainder.WIND_DOWN:
        raise InvalidValue("a partner's points are honoured, paid out or taken over", path=("remainder",))
    await one_at_a_time(session)
    leaving = await exit_of(session, partner_id)
    if leaving.wind_down_id is not None:
        raise ExitOutOfOrder("REMAINDER", "the end of the coalition decides about them")
    if leaving.settled_at is not None:
        raise ExitOutOfOrder("REMAINDER", "they have been dealt with")
    if leaving.remainder != remainder:
        leaving.remainder, leaving.remainder_by = remainder, by
        leaving.remainder_agreed_by = leaving.remainder_agreed_at = None
        return leaving
    if leaving.remainder_agreed_by == by:
        return leaving
    if leaving.remainder_by == by:
        raise SecondSignatureNeeded("proposed what becomes of the points", "agree")
    if leaving.remainder_agreed_at is None:
        leaving.remainder_agreed_by, leaving.remainder_agreed_at = by, now
    return leaving


async def stop_earning(session: WriteSession, partner_id: UUID, *, now: datetime) -> PartnerExit:
    """The exit day: from now on postings refuse its points. Raises: ExitNotFound, ExitOutOfOrder."""
    await one_at_a_time(session)
    leaving = await exit_of(session, partner_id)
    if leaving.stopped_at is not None:
        return leaving
    if now < leaving.exit_at:
        raise ExitOutOfOrder(ExitStep.STOP_EARNING, f"its exit day is {leaving.exit_at.isoformat()}")
    await change_status(session, partner_id, PartnerStatus.LEAVING)
    leaving.stopped_at = now
    return leaving


async def end_tail(session: WriteSession, partner_id: UUID, *, now: datetime) -> PartnerExit:
    """Its tills have honoured points for the last time. Raises: ExitNotFound, ExitOutOfOrder."""
    await one_at_a_time(session)
    leaving = await exit_of(session, partner_id)
    if leaving.tail_ended_at is not None:
        return leaving
    if leaving.stopped_at is None:
        raise ExitOutOfOrder(ExitStep.END_TAIL, "it still funds points; its exit day comes first")
    if now < leaving.honours_until:
        raise ExitOutOfOrder(ExitStep.END_TAIL, f"its tail lasts until {leaving.honours_until.isoformat()}")
    await change_status(session, partner_id, PartnerStatus.SETTLING)
    leaving.tail_ended_at = now
    return leaving


async def sweep(session: WriteSession, *, now: datetime) -> int:
    """Take the dated steps that are due, in their order, and say how many; a worker calls it, and a moved clock."""
    taken = 0
    query = select(PartnerExit).where(col(PartnerExit.withdrawn_at).is_(None), col(PartnerExit.tail_ended_at).is_(None))
    for leaving in (await session.scalars(query.order_by(col(PartnerExit.exit_at)))).all():
        if leaving.stopped_at is None and leaving.exit_at <= now:
            await stop_earning(session, leaving.partner_id, now=now)
            taken += 1
        if leaving.stopped_at is not None and leaving.honours_until <= now:
            await end_tail(session, leaving.partner_id, now=now)
            taken += 1
    return taken


async def exit_of(session: ReadSession, partner_id: UUID) -> PartnerExit:
    """A partner's way out that stands, as it is now. Raises: ExitNotFound."""
    leaving = await standing_exit(session, partner_id)
    if leaving is None:
        raise ExitNotFound
    return leaving


async def standing_exit(session: ReadSession, partner_id: UUID) -> PartnerExit | None:
    """A partner's way out that was not withdrawn, where there is one the viewer may see."""
    query = select(PartnerExit).where(
        PartnerExit.partner_id == partner_id,
        col(PartnerExit.withdrawn_at).is_(None),
        concerning(sight_of(session), col(PartnerExit.partner_id)),
    )
    return (await session.scalars(query.execution_options(populate_existing=True))).first()


async def exits(session: ReadSession) -> list[PartnerExit]:
    """Everybody who is leaving or has left, as far as the viewer may see it, the latest first."""
    query = select(PartnerExit).where(concerning(sight_of(session), col(PartnerExit.partner_id)))
    return list(await session.scalars(query.order_by(col(PartnerExit.noticed_at).desc(), col(PartnerExit.exit_id))))


async def notice_and_tail(session: ReadSession, partner_id: UUID) -> tuple[timedelta, timedelta]:
    """The days of notice and of the tail by the newest contract that is signed; none without a contract."""
    query = select(Contract).where(Contract.partner_id == partner_id, col(Contract.signed_at).is_not(None))
    contract = (await session.scalars(query.order_by(col(Contract.version).desc()).limit(1))).first()
    if contract is None:
        return timedelta(0), timedelta(0)
    return timedelta(days=contract.notice_days), timedelta(days=contract.tail_days)


async def partner_of(session: ReadSession, partner_id: UUID) -> Partner:
    """The partner itself. Raises: PartnerNotFound."""
    partner = (await session.scalars(select(Partner).where(Partner.partner_id == partner_id))).first()
    if partner is None:
        raise PartnerNotFound
    return partner
