"""Thirty-two tills at the end of a campaign's budget: all of it is given, to the point, and nothing beyond it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from itertools import count
from typing import Any

import asyncpg
import pytest

from domain.coalition.contracts import Terms, draw_up, sign
from domain.earning.bounds import Budget
from domain.earning.commands import PurchaseReceipt
from domain.earning.rules import Cashback, Flat, RatePerUnit
from domain.earning.tills import Caches
from domain.ids import PartnerId
from domain.ledger.allowance_models import CutReason
from domain.members.identifiers import Identifier
from domain.members.recognition import MemberRef
from domain.storage import COALITION, opened
from domain.values import Rate
from tests.domain.earning.builders import line, shared
from tests.domain.earning.test_purchases import purchase, record, record_all
from tests.domain.earning.test_returning import give_back, returned
from tests.domain.earning.world import OPENED, World, a_world, acting

WRITERS = 32
ISSUED = "SELECT COALESCE(sum(remaining), 0)::bigint FROM lot"
SPENT = "SELECT COALESCE(sum(amount), 0)::bigint FROM allowance_draw"
LEFT = "SELECT COALESCE(sum(left_amount), 0)::bigint FROM allowance_slice"
PAID = """SELECT sum(l.remaining * c.price * 1000000)::bigint
    FROM lot l JOIN contract c ON c.contract_id = l.sponsor_contract_id"""
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
KEYS = count()


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    """A coalition with many connections; its books are sound when the race is over, and nobody was stuck."""
    async with opened(database_url, connections=12) as database:
        made = await a_world(database, price=Decimal("0.01"))
        await asyncio.gather(*(made.member(f"CARD{number:04}") for number in range(WRITERS)))
        yield made
        await made.prove()


@pytest.fixture
async def books(database_url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    """A look into the books."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


def card(number: int) -> MemberRef:
    """A member of many."""
    return MemberRef(identifier=Identifier.card(f"CARD{number:04}"))


async def buys(world: World, number: int, amount: int) -> PurchaseReceipt:
    """One till, one purchase of so many cents."""
    caches = Caches.fresh("EUR", "Europe/Riga")
    command = purchase(world, line(1, "milk", amount), key=f"purchase-{next(KEYS):05}", member=card(number))
    return await record(world, caches, command)


async def race(world: World, amount: int) -> list[PurchaseReceipt]:
    """All tills at once."""
    return await asyncio.gather(*(buys(world, number, amount + number) for number in range(WRITERS)))


async def priced(world: World, sponsor: PartnerId, price: str) -> None:
    """The sponsor pays another price a point."""
    async with acting(world.database, COALITION) as session:
        drawn = await draw_up(session, sponsor, Terms(valid_from=OPENED, price=Decimal(price)))
        await sign(session, drawn.contract_id, now=OPENED)


async def test_a_budget_in_points_is_given_to_the_point(world: World, books: asyncpg.Connection[Any]) -> None:
    """Thirty-two want 10 to 13 points each of 200."""
    deadlocks = await books.fetchval(DEADLOCKS)
    sponsors = shared((world.maker, "3/5"), (world.shop, "2/5"))
    await world.live(RatePerUnit(points=Rate(1)), sponsors=sponsors, budget=Budget(points=200))
    await world.live(Flat(points=3), name="Without a budget")
    bought = await race(world, 1000)
    assert sum(receipt.points for receipt in bought) == 200 + 3 * WRITERS
    assert (await books.fetchval(ISSUED), await books.fetchval(LEFT)) == (200 + 3 * WRITERS, 0)
    cut = [receipt for receipt in bought if receipt.cuts]
    assert {one.why for receipt in cut for one in receipt.cuts} == {CutReason.BUDGET_USED_UP}
    # What comes back can be given again: again to the point.
    full = next(receipt for receipt in bought if not receipt.cuts)
    freed = int((await give_back(world, returned(world, full, key=f"return-{next(KEYS):05}"))).points) - 3
    assert (freed, await books.fetchval(LEFT)) == (int(full.points) - 3, freed)
    again = await race(world, 1000)
    assert sum(receipt.points for receipt in again) == freed + 3 * WRITERS
    assert await books.fetchval(LEFT) == 0
    assert await books.fetchval(DEADLOCKS) == deadlocks


async def test_a_budget_in_money_is_given_to_the_last_point_that_it_pays_for(
    world: World, books: asyncpg.Connection[Any]
) -> None:
    """At 0.0125 and 0.01 a point, 32 × 10 points of two sponsors cost 3.60; there are 2.00."""
    await priced(world, world.maker, "0.0125")
    sponsors = shared((world.maker, "1/2"), (world.shop, "1/2"))
    await world.live(RatePerUnit(points=Rate(1)), sponsors=sponsors, budget=Budget(money=200))
    bought = await race(world, 1000)
    spent, left = await books.fetchval(SPENT), await books.fetchval(LEFT)
    assert spent + left == 2_000_000
    assert left < 10_000, "less than a point costs"
    assert await books.fetchval(PAID) == spent
    full = next(receipt for receipt in bought if not receipt.cuts)
    await give_back(world, returned(world, full, key=f"return-{next(KEYS):05}"))
    await race(world, 1000)
    assert await books.fetchval(SPENT) + await books.fetchval(LEFT) == 2_000_000
    assert await books.fetchval(LEFT) < 10_000


async def test_money_given_is_cut_to_whole_minor_units(world: World, books: asyncpg.Connection[Any]) -> None:
    """A tenth back of 10.00 to 10.31, shared: 32 × about 1.01; there are 20.05."""
    sponsors = shared((world.maker, "2/3"), (world.shop, "1/3"))
    await world.live(Cashback(share=Rate(1, 10)), sponsors=sponsors, budget=Budget(money=2005))
    bought = await race(world, 1000)
    given = sum(benefit.money.minor for receipt in bought for benefit in receipt.benefits)
    assert given == 2005
    assert await books.fetchval("SELECT sum(amount) * 100 FROM benefit") == 2005
    part = next(one for receipt in bought for one in receipt.benefits if one.missing.minor)
    assert part.money + part.missing == part.due
    full = next(receipt for receipt in bought if sum(one.money.minor for one in receipt.benefits) >= 100)
    await give_back(world, returned(world, full, key=f"return-{next(KEYS):05}"))
    freed = await books.fetchval(LEFT)
    assert freed == sum(benefit.money.minor for benefit in full.benefits) * 10_000
    await race(world, 1000)
    assert await books.fetchval(LEFT) == 0


async def test_an_award_is_cut_in_proportion_and_in_the_order_of_a_batch(
    world: World, books: asyncpg.Connection[Any]
) -> None:
    """25 points at 60, 30 and 10 % twice; 32 are there: 25, then 7 as 4.2, 2.1 and 0.7 add up."""
    sponsors = shared((world.maker, "3/5"), (world.shop, "3/10"), (world.wholesaler, "1/10"))
    await world.live(Flat(points=25), sponsors=sponsors, budget=Budget(points=32))
    caches = Caches.fresh("EUR", "Europe/Riga")
    both = [purchase(world, key=f"batch-{number:05}", member=card(number)) for number in range(2)]
    first, second = await record_all(world, caches, *both)
    assert isinstance(first, PurchaseReceipt)
    assert isinstance(second, PurchaseReceipt)
    assert dict(first.awards[0].funded) == {world.maker: 15, world.shop: 8, world.wholesaler: 2}
    assert dict(second.awards[0].funded) == {world.maker: 4, world.shop: 2, world.wholesaler: 1}
    assert sum(int(one.missing) for one in second.cuts) == 18
    again = await record(world, caches, both[1])
    assert (again.awards, again.cuts) == (second.awards, second.cuts)
    third = await buys(world, 2, 100)
    assert (third.points, third.awards) == (0, ())
    assert await books.fetchval(LEFT) == 0


async def test_what_a_sponsor_cannot_fund_stays_in_the_budget(world: World, books: asyncpg.Connection[Any]) -> None:
    """The maker owes at most 0.10, so ten points; the budget pays for those that were given alone."""
    async with acting(world.database, COALITION) as session:
        limited = Terms(valid_from=OPENED, price=Decimal("0.01"), credit_limit=Decimal("0.10"))
        await sign(session, (await draw_up(session, world.maker, limited)).contract_id, now=OPENED)
    sponsors = shared((world.maker, "1/2"), (world.shop, "1/2"))
    await world.live(Flat(points=40), sponsors=sponsors, budget=Budget(points=100))
    bought = await buys(world, 0, 100)
    assert dict(bought.awards[0].funded) == {world.maker: 10, world.shop: 20}
    budget = (
        "SELECT sum(left_amount)::bigint FROM allowance_slice JOIN allowance USING (allowance_id) WHERE kind = 'BUDGET'"
    )
    assert await books.fetchval(budget) == 70
