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

_NUMBER = text("SELECT * FROM number_events(:most, :now)")


async def number(session: WriteSession, *, most: int = MOST, now: datetime) -> list[Event]:
    """Give numbers to events that have none, in the order of their positions, and answer with them in that order.

    Nothing, where another sequencer is at it. The session sees with the coalition's eyes and its transaction is
    READ COMMITTED. `now` is real time.
    """
    rows = select(Event).from_statement(_NUMBER.bindparams(most=most, now=now))
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
