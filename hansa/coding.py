"""The worker's turn at on-pack codes: alarms ring, batches may be put on hold, tries are forgotten after a month."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import datetime, timedelta

import structlog

from domain.codes.watching import watch
from domain.storage import Database
from hansa.turns import in_turn_by_the_clock

ONE_WATCHES = 0x48414E5361
"""The lock of the one that watches codes."""

log = structlog.get_logger("hansa.worker")


async def coding(database: Database, url: str, stopping: asyncio.Event, *, every: timedelta) -> None:
    """Watch codes by the coalition's clock whenever it is this worker's turn, until stopping."""

    async def look(now: datetime) -> None:
        watched = await watch(database.pool, now=now)
        if watched.anything:
            log.info("Codes were watched", now=now.isoformat(), **asdict(watched))

    await in_turn_by_the_clock(database, url, ONE_WATCHES, look, stopping, every=every)
