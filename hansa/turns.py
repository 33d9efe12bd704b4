"""Work that one worker does at a time, whichever holds its lock; a worker that dies frees it at that moment."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import asyncpg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from domain.storage import Database
from hansa.clocks import CoalitionClock

LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError)
"""How a database says that it is not there."""

log = structlog.get_logger("hansa.worker")


async def in_turn(
    url: str, lock: int, job: Callable[[], Awaitable[object]], stopping: asyncio.Event, *, every: timedelta
) -> None:
    """Do a job now and then whenever it is this worker's turn, until stopping; one under way is finished first."""
    while not stopping.is_set():
        try:
            async with _turn(url, lock) as ours:
                while ours and not stopping.is_set():
                    await job()
                    await _still_ours(ours)
                    await pause(stopping, every)
            await pause(stopping, every)
        except LOST as problem:
            log.warning("The database does not answer; trying again", problem=repr(problem))
            await pause(stopping, every)


async def in_turn_by_the_clock(
    database: Database,
    url: str,
    lock: int,
    job: Callable[[datetime], Awaitable[object]],
    stopping: asyncio.Event,
    *,
    every: timedelta,
    again_after: timedelta = timedelta(0),
) -> None:
    """Do a job in turn, told what time it is for the coalition; not again before so much of that time has passed."""
    clock = CoalitionClock(database)
    done_at: datetime | None = None

    async def when_due() -> None:
        nonlocal done_at
        await clock.look()
        now = clock()
        if done_at is None or not done_at <= now < done_at + again_after:
            await job(now)
            done_at = now

    await in_turn(url, lock, when_due, stopping, every=every)


async def pause(stopping: asyncio.Event, every: timedelta) -> None:
    """Wait, but not longer than until stopping."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), every.total_seconds())


@asynccontextmanager
async def _turn(url: str, lock: int) -> AsyncIterator[asyncpg.Connection[asyncpg.Record] | None]:
    """A connection that holds the lock, or None while another worker holds it."""
    connection = await asyncpg.connect(url)
    try:
        held = await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock)
        yield connection if held else None
    finally:
        await connection.close()


async def _still_ours(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Make sure that the session that holds the lock lives; with it the lock would be gone."""
    await connection.fetchval("SELECT 1")
