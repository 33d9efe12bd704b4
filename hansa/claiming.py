"""The worker's turn at claims and courses: what is proven is approved, paid, or taken back; passes are recorded."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import datetime, timedelta

import structlog

from domain.claims.paying import Done, match, pay, take_back
from domain.errors import NotFound
from domain.selling.certifying import record_trainings
from domain.storage import Database
from hansa.turns import in_turn_by_the_clock
from partners.keys import Keys
from resolvers.tills import fresh_caches

ONE_CLAIMS = 0x48414E5367
"""The lock of the one that looks at claims."""

log = structlog.get_logger("hansa.worker")


async def claiming(database: Database, url: str, stopping: asyncio.Event, *, keys: Keys, every: timedelta) -> None:
    """Look at claims by the coalition's clock whenever it is this worker's turn, until stopping."""

    async def look(now: datetime) -> None:
        done = await claim_now(database, keys=keys, now=now)
        if done.anything:
            log.info("Claims came further", now=now.isoformat(), **asdict(done))

    await in_turn_by_the_clock(database, url, ONE_CLAIMS, look, stopping, every=every)


async def claim_now(database: Database, *, keys: Keys, now: datetime) -> Done:
    """One turn: match, pay, take back, and record who has passed. Nothing before the coalition is founded."""
    try:
        caches = await fresh_caches(database)
    except NotFound:
        return Done()
    parts = [
        await match(database.pool, now=now),
        await pay(database.pool, caches=caches, lookup_key=keys.lookups, now=now),
        await take_back(database.pool, now=now),
        Done(trained=await record_trainings(database.pool, caches=caches, lookup_key=keys.lookups, now=now)),
    ]
    return Done(**{name: sum(getattr(one, name) for one in parts) for name in Done.__dataclass_fields__})
