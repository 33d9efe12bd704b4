"""Many connections at once on a real database: whatever the order, it is as if one had come after the other."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from domain.ledger.moving import merge_members
from domain.ledger.posting import Door
from domain.ledger.sweeping import sweep
from domain.settlement.cycles import cut_off
from domain.storage import opened
from tests.builders.coalition import writing
from tests.builders.ledger import DAY, Books, a_ledger

ROUNDS = 60


@pytest.fixture
async def books(database_url: str) -> AsyncIterator[Books]:
    """Books with many connections; sound when the race is over."""
    async with opened(database_url, connections=8) as database, a_ledger(database, database_url) as books:
        yield books
        await books.prove()


async def race(*runners: Callable[[], Awaitable[object]]) -> list[object]:
    """All at once, in an order that is a little different each time."""

    async def run(runner: Callable[[], Awaitable[object]]) -> object:
        await asyncio.sleep(random.random() / 500)
        return await runner()

    return await asyncio.gather(*(run(runner) for runner in random.sample(runners, len(runners))))


def asking(books: Books, door: Door, *postings: object) -> list[Callable[[], Awaitable[object]]]:
    """Runners that each post one, and give the outcome."""

    def runner(posting: object) -> Callable[[], Awaitable[object]]:
        async def ask() -> object:
            return (await books.ask(door, posting)).outcome  # type: ignore[arg-type]

        return ask

    return [runner(posting) for posting in postings]


async def test_two_redemptions_of_the_last_points(books: Books) -> None:
    """A bug others shipped: two redemptions at once both succeeded."""
    for _ in range(ROUNDS):
        who = await books.member()
        await books.earn(who, 100)
        outcomes = await race(*asking(books, Door.REDEMPTIONS, *[books.redemption(who, 60) for _ in range(4)]))
        assert Counter(outcomes) == {"POSTED": 1, "INSUFFICIENT_POINTS": 3}
        assert await books.counters(who) == (40, 0, 0, 0)


async def test_two_returns_of_one_purchase(books: Books) -> None:
    for _ in range(ROUNDS):
        who = await books.member()
        bought = await books.earn(who, 100)
        outcomes = await race(*asking(books, Door.RETURNS, *[books.goods(who, bought, 70) for _ in range(3)]))
        assert Counter(outcomes) == {"POSTED": 1, "STALE": 2}
        assert await books.counters(who) == (30, 0, 0, 0)


async def test_a_redemption_against_expiry(books: Books) -> None:
    for _ in range(ROUNDS):
        who = await books.member()
        await books.earn(who, 100, last=DAY)
        early = books.redemption(who, 100)
        later = books.now + DAY

        async def expire(later: object = later) -> object:
            return await sweep(books.pool, now=later)  # type: ignore[arg-type]

        await race(expire, *asking(books, Door.REDEMPTIONS, early))
        assert await books.counters(who) == (0, 0, 0, 0)
        kinds = await books.kinds(who)
        assert len(set(kinds) & {"REDEMPTION", "EXPIRY"}) == 1, kinds
        books.now = later


@pytest.mark.parametrize("wallets", [1, 2])
async def test_one_key_at_once(books: Books, wallets: int) -> None:
    for number in range(ROUNDS):
        who = [await books.member() for _ in range(wallets)]
        key = f"the-key-{number}"
        asked = [books.purchase(one, books.award(10), key=key) for one in who for _ in range(3)]
        asked = [replace(one, fingerprint=one.wallet_id.bytes) for one in asked]
        outcomes = Counter(await race(*asking(books, Door.PURCHASES, *asked)))
        assert outcomes["POSTED"] == 1
        assert outcomes["REPLAYED"] == 2
        assert outcomes["IDEMPOTENCY_CONFLICT"] == 3 * (wallets - 1)
        assert sum([(await books.counters(one))[0] for one in who]) == 10


async def test_a_cycle_closes_against_a_stream_of_purchases(books: Books) -> None:
    """Every transfer is in exactly one cycle, and none is added to a cycle once it is closed."""
    who = [await books.member() for _ in range(6)]
    sealed: dict[object, int] = {}

    async def buy(one: object) -> None:
        for _ in range(25):
            await books.posted(Door.PURCHASES, books.purchase(one, books.award(1)))  # type: ignore[arg-type]

    async def close() -> None:
        for number in range(2, 8):
            await asyncio.sleep(0.03)
            closing = await books.owner.fetchval("SELECT cycle_id FROM cycle WHERE state = 'OPEN'")
            async with writing(books.database) as session:
                await cut_off(session, closing, now=books.now, next_name=f"cycle {number}")
            sealed[closing] = await count(closing)

    async def count(cycle: object) -> int:
        return int(await books.owner.fetchval("SELECT count(*) FROM transfer WHERE cycle_id = $1", cycle))

    await asyncio.gather(close(), *(buy(one) for one in who))
    assert {cycle: await count(cycle) for cycle in sealed} == sealed
    assert await books.owner.fetchval("SELECT count(*) FROM transfer") == 6 * 25
    assert sum(1 for points in sealed.values() if points) > 1


async def test_a_capture_against_the_lapse_of_its_hold(books: Books) -> None:
    for _ in range(ROUNDS):
        who = await books.member()
        await books.earn(who, 100)
        held = await books.hold(who, 100)
        captured = books.capture(who, held, 100)
        later = books.now + timedelta(hours=1)

        async def lapse(later: object = later) -> object:
            return await sweep(books.pool, now=later)  # type: ignore[arg-type]

        outcomes = await race(lapse, *asking(books, Door.CAPTURES, captured))
        after = (0, 0, 0, 0) if "POSTED" in outcomes else (100, 0, 0, 0)
        assert await books.counters(who) == after
        books.now = later


async def test_a_merge_against_purchases_and_returns(books: Books) -> None:
    for _ in range(ROUNDS // 2):
        old, new = await books.member(), await books.member()
        bought = await books.earn(old, 100)
        merge = [partial(merge_members, books.pool, old, new, now=books.now) for _ in range(2)]
        outcomes = await race(
            *merge,
            *asking(books, Door.PURCHASES, *[books.purchase(old, books.award(7)) for _ in range(2)]),
            *asking(books, Door.RETURNS, books.goods(old, bought, 60)),
        )
        said = Counter(outcome for outcome in outcomes if isinstance(outcome, str))
        assert set(said) <= {"POSTED", "WALLET_MOVED"}
        assert await books.counters(old) == (0, 0, 0, 0)
        returned = await books.owner.fetchval(
            "SELECT count(*) FROM purchase_return WHERE wallet_id = $1", old.wallet_id
        )
        bonus = 7 * (said["POSTED"] - returned)
        assert await books.counters(new) == (100 - 60 * returned + bonus, 0, 0, 0)


async def test_two_members_merged_into_each_other_at_once(books: Books) -> None:
    """Found by review: each could become part of the other, and the points of both were nowhere."""
    for _ in range(ROUNDS // 2):
        one, other = await books.member(), await books.member()
        await books.earn(one, 1)
        await books.earn(other, 2)

        async def merge(source: object, target: object) -> object:
            try:
                return await merge_members(books.pool, source, target, now=books.now)  # type: ignore[arg-type]
            except Exception as refusal:  # noqa: BLE001 -- one of them is refused
                return refusal

        await race(partial(merge, one, other), partial(merge, other, one))
        held = sorted([(await books.counters(one))[0], (await books.counters(other))[0]])
        assert held == [0, 3]


async def test_a_posting_survives_the_loss_of_its_connection(books: Books) -> None:
    """Found by review: a connection that the server closed was not tried again. Whatever is lost, it is posted once."""
    who = await books.member()
    for number in range(10):
        bought = books.purchase(who, books.award(1))
        victim = await books.pool.acquire()
        process = await victim.fetchval("SELECT pg_backend_pid()")
        await books.pool.release(victim)

        async def cut(process: int = process, wait: int = number) -> None:
            await asyncio.sleep(wait / 2000)
            await books.owner.execute("SELECT pg_terminate_backend($1)", process)

        outcome, _cut = await asyncio.gather(books.ask(Door.PURCHASES, bought), cut())
        assert outcome.stands
        assert (await books.ask(Door.PURCHASES, bought)).replayed
    assert await books.counters(who) == (10, 0, 0, 0)
