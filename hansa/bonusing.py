"""The worker's turn at bonuses: groups of firms are kept, statements drawn up and what was checked given."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import datetime, timedelta

import structlog

from domain.bonuses.giving import Done, look
from domain.errors import NotFound
from domain.storage import Database
from hansa.turns import in_turn_by_the_clock
from partners.keys import Keys
from resolvers.tills import fresh_caches

ONE_BONUSES = 0x48414E5366
"""The lock of the one that looks at bonuses."""

log = structlog.get_logger("hansa.worker")


async def bonusing(database: Database, url: str, stopping: asyncio.Event, *, keys: Keys, every: timedelta) -> None:
    """Look at bonuses by the coalition's clock whenever it is this worker's turn, until stopping."""

    async def turn(now: datetime) -> None:
        done = await bonus_now(database, keys=keys, now=now)
        if done.anything:
            log.info("Bonuses came further", now=now.isoformat(), **asdict(done))

    await in_turn_by_the_clock(database, url, ONE_BONUSES, turn, stopping, every=every)


async def bonus_now(database: Database, *, keys: Keys, now: datetime) -> Done:
    """One turn: keep groups, draw up, give. Nothing before the coalition is founded."""
    try:
        caches = await fresh_caches(database)
    except NotFound:
        return Done()
    return await look(database.pool, caches=caches, lookup_key=keys.lookups, now=now)
