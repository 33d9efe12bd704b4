"""A worker may die at any moment, and several may come at once: no row is doubled, and none is lost."""

from __future__ import annotations

import asyncio
import signal
import sys
from random import Random

import pytest

from domain.reconciliation import matching, reading
from domain.reconciliation.cells import Sums
from domain.reconciliation.errors import FileTaken
from domain.reconciliation.models import PartnerFile
from domain.reconciliation.queries import file_by_id
from domain.reconciliation.words import FileState
from domain.storage import Database
from resolvers.reconciling import process, work_off
from tests.builders.partner_files import Defect, MadeFile, found_of, make_file, written
from tests.conftest import ROOT
from tests.domain.reconciliation.shop import OPENS, Shop, a_shop


async def handed_in(shop: Shop, rows: int) -> tuple[PartnerFile, MadeFile]:
    """A file of many rows, of which the ledger has a few; the file lacks some of those."""
    await shop.map()
    await shop.trade(Random(1), 10)
    made = make_file(await shop.posted(), {Defect.DOUBLED: 1, Defect.MISSING: 1, Defect.EXTRA: rows}, Random(2))
    return await shop.hand_in(written(made.rows)), made


async def killed_after(url: str, lines: int) -> None:
    """Start a worker, and kill it in the midst of what follows its so-many-th word."""
    program = [sys.executable, "-m", "tests.domain.reconciliation.killed", url]
    worker = await asyncio.create_subprocess_exec(*program, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert worker.stdout is not None
    for _ in range(lines):
        if not await worker.stdout.readline():
            break
    if worker.returncode is None:
        worker.send_signal(signal.SIGKILL)
    await worker.wait()


@pytest.mark.slow
async def test_a_worker_that_is_killed_again_and_again_doubles_and_loses_nothing(
    database: Database, database_url: str
) -> None:
    shop = await a_shop(database)
    file, made = await handed_in(shop, 300)
    seen = set()
    for lines in (2, 3, 1, 4):
        await killed_after(database_url, lines)
        there = await shop.trading.do(file_by_id, file.file_id)
        seen.add((there.state, there.phase, there.rows_read))
        count = await records(shop, file)
        assert count == there.rows_read
    assert len(seen) > 2, "it was killed at different places"
    await work_off(shop.ctx)
    done = await shop.trading.do(file_by_id, file.file_id)
    assert (done.state, done.rows_read) == (FileState.DONE, len(made.rows))
    assert await found_of(database.pool, file.file_id) == made.expected


async def records(shop: Shop, file: PartnerFile) -> int:
    async with shop.database.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL app.sight = 'coalition'")
        count: int = await connection.fetchval("SELECT count(*) FROM partner_record WHERE file_id = $1", file.file_id)
        return count


async def test_of_many_workers_on_one_file_one_goes_on_at_a_time(database: Database) -> None:
    shop = await a_shop(database)
    file, made = await handed_in(shop, 200)
    ended = await asyncio.gather(*(process(shop.ctx, file) for _ in range(4)), return_exceptions=True)
    assert all(isinstance(one, PartnerFile | FileTaken) for one in ended), ended
    await work_off(shop.ctx)
    assert await records(shop, file) == len(made.rows)
    assert await found_of(database.pool, file.file_id) == made.expected


async def test_a_block_is_taken_in_once(database: Database) -> None:
    shop = await a_shop(database)
    file, _ = await handed_in(shop, 5)
    started = await shop.trading.do(reading.start, file.file_id)
    assert started.state == FileState.READING
    block = reading.Block(before=0, after=10, next_row=2, records=[], sums=Sums())
    await shop.trading.do(reading.take_in, file.file_id, block)
    with pytest.raises(FileTaken):
        await shop.trading.do(reading.take_in, file.file_id, block)
    with pytest.raises(FileTaken):
        await shop.trading.do(matching.go_on, file.file_id, now=OPENS)
