"""A limited drop under a rush: every piece goes to somebody, none goes twice, and nobody else loses a point."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain.ledger.errors import Busy
from domain.ledger.posting import Door, post
from domain.ledger.postings import RedemptionPosting
from domain.members.recognition import KnownMember
from domain.rewards.terms import Reward
from domain.storage import opened
from tests.builders.ledger import Books, a_ledger
from tests.domain.rewards.taking import a_reward, left, redeeming

PIECES, PEOPLE, PRICE = 100, 500, 50
HANDS = 24

HOLDERS = "SELECT count(*)::int, count(DISTINCT wallet_id)::int FROM reward_redemption WHERE pieces_left > 0"
POINTS = "SELECT sum(available + pending + held)::int FROM wallet"
POOR = "SELECT count(*)::int FROM wallet w WHERE w.available <> $1 AND w.held = 0"
SPENT = "SELECT COALESCE(sum(points), 0)::int FROM transfer WHERE kind = $1"
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
KILL = r"""SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND state = 'active' AND query LIKE '%post\_%' ORDER BY random() LIMIT 1"""


@asynccontextmanager
async def many_hands(database_url: str) -> AsyncIterator[Books]:
    """Books with many connections; sound when the rush is over."""
    async with opened(database_url, connections=HANDS) as database, a_ledger(database, database_url) as books:
        yield books
        await books.prove()


async def a_crowd(books: Books, size: int) -> list[KnownMember]:
    """Members with the points for one piece each."""
    crowd: list[KnownMember] = []
    while len(crowd) < size:
        crowd += await asyncio.gather(*(books.member() for _ in range(min(HANDS, size - len(crowd)))))
    bought = [books.purchase(who, books.award(PRICE)) for who in crowd]
    verdicts = await post(books.pool, Door.PURCHASES, bought, now=books.now)
    assert {verdict.outcome for verdict in verdicts} == {"POSTED"}
    return crowd


async def claim(books: Books, asked: RedemptionPosting) -> str:
    """Ask until there is an answer: whoever loses a connection asks again with the same key."""
    while True:
        try:
            return (await books.ask(Door.REDEMPTIONS, asked)).outcome
        except Busy:
            continue


async def check(books: Books, drop: Reward, people: int) -> None:
    """Exactly as many have a piece as there were, and have paid for it; everybody else has all their points."""
    assert await left(books, drop) == 0
    holders = await books.owner.fetchrow(HOLDERS)
    assert holders is not None
    assert tuple(holders) == (PIECES, PIECES)
    spent = await books.owner.fetchval(SPENT, "REDEEM") - await books.owner.fetchval(SPENT, "UNREDEEM")
    assert spent == PIECES * PRICE
    assert await books.owner.fetchval(POINTS) == (people - PIECES) * PRICE
    assert await books.owner.fetchval(POOR, PRICE) == PIECES


async def killing(owner: asyncpg.Connection[Any], done: asyncio.Event) -> int:
    """A connection dies in the middle of its work, every so often."""
    killed = 0
    while not done.is_set():
        await asyncio.sleep(0.05)
        killed += bool(await owner.fetchval(KILL))
    return killed


async def deadlocks(owner: asyncpg.Connection[Any]) -> int:
    """How often two waited for each other."""
    await owner.execute("SELECT pg_stat_force_next_flush()")
    return int(await owner.fetchval(DEADLOCKS))


async def test_a_hundred_pieces_go_to_a_hundred_of_five_hundred(database_url: str) -> None:
    async with many_hands(database_url) as books:
        drop = await a_reward(books, PRICE, stock=PIECES)
        crowd = await a_crowd(books, PEOPLE)
        before = await deadlocks(books.owner)
        outcomes = await asyncio.gather(*(claim(books, redeeming(books, who, drop)) for who in crowd))
        assert Counter(outcomes) == {"POSTED": PIECES, "OUT_OF_STOCK": PEOPLE - PIECES}
        assert await deadlocks(books.owner) == before
        await check(books, drop, PEOPLE)


@pytest.mark.slow
@pytest.mark.parametrize("killed", [False, True], ids=["calm", "killed connections"])
async def test_pieces_that_are_given_up_in_the_rush_go_to_others(database_url: str, *, killed: bool) -> None:
    """Everybody authorizes; half of those served give up, and whoever was too late asks again."""
    async with many_hands(database_url) as books:
        drop = await a_reward(books, PRICE, stock=PIECES)
        crowd = await a_crowd(books, PEOPLE)
        before, owner, done = await deadlocks(books.owner), await asyncpg.connect(database_url), asyncio.Event()
        hunt = asyncio.create_task(killing(owner, done)) if killed else None
        await asyncio.gather(*(_wavering(books, drop, who, random.Random(who.wallet_id.int)) for who in crowd))
        waiting = await _without(books, crowd)
        while await left(books, drop):
            await asyncio.gather(*(claim(books, redeeming(books, who, drop)) for who in waiting))
            waiting = await _without(books, waiting)
        done.set()
        assert hunt is None or await hunt
        await owner.close()
        assert await deadlocks(books.owner) == before
        await check(books, drop, PEOPLE)


async def _wavering(books: Books, drop: Reward, who: KnownMember, chance: random.Random) -> None:
    held = redeeming(books, who, drop, hold_for=timedelta(hours=1))
    if await claim(books, held) not in {"POSTED", "REPLAYED"}:
        return
    ending = books.capture(who, held, chance.choice([0, PRICE]))
    while True:
        try:
            outcome = (await books.ask(Door.CAPTURES, ending)).outcome
        except Busy:
            continue
        assert outcome in {"POSTED", "REPLAYED"}
        return


async def _without(books: Books, crowd: Sequence[KnownMember]) -> list[KnownMember]:
    rows = await books.owner.fetch("SELECT wallet_id FROM reward_redemption WHERE pieces_left > 0")
    served = {row["wallet_id"] for row in rows}
    return [who for who in crowd if who.wallet_id not in served]
