"""Followers of events: a batch is read once for all who follow a partner, and nobody's queue grows."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager, suppress
from itertools import takewhile
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog

from domain.events import queries
from domain.events.models import Event, EventKind
from domain.storage import Database, ReadSession, Sight

BATCH = 500
REMEMBERED = 1_000
"""How many of a partner's newest events are kept at hand for its followers; who is further behind reads the table."""

SAFETY_SECONDS = 30.0
"""How often one looks without having been woken."""
UNHEARING_SECONDS = 1.0
"""The same while there is nobody to wake one."""

log = structlog.get_logger("hansa.events")


class Feed:
    """The newest events of one partner, for all who follow it."""

    def __init__(self, database: Database, partner_id: UUID, feeds: Feeds) -> None:
        self.followers = 0
        self.reading: asyncio.Task[None] | None = None
        self._database = database
        self._partner_id = partner_id
        self._feeds = feeds
        self._recent: deque[Event] = deque(maxlen=REMEMBERED)
        self._floor: int | None = None
        """What has a greater number is among the recent; None before the first look."""
        self._head = queries.START
        self._bell = asyncio.Event()
        self._moved = asyncio.Event()

    @property
    def remembered(self) -> int:
        """How many events are at hand."""
        return len(self._recent)

    def end(self) -> None:
        """Nobody follows any longer."""
        if self.reading is not None:
            self.reading.cancel()

    def ring(self) -> None:
        """There may be something new."""
        self._bell.set()

    async def after(self, number: int, kinds: Collection[EventKind]) -> AsyncGenerator[Event]:
        """All events after a number, and those to come; gaps among these kinds are refused. Raises: EventsForgotten."""
        while True:
            moved = self._moved  # taken before looking, so that nothing happens unnoticed in between
            within = self._floor is not None and number >= self._floor
            events = self._recent_after(number) if within else await self._page(number, kinds)
            for event in events:
                number = event.number or number
                yield event
            if not events:
                await moved.wait()

    async def read(self) -> None:
        """Keep up with the table until cancelled; what goes wrong is tried again."""
        while True:
            self._bell.clear()
            try:
                full = await self._look()
            except Exception as problem:  # noqa: BLE001  # whatever the database says, followers wait rather than leave
                log.warning("Events could not be read; trying again", problem=repr(problem))
                await asyncio.sleep(UNHEARING_SECONDS)
                continue
            if not full:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._bell.wait(), self._feeds.patience)

    async def _look(self) -> bool:
        """Read what is new; whether there may be more at once."""
        async with self._database.session(Sight.partner(self._partner_id)) as opened:
            session = ReadSession(opened)
            if self._floor is None:
                self._floor = self._head = await queries.newest(session, self._partner_id)
                self._wake()
            found = await queries.following(session, self._partner_id, after=self._head, most=BATCH)
        for event in found:
            if len(self._recent) == REMEMBERED:
                self._floor = self._recent[0].number
            self._recent.append(event)
        if found:
            self._head = found[-1].number or self._head
            self._wake()
        return len(found) == BATCH

    def _recent_after(self, number: int) -> list[Event]:
        newer = list(takewhile(lambda event: (event.number or 0) > number, reversed(self._recent)))
        return newer[::-1]

    async def _page(self, number: int, kinds: Collection[EventKind]) -> list[Event]:
        async with self._database.session(Sight.partner(self._partner_id)) as session:
            return await queries.whole(ReadSession(session), self._partner_id, kinds, after=number, most=BATCH)

    def _wake(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()


class Feeds:
    """The feeds of one database; a partner that nobody follows has none, and costs nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._feeds: dict[UUID, Feed] = {}
        self._hears = False

    @property
    def patience(self) -> float:
        """For how long to wait for the bell."""
        return SAFETY_SECONDS if self._hears else UNHEARING_SECONDS

    def hears(self, *, now: bool) -> None:
        """Whether somebody listens who rings; from one to the other something may have been missed."""
        self._hears = now
        self.ring(self._feeds)

    def feed(self, partner_id: UUID) -> Feed | None:
        """A partner's feed, while somebody follows it."""
        return self._feeds.get(partner_id)

    def followers(self, partner_id: UUID) -> int:
        """How many follow a partner."""
        feed = self._feeds.get(partner_id)
        return feed.followers if feed is not None else 0

    def ring(self, partners: Iterable[UUID] | None) -> None:
        """Something happened for these partners; None: for whichever."""
        for partner_id in list(self._feeds) if partners is None else partners:
            feed = self._feeds.get(partner_id)
            if feed is not None:
                feed.ring()

    @asynccontextmanager
    async def of(self, partner_id: UUID) -> AsyncIterator[Feed]:
        """The feed of a partner, as long as one follows it."""
        feed = self._feeds.get(partner_id)
        if feed is None:
            feed = self._feeds[partner_id] = Feed(self._database, partner_id, self)
            feed.reading = asyncio.create_task(feed.read())
        feed.followers += 1
        try:
            yield feed
        finally:
            feed.followers -= 1
            if not feed.followers:
                del self._feeds[partner_id]
                feed.end()


_FEEDS: WeakKeyDictionary[Database, Feeds] = WeakKeyDictionary()


def feeds_of(database: Database) -> Feeds:
    """The feeds of a database."""
    if database not in _FEEDS:
        _FEEDS[database] = Feeds(database)
    return _FEEDS[database]
