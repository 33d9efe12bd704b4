"""A sponsor's means are at an end: the purchase stands, its award is cut, and returns know what was really given."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.coalition.contracts import Terms, draw_up, sign
from domain.coalition.models import Billing
from domain.earning.commands import PurchaseReceipt
from domain.earning.purchases import receipt_of
from domain.earning.tills import Caches
from domain.ids import PartnerId
from domain.ledger.allowance_models import AllowanceKind, ChangeReason, CutReason
from domain.ledger.allowances import add
from domain.storage import COALITION, Database
from tests.domain.earning.test_purchases import purchase, record
from tests.domain.earning.test_returning import BASKET, a_campaign_of_each_kind, give_back, returned
from tests.domain.earning.world import OPENED, World, a_world, acting


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


async def has_paid_for(world: World, sponsor: PartnerId, points: int) -> None:
    """The sponsor is on packs with a hard limit, and has so many points."""
    terms = Terms(
        valid_from=OPENED, price=Decimal("0.01"), billing=Billing.PREPAID, pack_points=points or 1, pack_limit=True
    )
    async with acting(world.database, COALITION) as session:
        await sign(session, (await draw_up(session, sponsor, terms)).contract_id, now=OPENED)
        await add(session, sponsor, AllowanceKind.PREPAID, points, ChangeReason.PACK, now=OPENED)


def awards(receipt: PurchaseReceipt) -> dict[str, tuple[tuple[PartnerId, int], ...]]:
    """Who funded what."""
    return {award.campaign.terms.name: award.funded for award in receipt.awards}


async def test_a_purchase_is_recorded_and_says_what_fell_away(world: World, caches: Caches) -> None:
    await a_campaign_of_each_kind(world)
    await has_paid_for(world, world.maker, 35)  # the bonus takes 30 of the maker's, double dairy would take 12
    bought = await record(world, caches, purchase(world, *BASKET))
    assert bought.points == 22 + 50 + 5
    assert awards(bought)["Double"] == ((world.maker, 5),)
    assert [(cut.campaign.terms.name, cut.points, cut.given, cut.why) for cut in bought.cuts] == [
        ("Double", 12, 5, CutReason.PREPAID_USED_UP)
    ]
    assert bought.cuts[0].reason == "Double: 7 of 12 points fell away, since their sponsor can fund no more now"


async def test_the_first_answer_can_be_given_again(world: World, caches: Caches) -> None:
    await a_campaign_of_each_kind(world)
    await has_paid_for(world, world.maker, 0)
    command = purchase(world, *BASKET)
    bought, again = await record(world, caches, command), await record(world, caches, command)
    assert awards(bought) == {"Base": ((world.shop, 22),), "Bonus": ((world.shop, 20),)}
    assert (again.awards, again.cuts, again.points) == (bought.awards, bought.cuts, 42)
    read = await receipt_of(world.database.pool, world.shop, bought.wallet_id, bought.entry_id)
    assert (read.awards, read.cuts) == (bought.awards, bought.cuts)


async def test_a_return_takes_back_no_more_than_was_given(world: World, caches: Caches) -> None:
    """Two of three bottles are left: 18 points, no bonus, 8 for the milk, of which the maker had given 5."""
    await a_campaign_of_each_kind(world)
    await has_paid_for(world, world.maker, 35)
    bought = await record(world, caches, purchase(world, *BASKET))
    receipt = await give_back(world, returned(world, bought, (1, "1")))
    taken = {(one.campaign.terms.name, one.sponsor_id): int(one.points) for one in receipt.taken}
    assert taken == {("Base", world.shop): 4, ("Bonus", world.maker): 30, ("Bonus", world.shop): 20}
    rest = await give_back(world, returned(world, bought, key="return-02"))
    assert {one.campaign.terms.name: int(one.points) for one in rest.taken} == {"Base": 18, "Double": 5}
    assert rest.counters.available == 0


async def test_a_multiplier_still_knows_the_points_it_multiplied(world: World, caches: Caches) -> None:
    """The base fell away altogether, yet what doubled it was earned and stays."""
    await a_campaign_of_each_kind(world)
    await has_paid_for(world, world.shop, 0)
    bought = await record(world, caches, purchase(world, *BASKET))
    assert awards(bought) == {"Bonus": ((world.maker, 30),), "Double": ((world.maker, 12),)}
    receipt = await give_back(world, returned(world, bought, (2, "1")))
    assert {one.campaign.terms.name: int(one.points) for one in receipt.taken} == {"Bonus": 30}


async def test_points_given_back_can_be_awarded_again(world: World, caches: Caches) -> None:
    await a_campaign_of_each_kind(world)
    await has_paid_for(world, world.maker, 42)
    first = await record(world, caches, purchase(world, *BASKET))
    await give_back(world, returned(world, first))
    second = await record(world, caches, purchase(world, *BASKET, key="purchase-2"))
    assert first.cuts == second.cuts == ()
