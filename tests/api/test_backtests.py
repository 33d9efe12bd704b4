"""Looks back over HTTP: asked for by the owner, read by who is to pay, refused in words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from domain.ids import PartnerId
from domain.storage import Database
from hansa.service import Service
from partners.scopes import PersonRole, scopes_of_roles
from partners.viewer import Audience, Viewer
from resolvers.context import Context
from schema.execution import Engine
from schema.root import product
from tests.builders.graphql import KEYS, Tokens, application
from tests.domain.analytics.test_backtesting import CARDS, ONE_A_EURO, SINCE, month
from tests.domain.earning.builders import NOW, shared
from tests.domain.earning.world import World, a_world

ENGINE = Engine(product())
FIGURES = """{ since until purchases amount { amount currency } members rewarded reached points pointsCut
    benefits { amount } tokens { name count } sponsors { partner { slug } points benefits { amount } cost { amount }
        pointsLive pointsWith } changes { name pointsLive pointsWith }
    perPurchase { count mean quantiles { percent points } histogram { start end count } } perMember { mean }
    top { at partner { slug } amount { amount } points } weeks { monday purchases points pointsLive } fingerprint }"""
TRY = f"""mutation($input: CampaignBacktestInput!) {{ done: campaignBacktest(input: $input) {{
    backtest {FIGURES} userErrors {{ code path message }} }} }}"""
KEPT = f"query($id: ID!) {{ campaignBacktests(campaign: $id) {FIGURES} }}"
SHARES = """query($id: ID!) { campaignBacktestShares(campaign: $id) {
    partner { slug } points price benefits members fingerprint since until madeAt } }"""
DRAFTS = "{ partnerCampaigns(first: 5, states: [DRAFT]) { nodes { id name fingerprint } } }"
PAST = {"since": SINCE.isoformat(), "until": NOW.isoformat()}


@dataclass
class Api:
    """Two partners on HTTP."""

    world: World
    http: httpx.AsyncClient

    async def ask(self, who: str, text: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        body = {"query": text, "variables": variables}
        answer = (await self.http.post("/graphql", json=body, headers={"authorization": f"Bearer {who}"})).json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def draft(self, who: str) -> dict[str, Any]:
        """The draft, as one of them knows it."""
        [node] = (await self.ask(who, DRAFTS))["partnerCampaigns"]["nodes"]
        return dict(node)


def marketing(partner_id: PartnerId) -> Viewer:
    """A partner's people."""
    scopes = scopes_of_roles([PersonRole.PARTNER_MARKETING])
    return Viewer(audience=Audience.PARTNER, scopes=scopes, partner_id=partner_id)


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Api]:
    """A month of purchases, and a draft that the maker is to pay for, too."""
    world = await a_world(database)
    for card in CARDS:
        await world.member(card)
    await month(world)
    await world.drafted(ONE_A_EURO, name="A point", sponsors=shared((world.maker, "3/5"), (world.shop, "2/5")))
    tokens = Tokens({"shop": marketing(world.shop), "maker": marketing(world.maker)})

    async def context_of(viewer: Viewer, snapshots: bool) -> Context:  # noqa: FBT001 - the service's own form
        return Context(viewer=viewer, database=database, clock=lambda: NOW, keys=KEYS, snapshots=snapshots)

    offered = Service(
        engine=ENGINE, context_of=context_of, viewer_of=tokens.viewer_of, still_stands=tokens.still_stands
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application(offered)), base_url="http://hansa.test"
    ) as http:
        yield Api(world, http)


async def test_the_owner_tries_a_draft_and_the_sponsor_reads_its_share_before_it_agrees(api: Api) -> None:
    own = await api.draft("shop")
    done = (await api.ask("shop", TRY, input={"campaign": own["id"], **PAST}))["done"]
    assert done["userErrors"] == []
    found = done["backtest"]
    assert (found["purchases"], found["members"], found["rewarded"], found["reached"]) == (15, 3, 15, 3)
    assert found["amount"] == {"amount": "209.85", "currency": "EUR"}
    assert int(found["points"]) == 195
    assert found["changes"] == [
        {"name": "A point", "pointsLive": found["changes"][0]["pointsLive"], "pointsWith": found["points"]}
    ]
    assert {one["partner"]["slug"]: int(one["points"]) for one in found["sponsors"]} == {"shop": 78, "maker": 117}
    assert {one["partner"]["slug"] for one in found["sponsors"] if one["cost"] is None} == {"maker"}
    assert (await api.ask("shop", KEPT, id=own["id"]))["campaignBacktests"] == [found]
    theirs = await api.draft("maker")
    [share] = (await api.ask("maker", SHARES, id=theirs["id"]))["campaignBacktestShares"]
    assert (share["partner"]["slug"], int(share["points"]), share["members"]) == ("maker", 117, None)
    assert share["fingerprint"] == theirs["fingerprint"] == found["fingerprint"]
    assert (await api.ask("maker", KEPT, id=theirs["id"]))["campaignBacktests"] == []


async def test_only_the_owner_tries_a_draft(api: Api) -> None:
    theirs = await api.draft("maker")
    [error] = (await api.ask("maker", TRY, input={"campaign": theirs["id"], **PAST}))["done"]["userErrors"]
    assert error["code"] == "CAMPAIGN_NOT_FOUND"


async def test_a_time_to_come_is_refused_by_name(api: Api) -> None:
    own = await api.draft("shop")
    future = {"since": (NOW + timedelta(days=1)).isoformat(), "until": (NOW + timedelta(days=2)).isoformat()}
    [error] = (await api.ask("shop", TRY, input={"campaign": own["id"], **future}))["done"]["userErrors"]
    assert (error["code"], error["path"]) == ("BACKTEST_PERIOD_INVALID", ["input", "since"])
