"""Numbers: without gap or double, in the order of each wallet, and never visible before a smaller one."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.exc import SQLAlchemyError

from domain.events import sequencing
from domain.events.models import Event
from domain.ledger.posting import Door, encoded
from domain.members.recognition import KnownMember
from domain.storage import COALITION, ReadSession, WriteSession, opened
from tests.builders.ledger import Books, a_ledger
from tests.domain.events.builders import REAL, all_numbered, following, numbered

WRITERS = 8
WALLETS = 4
NUMBERERS = 3
POSTINGS = 25
LOST = (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError)


@pytest.fixture
async def busy_books(database_url: str) -> AsyncIterator[Books]:
    """Books with many connections; sound when the race is over."""
    async with (
        opened(database_url, connections=WRITERS + NUMBERERS) as database,
        a_ledger(database, database_url) as it,
    ):
        yield it
        await it.prove()


async def numbers(books: Books) -> list[int]:
    rows = await books.owner.fetch("SELECT number FROM event WHERE number IS NOT NULL ORDER BY number")
    return [row["number"] for row in rows]


async def keep_numbering(books: Books) -> None:
    """One numberer; small batches, so that it is often in the middle of one when it dies."""
    while True:
        with suppress(*LOST):
            await numbered(books.database, most=random.randint(1, 7))
        await asyncio.sleep(0)


async def keep_killing(books: Books) -> int:
    """Whoever gives numbers is killed in its transaction, now and then, until told to stop; how often."""
    killed = 0
    try:
        while True:
            await asyncio.sleep(random.random() / 20)
            killed += await books.owner.fetchval(
                "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE '%number_events%' AND pid <> pg_backend_pid()"
                " AND state IN ('active', 'idle in transaction')"
            )
    except asyncio.CancelledError:
        return killed


async def write(books: Books, wallets: list[KnownMember]) -> None:
    for _ in range(POSTINGS):
        who = random.choice(wallets)
        posting = random.choice([books.purchase(who, books.award(3)), books.redemption(who, 1)])
        await books.ask(Door.PURCHASES if hasattr(posting, "awards") else Door.REDEMPTIONS, posting)


async def read(books: Books, found: list[Event]) -> None:
    """A reader that remembers nothing but its cursor."""
    while True:
        after = found[-1].number or 0 if found else 0
        found += await following(books.database, books.shop.partner_id, after=after, most=random.randint(1, 20))
        await asyncio.sleep(0)


@pytest.mark.slow
async def test_writers_and_dying_numberers_leave_one_order_that_readers_see_whole(busy_books: Books) -> None:
    books = busy_books
    wallets = [await books.member() for _ in range(WALLETS)]
    seen: list[Event] = []
    killing = asyncio.create_task(keep_killing(books))
    others = [asyncio.create_task(keep_numbering(books)) for _ in range(NUMBERERS)]
    others.append(asyncio.create_task(read(books, seen)))
    await asyncio.gather(*(write(books, wallets) for _ in range(WRITERS)))
    killing.cancel()
    assert await killing > 0, "somebody died"
    await asyncio.sleep(1)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await all_numbered(books.database)
    every = await numbers(books)
    assert every == list(range(1, len(every) + 1))
    rest = await following(books.database, books.shop.partner_id, after=(seen[-1].number or 0) if seen else 0)
    told = [(event.number, event.position) for event in [*seen, *rest]]
    kept = await books.owner.fetch(
        "SELECT number, position FROM event WHERE partner_id = $1 ORDER BY number", books.shop.partner_id
    )
    assert told == [tuple(row) for row in kept], "a reader missed one, or read one twice"
    versions: dict[UUID, list[int]] = defaultdict(list)
    for event in [*seen, *rest]:
        if event.wallet_id is not None and event.sequence is not None:
            versions[event.wallet_id].append(event.sequence)
    assert len(versions) == WALLETS
    assert seen
    assert all(order == sorted(set(order)) for order in versions.values())


async def test_numbers_follow_commits_and_not_positions(books: Books, database_url: str) -> None:
    """One posting is under way while a later one commits: whoever reads meanwhile misses nothing."""
    early, late = await books.member(), await books.member()
    under_way = await asyncpg.connect(database_url)
    try:
        transaction = under_way.transaction()
        await transaction.start()
        items = encoded([books.purchase(early, books.award(5))])
        await under_way.fetch("SELECT * FROM post_purchases($1::jsonb, $2)", items, books.now)
        await books.earn(late, 5)
        await all_numbered(books.database)
        first = (await following(books.database, books.shop.partner_id))[-1]
        assert (first.wallet_id, first.sequence) == (late.wallet_id, 1)
        await transaction.commit()
    finally:
        await under_way.close()
    await all_numbered(books.database)
    (second,) = await following(books.database, books.shop.partner_id, after=first.number or 0)
    assert second.wallet_id == early.wallet_id
    assert (second.position or 0) < (first.position or 0)


async def test_two_numberers_do_not_wait_for_each_other(books: Books) -> None:
    await books.earn(await books.member(), 5)
    async with books.pool.acquire() as one, one.transaction():
        await one.execute("SET LOCAL app.sight = 'coalition'")
        assert await one.fetchval("SELECT last FROM event_counter FOR UPDATE SKIP LOCKED") == 0
        async with asyncio.timeout(5):
            assert await numbered(books.database) == []
    assert await numbered(books.database) != []


async def test_a_batch_that_fails_takes_no_number(books: Books) -> None:
    await books.earn(await books.member(), 5)
    async with books.database.session(COALITION) as session:
        assert await sequencing.number(WriteSession(ReadSession(session)), now=REAL)
        await session.rollback()
    assert await numbers(books) == []
    await all_numbered(books.database)
    every = await numbers(books)
    assert every
    assert every == list(range(1, len(every) + 1))


@pytest.mark.parametrize("cut", range(6))
async def test_a_reader_that_resumes_sees_exactly_what_follows(books: Books, cut: int) -> None:
    who = await books.member()
    for points in range(1, 6):
        await books.earn(who, points)
    await all_numbered(books.database)
    every = await following(books.database, books.shop.partner_id)
    after = every[cut].number or 0
    assert [event.number for event in await following(books.database, books.shop.partner_id, after=after)] == [
        event.number for event in every[cut + 1 :]
    ]
