"""Numbers for events: given after the commit that wrote them, one sequencer at a time, so that readers miss none.

Positions are taken while transactions are under way and become visible in another order; numbers do not
(docs/adr/0007).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlmodel import select

from domain.events.models import Event
from domain.storage import WriteSession

MOST = 1_000
"""How many a batch numbers at most."""

CHANNEL = "hansa_events"
"""Where listeners hear that there are numbers: the partners concerned, or nothing when they are too many to name."""

_LONGEST_NOTICE = 7_999

_WAITING = text("SELECT EXISTS (SELECT FROM event WHERE number IS NULL)")
_HOLD_COUNTER = text("SELECT last FROM event_counter FOR UPDATE SKIP LOCKED")
_NUMBER = text("""
    WITH due AS (
        SELECT position, row_number() OVER (ORDER BY position) AS place
        FROM (SELECT position FROM event WHERE number IS NULL ORDER BY position LIMIT :most) first
    ), counted AS (
        UPDATE event_counter SET last = last + (SELECT count(*) FROM due)
    )
    UPDATE event e SET number = :last + d.place, numbered_at = :now FROM due d WHERE e.position = d.position
    RETURNING e.*
""")


async def number(session: WriteSession, *, most: int = MOST, now: datetime) -> list[Event]:
    """Give numbers to events that have none, in the order of their positions, and answer with them in that order.

    Nothing, where another sequencer is at it. The session sees with the coalition's eyes and its transaction is
    READ COMMITTED: the lock is taken in a statement before the one that looks, which therefore sees all that the
    sequencer before committed. `now` is real time.
    """
    if not (await session.execute(_WAITING)).scalar():
        return []
    last = (await session.execute(_HOLD_COUNTER)).scalar()
    if last is None:
        return []
    rows = select(Event).from_statement(_NUMBER.bindparams(most=most, last=last, now=now))
    return sorted((await session.scalars(rows)).all(), key=lambda event: event.number or 0)


async def sequence(session: WriteSession, *, most: int = MOST, now: datetime) -> list[Event]:
    """Number events and wake the listeners: the step of whoever has nothing else to do with them."""
    events = await number(session, most=most, now=now)
    if events:
        await announce(session, events)
    return events


async def announce(session: WriteSession, events: list[Event]) -> None:
    """Wake the listeners when the transaction commits; postings never do, since notices serialise commits."""
    partners = ",".join(sorted({event.partner_id.hex for event in events}))
    notice = partners if len(partners) <= _LONGEST_NOTICE else ""
    await session.execute(text("SELECT pg_notify(:channel, :notice)"), {"channel": CHANNEL, "notice": notice})
