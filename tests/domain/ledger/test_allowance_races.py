"""Thirty-two writers at the end of a sponsor's means: the last point is given, and not one beyond it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from domain.coalition.models import Partner
from domain.ledger.errors import Busy
from domain.ledger.posting import Door, persistently, post
from domain.ledger.postings import PurchasePosting
from domain.members.recognition import KnownMember
from tests.builders.ledger import Books
from tests.domain.ledger.sponsoring import a_sponsor, give, issued, left, many_hands, on_credit

WRITERS = 32
ROUNDS = 24
CAPACITY = 20_000
DRAWN = "SELECT COALESCE(sum(points), 0)::bigint FROM allowance_draw WHERE partner_id = $1"
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
GIVEN = """SELECT (lot->>'lot_id')::uuid AS lot_id, (lot->>'points')::int AS points
    FROM purchase_as_rated($1, $2, $3) p, jsonb_array_elements(p.lots) lot"""
KILL = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active' ORDER BY random() LIMIT 1"""


@dataclass
class Writer:
    """One till with its own members, which buys, returns, and asks again."""

    books: Books
    sponsors: list[Partner]
    members: list[KnownMember]
    chance: random.Random
    bought: list[tuple[KnownMember, PurchasePosting]] = field(default_factory=list)

    def purchase(self, who: KnownMember, points: int) -> PurchasePosting:
        """A basket with an award of each sponsor, in any order."""
        order = self.chance.sample(self.sponsors, len(self.sponsors))
        awards = [self.books.award(points, sponsor_id=sponsor.partner_id) for sponsor in order]
        return self.books.purchase(who, *awards)

    async def buy(self) -> None:
        """One purchase, or one for each of the members in one call."""
        many = self.members if self.chance.random() < 0.4 else [self.chance.choice(self.members)]
        bought = [self.purchase(who, self.chance.randint(1, 60)) for who in many]
        verdicts = await post(self.books.pool, Door.PURCHASES, bought, now=self.books.now)
        assert {verdict.outcome for verdict in verdicts} <= {"POSTED", "REPLAYED"}
        self.bought += zip(many, bought, strict=True)

    async def give_back(self) -> None:
        """All goods of an earlier purchase come back, and of its points what was given."""
        if not self.bought:
            return
        who, bought = self.bought.pop(self.chance.randrange(len(self.bought)))
        named = (self.books.shop.partner_id, who.wallet_id, bought.entry_id)
        rows = await persistently(lambda: self.books.pool.fetch(GIVEN, *named))
        given = {row["lot_id"]: row["points"] for row in rows}
        claims = [given.get(award.lot_id, 0) for award in bought.awards]
        await post(self.books.pool, Door.RETURNS, [self.books.goods(who, bought, *claims)], now=self.books.now)

    async def ask_again(self) -> None:
        """An answer was lost, so the same is asked again."""
        if self.bought:
            _, bought = self.chance.choice(self.bought)
            (verdict,) = await post(self.books.pool, Door.PURCHASES, [bought], now=self.books.now)
            assert verdict.outcome == "REPLAYED"

    async def work(self) -> None:
        """So many rounds of all that, come what may."""
        acts: list[Callable[[], Awaitable[None]]] = [self.buy, self.buy, self.buy, self.give_back, self.ask_again]
        for _ in range(ROUNDS):
            try:
                await self.chance.choice(acts)()
            except Busy:  # its connection was killed four times over
                continue


async def the_end(books: Books, who: KnownMember, sponsor: Partner) -> None:
    """Whatever is left is asked for, and given to the last point."""
    await books.posted(Door.PURCHASES, books.purchase(who, books.award(CAPACITY * 2, sponsor_id=sponsor.partner_id)))


async def killing(owner: asyncpg.Connection[Any], done: asyncio.Event) -> int:
    """A connection dies in the middle of its work, every so often."""
    killed = 0
    while not done.is_set():
        await asyncio.sleep(0.05)
        killed += bool(await owner.fetchval(KILL))
    return killed


async def writers_of(books: Books, *sponsors: Partner) -> list[Writer]:
    """Tills with five members each."""
    seed = random.randrange(10**9)
    return [
        Writer(books, list(sponsors), [await books.member() for _ in range(5)], random.Random(f"{seed} {number}"))
        for number in range(WRITERS)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("killed", [False, True], ids=["calm", "killed connections"])
async def test_thirty_two_writers_end_exactly_at_the_limit(database_url: str, *, killed: bool) -> None:
    async with many_hands(database_url, WRITERS) as (_, books):
        first, second = await a_sponsor(books, "first", CAPACITY), await a_sponsor(books, "second", CAPACITY // 2)
        writers = await writers_of(books, first, second)
        owner, done = await asyncpg.connect(database_url), asyncio.Event()
        deadlocks = await owner.fetchval(DEADLOCKS)
        hunt = asyncio.create_task(killing(owner, done)) if killed else None
        await asyncio.gather(*(writer.work() for writer in writers))
        done.set()
        assert hunt is None or await hunt
        for sponsor, capacity in ((first, CAPACITY), (second, CAPACITY // 2)):
            assert await issued(owner, sponsor) == await owner.fetchval(DRAWN, sponsor.partner_id)
            assert await issued(owner, sponsor) + await left(owner, sponsor) == capacity
            await the_end(books, writers[0].members[0], sponsor)
            assert (await issued(owner, sponsor), await left(owner, sponsor)) == (capacity, 0)
        await owner.execute("SELECT pg_stat_force_next_flush()")
        assert await owner.fetchval(DEADLOCKS) == deadlocks
        await books.prove()
        await owner.close()


@pytest.fixture
async def books(database_url: str) -> AsyncIterator[Books]:
    """Books with eight connections; sound when the race is over."""
    async with many_hands(database_url, 8) as (_, books):
        yield books
        await books.prove()


async def test_the_last_points_go_to_somebody(books: Books) -> None:
    """Eight at once want more than there is: together they get all of it, again and again."""
    sponsor = await a_sponsor(books, "payer")
    who = [await books.member() for _ in range(8)]
    total = 0
    for number in range(40):
        total += number
        await give(books, sponsor, number)
        bought = [books.purchase(one, books.award(number + 1, sponsor_id=sponsor.partner_id)) for one in who]
        await asyncio.gather(*(books.ask(Door.PURCHASES, one) for one in bought))
        assert (await issued(books.owner, sponsor), await left(books.owner, sponsor)) == (total, 0)


async def test_a_limit_in_money_is_never_overdrawn_by_many(books: Books) -> None:
    sponsor = await on_credit(books, "debtor", "7.77")  # 777 points
    who = [await books.member() for _ in range(24)]
    bought = [books.purchase(one, books.award(50, sponsor_id=sponsor.partner_id)) for one in who]
    await asyncio.gather(*(books.ask(Door.PURCHASES, one) for one in bought))
    assert (await issued(books.owner, sponsor), await left(books.owner, sponsor, "CREDIT")) == (777, 0)
