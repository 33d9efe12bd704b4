"""What a contract keeps for one partner, nobody else's campaign gives points for, wherever and whenever it holds."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.coalition import contracts
from domain.coalition.contracts import Terms
from domain.coalition.models import Contract
from domain.earning import exclusivity, managing
from domain.earning.compiling import counts
from domain.earning.errors import CampaignsInTheWay, CategoryReserved
from domain.earning.exclusivity import possible
from domain.earning.matching import LineMatch
from domain.earning.rules import CouponRefund, RatePerUnit
from domain.earning.terms import CampaignState, Sponsor
from domain.products.facts import ProductFacts
from domain.storage import COALITION, Database, Sight
from domain.values import Rate
from tests.domain.earning.builders import NOW, shared
from tests.domain.earning.world import World, a_world, acting

CATEGORIES = ("BEER", "DAIRY", "WINE")
matches = st.builds(
    LineMatch,
    categories=st.frozensets(st.sampled_from(CATEGORIES)),
    excluding=st.lists(
        st.builds(LineMatch, categories=st.frozensets(st.sampled_from(CATEGORIES), min_size=1)), max_size=2
    ).map(tuple),
)


def rule(**lines: Any) -> RatePerUnit:
    return RatePerUnit(points=Rate(1), lines=LineMatch(**lines))


async def drawn_up(world: World, **terms: Any) -> Contract:
    """The next version of the maker's contract, with dairy kept for it."""
    agreed = Terms(
        **{
            "valid_from": NOW,
            "price": Decimal("0.01"),
            "price_redeem": Decimal("0.0085"),
            "exclusive_categories": ("DAIRY",),
            **terms,
        }
    )
    async with acting(world.database, COALITION) as session:
        return await contracts.draw_up(session, world.maker, agreed)


async def signed(world: World, contract: Contract) -> Contract:
    async with acting(world.database, COALITION) as session:
        return await exclusivity.sign(session, contract.contract_id, now=NOW)


async def published(world: World, lines: LineMatch, *, at: datetime = NOW, **terms: Any) -> CampaignState:
    campaign = await world.drafted(RatePerUnit(points=Rate(1), lines=lines), **terms)
    await world.agreed(campaign)
    return (await world.published(campaign, now=at)).state


@given(matches, st.sampled_from(CATEGORIES))
def test_what_is_possible_is_what_would_be_counted(match: LineMatch, category: str) -> None:
    assert (category in possible(match, CATEGORIES)) == counts(match, ProductFacts(sku="any", category=category))


async def test_a_campaign_that_would_break_it_is_refused_by_name_with_what_to_do(database: Database) -> None:
    world = await a_world(database)
    await signed(world, await drawn_up(world))
    for lines in (LineMatch(), LineMatch(categories=frozenset({"DAIRY"})), LineMatch(skus=frozenset({"milk"}))):
        with pytest.raises(CategoryReserved, match=r"DAIRY is kept for Maker everywhere; exclude it"):
            await published(world, lines)
    without = LineMatch(excluding=(LineMatch(categories=frozenset({"DAIRY"})),))
    assert await published(world, without) is CampaignState.LIVE
    assert await published(world, LineMatch(skus=frozenset({"bread"}))) is CampaignState.LIVE
    assert await published(world, LineMatch(categories=frozenset({"BAKERY"}))) is CampaignState.LIVE


async def test_its_partner_may_and_whom_it_funds_with(database: Database) -> None:
    world = await a_world(database)
    await signed(world, await drawn_up(world))
    dairy = LineMatch(categories=frozenset({"DAIRY"}))
    assert await published(world, dairy, sponsors=(Sponsor(world.maker),)) is CampaignState.LIVE
    together = shared((world.shop, "1/2"), (world.maker, "1/2"))
    assert await published(world, dairy, sponsors=together) is CampaignState.LIVE


async def test_it_holds_in_its_territories_and_for_its_time(database: Database) -> None:
    world = await a_world(database)
    await signed(world, await drawn_up(world, territories=("FI",)))
    in_latvia = LineMatch(), NOW + timedelta(days=20)
    assert await published(world, in_latvia[0], ends_at=in_latvia[1]) is CampaignState.LIVE
    later = NOW + timedelta(days=30)
    await signed(world, await drawn_up(world, valid_from=later, exclusive_categories=()))
    await signed(world, await drawn_up(world, valid_from=later + timedelta(days=30), exclusive_categories=("WINE",)))
    await world.live(rule(categories=frozenset({"BAKERY"})))
    over = NOW + timedelta(days=59)
    assert await published(world, LineMatch(), ends_at=over) is CampaignState.LIVE
    with pytest.raises(CategoryReserved, match="WINE"):
        await published(world, LineMatch())


async def test_refunds_in_money_give_no_points(database: Database) -> None:
    world = await a_world(database)
    await signed(world, await drawn_up(world))
    campaign = await world.drafted(CouponRefund())
    await world.agreed(campaign)
    assert (await world.published(campaign, now=NOW)).state is CampaignState.LIVE


async def test_a_contract_is_not_signed_while_campaigns_of_others_stand_in_its_way(database: Database) -> None:
    world = await a_world(database)
    campaign = await world.live(rule(), name="Everything counts")
    contract = await drawn_up(world)
    with pytest.raises(CampaignsInTheWay, match="Everything counts"):
        await signed(world, contract)
    async with acting(world.database, Sight.partner(world.shop)) as session:
        await managing.end(session, world.shop, campaign.campaign_id, now=NOW)
    assert (await signed(world, contract)).signed_at == NOW


async def test_a_paused_campaign_is_resumed_only_beside_what_is_kept(database: Database) -> None:
    world = await a_world(database)
    campaign = await world.live(rule(categories=frozenset({"DAIRY"})), ends_at=NOW + timedelta(days=5))
    later = await drawn_up(world, valid_from=NOW + timedelta(days=5))
    await signed(world, later)
    async with acting(world.database, Sight.partner(world.shop)) as session:
        await managing.pause(session, world.shop, campaign.campaign_id, now=NOW)
    async with acting(world.database, Sight.partner(world.shop)) as session:
        resumed = await managing.resume(session, world.shop, campaign.campaign_id, now=NOW)
    assert resumed.state is CampaignState.LIVE


async def test_of_a_signature_and_a_campaign_at_once_one_is_refused(database: Database) -> None:
    world = await a_world(database)
    contract = await drawn_up(world)
    campaign = await world.drafted(rule())
    await world.agreed(campaign)
    answers = await asyncio.gather(signed(world, contract), world.published(campaign, now=NOW), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, (CampaignsInTheWay, CategoryReserved))]
    assert len(refused) == 1, answers
