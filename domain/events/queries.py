"""Reading events: by partner, in the order of their numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, text
from sqlmodel import col, select

from domain.events.errors import EventsForgotten
from domain.events.models import Event, EventForgotten, EventKind, Told
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember
from domain.paging import Page, PageRequest
from domain.storage import ReadSession, concerning, sight_of

START = 0
"""Before every number."""


async def following(session: ReadSession, partner_id: UUID, *, after: int, most: int) -> list[Event]:
    """What a partner is told after a number, of every kind."""
    found = select(Event).where(_told_to(session, partner_id), col(Event.number) > after)
    return list(await session.scalars(found.order_by(col(Event.number)).limit(most)))


async def whole(
    session: ReadSession, partner_id: UUID, kinds: Collection[EventKind], *, after: int, most: int
) -> list[Event]:
    """The same, when nothing of these kinds is missing in between. Raises: EventsForgotten."""
    events = await following(session, partner_id, after=after, most=most)
    await refuse_forgotten(session, partner_id, after=after, kinds=kinds)  # looked at last: it only ever grows
    return events


async def newest(session: ReadSession, partner_id: UUID) -> int:
    """The number of the last event that a partner was told of, also when it was forgotten since."""
    told = await session.scalar(select(func.max(Event.number)).where(_told_to(session, partner_id)))
    return max(told or START, await forgotten(session, partner_id))


async def forgotten(session: ReadSession, partner_id: UUID) -> int:
    """Up to which number events of a partner were removed: after it, nothing is missing."""
    upto = select(func.max(EventForgotten.number)).where(
        EventForgotten.partner_id == partner_id, concerning(sight_of(session), EventForgotten.partner_id)
    )
    return await session.scalar(upto) or START


async def refuse_forgotten(session: ReadSession, partner_id: UUID, *, after: int, kinds: Collection[EventKind]) -> None:
    """Let nobody take a gap for silence. Raises: EventsForgotten, when something of these kinds is missing."""
    gap = select(EventForgotten.number).where(
        EventForgotten.partner_id == partner_id,
        concerning(sight_of(session), EventForgotten.partner_id),
        col(EventForgotten.kind).in_(kinds),
        EventForgotten.number > after,
    )
    if await session.scalar(gap.limit(1)) is not None:
        raise EventsForgotten


async def page(
    session: ReadSession, partner_id: UUID, kinds: Collection[EventKind], request: PageRequest
) -> Page[Told]:
    """A partner's events of these kinds, the oldest that is kept first. Raises: EventsForgotten."""
    after = START
    if request.after is not None:
        (after,) = request.after
        await refuse_forgotten(session, partner_id, after=after, kinds=kinds)
    found = select(Event).where(_told_to(session, partner_id), col(Event.number) > after, _of(kinds))
    rows = await session.scalars(found.order_by(col(Event.number)).limit(request.first + 1))
    told = [Told(event, kind) for event in rows if (kind := event.told_as(kinds)) is not None]
    return Page.of(told, request, key=lambda one: (one.event.number,))


async def members(session: ReadSession, whom: Sequence[UUID]) -> list[KnownMember | None]:
    """The members of events as the viewing partner knows them now; None for those that are gone."""
    told = text("SELECT * FROM members_told(:whom, :partner)")
    rows = await session.execute(told, {"whom": list(whom), "partner": sight_of(session).partner_id})
    found = {
        row.asked: KnownMember(
            wallet_id=row.wallet_id, member_id=row.member_id, kind=MemberKind(row.kind), pairwise_id=row.pairwise_id
        )
        for row in rows
    }
    return [found.get(member_id) for member_id in whom]


def _told_to(session: ReadSession, partner_id: UUID) -> ColumnElement[bool]:
    return (col(Event.partner_id) == partner_id) & concerning(sight_of(session), Event.partner_id)


def _of(kinds: Collection[EventKind]) -> ColumnElement[bool]:
    """As `Event.told_as` says it."""
    named = col(Event.kind).in_(kinds)
    return or_(named, col(Event.balance_seen)) if EventKind.BALANCE_CHANGED in kinds else named
