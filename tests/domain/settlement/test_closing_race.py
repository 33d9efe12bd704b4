"""A cycle is cut off while postings stream in: each belongs to exactly one cycle, and no sum moves afterwards."""

from __future__ import annotations

import asyncio
from collections import Counter
from uuid import UUID

import asyncpg

from domain.ids import CycleId
from domain.settlement import cycles
from domain.settlement.facts import flows_of
from domain.storage import Database
from tests.domain.settlement.trading import HYBRID, Member, Trading, a_coalition

CASHIERS = 3
CLOSES = 6
PAUSE = 0.15


async def sum_of(trading: Trading, cycle_id: UUID) -> int:
    """All points that a cycle's flows sum to."""
    return sum(flow.points for flow in await trading.do(flows_of, CycleId(cycle_id)))


async def test_each_posting_lands_in_one_cycle_whatever_streams_in_during_the_close(
    database: Database, owner: asyncpg.Connection
) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    members = [await trading.join() for _ in range(CASHIERS)]
    posted: Counter[str] = Counter()
    stop = asyncio.Event()

    async def cashier(member: Member) -> None:
        while not stop.is_set():
            await trading.earn(member, "P", {"P": 7, "R": 3})
            await trading.redeem(member, "R", 4)
            posted["points"] += 14
            posted["entries"] += 2

    streams = [asyncio.create_task(cashier(member)) for member in members]
    sums: dict[UUID, int] = {}
    cycle_id = trading.cycle.cycle_id
    for _ in range(CLOSES):
        await asyncio.sleep(PAUSE)
        cut = await trading.do(cycles.cut_off, cycle_id, now=trading.now)
        sums[cycle_id] = await sum_of(trading, cycle_id)
        cycle_id = cut.following.cycle_id
    stop.set()
    await asyncio.gather(*streams)

    assert all(sums.values()), "postings went on while each cycle was open"
    assert {before: await sum_of(trading, before) for before in sums} == sums
    assert sum(sums.values()) + await sum_of(trading, cycle_id) == posted["points"]
    await owner.execute(
        "ALTER TABLE entry NO FORCE ROW LEVEL SECURITY; ALTER TABLE transfer NO FORCE ROW LEVEL SECURITY"
    )
    strays = (
        """SELECT count(*) FROM entry e JOIN transfer t USING (wallet_id, entry_id) WHERE t.cycle_id <> e.cycle_id"""
    )
    assert await owner.fetchval(strays) == 0
    assert await owner.fetchval("SELECT count(*) FROM entry") == posted["entries"]


async def test_cut_off_waits_for_postings_under_way_and_holds_back_the_next(
    database: Database, owner: asyncpg.Connection
) -> None:
    trading = await a_coalition(database, P=HYBRID)
    member = await trading.join()
    first = trading.cycle.cycle_id
    async with owner.transaction():  # a posting that has taken its share of the lock and not committed yet
        await owner.execute("SELECT pg_advisory_xact_lock_shared($1)", cycles.CLOSE_LOCK)
        closing = asyncio.create_task(trading.do(cycles.cut_off, first, now=trading.now))
        await asyncio.sleep(PAUSE)
        posting = asyncio.create_task(trading.earn(member, "P", {"P": 5}))
        await asyncio.sleep(PAUSE)
        assert not closing.done()
        assert not posting.done()
    following = (await closing).following
    await posting
    assert await sum_of(trading, first) == 0
    assert await sum_of(trading, following.cycle_id) == 5


async def test_two_who_cut_off_at_once_cut_off_once(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    first = trading.cycle.cycle_id
    cuts = await asyncio.gather(*(trading.do(cycles.cut_off, first, now=trading.now) for _ in range(4)))
    assert len({cut.following.cycle_id for cut in cuts}) == 1
