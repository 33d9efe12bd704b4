"""Anna goes up and down in the coalition's tiers over two years, over HTTP; every figure worked out by hand.

Silver takes 300.00 in a calendar year and is kept to the end of the next; the shop gives a point a dollar, and one
more to Silver. 2026: 200.00 on 10 March (200 points), then 150.00 on 10 May (150): she is Silver to the end of 2027.
20.00 on 11 May give 20 + 20. The 150.00 come back on 20 May (150 taken): 220.00 are left, she is Member again. 80.00 on
1 June (80) make 300.00. On 1 January 2028 she is Member, since 2027 brought nothing. 200 + 40 + 80 = 320 points.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.earning import managing
from domain.earning.rules import RatePerUnit
from domain.earning.terms import Sponsor, Terms
from domain.ids import PartnerId
from domain.storage import Database
from domain.values import Rate
from hansa.storefront import Card, Line, Storefront
from partners.scopes import SANDBOX_DEFAULT, Scope
from tests.builders.coalition import BEFORE, writing
from tests.builders.served import a_secret
from tests.builders.storefronts import AtHome, at_home
from tests.builders.town import Town, a_town, basket

ADVANCE = """mutation ($input: ClockAdvanceInput!) { clockAdvance(input: $input) { userErrors { code } } }"""
DEFINE = """mutation ($input: TierProgrammeDefineInput!) { done: tierProgrammeDefine(input: $input) {
    programme { id state draft { version terms { tiers { name money { amount } count byInvitation } } } }
    userErrors { code path message } } }"""
PUBLISH = """mutation ($input: TierProgrammePublishInput!) { done: tierProgrammePublish(input: $input) {
    programme { id state current { version appliesFrom } } userErrors { code path } } }"""
MINE = """{ myTiers { programme { name } tier since until why because benefits history { was tier why because }
    progress { money { amount } missingMoney { amount } count next { name } } } }"""
THEIRS = (
    """query ($member: MemberRefInput!) { memberTiers(member: $member) { tier until because progress { measure } } }"""
)
MATCH = """mutation ($input: TierMatchInput!) { done: tierMatch(input: $input) { standing { tier until why because }
    userErrors { code path } } }"""
ANNA = Card("ANNA 0001")
OWNER = SANDBOX_DEFAULT | {Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_PUBLISH}
KEEPER = frozenset({Scope.PARTNERS_MANAGE, Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_PUBLISH, Scope.MEMBERS_LOOKUP})
TIERS = [
    {"name": "Member", "money": {"amount": "0", "currency": "USD"}},
    {"name": "Silver", "money": {"amount": "300.00", "currency": "USD"}, "benefits": "Two points a dollar"},
]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The shop's way to the coalition, its rival's, the coalition's own, and Anna at home."""

    town: Town
    shop: Storefront
    rival: Storefront
    coalition: Storefront
    anna: AtHome

    async def on(self, day: str) -> datetime:
        """It is noon of a day."""
        to = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)
        moved = await self.coalition.ask(ADVANCE, {"input": {"to": to.isoformat()}})
        assert moved["clockAdvance"]["userErrors"] == []
        return to

    async def buys(self, day: str, dollars: str) -> Any:
        """Anna buys at the shop."""
        at = await self.on(day)
        lines = (Line("milk", Decimal(dollars)),)
        return await self.shop.purchase(basket("ANNA 0001", lines=lines, occurred_at=at, receipt_number=day))

    async def mine(self) -> dict[str, Any]:
        """What Anna sees of the coalition's programme."""
        [told] = (await self.anna.ask(MINE))["myTiers"]
        return dict(told)


@pytest.fixture
async def scene(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """The town with the shop's two campaigns."""
    async with a_town(database, database_url, tmp_path) as town, AsyncExitStack() as stack:
        ways: dict[str, Any] = {}
        for name, partner, scopes in (
            ("shop", town.shop, OWNER),
            ("rival", town.rival, OWNER),
            ("coalition", None, KEEPER),
        ):
            secret = await a_secret(database, partner, scopes=scopes)
            ways[name] = await stack.enter_async_context(Storefront.opened(town.url, secret))
        await ways["shop"].enrol(card="ANNA 0001", email="anna@example.org", consents=["BALANCE"])
        anna = await stack.enter_async_context(at_home(town.url, database_url, tmp_path, "anna@example.org"))
        await anna.signs_in()
        yield Scene(town=town, anna=anna, **ways)


async def _campaign(scene: Scene, name: str, tiers: frozenset[str]) -> None:
    shop = PartnerId(scene.town.shop.partner_id)
    terms = Terms(
        name=name,
        rule=RatePerUnit(points=Rate(1)),
        starts_at=BEFORE,
        partners=frozenset({shop}),
        sponsors=(Sponsor(shop),),
        tiers=tiers,
    )
    async with writing(scene.town.database) as session:
        drawn = await managing.draft(session, shop, terms, now=BEFORE)
        await managing.publish(session, shop, drawn.campaign_id, now=BEFORE)


async def test_anna_goes_up_comes_back_and_goes_up_again(scene: Scene) -> None:
    await _campaign(scene, "Silver's own", frozenset({"Silver"}))
    terms = {"name": "Town", "measure": "SPEND", "period": "CALENDAR_YEAR", "kept": "END_OF_NEXT", "tiers": TIERS}
    drawn = (await scene.coalition.ask(DEFINE, {"input": {"terms": terms}}))["done"]
    assert drawn["userErrors"] == []
    assert drawn["programme"]["draft"]["terms"]["tiers"][1] == {
        "name": "Silver",
        "money": {"amount": "300.00"},
        "count": None,
        "byInvitation": False,
    }
    live = (await scene.coalition.ask(PUBLISH, {"input": {"programme": drawn["programme"]["id"]}}))["done"]
    assert (live["userErrors"], live["programme"]["current"]["version"]) == ([], 1)
    first = await scene.mine()
    assert (first["tier"], first["why"], first["progress"]["missingMoney"]["amount"]) == ("Member", "BASE", "300.00")

    assert (await scene.buys("2026-03-10", "200.00")).points == 200
    big = await scene.buys("2026-05-10", "150.00")
    told = await scene.mine()
    assert (told["tier"], told["until"], told["benefits"]) == (
        "Silver",
        "2028-01-01T00:00:00.000Z",
        "Two points a dollar",
    )
    assert told["because"] == "350.00 USD from 2026-01-01 to 2026-12-31; Silver takes 300.00 USD"
    assert told["progress"]["next"] is None
    after = await scene.buys("2026-05-11", "20.00")
    assert (big.points, after.points) == (150, 40), "one more for each dollar, once she is Silver"

    await scene.on("2026-05-20")
    await scene.shop.take_back(purchase=big.id)
    told = await scene.mine()
    assert (told["tier"], told["history"][0]["why"]) == ("Member", "TAKEN_BACK")
    assert told["history"][0]["because"] == (
        "goods came back: 220.00 USD from 2026-01-01 to 2026-12-31 are left, and Silver takes 300.00 USD"
    )
    assert (await scene.buys("2026-06-01", "80.00")).points == 80
    wallet = await scene.shop.wallet(ANNA)
    assert wallet is not None
    assert wallet.available == 320
    assert (await scene.mine())["tier"] == "Silver"

    [of_shop] = (await scene.shop.ask(THEIRS, {"member": ANNA.input()}))["memberTiers"]
    assert of_shop == {"tier": "Silver", "until": "2028-01-01T00:00:00.000Z", "because": None, "progress": None}
    [held] = await scene.shop.tiers(ANNA)
    assert (held.programme, held.tier, held.benefits) == ("Town", "Silver", "Two points a dollar")

    await scene.on("2028-01-02")
    told = await scene.mine()
    assert (told["tier"], told["history"][0]["because"]) == (
        "Member",
        "the term of Silver was over, and it was not reached anew",
    )


async def test_a_shop_has_tiers_of_its_own_and_honours_a_status_of_elsewhere(scene: Scene) -> None:
    tiers = [{"name": "Guest", "count": "0"}, {"name": "Regular", "count": "3"}]
    terms = {"name": "Shop's", "measure": "VISITS", "period": "ROLLING", "months": 6, "tiers": tiers}
    drawn = (await scene.shop.ask(DEFINE, {"input": {"terms": terms}}))["done"]
    assert drawn["userErrors"] == []
    programme = drawn["programme"]["id"]
    wrong = terms | {"tiers": [*tiers, {"name": "Loyal", "money": {"amount": "1", "currency": "USD"}}]}
    refused = (await scene.shop.ask(DEFINE, {"input": {"terms": wrong}}))["done"]["userErrors"]
    assert [(one["code"], one["path"]) for one in refused] == [
        ("INVALID_TIER_PROGRAMME", ["input", "terms", "tiers", "2", "money"])
    ]
    asked = {
        "programme": programme,
        "member": ANNA.input(),
        "tier": "Regular",
        "reason": "Platinum",
        "until": "2026-12-31",
    }
    early = (await scene.shop.ask(MATCH, {"input": asked}))["done"]["userErrors"]
    assert [one["code"] for one in early] == ["TIER_PROGRAMME_NOT_LIVE"]
    await scene.shop.ask(PUBLISH, {"input": {"programme": programme}})
    done = (await scene.shop.ask(MATCH, {"input": asked}))["done"]
    assert done["standing"] == {
        "tier": "Regular",
        "until": "2027-01-01T00:00:00.000Z",
        "why": "MATCHED",
        "because": "a status of elsewhere is honoured as Regular",
    }
    anothers = (await scene.rival.ask(PUBLISH, {"input": {"programme": programme}}))["done"]["userErrors"]
    assert [one["code"] for one in anothers] == ["TIER_PROGRAMME_NOT_FOUND"]
