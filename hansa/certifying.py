"""The worker's turn at certificates: points that become vouchers by themselves, looked for hour by hour."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from domain.errors import NotFound
from domain.rewards import automatic
from domain.storage import Database
from hansa.turns import in_turn_by_the_clock
from partners.keys import Keys
from resolvers.tills import fresh_caches

ONE_CERTIFIES = 0x48414E5345
"""The lock of the one that looks."""
AGAIN_AFTER = timedelta(hours=1)

log = structlog.get_logger("hansa.worker")


async def certifying(database: Database, url: str, stopping: asyncio.Event, *, keys: Keys, every: timedelta) -> None:
    """Let what is due come by the coalition's clock, now and then, until stopping."""

    async def look(now: datetime) -> None:
        done = await certify(database, keys=keys, now=now)
        if done:
            log.info("Certificates came by themselves", members=done, now=now.isoformat())

    await in_turn_by_the_clock(database, url, ONE_CERTIFIES, look, stopping, every=every, again_after=AGAIN_AFTER)


async def certify(database: Database, *, keys: Keys, now: datetime) -> int:
    """Let what is due come; how many members got any. Nothing before the coalition is founded."""
    try:
        caches = await fresh_caches(database)
    except NotFound:
        return 0
    return await automatic.issue(database.pool, caches=caches, lookup_key=keys.lookups, now=now)
