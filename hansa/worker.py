"""The worker: time's work on the books, done by one of however many workers there are, by the coalition's own clock."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import structlog

from domain.ledger.sweeping import Swept, sweep
from domain.storage import Database, opened
from hansa import logs
from hansa.clocks import CoalitionClock
from hansa.embedding import with_database
from hansa.serving import prepare
from hansa.settings import Settings

EVERY = timedelta(seconds=30)
ONE_SWEEPS = 0x48414E5357
"""The lock of the one that sweeps; held by its session, so it is free again the moment its holder dies."""

log = structlog.get_logger("hansa.worker")


def work(settings: Settings, *, every: timedelta = EVERY) -> None:
    """Sweep now and then until told to stop.

    Raises: PostgresUnavailable, RolesMissing, UnsafePooling.
    """
    logs.configure(settings.log_format, settings.log_level)
    with with_database(settings) as served:
        asyncio.run(_work(served, every))


async def _work(settings: Settings, every: timedelta) -> None:
    await prepare(settings)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    async with opened(settings.database_url or "", connections=2) as database:
        await sweeping(database, settings.database_url or "", stopping, every=every)


async def sweeping(database: Database, url: str, stopping: asyncio.Event, *, every: timedelta = EVERY) -> None:
    """Sweep whenever it is this worker's turn, until stopping; a sweep under way is finished first."""
    clock = CoalitionClock(database)
    log.info("The worker has started", every_seconds=every.total_seconds())
    while not stopping.is_set():
        try:
            async with _turn(url) as ours:
                while ours and not stopping.is_set():
                    await _swept(database, clock)
                    await _still_ours(ours)
                    await _pause(stopping, every)
            await _pause(stopping, every)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
            log.warning("The database does not answer; trying again", problem=repr(problem))
            await _pause(stopping, every)
    log.info("The worker has stopped")


async def _swept(database: Database, clock: CoalitionClock) -> Swept:
    await clock.look()
    now = clock()
    done = await sweep(database.pool, now=now)
    if done != Swept(0, 0, 0):
        log.info("Swept", now=now.isoformat(), released=done.released, lapsed=done.lapsed, expired=done.expired)
    return done


@asynccontextmanager
async def _turn(url: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record] | None]:
    """A connection that holds the lock, or None while another worker holds it."""
    connection = await asyncpg.connect(url)
    try:
        held = await connection.fetchval("SELECT pg_try_advisory_lock($1)", ONE_SWEEPS)
        yield connection if held else None
    finally:
        await connection.close()


async def _still_ours(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Make sure that the session that holds the lock lives; with it the lock would be gone."""
    await connection.fetchval("SELECT 1")


async def _pause(stopping: asyncio.Event, every: timedelta) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), every.total_seconds())
