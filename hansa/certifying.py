"""The worker's turn at certificates: points that become vouchers by themselves, looked for hour by hour."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from domain.coalition.founding import coalition_of
from domain.earning.tills import Caches
from domain.errors import NotFound
from domain.rewards import automatic
from domain.storage import COALITION, Database, ReadSession
from hansa.clocks import CoalitionClock
from hansa.turns import in_turn
from partners.keys import Keys

ONE_CERTIFIES = 0x48414E5345
"""The lock of the one that looks."""
AGAIN_AFTER = timedelta(hours=1)

log = structlog.get_logger("hansa.worker")


async def certifying(database: Database, url: str, stopping: asyncio.Event, *, keys: Keys, every: timedelta) -> None:
    """Let what is due come by the coalition's clock, now and then, until stopping."""
    clock = CoalitionClock(database)
    looked_at: datetime | None = None

    async def look() -> None:
        nonlocal looked_at
        await clock.look()
        now = clock()
        if looked_at is not None and looked_at <= now < looked_at + AGAIN_AFTER:
            return
        done = await certify(database, keys=keys, now=now)
        looked_at = now
        if done:
            log.info("Certificates came by themselves", members=done, now=now.isoformat())

    await in_turn(url, ONE_CERTIFIES, look, stopping, every=every)


async def certify(database: Database, *, keys: Keys, now: datetime) -> int:
    """Let what is due come; how many members got any. Nothing before the coalition is founded."""
    async with database.session(COALITION) as session:
        try:
            founded = await coalition_of(ReadSession(session))
        except NotFound:
            return 0
    caches = Caches.fresh(founded.currency, founded.time_zone, standard_price=founded.standard_price)
    return await automatic.issue(database.pool, caches=caches, lookup_key=keys.lookups, now=now)
