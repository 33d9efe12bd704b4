"""Laws of what campaigns came to: nothing is missing and nothing counts twice, whenever it is folded."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from domain.analytics import folding
from domain.analytics.results import Bucket, Results, Tally, results_of
from domain.earning.rules import CouponRefund, RatePerUnit
from domain.earning.terms import Campaign
from domain.earning.tills import Caches
from domain.members.identifiers import Identifier
from domain.members.recognition import MemberRef
from domain.storage import COALITION, Database, ReadSession
from domain.values import Money, Rate
from hansa import bounding
from tests.domain.earning.builders import NOW, line, shared
from tests.domain.earning.test_purchases import purchase, record
from tests.domain.earning.test_returning import give_back, returned
from tests.domain.earning.world import World, a_world

HOUR = timedelta(hours=1)
BONUS = RatePerUnit(points=Rate(10))


@pytest.fixture
async def world(database: Database) -> World:
    """A coalition where a point costs a cent."""
    made = await a_world(database, price=Decimal("0.01"))
    await made.member()
    await made.member("CARD0002")
    return made


async def results(world: World, made: Campaign, bucket: Bucket = Bucket.HOUR, *, after: timedelta = HOUR) -> Results:
    """What a campaign has come to a while later."""
    async with world.database.session(COALITION) as session:
        return await results_of(ReadSession(session), made.campaign_id, bucket=bucket, now=NOW + after)


async def fold(world: World, after: timedelta) -> None:
    """The worker comes by."""
    await bounding.fold(world.database, now=NOW + after)


async def trade(world: World) -> Campaign:
    """Two members buy, one of them twice and an hour apart; of the first purchase half comes back."""
    sponsors = shared((world.shop, "1/4"), (world.maker, "3/4"))
    made = await world.live(BONUS, sponsors=sponsors)
    caches = Caches.fresh("EUR", "Europe/Riga")
    basket = line(1, "milk", 1000, "2")
    first = await record(world, caches, purchase(world, basket, key="purchase-1"))
    other = MemberRef(identifier=Identifier.card("CARD0002"))
    await record(world, caches, purchase(world, basket, key="purchase-2", member=other))
    later = NOW + HOUR
    await record(world, caches, purchase(world, basket, key="purchase-3", occurred_at=later), now=later)
    await give_back(world, returned(world, first, (1, "1")))
    return made


EXPECTED = Tally(awards=3, reached=2, points=300, points_back=50)


@pytest.mark.parametrize("folded", [(), (0,), (10,), (75,), (0, 5, 11, 65, 75, 75)])
async def test_results_are_the_same_whenever_they_are_folded(world: World, folded: tuple[int, ...]) -> None:
    """300 points, 50 of them back: 250 at 0.01 are 2.50, whoever of the two pays the odd half point."""
    made = await trade(world)
    for minutes in folded:
        await fold(world, timedelta(minutes=minutes))
    found = await results(world, made, after=2 * HOUR)
    assert found.tally == EXPECTED
    assert [one.tally.awards for one in found.stretches] == [2, 1]
    shares = {one.partner_id: one for one in found.sponsors}
    assert shares[world.shop].points + shares[world.maker].points == 300
    assert shares[world.shop].points_back + shares[world.maker].points_back == 50
    costs = [one.cost for one in found.sponsors if one.cost is not None]
    assert sum((cost.amount for cost in costs), Decimal(0)) == Decimal("2.50")


async def test_days_and_months_are_those_of_the_coalitions_calendar(world: World) -> None:
    made = await trade(world)
    found = await results(world, made, Bucket.DAY, after=2 * HOUR)
    assert [(f"{one.starts_at:%d %H:%M}", one.tally) for one in found.stretches] == [("22 00:00", EXPECTED)]
    found = await results(world, made, Bucket.MONTH, after=2 * HOUR)
    assert [(f"{one.starts_at:%d %H:%M}", one.tally) for one in found.stretches] == [("01 00:00", EXPECTED)]


async def test_workers_at_once_fold_each_posting_once(world: World) -> None:
    made = await trade(world)
    await asyncio.gather(*(fold(world, 2 * HOUR) for _ in range(4)))
    assert (await results(world, made, after=3 * HOUR)).tally == EXPECTED


async def test_nothing_under_way_is_folded(world: World) -> None:
    """What bears the time of the fold, or a few minutes less, may still be coming."""
    made = await world.live(BONUS)
    caches = Caches.fresh("EUR", "Europe/Riga")
    basket = line(1, "milk", 1000, "2")
    await record(world, caches, purchase(world, basket, key="purchase-1"))
    late = NOW + timedelta(hours=1)
    await fold(world, timedelta(hours=1))
    slow = late - folding.GRACE + timedelta(seconds=1)
    await record(world, caches, purchase(world, basket, key="purchase-2", occurred_at=slow), now=slow)
    await fold(world, timedelta(hours=2))
    assert (await results(world, made, after=3 * HOUR)).tally.points == 200


async def test_money_is_counted_with_what_came_back(world: World) -> None:
    made = await world.live(CouponRefund(), owner=world.maker, sponsors=shared((world.maker, "1")))
    caches = Caches.fresh("EUR", "Europe/Riga")
    bought = await record(world, caches, purchase(world, line(1, "milk", 300, "2", coupon=100)))
    await fold(world, HOUR)
    found = await results(world, made)
    assert (found.tally.awards, found.tally.reached, found.tally.money) == (1, 1, Decimal(1))
    (maker,) = found.sponsors
    assert maker.cost == Money(Decimal("1.00"), "EUR")
    await give_back(world, returned(world, bought, (1, "2")), now=NOW + HOUR)
    found = await results(world, made)
    assert (found.tally.money, found.tally.money_back) == (Decimal(1), Decimal(1))
    assert found.sponsors[0].cost == Money(Decimal("0.00"), "EUR")


async def test_a_sponsor_is_told_its_own_and_nobody_anothers_price(world: World) -> None:
    found = await results(world, await trade(world), after=2 * HOUR)
    told = found.seen_by(world.shop)
    assert [(one.partner_id == world.shop, one.cost is None) for one in told.sponsors].count((False, True)) == 1
    assert [(one.partner_id, one.cost is None) for one in found.seen_by(world.maker).sponsors] == [(world.maker, False)]
    assert found.seen_by(None) == found
    assert found.seen_by(world.maker).tally == EXPECTED


async def test_a_campaign_that_gave_nothing_came_to_nothing(world: World) -> None:
    found = await results(world, await world.live(BONUS))
    assert (found.tally, found.stretches, found.budget) == (Tally(), (), None)
    assert [one.cost for one in found.sponsors] == [Money(Decimal("0.00"), "EUR")]
