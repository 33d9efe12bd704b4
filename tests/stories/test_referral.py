"""Anna brings Ben at the till and Carl by her link; over HTTP and our pages, every figure worked out by hand.

The shop gives a point a dollar, 50 for joining, 500 to who brings and 200 to who is brought, and pays for all of it.
Anna joins (50), buys for 10.00 (10) and spends 10: she is asked to bring a friend, and not again for 30 days. Ben joins
at the till on 3 March (50) and buys for 20.00 (20) on 5 March; the window of 14 days is over on 19 March: he gets
200, Anna 500. Carl joins by the link (50) and does not buy; a fourth joins with Anna's own address (50) and does not
count. So Anna has 50 + 10 - 10 + 500 = 550, Ben 50 + 20 + 200 = 270, the others 50 each.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from domain.earning import managing
from domain.earning.rules import Flat, Rule
from domain.earning.terms import Sponsor, Terms
from domain.earning.when import When
from domain.ids import PartnerId
from domain.storage import Database
from hansa.referring import refer_now
from hansa.storefront import Card, Refused, Storefront
from partners.keys import derive
from partners.scopes import SANDBOX_DEFAULT, Scope
from tests.builders.coalition import BEFORE, writing
from tests.builders.pages import Reader
from tests.builders.served import SECRET, a_secret
from tests.builders.storefronts import AtHome, at_home
from tests.builders.town import Town, a_town, basket
from tests.builders.webhooks import relayed

ADVANCE = """mutation ($input: ClockAdvanceInput!) { clockAdvance(input: $input) { now userErrors { code } } }"""
HEARD = """query { events(kinds: [REFERRAL_QUALIFIED], first: 10) { nodes {
    ... on ReferralQualified { referral { state } } } } }"""
MINE = """{ myReferral { programme code link invited joined qualified rewarded notCounted
    asFriend { counts rewarded buyBy least { amount currency } } invitation { code text(language: "lv") } } }"""
SPEND = """mutation ($input: RedemptionMakeInput!) { redemptionMake(input: $input) {
    redemption { id } invitation { code link text } userErrors { code } } }"""
ACCEPT = """mutation ($input: MyReferralAcceptInput!) { myReferralAccept(input: $input) {
    referral { counts message } userErrors { code path } } }"""
DRAW = """mutation ($input: ReferralProgrammeDrawUpInput!) { done: referralProgrammeDrawUp(input: $input) {
    programme { id version state terms { name least { amount } host { slug } afterReturn } }
    userErrors { code path } } }"""
STEP = """mutation ($input: ReferralProgrammeInput!) { done: referralProgramme%s(input: $input) {
    programme { id state } userErrors { code path } } }"""
WORK = """{ referrals(first: 10) { nodes { state refusal because version joinedThrough { slug }
    referrer { id } friend { id } } } referralRefusals { why count } }"""
OWNER = SANDBOX_DEFAULT | {Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_PUBLISH}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The shop's way to the coalition, its rival's, and two members at home."""

    town: Town
    shop: Storefront
    rival: Storefront
    coalition: Storefront
    anna: AtHome
    carl: AtHome

    async def on(self, day: int, *, hour: int = 12) -> None:
        """It becomes an hour of a day in March, and the worker looks at referrals."""
        to = datetime(2026, 3, day, hour, tzinfo=UTC)
        moved = await self.coalition.ask(ADVANCE, {"input": {"to": to.isoformat()}})
        assert moved["clockAdvance"]["userErrors"] == []
        await refer_now(self.town.database, keys=derive(SECRET.encode()), now=to)

    async def mine(self, member: AtHome) -> dict[str, Any]:
        """What a member sees of referral."""
        told: dict[str, Any] = (await member.ask(MINE))["myReferral"]
        return told


@pytest.fixture
async def scene(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """The town; the shop's campaigns pay, and its programme is drawn up and live."""
    async with a_town(database, database_url, tmp_path) as town, AsyncExitStack() as stack:
        shop = PartnerId(town.shop.partner_id)
        for rule, trigger, condition in (
            (Flat(points=50), "JOIN", None),
            (Flat(points=500), "REFERRAL", 'action.side == "REFERRER"'),
            (Flat(points=200), "REFERRAL", 'action.side == "FRIEND"'),
        ):
            await _campaign(database, shop, rule, When(triggers=frozenset({trigger}), condition=condition))
        ways: dict[str, Any] = {}
        for name, partner, scopes in (
            ("shop", town.shop, OWNER),
            ("rival", town.rival, OWNER),
            ("coalition", None, frozenset({Scope.PARTNERS_MANAGE})),
        ):
            secret = await a_secret(database, partner, scopes=scopes)
            ways[name] = await stack.enter_async_context(Storefront.opened(town.url, secret))
        people: dict[str, Any] = {
            name: await stack.enter_async_context(at_home(town.url, database_url, tmp_path, f"{name}@example.org"))
            for name in ("anna", "carl")
        }
        yield Scene(town=town, **ways, **people)


async def _campaign(database: Database, shop: PartnerId, rule: Rule, when: When) -> None:
    terms = Terms(
        name=f"{min(when.triggers)} {when.condition or ''}".strip(),
        rule=rule,
        when=when,
        starts_at=BEFORE,
        partners=frozenset({shop}),
        sponsors=(Sponsor(shop),),
    )
    async with writing(database) as session:
        drawn = await managing.draft(session, shop, terms, now=BEFORE)
        await managing.agree(session, shop, drawn.campaign_id, terms.fingerprint(), now=BEFORE)
        await managing.publish(session, shop, drawn.campaign_id, now=BEFORE)


async def _live(scene: Scene) -> str:
    """The shop puts its programme live; gives its id."""
    terms = {
        "name": "Bring a friend",
        "startsAt": BEFORE.isoformat(),
        "least": {"amount": "10.00", "currency": "USD"},
        "words": [{"language": "lv", "text": "Atved draugu: {code}"}],
    }
    drawn = (await scene.shop.ask(DRAW, {"input": {"terms": terms}}))["done"]
    assert drawn["userErrors"] == []
    assert drawn["programme"]["terms"] == {
        "name": "Bring a friend",
        "least": {"amount": "10.00"},
        "host": {"slug": "shop"},
        "afterReturn": "TAKE_BACK",
    }
    live = (await scene.shop.ask(STEP % "Publish", {"input": {"programme": drawn["programme"]["id"]}}))["done"]
    assert (live["userErrors"], live["programme"]["state"]) == ([], "LIVE")
    return str(drawn["programme"]["id"])


@dataclass(frozen=True, kw_only=True)
class Begun:
    """Anna has her code, Ben and Carl have joined by it, and so has somebody with Anna's own address."""

    programme: str
    code: str


async def _begun(scene: Scene) -> Begun:
    await scene.shop.enrol(card="ANNA 0001", email="anna@example.org")
    await scene.anna.signs_in()
    assert (await scene.anna.ask(MINE))["myReferral"] is None
    programme = await _live(scene)
    code = (await scene.mine(scene.anna))["code"]
    await scene.on(3)
    ben = await scene.shop.enrol(card="BEN 0001", referral_code=f"{code[:4]}-{code[4:]}".lower())
    assert ben.invitation_counts
    own = await scene.shop.enrol(card="ANNA 0002", email="anna+2@example.org", referral_code=code)
    assert own.invitation_counts is False
    assert "cannot be counted" in (own.invitation_message or "")
    page = await scene.carl.joins(f"/r/{code}")
    assert page.answer.url.path == "/app/"
    return Begun(programme=programme, code=code)


async def test_anna_brings_ben_at_the_till_and_carl_by_her_link(scene: Scene, owner: asyncpg.Connection[Any]) -> None:
    begun = await _begun(scene)
    await scene.shop.purchase(basket("ANNA 0001", 10))
    await scene.shop.redeem(Card("ANNA 0001"), 10)
    told = await scene.mine(scene.carl)
    assert (told["asFriend"]["counts"], told["asFriend"]["least"]["amount"]) == (True, "10.00")
    await scene.on(5)
    await scene.shop.purchase(basket("BEN 0001", 20))
    await scene.on(19, hour=11)
    assert (await scene.mine(scene.anna))["qualified"] == 0
    await scene.on(19)
    mine = await scene.mine(scene.anna)
    counts = {name: mine[name] for name in ("invited", "joined", "qualified", "rewarded", "notCounted")}
    assert counts == {"invited": 3, "joined": 2, "qualified": 1, "rewarded": 1, "notCounted": 1}
    has = await owner.fetch("SELECT (available + pending)::int AS has FROM wallet WHERE available + pending > 0")
    assert sorted(row["has"] for row in has) == [50, 50, 270, 550]
    assert await owner.fetchval("SELECT count(*) FROM event WHERE kind = 'REFERRAL_QUALIFIED'") == 1
    await relayed(scene.town.database)
    heard = (await scene.shop.ask(HEARD, {}))["events"]["nodes"]
    assert [one["referral"]["state"] for one in heard] == ["REWARDED"]
    ended = (await scene.shop.ask(STEP % "End", {"input": {"programme": begun.programme}}))["done"]
    assert ended["programme"]["state"] == "ENDED"
    assert (await scene.anna.ask(MINE))["myReferral"] is None


async def test_the_owner_sees_why_and_nobody_else_anything(scene: Scene) -> None:
    await _begun(scene)
    work = await scene.shop.ask(WORK, {})
    assert work["referralRefusals"] == [{"why": "SAME_CONTACT", "count": 1}]
    nodes = work["referrals"]["nodes"]
    states = sorted((one["state"], one["refusal"]) for one in nodes)
    assert states == [("JOINED", None), ("JOINED", None), ("REFUSED", "SAME_CONTACT")]
    [refusal] = [one["because"] for one in nodes if one["refusal"]]
    assert refusal.endswith("It is the member's own.")
    assert {one["joinedThrough"]["slug"] for one in nodes} == {"shop"}
    assert all(one["referrer"] and one["friend"] for one in nodes)
    assert await scene.rival.ask(WORK, {}) == {"referrals": {"nodes": []}, "referralRefusals": []}


async def test_a_member_is_asked_just_after_a_redemption_and_once_in_thirty_days(scene: Scene) -> None:
    await scene.shop.enrol(card="ANNA 0001", email="anna@example.org")
    await scene.anna.signs_in()
    await _live(scene)

    async def spends(key: str) -> Any:
        said = {"member": {"cardNumber": "ANNA 0001"}, "points": "5", "idempotencyKey": key}
        return (await scene.shop.ask(SPEND, {"input": said}))["redemptionMake"]["invitation"]

    first = await spends("spends-at-the-shop-1")
    mine = await scene.mine(scene.anna)
    assert first["link"] == mine["link"] == f"{scene.town.url}/r/{mine['code']}"
    assert mine["code"] in first["text"]
    assert mine["invitation"] == {"code": mine["code"], "text": f"Atved draugu: {mine['code']}"}
    assert await spends("spends-at-the-shop-1") == first, "the same redemption, the same answer"
    assert await spends("spends-at-the-shop-2") is None
    await scene.on(4)
    assert (await scene.mine(scene.anna))["invitation"] is None, "it is not just after any more"
    assert await spends("spends-at-the-shop-3") is None
    await scene.on(31)
    assert await spends("spends-at-the-shop-4") is None, "29 days"
    await scene.on(31, hour=13)
    assert (await scene.shop.redeem(Card("ANNA 0001"), 5)).spent == 5


async def test_the_page_behind_a_link_names_nobody_and_speaks_five_languages(scene: Scene) -> None:
    await scene.shop.enrol(card="ANNA 0001", email="anna@example.org")
    await scene.anna.signs_in()
    await _live(scene)
    code = (await scene.mine(scene.anna))["code"]
    reader = Reader(scene.carl.browser, scene.town.url)
    for language in ("en", "lv", "bg", "fi", "hu"):
        page = await reader.open(f"/r/{code}?lang={language}")
        assert (page.language, page.answer.status_code) == (language, 200)
        assert "anna" not in page.text.lower()
        assert "30" in page.text
    wrong = await reader.send(page.form(f"/r/{code}"), email="nobody")
    assert wrong.answer.status_code == 400
    assert (await reader.open("/r/ABCDEFGH")).answer.status_code == 404
    assert (await reader.open("/r/%3Cscript%3E")).answer.status_code == 404
    with pytest.raises(Refused) as refused:
        await scene.shop.enrol(card="BEN 0001", referral_code="ABCD-EFGH")
    assert refused.value.code == "REFERRAL_CODE_NOT_FOUND"
    assert await scene.shop.member(Card("BEN 0001")) is None, "nobody was made"
    page = await scene.carl.joins(f"/r/{code}")
    other = (await scene.mine(scene.carl))["code"]
    answer = (await scene.carl.ask(ACCEPT, input={"code": other}))["myReferralAccept"]
    assert [one["code"] for one in answer["userErrors"]] == ["ALREADY_REFERRED"]


async def test_a_friend_who_forgot_says_so_within_days(scene: Scene) -> None:
    await scene.shop.enrol(card="ANNA 0001", email="anna@example.org")
    await scene.shop.enrol(card="CARL 0001", email="carl@example.org")
    await _live(scene)
    await scene.anna.signs_in()
    await scene.carl.signs_in()
    code = (await scene.mine(scene.anna))["code"]
    reader = Reader(scene.carl.browser, scene.town.url)
    page = await reader.open(f"/r/{code}?lang=fi")
    page = await reader.send(page.form(f"/r/{code}/take"))
    assert "Tervetuloa" in page.text
    assert (await scene.mine(scene.carl))["asFriend"]["counts"]
    answer = (await scene.carl.ask(ACCEPT, input={"code": code}))["myReferralAccept"]
    assert answer["referral"]["counts"], "the same again"
    other = (await scene.carl.ask(ACCEPT, input={"code": "nonsense"}))["myReferralAccept"]
    assert [one["code"] for one in other["userErrors"]] == ["REFERRAL_CODE_NOT_FOUND"]
