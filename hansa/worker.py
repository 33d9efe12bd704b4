"""The worker: time's work on the books, done by one of however many workers there are, by the coalition's own clock."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
import structlog
from sqlalchemy import exists
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from domain.events import keeping
from domain.events.models import Event
from domain.ledger.sweeping import Swept, sweep
from domain.storage import COALITION, Database, ReadSession, WriteSession, opened
from hansa import logs
from hansa.clocks import CoalitionClock
from hansa.embedding import with_database
from hansa.numbering import numbered
from hansa.serving import prepare
from hansa.settings import Settings
from partners.webhooks.models import DeliveryState, WebhookDelivery
from partners.webhooks.relaying import relay

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
    async with opened(settings.database_url or "", connections=2) as database, numbered(database, relay):
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
                    await _forgotten(database)
                    await _still_ours(ours)
                    await _pause(stopping, every)
            await _pause(stopping, every)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError) as problem:
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


async def _forgotten(database: Database) -> None:
    """Remove events that were kept long enough, unless a webhook still waits for them; they go by the real time."""
    waits = exists().where(
        col(WebhookDelivery.position) == Event.position, col(WebhookDelivery.state) == DeliveryState.WAITING
    )
    async with database.session(COALITION) as session, session.begin():
        gone = await keeping.forget(WriteSession(ReadSession(session)), now=datetime.now(UTC), unless=waits)
    if gone:
        log.info("Forgot old events", events=gone)


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
