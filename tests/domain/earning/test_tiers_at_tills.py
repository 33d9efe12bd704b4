"""Tiers at the till: purchases count towards them at once, campaigns ask for them, and a return goes by what was."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.earning.commands import PurchaseRef, RecordReturn
from domain.earning.purchases import preview
from domain.earning.returning import record_return
from domain.earning.rules import RatePerUnit
from domain.earning.tills import Caches
from domain.earning.verdicts import Why
from domain.earning.when import When
from domain.earning.wording import why_not
from domain.ids import TierProgrammeId
from domain.storage import COALITION, Database
from domain.tiers import managing
from domain.tiers.terms import Kept, Measure, Tier, TierPeriod, TierTerms
from domain.values import Rate
from tests.domain.earning.builders import NOW, line
from tests.domain.earning.test_purchases import ONE_A_EURO, purchase, record
from tests.domain.earning.world import KEYS, World, a_world, acting

SILVER_FROM = 100_00
NOBODY = UUID(int=0)


@pytest.fixture
async def world(database: Database) -> World:
    """A coalition with a member at the shop."""
    made = await a_world(database)
    await made.member()
    return made


@pytest.fixture
def caches() -> Caches:
    """A server that has just started."""
    return Caches.fresh("EUR", "Europe/Riga")


async def club(world: World, **terms: Any) -> TierProgrammeId:
    """The coalition's programme: Silver from 100.00 in a calendar year."""
    tiers = (Tier(name="Member", threshold=0), Tier(name="Silver", threshold=SILVER_FROM))
    usual = {"name": "Club", "measure": Measure.SPEND, "period": TierPeriod.CALENDAR_YEAR, "tiers": tiers}
    async with acting(world.database, COALITION) as session:
        drawn = await managing.draw_up(session, None, TierTerms(**usual | terms), now=NOW)
        await managing.publish(session, None, drawn.programme_id, now=NOW)
    return drawn.programme_id


async def silver_doubles(world: World) -> None:
    await world.live(ONE_A_EURO, name="Base")
    await world.live(RatePerUnit(points=Rate(1)), name="Silver's own", tiers=frozenset({"Silver"}))


async def test_the_purchase_that_reaches_a_tier_earns_without_it_and_the_next_one_with_it(
    world: World, caches: Caches
) -> None:
    await club(world)
    await silver_doubles(world)
    first = await record(world, caches, purchase(world, line(1, "milk", SILVER_FROM), key="purchase-1"))
    assert first.points == 100
    [refused] = [one for one in first.refusals if one.why is Why.OTHER_TIER]
    assert why_not(refused, "EUR") == "Silver's own: it is for Silver members; you are Member"
    second = await record(world, caches, purchase(world, line(1, "milk", 10_00), key="purchase-2"))
    assert second.points == 20


async def test_a_preview_says_what_a_tier_would_bring(world: World, caches: Caches) -> None:
    await club(world)
    await silver_doubles(world)
    asked = purchase(world, line(1, "milk", 30_00))
    found = await preview(world.database.pool, asked, caches=caches, lookup_key=KEYS.lookup, now=NOW)
    assert (found.rating.points, found.tier_gains) == (30, (("Silver", 30),))
    await record(world, caches, purchase(world, line(1, "milk", SILVER_FROM)))
    found = await preview(world.database.pool, asked, caches=caches, lookup_key=KEYS.lookup, now=NOW)
    assert (found.rating.points, found.tier_gains) == (60, ())


async def test_a_return_takes_back_the_tier_but_rates_by_the_one_that_was_recorded(
    world: World, caches: Caches, owner: asyncpg.Connection
) -> None:
    await club(world)
    await silver_doubles(world)
    made = await record(world, caches, purchase(world, line(1, "milk", SILVER_FROM), key="purchase-1"))
    bought = purchase(world, line(1, "milk", 40_00), line(2, "butter", 10_00), key="purchase-2")
    later = await record(world, caches, bought)
    assert later.points == 100
    pool, books = world.database.pool, {"lookup_key": KEYS.lookup, "programmes": caches.programmes}
    for receipt, now in ((made, NOW), (later, NOW + timedelta(hours=1))):
        ref = PurchaseRef(wallet_id=receipt.wallet_id, entry_id=receipt.entry_id)
        back = RecordReturn(
            partner_id=world.shop, idempotency_key=now.isoformat(), purchase=ref, occurred_at=now, lines=None
        )
        taken = await record_return(pool, back, now=now, **books)  # type: ignore[arg-type]
        assert sum(one.points for one in taken.taken) == 100, "both campaigns gave for the second, and both take back"
    assert await owner.fetchval("SELECT tier FROM tier_standing") == "Member"
    assert await owner.fetchval("SELECT array_agg(tier ORDER BY number) FROM tier_step") == ["Silver", "Member"]


async def test_a_coalition_without_programmes_asks_nothing_of_tiers(
    world: World, caches: Caches, owner: asyncpg.Connection
) -> None:
    await world.live(ONE_A_EURO, name="Base")
    assert await caches.programmes.look_again(world.database.pool, [(world.shop, NOBODY)], at=NOW) == []
    await record(world, caches, purchase(world))
    assert await owner.fetchval("SELECT count(*) FROM tier_standing") == 0


async def test_campaigns_ask_for_tiers_in_conditions_too(world: World, caches: Caches) -> None:
    await club(world)
    condition = 'member.tier == "Silver" && "Silver" in member.tiers'
    await world.live(RatePerUnit(points=Rate(2)), name="By condition", when=When(condition=condition))
    assert (await record(world, caches, purchase(world, line(1, "milk", SILVER_FROM), key="purchase-1"))).points == 0
    assert (await record(world, caches, purchase(world, line(1, "milk", 10_00), key="purchase-2"))).points == 20


async def test_a_term_that_ended_is_over_at_the_till_without_any_worker(world: World, caches: Caches) -> None:
    await club(world, kept=Kept.END_OF_PERIOD)
    await silver_doubles(world)
    await record(world, caches, purchase(world, line(1, "milk", SILVER_FROM), key="purchase-1"))
    new_year = NOW.replace(year=NOW.year + 1, month=1, day=2)
    assert date(NOW.year, 12, 31) < new_year.date()
    bought = purchase(world, line(1, "milk", 10_00), key="purchase-2", occurred_at=new_year)
    assert (await record(world, caches, bought, now=new_year)).points == 10
