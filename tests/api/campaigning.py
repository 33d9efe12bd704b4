"""The coalition on HTTP with the people who run campaigns, on a clock that tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from domain.ids import PartnerId, PersonId
from domain.storage import Database
from hansa.service import Service
from partners.scopes import PersonRole, Scope, scopes_of_roles
from partners.viewer import Audience, Viewer
from resolvers.context import Context
from schema.execution import Engine
from schema.root import product
from tests.builders.graphql import KEYS, Tokens, application
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import KEYS as MEMBERS
from tests.domain.earning.world import World, a_world
from tests.domain.settlement.trading import ANNA

ENGINE = Engine(product())

PRIZE = "points token { kind name days } wheel { weight odds points token { name } }"
RULE = f"""rule {{ kind
    ... on SpendingRule {{ rate tenders }}
    ... on ItemRule {{ itemRate: rate }}
    ... on FlatRule {{ flatPoints: points minimum {{ amount currency }} }}
    ... on BandsRule {{ bands {{ start {{ amount }} gives }} }}
    ... on FieldRule {{ field fieldRate: rate perUnits: per least most }}
    ... on MultiplierRule {{ factor base }}
    ... on CouponRule {{ cap {{ amount }} }}
    ... on CashbackRule {{ shareBack: rate cap {{ amount }} }}
    ... on DiscountRule {{ share off {{ amount }} price {{ amount }} minimum {{ amount }} cap {{ amount }} }}
    ... on GiftRule {{ prize {{ {PRIZE} }} minimum {{ amount }} }}
    ... on CardRule {{ every prize {{ {PRIZE} }} counted bands {{ start {{ amount }} gives }} atFirst days period }}
    ... on MilestonesRule {{ marks {{ at prize {{ {PRIZE} }} }} counted period }} }}"""
TERMS = f"""name kind promise startsAt endsAt {RULE}
    lines {{ skus categories privateLabel excluding {{ departments makers {{ slug }} }} }}
    when {{ triggers weekdays hours {{ start end }} timeZone channels segmented segments {{ name }} condition }}
    control partners {{ slug }} outlets {{ code }} tiers sponsors {{ share partner {{ slug }} }} returnDays
    expiry {{ kind months month day }} release {{ at weekday days }} rounding priority stacking {{ mode group }}
    caps {{ most of per period hours shared }} budget {{ points money {{ amount currency }} alert pacing }}
    wheel {{ commitment seed }} awaiting {{ slug }} owner {{ slug }} fingerprint"""
CAMPAIGN = f"campaign {{ id version state {TERMS} }} userErrors {{ code message path }}"
DRAFT = f"mutation($input: CampaignDraftInput!) {{ done: campaignDraft(input: $input) {{ {CAMPAIGN} }} }}"
CHANGE = f"mutation($input: CampaignChangeInput!) {{ done: campaignChange(input: $input) {{ {CAMPAIGN} }} }}"
AGREE = f"mutation($input: CampaignAgreeInput!) {{ done: campaignAgree(input: $input) {{ {CAMPAIGN} }} }}"
READ = f"query($id: ID!) {{ campaign(id: $id) {{ id version state {TERMS} }} }}"


def step(name: str) -> str:
    """The document of a step of a campaign, such as campaignPublish."""
    return f"mutation($input: CampaignStepInput!) {{ done: {name}(input: $input) {{ {CAMPAIGN} }} }}"


@dataclass
class Api:
    """The coalition on HTTP, and everybody who may ask."""

    world: World
    http: httpx.AsyncClient
    now: datetime = NOW
    ids: dict[str, str] = field(default_factory=dict)
    """Global ids of the partners by their short names, as `who` sees them: `shop.maker`."""

    async def ask(self, who: str, text: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        body = {"query": text, "variables": variables}
        answer = (await self.http.post("/graphql", json=body, headers={"authorization": f"Bearer {who}"})).json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def do(self, who: str, text: str, **given: Any) -> Any:
        """What came of a step that was taken."""
        done = (await self.ask(who, text, input=given))["done"]
        assert done["userErrors"] == [], done
        return done

    async def refused(self, who: str, text: str, **given: Any) -> tuple[str, list[str]]:
        """Why a step is refused: the code, and the field it names."""
        (why,) = (await self.ask(who, text, input=given))["done"]["userErrors"]
        return why["code"], why["path"]

    async def partner(self, who: str, slug: str) -> str:
        """A partner's id, as somebody sees it."""
        nodes = (await self.ask(who, "{ partners(first: 10) { nodes { id slug } } }"))["partners"]["nodes"]
        found: str = next(node["id"] for node in nodes if node["slug"] == slug)
        return found

    async def terms(self, rule: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Terms of a campaign of the shop's, paid by itself unless said otherwise."""
        shop = await self.partner("shop", "shop")
        usual = {
            "name": "A campaign",
            "rule": rule,
            "partners": [shop],
            "sponsors": [{"partner": shop}],
            "startsAt": NOW.isoformat(),
        }
        return usual | changes

    async def drafted(self, rule: dict[str, Any], **changes: Any) -> Any:
        """A draft of the shop's."""
        return (await self.do("shop", DRAFT, terms=await self.terms(rule, **changes)))["campaign"]

    async def live(self, rule: dict[str, Any], **changes: Any) -> Any:
        """A campaign of the shop's that all sponsors agreed to."""
        made = await self.drafted(rule, **changes)
        for sponsor in made["awaiting"]:
            await self.agree(sponsor["slug"], made)
        return (await self.do("shop", step("campaignPublish"), campaign=made["id"]))["campaign"]

    async def agree(self, who: str, made: Any) -> Any:
        """A sponsor agrees to the terms as it reads them."""
        theirs = next(one for one in await self.listed(who) if one["fingerprint"] == made["fingerprint"])
        return await self.do(who, AGREE, campaign=theirs["id"], fingerprint=theirs["fingerprint"])

    async def listed(self, who: str, **asked: Any) -> Any:
        """The campaigns of somebody, the newest first."""
        text = """query($states: [CampaignState!], $triggers: [String!]) {
            partnerCampaigns(first: 5, states: $states, triggers: $triggers) { nodes { id version state name
                fingerprint when { condition } control budget { points } wheel { commitment seed } } } }"""
        return (await self.ask(who, text, **asked))["partnerCampaigns"]["nodes"]

    async def preview(self, amount: str = "10.00", card: str | None = "CARD0001", **basket: Any) -> Any:
        """What milk for so much would earn."""
        text = """query($basket: PurchasePreviewInput!) { purchasePreview(basket: $basket) {
            points awards { campaign points reason } missed { campaign why reason } } }"""
        asked = {
            "outletCode": "1",
            "currency": "EUR",
            "lines": [{"sku": "milk", "amount": amount}],
            "member": {"cardNumber": card} if card else None,
            **basket,
        }
        return (await self.ask("till", text, basket=asked))["purchasePreview"]

    async def buys(self, number: int, amount: str = "10.00", **purchase: Any) -> Any:
        """Milk for so much."""
        text = """mutation($input: PurchaseRecordInput!) { done: purchaseRecord(input: $input) {
            purchase { id points awards { campaign points } cuts { campaign points given why reason } }
            userErrors { code message path } } }"""
        asked = {
            "member": {"cardNumber": "CARD0001"},
            "outletCode": "1",
            "currency": "EUR",
            "lines": [{"sku": "milk", "amount": amount}],
            "idempotencyKey": f"purchase-{number:012}",
            **purchase,
        }
        return (await self.do("till", text, **asked))["purchase"]


def viewers(world: World) -> dict[str, Viewer]:
    """Marketing people of the three partners, a till of the shop's, and the coalition's admin."""

    def person(role: PersonRole, person: PersonId, partner: PartnerId | None = None) -> Viewer:
        audience = Audience.COALITION if partner is None else Audience.PARTNER
        scopes = scopes_of_roles([role])
        return Viewer(
            audience=audience, scopes=scopes, partner_id=partner, person_id=person, fresh_at=datetime.now(UTC)
        )

    marketing = {
        name: person(PersonRole.PARTNER_MARKETING, PersonId(partner), partner)
        for name, partner in (("shop", world.shop), ("maker", world.maker), ("wholesaler", world.wholesaler))
    }
    scopes = frozenset({Scope.PURCHASES_WRITE, Scope.PURCHASES_READ, Scope.CAMPAIGNS_READ})
    till = Viewer(audience=Audience.PARTNER, scopes=scopes, partner_id=world.shop)
    return marketing | {"till": till, "admin": person(PersonRole.COALITION_ADMIN, ANNA)}


@asynccontextmanager
async def campaigning(database: Database) -> AsyncIterator[Api]:
    """A shop, a maker and a wholesaler on HTTP, and a member with a card."""
    world = await a_world(database)
    await world.member()
    tokens = Tokens(viewers(world))
    apis: list[Api] = []

    async def context_of(viewer: Viewer, snapshots: bool) -> Context:  # noqa: FBT001 - the service's own form
        return Context(
            viewer=viewer,
            database=database,
            clock=lambda: apis[0].now,
            keys=replace(KEYS, lookups=MEMBERS.lookup),
            snapshots=snapshots,
        )

    offered = Service(
        engine=ENGINE, context_of=context_of, viewer_of=tokens.viewer_of, still_stands=tokens.still_stands
    )
    transport = httpx.ASGITransport(application(offered))
    async with httpx.AsyncClient(transport=transport, base_url="http://hansa.test") as http:
        apis.append(Api(world, http))
        yield apis[0]


LATER = timedelta(days=60)
