"""Rewards over HTTP: quoted and had at a till, held and captured in part, handed over, cancelled, taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.coalition.models import PartnerRole
from domain.earning import managing as campaigns
from domain.earning.rules import RatePerUnit
from domain.earning.terms import Sponsor, Terms
from domain.ids import PartnerId
from domain.rewards import managing
from domain.rewards.terms import Fulfilment, Limit, Reward, RewardKind, RewardTerms, Step, Worth
from domain.settlement import cycles
from domain.storage import Database
from domain.values import Rate
from hansa.storefront import Basket, Card, Line, Refused, RewardAsk, Storefront
from tests.builders.coalition import NOON, a_coalition, a_partner, writing
from tests.builders.served import a_secret, a_server

ADA = Card("ADA 0001")

REWARDS = "{ partnerRewards(first: 10) { nodes { id name left } } }"
WORKLIST = """query ($states: [RewardFulfilmentState!]) { rewardFulfilments(first: 10, states: $states) {
    nodes { redemption state pieces note reward { name } member { id } } } }"""
FULFIL = """mutation ($input: RewardFulfilInput!) { rewardFulfil(input: $input) {
    redeemed { state note piecesLeft } userErrors { code } } }"""
FOUND = """query ($id: ID!) { redemption(id: $id) { state spent fundedBy { points sponsor { slug } }
    reward { step pieces piecesLeft state off { amount } worth { amount { amount } thing } reward { name } } } }"""


@dataclass(frozen=True, kw_only=True)
class Town:
    """A shop and a maker that pays a quarter of what the shop takes off."""

    shop: Storefront
    maker: Storefront
    rewards: dict[str, str]
    """Their ids, as the shop knows them, by their names."""

    async def worklist(self, *states: str) -> list[dict[str, Any]]:
        """What the shop has to hand over."""
        found = await self.shop.ask(WORKLIST, {"states": list(states) or None})
        nodes: list[dict[str, Any]] = found["rewardFulfilments"]["nodes"]
        return nodes

    async def fulfil(self, redemption: str, state: str, note: str | None = None) -> dict[str, Any]:
        """A step of handing over."""
        said = {"redemption": redemption, "state": state, "note": note}
        done: dict[str, Any] = (await self.shop.ask(FULFIL, {"input": said}))["rewardFulfil"]
        return done

    async def left(self, name: str) -> int | None:
        """Pieces of a reward."""
        nodes = (await self.shop.ask(REWARDS, {}))["partnerRewards"]["nodes"]
        found: int | None = next(one["left"] for one in nodes if one["name"] == name)
        return found


@pytest.fixture
async def town(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    """A point a dollar; five off for 500 points, of which the maker pays a quarter, and two mugs to be collected."""
    await a_coalition(database)
    async with writing(database) as session:
        await cycles.open_first(session, now=NOON)
    shop = await a_partner(database, "shop")
    maker = await a_partner(database, "maker", PartnerRole.MANUFACTURER)
    own, other = PartnerId(shop.partner_id), PartnerId(maker.partner_id)
    async with writing(database) as session:
        rate = Terms(
            name="A point a dollar",
            rule=RatePerUnit(points=Rate(1)),
            starts_at=NOON,
            partners=frozenset({own}),
            sponsors=(Sponsor(own),),
        )
        drafted = await campaigns.draft(session, own, rate, now=NOON)
        await campaigns.agree(session, own, drafted.campaign_id, rate.fingerprint(), now=NOON)
        await campaigns.publish(session, own, drafted.campaign_id, now=NOON)
    five_off = RewardTerms(
        name="Five off",
        kind=RewardKind.DISCOUNT,
        steps=(Step(points=500, worth=Worth(amount=500)),),
        partners=frozenset({own}),
        starts_at=NOON,
        sponsors=(Sponsor(other, Rate(1, 4)),),
        limits=(Limit(most=2),),
    )
    mug = RewardTerms(
        name="A mug",
        kind=RewardKind.GIFT,
        steps=(Step(points=100, worth=Worth(thing="A mug")),),
        partners=frozenset({own}),
        starts_at=NOON,
        stock=2,
        fulfilment=Fulfilment.COLLECTED,
    )
    for terms in (five_off, mug):
        await _live(database, own, other, terms)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(a_server(database_url, tmp_path))
        ways = [Storefront.opened(url, await a_secret(database, one)) for one in (shop, maker)]
        fronts = [await stack.enter_async_context(way) for way in ways]
        nodes = (await fronts[0].ask(REWARDS, {}))["partnerRewards"]["nodes"]
        yield Town(shop=fronts[0], maker=fronts[1], rewards={one["name"]: one["id"] for one in nodes})


async def _live(database: Database, own: PartnerId, sponsor: PartnerId, terms: RewardTerms) -> Reward:
    async with writing(database) as session:
        draft = await managing.draft(session, own, terms, now=NOON)
        if terms.sponsors:
            await managing.agree(session, sponsor, draft.reward_id, terms.fingerprint(), now=NOON)
        return await managing.publish(session, own, draft.reward_id, now=NOON)


async def _with_points(town: Town, points: int) -> None:
    await town.shop.enrol(card=ADA.number, consents=["BALANCE"])
    bought = Basket(member=ADA, lines=(Line("milk", Decimal(points)),), currency="USD", outlet="1")
    assert (await town.shop.purchase(bought)).available == points


async def test_a_discount_is_quoted_had_once_limited_and_taken_back(town: Town) -> None:
    await _with_points(town, 1600)
    five = RewardAsk(town.rewards["Five off"], lines=[Line("milk", Decimal(3)), Line("bread", Decimal(9))])
    quote = await town.shop.quote_reward(ADA, five)
    assert (quote.points, quote.off, quote.affordable, quote.limit_left) == (500, Decimal(5), True, 2)
    assert quote.lines == {1: Decimal("1.25"), 2: Decimal("3.75")}, "5.00 over 3.00 and 9.00"

    had = await town.shop.redeem_reward(ADA, five, key="the-first-redemption")
    again = await town.shop.redeem_reward(ADA, five, key="the-first-redemption")
    assert (had.off, had.lines, had.fulfilment, had.redemption.available) == (Decimal(5), quote.lines, "DONE", 1100)
    assert (again.redemption.id, again.redemption.replayed) == (had.redemption.id, True)
    await town.shop.redeem_reward(ADA, five)
    with pytest.raises(Refused) as refused:
        await town.shop.redeem_reward(ADA, five)
    assert refused.value.code == "LIMIT_REACHED"

    back = await town.shop.reverse(had.redemption.id)
    assert (back.state, back.available) == ("REVERSED", 1100)
    told = (await town.shop.ask(FOUND, {"id": had.redemption.id}))["redemption"]
    assert told["reward"] == {
        "step": 1,
        "pieces": 1,
        "piecesLeft": 0,
        "state": "CANCELLED",
        "off": {"amount": "5.00"},
        "worth": {"amount": {"amount": "5.00"}, "thing": None},
        "reward": {"name": "Five off"},
    }
    assert told["fundedBy"] == [{"points": "500", "sponsor": {"slug": "shop"}}]
    assert (await town.shop.redeem_reward(ADA, five)).redemption.available == 600


async def test_two_mugs_are_held_captured_handed_over_and_given_back(town: Town) -> None:
    await _with_points(town, 1000)
    mug = town.rewards["A mug"]
    held = await town.shop.redeem_reward(ADA, RewardAsk(mug, pieces=2), minutes=30)
    assert (held.redemption.state, held.fulfilment, held.redemption.available) == ("AUTHORIZED", "HELD", 800)
    with pytest.raises(Refused) as refused:
        await town.shop.redeem_reward(ADA, mug)
    assert (refused.value.code, await town.left("A mug")) == ("OUT_OF_STOCK", 0)
    with pytest.raises(Refused) as refused:
        await town.shop.capture(held.redemption.id, 150)
    assert refused.value.code == "REWARD_INDIVISIBLE"
    assert (await town.shop.capture(held.redemption.id, 100)).available == 900
    assert await town.left("A mug") == 1

    (waiting,) = await town.worklist()
    assert (waiting["state"], waiting["pieces"], waiting["reward"]["name"]) == ("TO_DO", 2, "A mug")
    assert waiting["redemption"] == held.redemption.id
    assert (await town.fulfil(waiting["redemption"], "READY", "Shelf 7"))["redeemed"]["note"] == "Shelf 7"
    assert (await town.fulfil(waiting["redemption"], "DONE"))["redeemed"]["state"] == "DONE"
    assert (await town.fulfil(waiting["redemption"], "READY"))["userErrors"] == [{"code": "FULFILMENT_STATE_CONFLICT"}]
    assert await town.worklist() == []
    assert [one["state"] for one in await town.worklist("DONE")] == ["DONE"]

    cancelled = await town.fulfil(waiting["redemption"], "CANCELLED", "Broken")
    assert cancelled["redeemed"] == {"state": "CANCELLED", "note": "Broken", "piecesLeft": 0}
    assert await town.fulfil(waiting["redemption"], "CANCELLED", "Broken") == cancelled
    assert await town.left("A mug") == 2
    wallet = await town.shop.wallet(ADA)
    assert wallet is not None
    assert wallet.available == 1000


async def test_another_partner_has_nothing_to_do_with_it(town: Town) -> None:
    await _with_points(town, 1000)
    had = await town.shop.redeem_reward(ADA, town.rewards["A mug"])
    assert (await town.maker.ask(WORKLIST, {"states": None}))["rewardFulfilments"]["nodes"] == []
    said = {"redemption": had.redemption.id, "state": "DONE"}
    refused = (await town.maker.ask(FULFIL, {"input": said}))["rewardFulfil"]
    assert refused["redeemed"] is None
    assert [one["code"] for one in refused["userErrors"]] == ["REDEMPTION_NOT_FOUND"]
