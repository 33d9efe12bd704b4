"""The worker's turn at trade-ins: credits that a crash left, and consignments whose time is over."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import datetime, timedelta

import structlog

from domain.errors import NotFound
from domain.storage import Database
from domain.trade_ins.consigning import close_due
from domain.trade_ins.crediting import Done, finish
from hansa.turns import in_turn_by_the_clock
from partners.keys import Keys
from resolvers.tills import fresh_caches

ONE_TRADES_IN = 0x48414E5364
"""The lock of the one that looks at trade-ins."""

log = structlog.get_logger("hansa.worker")


async def trading_in(database: Database, url: str, stopping: asyncio.Event, *, keys: Keys, every: timedelta) -> None:
    """Look at trade-ins by the coalition's clock whenever it is this worker's turn, until stopping."""

    async def look(now: datetime) -> None:
        for done in await trade_in_now(database, keys=keys, now=now):
            if done.anything:
                log.info("Trade-ins came further", now=now.isoformat(), **asdict(done))

    await in_turn_by_the_clock(database, url, ONE_TRADES_IN, look, stopping, every=every)


async def trade_in_now(database: Database, *, keys: Keys, now: datetime) -> list[Done]:
    """One turn: close what is due, credit what waits. Nothing before the coalition is founded."""
    try:
        caches = await fresh_caches(database)
    except NotFound:
        return []
    return [
        await close_due(database.pool, caches=caches, lookup_key=keys.lookups, now=now),
        await finish(database.pool, caches=caches, lookup_key=keys.lookups, now=now),
    ]
