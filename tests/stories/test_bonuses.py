"""Six months of a corner shop at its wholesaler: internal price, two quarters' bonuses, a return after the close.

The scheme gives 1 % of the first 1,000.00 of a quarter and 2 % of the rest, and from 10 % growth over the quarter
before 1 % of all; a point is a cent of bonus, and the maker pays four fifths of it.
First quarter: 1,500.00 and 500.00 are bought: 10.00 + 20.00 = 30.00, and nothing to grow from. On 20 April a third of
the first purchase comes back: 1,500.00 are left, which is 10.00 + 10.00 = 20.00, so 10.00 go off the second quarter's.
Second quarter: 2,500.00: 10.00 + 30.00, and grown by two thirds 25.00 more: 65.00, less 10.00 are 55.00.
So 3,000 and 5,500 points, 6,800 of the maker's and 1,700 of the wholesaler's; 3,000 are spent at the wholesaler.
At one cent a point, half due at once and half when it is spent, and 0.85 for who honours it: the maker owes 34.00 and
12.00; the wholesaler 8.50 and 3.00, and is owed 25.50.
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
from sqlmodel import col, select

from domain.audit.sealing import seal
from domain.coalition.models import Partner, PartnerRole
from domain.earning import managing
from domain.earning.rules import Discount, PerField, Rule
from domain.earning.terms import Sponsor, Terms
from domain.earning.when import When
from domain.ids import PartnerId, PersonId, SegmentId, new_id
from domain.products.feeding import ProductItem, feed
from domain.rewards import managing as rewards
from domain.rewards.terms import Fulfilment, RewardKind, RewardTerms, Step, Worth
from domain.segments.models import SegmentRow
from domain.settlement import cycles
from domain.settlement.computing import compute
from domain.settlement.queries import open_cycle
from domain.storage import COALITION, Database
from domain.values import Rate
from hansa.bonusing import bonus_now
from hansa.storefront import Basket, Card, ExternalId, Line, Refused, Storefront
from partners.keys import derive
from partners.scopes import SANDBOX_DEFAULT, Scope
from tests.builders.coalition import a_coalition, a_partner, writing
from tests.builders.served import SECRET, a_secret, a_server
from tests.builders.storefronts import AtHome, at_home

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
JULY = datetime(2026, 7, 7, tzinfo=UTC)
CORNER, HOTEL = ExternalId("C1"), ExternalId("C2")

ADVANCE = """mutation ($input: ClockAdvanceInput!) { clockAdvance(input: $input) { now userErrors { code } } }"""
REGISTER = """mutation ($input: BusinessRegisterInput!) { done: businessRegister(input: $input) {
    business { id state endsIn } userErrors { code path } } }"""
APPROVE = """mutation ($input: BusinessInput!) { done: businessApprove(input: $input) {
    business { id state } userErrors { code } } }"""
GROUP = """mutation ($input: BusinessGroupDefineInput!) { done: businessGroupDefine(input: $input) {
    group { kinds segment { id name size } } userErrors { code } } }"""
INVITE = """mutation ($input: BusinessInviteInput!) { done: businessInvite(input: $input) {
    invitation { role token } userErrors { code path } } }"""
JOIN = """mutation ($input: BusinessJoinInput!) { done: businessJoin(input: $input) {
    business { id name role } userErrors { code } } }"""
CHANGE = """mutation ($input: BusinessUserChangeInput!) { done: businessUserChange(input: $input) {
    user { role } userErrors { code } } }"""
MINE = """{ myBusinesses { id name role served wallet { available pending }
    activity(first: 20) { nodes { user activity { kind change } } }
    users { id called role state }
    bonuses { starts given { amount } bonus { amount } correction { amount } growth state
        corrections { starts was { amount } now { amount } } business { id } }
    bonusesSoFar { scheme period turnover toNext bonus { amount } } } }"""
DRAFT = """mutation ($input: BonusSchemeDraftInput!) { done: bonusSchemeDraft(input: $input) {
    scheme { id state fingerprint awaiting { slug } } userErrors { code path } } }"""
AGREE = """mutation ($input: BonusSchemeAgreeInput!) { done: bonusSchemeAgree(input: $input) {
    scheme { id } userErrors { code path } } }"""
PUBLISH = """mutation ($input: BonusSchemeStepInput!) { done: bonusSchemePublish(input: $input) {
    scheme { id state } userErrors { code path } } }"""
SCHEMES = """{ bonusSchemes(first: 5) { nodes { id fingerprint terms { name } } } }"""
STATEMENTS = """{ bonusStatements(first: 10) { nodes { id starts state turnover business { name } given { amount }
    parts { kind from of rate comesTo } purchases(first: 10) { nodes { purchase value { amount } } } } } }"""
CHECK = """mutation ($input: BonusStatementsCheckInput!) { done: bonusStatementsCheck(input: $input) {
    statements { id state } userErrors { code } } }"""
REDEEM = """mutation ($input: BusinessRewardRedeemInput!) { done: businessRewardRedeem(input: $input) {
    wallet { available } userErrors { code } } }"""
BUYER = """mutation ($input: BusinessBuyerNameInput!) { done: businessBuyerName(input: $input) {
    named userErrors { code } } }"""
REWARDS = """{ rewards(first: 5) { nodes { id name } } }"""
CYCLES = """{ cycles { nodes { id } } }"""
NETS = """query ($cycle: ID!) { cycle(id: $cycle) { statements { role partner { slug } net { amount } } } }"""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The partners' ways to the coalition, and two people at home."""

    database: Database
    partner: Partner
    wholesaler: Storefront
    maker: Storefront
    coalition: Storefront
    olga: AtHome
    boris: AtHome

    async def on(self, day: int, month: int) -> None:
        """It becomes noon of a day, and the worker looks at bonuses."""
        to = datetime(2026, month, day, 12, tzinfo=UTC)
        moved = await self.coalition.ask(ADVANCE, {"input": {"to": to.isoformat()}})
        assert moved["clockAdvance"]["userErrors"] == []
        await bonus_now(self.database, keys=derive(SECRET.encode()), now=to)

    async def mine(self, who: AtHome) -> list[dict[str, Any]]:
        """The firms that somebody acts for."""
        found: list[dict[str, Any]] = (await who.ask(MINE))["myBusinesses"]
        return found


@pytest.fixture
async def scene(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """A wholesaler and a maker in January; Olga and Boris have accounts of their own."""
    await a_coalition(database, clock_at=JANUARY)
    async with writing(database) as session:
        await cycles.open_first(session, now=JANUARY)
    wholesaler = await a_partner(database, "wholesaler", PartnerRole.DISTRIBUTOR)
    maker = await a_partner(database, "maker", PartnerRole.MANUFACTURER)
    async with writing(database) as session:
        await feed(session, PartnerId(wholesaler.partner_id), [ProductItem(sku="case", name="Case")], now=JANUARY)
    owner = SANDBOX_DEFAULT | {Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_PUBLISH, Scope.SETTLEMENT_READ}
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(a_server(database_url, tmp_path))

        async def way(partner: Partner | None, scopes: frozenset[Scope]) -> Storefront:
            secret = await a_secret(database, partner, scopes=scopes)
            return await stack.enter_async_context(Storefront.opened(url, secret))

        people = [
            await stack.enter_async_context(at_home(url, database_url, tmp_path, f"{name}@example.org"))
            for name in ("olga", "boris")
        ]
        yield Scene(
            database=database,
            partner=wholesaler,
            wholesaler=await way(wholesaler, owner),
            maker=await way(maker, owner),
            coalition=await way(None, frozenset({Scope.PARTNERS_MANAGE, Scope.SETTLEMENT_READ})),
            olga=people[0],
            boris=people[1],
        )


async def _campaign(scene: Scene, rule: Rule, *sponsors: Sponsor, **terms: Any) -> None:
    owner = PartnerId(scene.partner.partner_id)
    promised = Terms(
        name=rule.kind, rule=rule, starts_at=JANUARY, partners=frozenset({owner}), sponsors=sponsors, **terms
    )
    async with writing(scene.database) as session:
        drawn = await managing.draft(session, owner, promised, now=JANUARY)
        for sponsor in promised.funders:
            await managing.agree(session, sponsor, drawn.campaign_id, promised.fingerprint(), now=JANUARY)
        await managing.publish(session, owner, drawn.campaign_id, now=JANUARY)


async def _firms(scene: Scene) -> str:
    """The corner shop and the hotel are registered and approved; gives the corner shop's id."""
    ids = []
    for number, kind in enumerate(("RETAILER", "CATERER"), 1):
        told = {
            "idempotencyKey": f"register-the-firm-{number}",
            "kind": kind,
            "name": f"Firm {number}",
            "registrationNumber": f"4000 3003 {number:03}",
            "customerNumber": f"C{number}",
        }
        made = (await scene.wholesaler.ask(REGISTER, {"input": told}))["done"]
        assert (made["userErrors"], made["business"]["state"]) == ([], "PENDING")
        done = await scene.wholesaler.ask(APPROVE, {"input": {"business": made["business"]["id"]}})
        assert done["done"]["business"]["state"] == "ACTIVE"
        ids.append(made["business"]["id"])
    return str(ids[0])


async def _internal_price(scene: Scene) -> None:
    """A tenth off for the group of retailers: a campaign as any other, for a segment that keeps itself."""
    made = (await scene.wholesaler.ask(GROUP, {"input": {"name": "Retailers", "kinds": ["RETAILER"]}}))["done"]
    assert (made["userErrors"], made["group"]["segment"]["name"]) == ([], "Retailers")
    async with scene.database.session(COALITION) as session:
        segment = await session.scalar(_segment_called("Retailers"))
    assert segment is not None
    meant = When(segments=frozenset({SegmentId(segment)}))
    own = Sponsor(PartnerId(scene.partner.partner_id))
    await _campaign(scene, Discount(share=Rate("0.1")), own, when=meant)
    for member, off in ((CORNER, ["10.00"]), (HOTEL, [])):
        case = Line("case", Decimal(100))
        seen = await scene.wholesaler.preview([case], currency="USD", outlet="1", member=member)
        assert [str(offer.amount) for offer in seen.offers] == off


async def _owner(scene: Scene, corner: str) -> None:
    """Olga becomes the corner shop's owner, Boris its buyer."""
    for who, card in ((scene.olga, "OLGA 0001"), (scene.boris, "BORIS 0001")):
        await scene.wholesaler.enrol(card=card, email=who.email)
        await who.signs_in()
        assert await scene.mine(who) == []
    wish = {"business": corner, "role": "OWNER", "called": "Olga"}
    made = (await scene.wholesaler.ask(INVITE, {"input": wish}))["done"]
    joined = (await scene.olga.ask(JOIN, input={"token": made["invitation"]["token"]}))["done"]
    assert (joined["userErrors"], joined["business"]["role"]) == ([], "OWNER")
    again = (await scene.wholesaler.ask(INVITE, {"input": {**wish, "called": "A stranger"}}))["done"]
    assert [one["code"] for one in again["userErrors"]] == ["OWNERS_INVITE"]
    wish = {"business": joined["business"]["id"], "role": "BUYER", "called": "Boris"}
    made = (await scene.olga.ask(INVITE, input=wish))["done"]
    joined = (await scene.boris.ask(JOIN, input={"token": made["invitation"]["token"]}))["done"]
    assert (joined["userErrors"], joined["business"]["role"]) == ([], "BUYER")


async def _scheme(scene: Scene) -> None:
    """The scheme goes live once the maker, who pays, has agreed to just these terms."""
    async with scene.database.session(COALITION) as session:
        maker = PartnerId(await session.scalar(_partner_called("maker")))
    sponsors = (Sponsor(maker, Rate(4, 5)), Sponsor(PartnerId(scene.partner.partner_id), Rate(1, 5)))
    await _campaign(scene, PerField(points=Rate(1), field="value"), *sponsors, when=When(triggers=frozenset({"BONUS"})))
    slugs = await scene.wholesaler.ask("{ partners(first: 9) { nodes { id slug } } }", {})
    pays = next(one["id"] for one in slugs["partners"]["nodes"] if one["slug"] == "maker")
    terms = {
        "name": "Quarterly bonus",
        "startsOn": "2026-01-01",
        "bands": [{"from": "0", "rate": "0.01"}, {"from": "100000", "rate": "0.02"}],
        "growth": {"bands": [{"from": "10", "rate": "0.01"}], "against": "PERIOD_BEFORE"},
        "sponsors": [pays],
        "waitDays": 5,
    }
    wrong = (await scene.wholesaler.ask(DRAFT, {"input": {"terms": {**terms, "startsOn": "2026-02-01"}}}))["done"]
    assert wrong["userErrors"] == [{"code": "INVALID_BONUS_SCHEME", "path": ["input", "terms", "startsOn"]}]
    drawn = (await scene.wholesaler.ask(DRAFT, {"input": {"terms": terms}}))["done"]
    assert (drawn["userErrors"], drawn["scheme"]["awaiting"]) == ([], [{"slug": "maker"}])
    step = {"scheme": drawn["scheme"]["id"]}
    early = (await scene.wholesaler.ask(PUBLISH, {"input": step}))["done"]
    assert [one["code"] for one in early["userErrors"]] == ["AGREEMENT_MISSING"]
    [seen] = (await scene.maker.ask(SCHEMES, {}))["bonusSchemes"]["nodes"]
    agreed = {"scheme": seen["id"], "fingerprint": seen["fingerprint"]}
    assert (await scene.maker.ask(AGREE, {"input": agreed}))["done"]["userErrors"] == []
    live = (await scene.wholesaler.ask(PUBLISH, {"input": step}))["done"]
    assert (live["userErrors"], live["scheme"]["state"]) == ([], "LIVE")


async def _checked(scene: Scene, starts: str, given: str) -> dict[str, Any]:
    """The quarter's statement of the corner shop is looked at; so is the hotel's, of nothing."""
    found = (await scene.wholesaler.ask(STATEMENTS, {}))["bonusStatements"]["nodes"]
    quarter = [one for one in found if one["starts"] == starts]
    assert {one["business"]["name"]: one["given"]["amount"] for one in quarter} == {"Firm 1": given, "Firm 2": "0.00"}
    assert {one["state"] for one in quarter} == {"DRAFT"}
    done = await scene.wholesaler.ask(CHECK, {"input": {"statements": [one["id"] for one in quarter]}})
    assert {one["state"] for one in done["done"]["statements"]} == {"CHECKED"}
    assert (await scene.maker.ask(STATEMENTS, {}))["bonusStatements"]["nodes"] == [], "who pays sees no firm's figures"
    return next(one for one in quarter if one["business"]["name"] == "Firm 1")


async def test_two_quarters_of_a_corner_shop_settle_to_the_cent(scene: Scene) -> None:
    await scene.on(2, 1)
    corner = await _firms(scene)
    await _internal_price(scene)
    await _owner(scene, corner)
    await _scheme(scene)

    await scene.on(10, 2)
    first = await scene.wholesaler.purchase(_basket(CORNER, 1500, 15))
    named = {"purchase": first.id, "buyer": {"cardNumber": "BORIS 0001"}}
    assert (await scene.wholesaler.ask(BUYER, {"input": named}))["done"] == {"named": True, "userErrors": []}
    await scene.on(20, 3)
    await scene.wholesaler.purchase(_basket(CORNER, 500, 5))
    [shop] = await scene.mine(scene.boris)
    assert shop["bonusesSoFar"] == [
        {
            "scheme": "Quarterly bonus",
            "period": "2026-Q1",
            "turnover": "200000",
            "toNext": None,
            "bonus": {"amount": "30.00"},
        }
    ]
    bought = [(one["activity"]["kind"], one["user"] is not None) for one in shop["activity"]["nodes"]]
    assert bought == [("PURCHASE", False), ("PURCHASE", True)]

    await scene.on(6, 4)
    told = await _checked(scene, "2026-01-01", "30.00")
    assert [(one["from"], one["of"], one["comesTo"]) for one in told["parts"]] == [
        ("0", "100000", "1000"),
        ("100000", "100000", "2000"),
    ]
    assert len(told["purchases"]["nodes"]) == 2
    assert (await scene.mine(scene.olga))[0]["bonuses"][0]["state"] == "CHECKED"
    await scene.on(7, 4)
    [shop] = await scene.mine(scene.olga)
    assert (shop["wallet"]["available"], shop["bonuses"][0]["state"]) == ("3000", "GIVEN")
    await _spent(scene, shop["id"])

    await scene.on(20, 4)
    await scene.wholesaler.take_back(purchase=first.id, lines={1: Decimal(5)})
    await scene.on(15, 5)
    await scene.wholesaler.purchase(_basket(CORNER, 2500, 25))
    await scene.on(6, 7)
    await _checked(scene, "2026-04-01", "55.00")
    await scene.on(7, 7)
    [shop] = await scene.mine(scene.olga)
    last = shop["bonuses"][0]
    assert (last["bonus"]["amount"], last["correction"]["amount"], last["growth"]) == ("65.00", "-10.00", 6666)
    assert last["corrections"] == [{"starts": "2026-01-01", "was": {"amount": "30.00"}, "now": {"amount": "20.00"}}]
    assert shop["wallet"]["available"] == "5500"

    await _close(scene)
    assert await _nets(scene.coalition) == {"maker": "-46.00", "wholesaler": "14.00", "operator": "32.00"}
    assert await _nets(scene.maker) == {"maker": "-46.00"}


async def _spent(scene: Scene, corner: str) -> None:
    """The buyer takes a reward for the firm; no personal card spends its points, and who was removed does neither."""
    owner = PartnerId(scene.partner.partner_id)
    terms = RewardTerms(
        name="Coffee machine",
        kind=RewardKind.GIFT,
        steps=(Step(points=3000, worth=Worth(thing="Coffee machine")),),
        partners=frozenset({owner}),
        starts_at=JANUARY,
        fulfilment=Fulfilment.SENT,
    )
    async with writing(scene.database) as session:
        drawn = await rewards.draft(session, owner, terms, now=JANUARY)
        await rewards.publish(session, owner, drawn.reward_id, now=JANUARY)
    [reward] = (await scene.boris.ask(REWARDS))["rewards"]["nodes"]
    wish = {"business": corner, "reward": reward["id"], "idempotencyKey": "coffee-machine-0001"}
    with pytest.raises(Refused):
        await scene.wholesaler.redeem(Card("OLGA 0001"), 100)
    [mine] = await scene.mine(scene.boris)
    done = (await scene.boris.ask(REDEEM, input={**wish, "business": mine["id"]}))["done"]
    assert done == {"wallet": {"available": "0"}, "userErrors": []}
    again = (await scene.boris.ask(REDEEM, input={**wish, "business": mine["id"]}))["done"]
    assert again == done, "sent again, nothing is spent twice"
    [shop] = await scene.mine(scene.olga)
    buyer = next(one["id"] for one in shop["users"] if one["called"] == "Boris")
    spent = [one["user"] for one in shop["activity"]["nodes"] if one["activity"]["kind"] == "REDEMPTION"]
    assert spent == [buyer]
    left = (await scene.olga.ask(CHANGE, input={"user": buyer}))["done"]
    assert left == {"user": None, "userErrors": []}
    assert await scene.mine(scene.boris) == []
    wish |= {"business": mine["id"], "idempotencyKey": "coffee-machine-0002"}
    late = (await scene.boris.ask(REDEEM, input=wish))["done"]
    assert [one["code"] for one in late["userErrors"]] == ["BUSINESS_NOT_FOUND"]


def _basket(member: ExternalId, dollars: int, pieces: int = 1) -> Basket:
    return Basket(member=member, lines=(Line("case", Decimal(dollars), Decimal(pieces)),), currency="USD", outlet="1")


def _segment_called(name: str) -> Any:
    return select(col(SegmentRow.segment_id)).where(col(SegmentRow.name) == name)


def _partner_called(slug: str) -> Any:
    return select(col(Partner.partner_id)).where(col(Partner.slug) == slug)


async def _close(scene: Scene) -> None:
    """The half year is over; its statements are drawn up and laid before the partners."""
    async with writing(scene.database) as session:
        cycle_id = (await open_cycle(session)).cycle_id
        await cycles.cut_off(session, cycle_id, now=JULY)
    async with writing(scene.database) as session:
        await seal(session, cycle_id, now=JULY)
        await compute(session, cycle_id, now=JULY)
        await cycles.propose(session, cycle_id, by=PersonId(new_id()), now=JULY)


async def _nets(front: Storefront) -> dict[str, str]:
    """What the half year comes to for every party that the asking one may see."""
    half = (await front.ask(CYCLES, {}))["cycles"]["nodes"][-1]
    found = (await front.ask(NETS, {"cycle": half["id"]}))["cycle"]["statements"]
    named = {(one["partner"] or {"slug": one["role"].lower()})["slug"]: one["net"]["amount"] for one in found}
    return {name: net for name, net in named.items() if Decimal(net)}
