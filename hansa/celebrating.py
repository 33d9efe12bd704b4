"""The worker's turn at days that come round: birthdays, anniversaries, and welcomes that a crash swallowed."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from domain.earning.celebrating import celebrate
from domain.earning.making_up import make_up, welcoming_partners
from domain.errors import NotFound
from domain.storage import Database
from hansa.turns import in_turn_by_the_clock
from partners.keys import Keys
from resolvers.tills import fresh_caches

ONE_CELEBRATES = 0x48414E5342
"""The lock of the one that celebrates."""
AGAIN_AFTER = timedelta(hours=1)
"""Who joined or consented since is found by then."""

log = structlog.get_logger("hansa.worker")


async def celebrating(database: Database, url: str, stopping: asyncio.Event, *, keys: Keys, every: timedelta) -> None:
    """Record the days that come round by the coalition's clock, now and then, until stopping."""

    async def look(now: datetime) -> None:
        done = await celebrate_now(database, keys=keys, now=now)
        if done:
            log.info("Days came round", days=done, now=now.isoformat())

    await in_turn_by_the_clock(database, url, ONE_CELEBRATES, look, stopping, every=every, again_after=AGAIN_AFTER)


async def celebrate_now(database: Database, *, keys: Keys, now: datetime) -> int:
    """Record the days that came round; how many are new. Nothing before the coalition is founded."""
    try:
        caches = await fresh_caches(database)
    except NotFound:
        return 0
    welcomed = 0
    for partner_id in await welcoming_partners(database.pool, now=now):
        welcomed += await make_up(database.pool, partner_id, caches=caches, lookup_key=keys.lookups, now=now)
    days = await celebrate(database, caches=caches, lookup_key=keys.lookups, personal_key=keys.personal_data, now=now)
    return welcomed + days
