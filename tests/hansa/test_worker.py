"""One worker sweeps, whoever comes second waits, and all go by the coalition's clock."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from domain.coalition.founding import advance_clock
from domain.storage import Database
from hansa.worker import ONE_SWEEPS, sweeping
from tests.builders.coalition import NOON, writing
from tests.builders.ledger import DAY, Books, a_ledger
from tests.shape.tree import ROOT

OFTEN = timedelta(milliseconds=30)
OURS = "locktype = 'advisory' AND granted AND ((classid::bigint << 32) | objid::bigint) = $1"
HELD = f"SELECT count(*) FROM pg_locks WHERE {OURS}"
HOLDER = f"SELECT pid FROM pg_locks WHERE {OURS}"


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    """A coalition with a member whose points wait a day and last a week."""
    async with a_ledger(database, database_url) as made:
        yield made


@asynccontextmanager
async def working(database: Database, url: str) -> AsyncIterator[asyncio.Task[None]]:
    """A worker that works for as long as the block lasts, and then stops of itself."""
    stopping = asyncio.Event()
    worker = asyncio.create_task(sweeping(database, url, stopping, every=OFTEN))
    try:
        yield worker
    finally:
        stopping.set()
        await asyncio.wait_for(worker, 5)


async def holders(books: Books) -> int:
    """How many workers hold the lock of the one that sweeps."""
    count: int = await books.owner.fetchval(HELD, ONE_SWEEPS)
    return count


async def counters_become(books: Books, who: object, wanted: tuple[int, int, int, int]) -> None:
    """Wait until a wallet stands like this."""
    for _ in range(300):
        if await books.counters(who) == wanted:  # type: ignore[arg-type]
            return
        await asyncio.sleep(0.02)
    raise AssertionError(await books.counters(who))  # type: ignore[arg-type]


async def one_holds(books: Books) -> None:
    """Wait until a worker has its turn."""
    for _ in range(300):
        if await holders(books) == 1:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("no worker took its turn")


async def test_the_worker_goes_by_the_sandbox_clock(books: Books, database_url: str) -> None:
    member = await books.member()
    await books.earn(member, 100, wait=DAY, last=7 * DAY)
    async with working(books.database, database_url):
        await asyncio.sleep(0.2)
        assert await books.counters(member) == (0, 100, 0, 0), "in the sandbox no time has passed"
        async with writing(books.database) as session:
            await advance_clock(session, to=NOON + 2 * DAY)
        await counters_become(books, member, (100, 0, 0, 0))
        async with writing(books.database) as session:
            await advance_clock(session, to=NOON + 8 * DAY)
        await counters_become(books, member, (0, 0, 0, 0))
    assert await books.kinds(member) == ["PURCHASE", "RELEASE", "EXPIRY"]
    await books.prove()


async def test_of_two_workers_one_sweeps_and_the_other_takes_over(books: Books, database_url: str) -> None:
    member = await books.member()
    await books.earn(member, 100, wait=DAY)
    async with working(books.database, database_url) as first:
        await asyncio.sleep(0.2)
        async with working(books.database, database_url):
            await one_holds(books)
            await asyncio.sleep(0.2)
            assert await holders(books) == 1, "the second waits"
            holder = await books.owner.fetchval(HOLDER, ONE_SWEEPS)
            await books.owner.execute("SELECT pg_terminate_backend($1)", holder)
            async with writing(books.database) as session:
                await advance_clock(session, to=NOON + 2 * DAY)
            await counters_become(books, member, (100, 0, 0, 0))
            await one_holds(books)  # the one that lost its session may still have swept before it noticed
            assert not first.done(), "who lost its session goes on trying"
    assert await holders(books) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_the_command_stops_when_it_is_told(database_url: str, tmp_path: Path, number: signal.Signals) -> None:
    variables = {"HANSA_DATABASE_URL": database_url, "HANSA_HOME": str(tmp_path), "HANSA_LOG_FORMAT": "json"}
    command = [sys.executable, "-m", "hansa", "worker"]
    with subprocess.Popen(command, cwd=ROOT, env=variables, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = ""
        while "The worker has started" not in said:
            said = process.stderr.readline()
            assert said, "it ended before it began"
        process.send_signal(number)
        rest = process.stderr.read()
        assert process.wait(10) == 0
    assert "The worker has stopped" in rest


async def test_a_worker_waits_for_a_database_that_went_away(books: Books, database_url: str) -> None:
    nowhere = database_url.replace("/hansa_test", "/hansa_gone", 1)
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(nowhere)
    async with working(books.database, nowhere) as worker:
        await asyncio.sleep(0.2)
        assert not worker.done()
