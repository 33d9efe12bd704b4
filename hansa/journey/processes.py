"""A second process beside the replay's own: each records the purchases of half the households, in order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import multiprocessing
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import uvloop

from domain.storage import opened
from hansa.journey.founding import Founded
from hansa.journey.living import Life, Tally
from hansa.journey.source import journey_for
from partners.keys import Keys

PROCESSES = 2
SELDOM = (100_000, 50, 1_000)
"""A month makes millions of small things that die by themselves: looking for circles among them took a third of it."""


@asynccontextmanager
async def shared_out(life: Life, url: str, home: Path) -> AsyncIterator[None]:
    """Within, half of each day's purchases are recorded by another process."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    work = (theirs, url, home, life.keys, life.founded)
    process = multiprocessing.get_context("spawn").Process(target=_work, args=work, daemon=True)
    process.start()
    theirs.close()
    await asyncio.to_thread(ours.recv)  # it is ready
    turn = asyncio.Lock()

    async def other(day: date, now: datetime) -> Tally:
        async with turn:
            ours.send((day, now))
            done = await asyncio.to_thread(ours.recv)
        if isinstance(done, Exception):
            raise done
        assert isinstance(done, Tally)
        return done

    before, life.lanes = life.lanes, [*life.own_lanes(0, PROCESSES), other]
    try:
        yield
    finally:
        life.lanes = before
        with contextlib.suppress(OSError):
            ours.send(None)
        ours.close()
        await asyncio.to_thread(process.join)


def _work(pipe: Connection, url: str, home: Path, keys: Keys, founded: Founded) -> None:
    """The other process: a day at a time, until there are no more."""
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        uvloop.run(_worked(pipe, url, home, keys, founded))


async def _worked(pipe: Connection, url: str, home: Path, keys: Keys, founded: Founded) -> None:
    async with opened(url, connections=2) as database:
        life = Life(database, journey_for(home), founded, keys)
        gc.freeze()
        gc.set_threshold(*SELDOM)
        pipe.send(None)
        while (task := await asyncio.to_thread(pipe.recv)) is not None:
            day, now = task
            try:
                tally = Tally()
                for done in await asyncio.gather(*(lane(day, now) for lane in life.own_lanes(1, PROCESSES))):
                    tally.add(done)
                pipe.send(tally)
            except Exception as problem:  # noqa: BLE001  # told to the process that asked
                pipe.send(RuntimeError(repr(problem)))
