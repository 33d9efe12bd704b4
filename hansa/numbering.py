"""Keeps giving numbers to events, in every process that runs: one at a time does, and any may die."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Protocol

import structlog

from domain.events import sequencing
from domain.events.models import Event
from domain.storage import COALITION, Database, ReadSession, WriteSession

QUICK_SECONDS = 0.1
SLOW_SECONDS = 0.5
"""How often one looks while there is something, and how seldom when there has been nothing for a while."""

log = structlog.get_logger("hansa.numbering")


class Step(Protocol):
    """Numbers some events in the session's transaction, and whatever goes with that; gives those it numbered."""

    def __call__(self, session: WriteSession, *, now: datetime) -> Awaitable[Sequence[Event]]:
        """One batch; `now` is real time."""
        ...


@asynccontextmanager
async def numbered(database: Database, step: Step = sequencing.sequence) -> AsyncIterator[None]:
    """Number events beside the block, until it ends."""
    task = asyncio.create_task(keep_numbering(database, step))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def keep_numbering(database: Database, step: Step = sequencing.sequence) -> None:
    """Number events as they come until cancelled; what goes wrong is tried again."""
    pause = QUICK_SECONDS
    while True:
        try:
            done = await once(database, step)
        except Exception as problem:  # noqa: BLE001  # whatever goes wrong in a batch, events wait for the next one
            log.warning("Events could not be numbered; trying again", problem=repr(problem))
            done, pause = 0, SLOW_SECONDS
        if done < sequencing.MOST:
            pause = QUICK_SECONDS if done else min(pause * 2, SLOW_SECONDS)
            await asyncio.sleep(pause)


async def once(database: Database, step: Step = sequencing.sequence) -> int:
    """One batch in one transaction; how many it numbered."""
    async with database.session(COALITION) as session, session.begin():
        return len(await step(WriteSession(ReadSession(session)), now=datetime.now(UTC)))
