"""The worker's turn at reviews and trials: what they are worth is recorded, draws are held, places lapse."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import datetime, timedelta

import structlog

from domain.errors import NotFound
from domain.reviews.rewarding import ReviewsDone, reward, take_back
from domain.storage import Database
from domain.trials.moving_on import TrialsDone, move_on
from hansa.turns import in_turn_by_the_clock
from partners.keys import Keys
from resolvers.tills import fresh_caches

ONE_REVIEWS = 0x48414E5363
"""The lock of the one that looks at reviews and trials."""

log = structlog.get_logger("hansa.worker")


async def reviewing(database: Database, url: str, stopping: asyncio.Event, *, keys: Keys, every: timedelta) -> None:
    """Look at reviews and trials by the coalition's clock whenever it is this worker's turn, until stopping."""

    async def look(now: datetime) -> None:
        for done in await review_now(database, keys=keys, now=now):
            if done.anything:
                log.info("Reviews and trials came further", now=now.isoformat(), **asdict(done))

    await in_turn_by_the_clock(database, url, ONE_REVIEWS, look, stopping, every=every)


async def review_now(database: Database, *, keys: Keys, now: datetime) -> list[ReviewsDone | TrialsDone]:
    """One turn. Nothing before the coalition is founded."""
    try:
        caches = await fresh_caches(database)
    except NotFound:
        return []
    pool = database.pool
    return [
        await reward(pool, caches=caches, lookup_key=keys.lookups, now=now),
        await take_back(pool, now=now),
        await move_on(pool, caches=caches, lookup_key=keys.lookups, now=now),
    ]
