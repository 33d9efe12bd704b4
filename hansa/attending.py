"""The worker's turn at service: registrations earn, late answers are told, recalls go out, old words are forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

import structlog

from domain.errors import NotFound
from domain.service import registering
from domain.service.working import Worked, work
from domain.storage import Database
from hansa.turns import in_turn_by_the_clock
from partners.keys import Keys
from resolvers.tills import fresh_caches

ONE_ATTENDS = 0x48414E5368
"""The lock of the one that looks after service."""

log = structlog.get_logger("hansa.worker")


@dataclass(frozen=True, slots=True)
class Attended:
    """What one turn did."""

    settled: int = 0
    """Registrations whose action is in the books, or never will be."""
    taken_back: int = 0
    """Registrations that a return ended, and what they had earned is taken back."""
    worked: Worked = field(default_factory=Worked)

    @property
    def anything(self) -> bool:
        """Whether there is something to tell."""
        return bool(self.settled or self.taken_back or self.worked.anything)


async def attending(database: Database, url: str, stopping: asyncio.Event, *, keys: Keys, every: timedelta) -> None:
    """Look after service by the coalition's clock whenever it is this worker's turn, until stopping."""

    async def look(now: datetime) -> None:
        done = await attend_now(database, keys=keys, now=now)
        if done.anything:
            log.info("Service came further", now=now.isoformat(), **asdict(done))

    await in_turn_by_the_clock(database, url, ONE_ATTENDS, look, stopping, every=every)


async def attend_now(database: Database, *, keys: Keys, now: datetime) -> Attended:
    """One turn. Nothing before the coalition is founded."""
    try:
        caches = await fresh_caches(database)
    except NotFound:
        return Attended()
    settled = await registering.settle(database.pool, caches=caches, lookup_key=keys.lookups, now=now)
    taken_back = await registering.take_back(database.pool, now=now)
    return Attended(settled, taken_back, await work(database, now=now))
