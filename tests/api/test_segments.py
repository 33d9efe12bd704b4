"""Segments and their campaigns over HTTP: defined, previewed, kept by hand, and measured."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from domain.earning import managing
from domain.earning.rules import RatePerUnit
from domain.earning.terms import Sponsor, Terms
from domain.earning.when import When
from domain.ids import PartnerId
from domain.members.identifiers import Identifier
from domain.storage import Database, Sight
from domain.values import Rate
from hansa.service import Service
from partners.scopes import PersonRole, Scope, scopes_of_roles
from partners.viewer import Audience, Viewer
from resolvers.context import Context
from schema.execution import Engine
from schema.root import product
from tests.builders.graphql import KEYS, Tokens, application
from tests.builders.ledger import DAY, a_ledger
from tests.builders.ledger import KEYS as MEMBERS
from tests.builders.members import seeing
from tests.domain.segments.builders import Street, a_street

ENGINE = Engine(product())

SEGMENT = """{ segment { id name version byList size refreshedAt refreshHours owner { slug } sharedWith { slug }
    parts { kind days bought atLeast atMost amountAtLeast { amount currency } amountAtMost { amount } categories brands
        birthdayMonths languages partners { slug } } } userErrors { code message path } }"""
DEFINE = f"mutation($input: SegmentDefineInput!) {{ done: segmentDefine(input: $input) {SEGMENT} }}"
CHANGE = f"mutation($input: SegmentChangeInput!) {{ done: segmentChange(input: $input) {SEGMENT} }}"
RETIRE = f"mutation($input: SegmentRetireInput!) {{ done: segmentRetire(input: $input) {SEGMENT} }}"
ADD = f"mutation($input: SegmentMembersInput!) {{ done: segmentAddMembers(input: $input) {SEGMENT} }}"
REMOVE = f"mutation($input: SegmentMembersInput!) {{ done: segmentRemoveMembers(input: $input) {SEGMENT} }}"
PREVIEW = "query($parts: [SegmentPartInput!]!) { segmentPreview(parts: $parts) { members } }"
SEGMENTS = "{ segments(first: 10) { nodes { id name owner { slug } } } }"
ONE = "query($id: ID!) { segment(id: $id) { name size } }"
MEMBERS_OF = "query($id: ID!) { segmentMembers(segment: $id, first: 10) { nodes { id kind } } }"
PARTNERS = "{ partners(first: 10) { nodes { id slug } } }"
UPLIFT = """query($id: ID!) { campaignUplift(campaign: $id) { startsAt endsAt campaign { name }
    treated { members buyers sales { amount } mean { amount currency } } control { members mean { amount } }
    difference { value { amount } low { amount } high { amount } significant } incremental { value { amount } }
    costs { partner { slug } points amount { amount } } cost { amount } costPerSale } }"""

GOODS = {"goods": {"days": 90, "categories": ["DAIRY"], "brands": ["Meadow"], "atLeast": "9.50"}}
PROFILE = {"profile": {"birthdayMonths": [3, 12], "languages": ["lv"]}}


@dataclass
class Api:
    """The two shops on HTTP."""

    street: Street
    http: httpx.AsyncClient

    async def send(self, who: str, text: str, **variables: Any) -> Any:
        """The whole answer."""
        body = {"query": text, "variables": variables}
        return (await self.http.post("/graphql", json=body, headers={"authorization": f"Bearer {who}"})).json()

    async def ask(self, who: str, text: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        answer = await self.send(who, text, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def do(self, who: str, text: str, **given: Any) -> Any:
        """The segment after a step that was taken."""
        done = (await self.ask(who, text, input=given))["done"]
        assert done["userErrors"] == [], done
        return done["segment"]

    async def refused(self, who: str, text: str, **given: Any) -> tuple[str, list[str]]:
        """Why a step is refused, and where."""
        [error] = (await self.ask(who, text, input=given))["done"]["userErrors"]
        return error["code"], error["path"]

    async def code(self, who: str, text: str, **variables: Any) -> str:
        """Why a question is refused."""
        return str((await self.send(who, text, **variables))["errors"][0]["extensions"]["code"])

    async def partner(self, who: str, slug: str) -> str:
        """A partner's id, as one of them knows it."""
        nodes = (await self.ask(who, PARTNERS))["partners"]["nodes"]
        return next(str(node["id"]) for node in nodes if node["slug"] == slug)


def viewers(street: Street) -> dict[str, Viewer]:
    """Marketing people of both shops, a client that finds members, and the coalition's admin."""

    def shop(partner_id: PartnerId, *more: Scope) -> Viewer:
        scopes = scopes_of_roles([PersonRole.PARTNER_MARKETING]) | set(more)
        return Viewer(audience=Audience.PARTNER, scopes=scopes, partner_id=partner_id)

    admin = scopes_of_roles([PersonRole.COALITION_ADMIN]) | {Scope.CAMPAIGNS_WRITE, Scope.MEMBERS_LOOKUP}
    return {
        "amber": shop(street.amber),
        "desk": shop(street.amber, Scope.MEMBERS_LOOKUP),
        "birch": shop(street.birch, Scope.MEMBERS_LOOKUP),
        "admin": Viewer(audience=Audience.COALITION, scopes=admin),
    }


@pytest.fixture
async def api(database: Database, database_url: str) -> AsyncIterator[Api]:
    """Two shops, whose members can be found by card."""
    async with a_ledger(database, database_url) as books, a_street(books) as street:
        tokens = Tokens(viewers(street))
        keys = replace(KEYS, lookups=MEMBERS.lookup, personal_data=MEMBERS.personal)

        async def context_of(viewer: Viewer, snapshots: bool) -> Context:  # noqa: FBT001 - the service's own form
            return Context(viewer=viewer, database=database, clock=lambda: street.now, keys=keys, snapshots=snapshots)

        offered = Service(
            engine=ENGINE, context_of=context_of, viewer_of=tokens.viewer_of, still_stands=tokens.still_stands
        )
        transport = httpx.ASGITransport(application(offered))
        async with httpx.AsyncClient(transport=transport, base_url="http://hansa.test") as http:
            yield Api(street, http)


async def test_a_segment_shows_what_it_asks(api: Api) -> None:
    birch = await api.partner("amber", "birch")
    parts = [GOODS, PROFILE, {"partnerMix": {"days": 30, "atLeast": 2, "partners": [birch]}}]
    made = await api.do("amber", DEFINE, terms={"name": "Dairy", "parts": parts, "sharedWith": [birch]})
    assert (made["version"], made["byList"], made["size"], made["refreshedAt"]) == (1, False, None, None)
    assert (made["owner"], made["sharedWith"], made["refreshHours"]) == ({"slug": "shop"}, [{"slug": "birch"}], 6)
    goods, profile, mix = made["parts"]
    assert goods["amountAtLeast"] == {"amount": "9.50", "currency": "USD"}
    assert (goods["categories"], goods["brands"], goods["bought"], goods["atLeast"]) == (
        ["DAIRY"],
        ["Meadow"],
        True,
        None,
    )
    assert (profile["birthdayMonths"], profile["languages"], profile["days"]) == ([3, 12], ["lv"], None)
    assert (mix["atLeast"], mix["partners"]) == (2, [{"slug": "birch"}])
    changed = await api.do(
        "amber", CHANGE, segment=made["id"], terms={"name": "Dairy", "parts": [{"joined": {"days": 7}}]}
    )
    assert (changed["version"], changed["parts"][0]["kind"]) == (2, "JOINED")
    await api.do("amber", RETIRE, segment=made["id"])
    assert (await api.ask("amber", SEGMENTS))["segments"]["nodes"] == []


async def test_mistakes_are_named_where_they_are(api: Api) -> None:
    birch = await api.partner("amber", "birch")
    for part, where in (
        ({"recency": {"days": 0}}, ["parts", "1", "days"]),
        ({"recency": {"days": 3, "partners": [birch]}}, ["parts", "1", "partners"]),
        ({"profile": {}}, ["parts", "1", "birthdayMonths"]),
    ):
        terms: dict[str, Any] = {"name": "x", "parts": [GOODS, part]}
        assert await api.refused("amber", DEFINE, terms=terms) == ("INVALID_SEGMENT", ["input", *where]), part


async def test_a_preview_tells_no_small_number(api: Api) -> None:
    street = api.street
    for number in range(12):
        if number == 9:
            asked = await api.ask("amber", PREVIEW, parts=[{"recency": {"days": 5}}])
            assert asked["segmentPreview"] == {"members": None}
        await street.buys(await street.member(language="lv", offers=True))
    assert (await api.ask("amber", PREVIEW, parts=[{"recency": {"days": 5}}]))["segmentPreview"] == {"members": 12}
    told = await api.ask("amber", PREVIEW, parts=[{"profile": {"languages": ["lv"]}}])
    assert told["segmentPreview"] == {"members": 10}
    assert (await api.ask("birch", PREVIEW, parts=[{"recency": {"days": 5}}]))["segmentPreview"] == {"members": None}
    assert (await api.ask("admin", PREVIEW, parts=[{"recency": {"days": 5}}]))["segmentPreview"] == {"members": 12}


async def test_a_list_is_kept_by_card_and_read_by_its_owner_alone(api: Api) -> None:
    street = api.street
    who = await street.books.member(Identifier.card("5550001"))
    made = await api.do("amber", DEFINE, terms={"name": "Staff"})
    card = {"segment": made["id"], "members": [{"cardNumber": "5550001"}]}
    assert await api.code("amber", ADD, input=card) == "FORBIDDEN", "finding members is another scope"
    assert (await api.do("desk", ADD, **card))["size"] == 1
    [listed] = (await api.ask("desk", MEMBERS_OF, id=made["id"]))["segmentMembers"]["nodes"]
    assert listed["kind"] == who.kind
    wrong = {"segment": made["id"], "members": [{"cardNumber": "5550001"}, {"cardNumber": "5559999"}]}
    assert await api.refused("desk", ADD, **wrong) == ("MEMBER_NOT_FOUND", ["input", "members", "1"])
    assert (await api.do("desk", REMOVE, segment=made["id"], members=[{"id": listed["id"]}]))["size"] == 0
    rule = await api.do("amber", DEFINE, terms={"name": "Rule", "parts": [GOODS]})
    assert (await api.refused("desk", ADD, **{**card, "segment": rule["id"]}))[0] == "SEGMENT_BY_RULE"
    assert await api.code("desk", MEMBERS_OF, id=rule["id"]) == "SEGMENT_BY_RULE"
    shop = await api.partner("admin", "shop")
    friends = await api.do("admin", DEFINE, terms={"name": "Friends"})
    assert friends["owner"] is None
    added = await api.do("admin", ADD, **{**card, "segment": friends["id"]}, partner=shop)
    assert added["size"] == 1


async def test_nobody_meets_what_is_anothers(api: Api) -> None:
    theirs = await api.do("birch", DEFINE, terms={"name": "Birch's", "parts": [GOODS]})
    assert (await api.ask("amber", SEGMENTS))["segments"]["nodes"] == []
    assert (await api.ask("amber", ONE, id=theirs["id"]))["segment"] is None
    terms = {"name": "Mine", "parts": [GOODS]}
    assert (await api.refused("amber", CHANGE, segment=theirs["id"], terms=terms))[0] == "SEGMENT_NOT_FOUND"
    everybodys = (await api.ask("admin", SEGMENTS))["segments"]["nodes"]
    assert [one["name"] for one in everybodys] == ["Birch's"]


async def test_what_a_campaign_has_brought_is_read(api: Api) -> None:
    street = api.street
    members = [await street.member() for _ in range(120)]
    street.books.now += DAY
    terms = Terms(
        name="Trial",
        rule=RatePerUnit(points=Rate(1)),
        starts_at=street.now,
        partners=frozenset({street.amber}),
        sponsors=(Sponsor(street.amber),),
        when=When(control=Rate("1/2")),
    )
    async with seeing(street.books.database, Sight.partner(street.amber)) as session:
        draft = await managing.draft(session, street.amber, terms, now=street.now)
        await managing.publish(session, street.amber, draft.campaign_id, now=street.now)
    street.books.now += DAY
    for who in members[:5]:
        await street.buys(who, ago=0.5)
    campaigns = await api.ask("amber", "{ partnerCampaigns(first: 5) { nodes { id } } }")
    [campaign] = campaigns["partnerCampaigns"]["nodes"]
    found = (await api.ask("amber", UPLIFT, id=campaign["id"]))["campaignUplift"]
    assert found["campaign"] == {"name": "Trial"}
    assert found["treated"]["members"] + found["control"]["members"] == 120
    assert found["cost"] == {"amount": "0.00"}
    assert await api.code("birch", UPLIFT, id=campaign["id"]) == "CAMPAIGN_NOT_FOUND"
