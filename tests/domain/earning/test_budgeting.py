"""Laws of budgets: opened, changed, made available day by day, and told of when little is left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.earning import budgeting, managing
from domain.earning.bounds import Budget, Pacing
from domain.earning.budgeting import BudgetStanding
from domain.earning.commands import PreviewPurchase
from domain.earning.errors import BudgetBelowDrawn
from domain.earning.purchases import preview
from domain.earning.rules import Cashback, Flat, RatePerUnit, Rule
from domain.earning.terms import Campaign, Sponsor
from domain.earning.tills import Caches
from domain.earning.verdicts import Why
from domain.earning.when import When
from domain.ledger.errors import BudgetUnitFixed
from domain.storage import Database, ReadSession, Sight
from domain.values import Rate
from hansa import bounding
from tests.domain.earning.builders import NOW, campaign, line
from tests.domain.earning.test_purchases import purchase, record
from tests.domain.earning.world import KEYS, OPENED, World, a_world, acting

RIGA = ZoneInfo("Europe/Riga")
TEN_A_EURO = RatePerUnit(points=Rate(10))
EVEN = Budget(points=100, pacing=Pacing.EVEN)


@pytest.fixture
async def world(database: Database) -> World:
    """A coalition with a member at the shop."""
    made = await a_world(database, price=Decimal("0.01"))
    await made.member()
    return made


async def standing(world: World, made: Campaign) -> BudgetStanding:
    """Where its budget stands, as its owner sees it."""
    async with world.database.session(Sight.partner(made.partner_id)) as session:
        found = await budgeting.standing_of(ReadSession(session), made)
    assert found is not None
    return found


async def follow(world: World, made: Campaign, budget: Budget, *, now: datetime = NOW) -> Campaign:
    """The next version of a campaign, with another budget, goes live."""
    terms = world.terms(made.terms.rule, name="Next", ends_at=made.terms.ends_at, budget=budget)
    async with acting(world.database, Sight.partner(world.shop)) as session:
        await managing.change(session, world.shop, made.campaign_id, terms, now=now)
    return await world.published(made, now=now)


async def buys(world: World, number: int, amount: int) -> int:
    """The points of a purchase of so many cents."""
    caches = Caches.fresh("EUR", "Europe/Riga")
    lines = (line(1, "milk", amount),)
    return int((await record(world, caches, purchase(world, *lines, key=f"purchase-{number:04}"))).points)


@given(
    amount=st.integers(1, 10**9),
    days=st.integers(1, 400),
    hours=st.integers(0, 23),
)
def test_the_parts_of_all_days_are_the_budget_and_differ_by_one_at_most(amount: int, days: int, hours: int) -> None:
    begun = datetime(2026, 3, 1, hours, tzinfo=RIGA)
    ends = begun.replace(hour=0) + timedelta(days=days)
    budget = Budget(points=amount, pacing=Pacing.EVEN)
    made = campaign(Flat(points=1), starts_at=begun.astimezone(UTC), ends_at=ends.astimezone(UTC), budget=budget)
    moments = [begun, *(begun.replace(hour=0) + timedelta(days=day) for day in range(1, days))]
    by_then = [budgeting.by_now(made, begun, moment, RIGA) for moment in moments]
    parts = [later - earlier for earlier, later in zip([0, *by_then], by_then, strict=False)]
    assert by_then[-1] == amount
    assert max(parts) - min(parts) <= 1
    assert budgeting.by_now(made, begun, ends + timedelta(days=400), RIGA) == amount


def test_a_campaigns_days_are_those_of_its_own_clock() -> None:
    """Ten days from midnight in Sofia, where it is midnight again at 22:00 UTC."""
    sofia = When(time_zone="Europe/Sofia")
    starts = datetime(2026, 11, 1, tzinfo=ZoneInfo("Europe/Sofia"))
    made = campaign(Flat(points=1), when=sofia, starts_at=starts, ends_at=starts + timedelta(days=10), budget=EVEN)
    at = datetime(2026, 11, 1, 21, 59, tzinfo=UTC)
    assert budgeting.by_now(made, starts, at, ZoneInfo("UTC")) == 10
    assert budgeting.by_now(made, starts, at + timedelta(minutes=1), ZoneInfo("UTC")) == 20


async def test_the_first_days_part_is_there_at_once_and_missed_days_are_made_up_for(
    world: World, owner: asyncpg.Connection
) -> None:
    made = await world.live(TEN_A_EURO, starts_at=OPENED, ends_at=OPENED + timedelta(days=9, hours=1), budget=EVEN)
    assert (await standing(world, made)).available == 10
    for gone, available in ((1, 20), (1, 20), (4, 50), (30, 100), (31, 100)):
        await bounding.pace(world.database, now=OPENED + timedelta(days=gone))
        assert (await standing(world, made)).available == available
    paced = "SELECT count(*) FROM allowance_change WHERE reason = 'PACE'"
    assert await owner.fetchval(paced) == 3


async def test_another_budget_adds_the_difference_or_takes_it(world: World) -> None:
    made = await world.live(TEN_A_EURO, budget=Budget(points=100))
    assert await buys(world, 1, 300) == 30
    more = await follow(world, made, Budget(points=150))
    assert ((await standing(world, more)).left, (await standing(world, more)).used) == (120, 30)
    less = await follow(world, more, Budget(points=30))
    assert ((await standing(world, less)).left, (await standing(world, less)).used) == (0, 30)


async def test_a_budget_is_never_below_what_was_given(world: World) -> None:
    made = await world.live(TEN_A_EURO, budget=Budget(points=100))
    await buys(world, 1, 300)
    with pytest.raises(BudgetBelowDrawn, match="30 points"):
        await follow(world, made, Budget(points=29))
    assert ((await standing(world, made)).left, (await standing(world, made)).used) == (70, 30)


async def test_a_budget_stays_in_its_unit(world: World) -> None:
    made = await world.live(TEN_A_EURO, budget=Budget(points=100))
    with pytest.raises(BudgetUnitFixed):
        await follow(world, made, Budget(money=10_000))


async def test_a_budget_in_money_counts_points_at_their_sponsors_price(world: World) -> None:
    """At 0.01 a point: 30 points are 0.30."""
    made = await world.live(TEN_A_EURO, budget=Budget(money=100))
    await buys(world, 1, 300)
    found = await standing(world, made)
    assert (found.available, found.left, found.used, found.share_used) == (100, 70, 30, Rate(3, 10))


async def test_owner_and_sponsors_are_told_once_a_fall(world: World, owner: asyncpg.Connection) -> None:
    sponsors = (Sponsor(world.shop, Rate(1, 2)), Sponsor(world.maker, Rate(1, 2)))
    made = await world.live(TEN_A_EURO, budget=Budget(points=100, alert=Rate(1, 2)), sponsors=sponsors)

    async def told() -> list[Any]:
        await bounding.pace(world.database, now=NOW)
        rows = await owner.fetch("SELECT partner_id, subject_id FROM event WHERE kind = 'CAMPAIGN_BUDGET_LOW'")
        return sorted((row["partner_id"], row["subject_id"]) for row in rows)

    await buys(world, 1, 480)
    assert await told() == []
    await buys(world, 2, 20)
    once = sorted((who, made.campaign_id) for who in (world.shop, world.maker))
    assert await told() == once
    assert await told() == once
    await follow_shared(world, made, sponsors)
    assert await told() == once
    await buys(world, 3, 600)
    assert await told() == sorted(once * 2)


async def follow_shared(world: World, made: Campaign, sponsors: tuple[Sponsor, ...]) -> None:
    """The budget is doubled, with both sponsors' agreement."""
    budget = Budget(points=200, alert=Rate(1, 2))
    terms = world.terms(made.terms.rule, name="Next", budget=budget, sponsors=sponsors)
    async with acting(world.database, Sight.partner(world.shop)) as session:
        draft = await managing.change(session, world.shop, made.campaign_id, terms, now=NOW)
    await world.agreed(draft)
    await world.published(made, now=NOW)


@pytest.mark.parametrize("rule", [TEN_A_EURO, Cashback(share=Rate(1, 2))])
async def test_a_budget_that_is_used_up_is_said_before_the_purchase(world: World, rule: Rule) -> None:
    await world.live(rule, budget=Budget(money=100))
    caches = Caches.fresh("EUR", "Europe/Riga")
    lines = (line(1, "milk", 1000),)
    await record(world, caches, purchase(world, *lines))
    asked = PreviewPurchase(partner_id=world.shop, outlet_id=world.outlet, occurred_at=NOW, currency="EUR", lines=lines)
    later = NOW + timedelta(seconds=6)
    shown = await preview(world.database.pool, asked, caches=caches, lookup_key=KEYS.lookup, now=later)
    assert [one.why for one in shown.rating.refusals] == [Why.BUDGET_USED_UP]
