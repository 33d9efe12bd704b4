"""The worker's turn at days that come round: birthdays, anniversaries, and welcomes that a crash swallowed."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from domain.coalition.founding import coalition_of
from domain.earning.celebrating import celebrate
from domain.earning.making_up import make_up, welcoming_partners
from domain.earning.tills import Caches
from domain.errors import NotFound
from domain.storage import COALITION, Database, ReadSession
from hansa.clocks import CoalitionClock
from hansa.turns import in_turn
from partners.keys import Keys

ONE_CELEBRATES = 0x48414E5342
"""The lock of the one that celebrates."""
AGAIN_AFTER = timedelta(hours=1)
"""Who joined or consented since is found by then."""

log = structlog.get_logger("hansa.worker")


async def celebrating(database: Database, url: str, stopping: asyncio.Event, *, keys: Keys, every: timedelta) -> None:
    """Record the days that come round by the coalition's clock, now and then, until stopping."""
    clock = CoalitionClock(database)
    looked_at: datetime | None = None

    async def look() -> None:
        nonlocal looked_at
        await clock.look()
        now = clock()
        if looked_at is not None and looked_at <= now < looked_at + AGAIN_AFTER:
            return
        done = await celebrate_now(database, keys=keys, now=now)
        looked_at = now
        if done:
            log.info("Days came round", days=done, now=now.isoformat())

    await in_turn(url, ONE_CELEBRATES, look, stopping, every=every)


async def celebrate_now(database: Database, *, keys: Keys, now: datetime) -> int:
    """Record the days that came round; how many are new. Nothing before the coalition is founded."""
    async with database.session(COALITION) as session:
        try:
            founded = await coalition_of(ReadSession(session))
        except NotFound:
            return 0
    caches = Caches.fresh(founded.currency, founded.time_zone, standard_price=founded.standard_price)
    welcomed = 0
    for partner_id in await welcoming_partners(database.pool, now=now):
        welcomed += await make_up(database.pool, partner_id, caches=caches, lookup_key=keys.lookups, now=now)
    days = await celebrate(database, caches=caches, lookup_key=keys.lookups, personal_key=keys.personal_data, now=now)
    return welcomed + days
