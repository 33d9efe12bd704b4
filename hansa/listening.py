"""Hears that events have numbers, on a connection of its own: a pooler would lend it to somebody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import structlog

from domain.events.sequencing import CHANNEL
from domain.storage import APP_ROLE

ALIVE_SECONDS = 15.0
"""How often one makes sure that the connection still leads somewhere."""
AGAIN_SECONDS = 1.0

log = structlog.get_logger("hansa.listening")


class Hearer(Protocol):
    """Whoever is to know that there are events."""

    def hears(self, *, now: bool) -> None:
        """Whether it is told from now on; from one to the other something may have been missed."""

    def ring(self, partners: Iterable[UUID] | None) -> None:
        """Something happened for these partners; None: for whichever."""


@asynccontextmanager
async def listening(url: str, feeds: Hearer) -> AsyncIterator[None]:
    """Wake those who follow events, until the block ends. While nothing can be heard they look by themselves."""
    task = asyncio.create_task(keep_listening(url, feeds))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def keep_listening(url: str, feeds: Hearer) -> None:
    """Listen until cancelled; a connection that is lost is made anew."""
    while True:
        try:
            await _listen(url, feeds)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
            log.warning("Nothing is heard of events; listening again", problem=repr(problem))
        finally:
            feeds.hears(now=False)
        await asyncio.sleep(AGAIN_SECONDS)


async def _listen(url: str, feeds: Hearer) -> None:
    def heard(_connection: object, _pid: int, _channel: str, notice: object) -> None:
        feeds.ring(_partners(str(notice)))

    connection: Any = await asyncpg.connect(url, server_settings={"role": APP_ROLE})
    lost = asyncio.Event()
    try:
        connection.add_termination_listener(lambda _connection: lost.set())
        await connection.add_listener(CHANNEL, heard)
        feeds.hears(now=True)
        while not lost.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(lost.wait(), ALIVE_SECONDS)
            await connection.fetchval("SELECT 1", timeout=ALIVE_SECONDS)
    finally:
        connection.terminate()


def _partners(notice: str) -> list[UUID] | None:
    """The partners that a notice names; None for whichever, when they were too many to name."""
    return [UUID(hex=named) for named in notice.split(",")] if notice else None
