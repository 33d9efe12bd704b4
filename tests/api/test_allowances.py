"""Packs, means and stops over HTTP: ordered by a partner, paid by two persons, told at the till and to the sponsor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from domain.coalition.contracts import Terms, draw_up, sign
from domain.coalition.models import Billing
from domain.earning.rules import RatePerUnit
from domain.earning.terms import Sponsor
from domain.ids import PartnerId, PersonId
from domain.settlement.prepaid import alerts
from domain.storage import COALITION, Database
from domain.values import Rate
from hansa.service import Service
from partners.scopes import PersonRole, Scope, scopes_of_roles
from partners.viewer import Audience, Viewer
from resolvers.context import Context
from schema.execution import Engine
from schema.root import product
from tests.builders.graphql import KEYS, Tokens, application
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import KEYS as MEMBERS
from tests.domain.earning.world import OPENED, World, a_world, acting
from tests.domain.events.builders import all_numbered
from tests.domain.settlement.trading import ANNA, BERT

ENGINE = Engine(product())

PACK = "{ pack { id number state points gross reference partner { slug } } userErrors { code path message } }"
ORDER = f"mutation($input: PrepaidPackOrderInput!) {{ done: prepaidPackOrder(input: $input) {PACK} }}"
NOTE = f"mutation($input: PrepaidPackPaymentInput!) {{ done: prepaidPackNotePayment(input: $input) {PACK} }}"
CONFIRM = f"mutation($input: PrepaidPackStepInput!) {{ done: prepaidPackConfirmPayment(input: $input) {PACK} }}"
CANCEL = f"mutation($input: PrepaidPackStepInput!) {{ done: prepaidPackCancel(input: $input) {PACK} }}"
STOP = """mutation($input: IssuanceStopInput!) { done: issuanceStop(input: $input) {
    stop { reason note } userErrors { code } } }"""
LIFT = "mutation($input: IssuanceLiftInput!) { done: issuanceLift(input: $input) { lifted userErrors { code } } }"
MEANS = """query($partner: ID) { sponsorMeans(partner: $partner) { partner { slug }
    packs { left alert hardLimit lowSince advance { opening paid drawn closing } history { reason amount } }
    credit { limit owed left unpaid charged { cycleName amount } } stops { reason } cuts { points given why } } }"""
BOUNDED = "{ boundedSponsors { partner { slug } packs { left } } }"
RUNNING = "{ runningPosition { means { partner { slug } packs { left } } } }"
PACKS = "{ prepaidPacks { id state partner { slug } } }"
PARTNERS = "{ partners(first: 10) { nodes { id slug } } }"
EVENTS = "{ events(first: 50, kinds: [ALLOWANCE_LOW]) { nodes { ... on AllowanceLow { kindOfAllowance } } } }"
BUY = """mutation($input: PurchaseRecordInput!) { done: purchaseRecord(input: $input) { replayed
    purchase { points awards { points } cuts { campaign points given missing reason why } } userErrors { code } } }"""


@dataclass
class Api:
    """The coalition on HTTP, and everybody who may ask."""

    world: World
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
        """What came of a step that was taken."""
        done = (await self.ask(who, text, input=given))["done"]
        assert done["userErrors"] == [], done
        return done

    async def refused(self, who: str, text: str, **given: Any) -> str:
        """Why a step is refused."""
        done = (await self.ask(who, text, input=given))["done"]
        return str(done["userErrors"][0]["code"])

    async def buys(self, number: int) -> Any:
        """A purchase of ten euros at the shop, for which the maker gives twenty points."""
        asked = {
            "member": {"cardNumber": "CARD0001"},
            "outletCode": "1",
            "currency": "EUR",
            "lines": [{"sku": "milk", "amount": "10.00"}],
            "idempotencyKey": f"purchase-{number:012}",
        }
        return await self.do("shop", BUY, **asked)


def viewers(world: World) -> dict[str, Viewer]:
    """Finance people of the maker and the shop's till; preparer, approver and admin of the coalition."""
    fresh = datetime.now(UTC)

    def house(role: PersonRole, person: PersonId, partner: PartnerId | None = None) -> Viewer:
        audience = Audience.COALITION if partner is None else Audience.PARTNER
        scopes = scopes_of_roles([role])
        return Viewer(audience=audience, scopes=scopes, partner_id=partner, person_id=person, fresh_at=fresh)

    till = Viewer(
        audience=Audience.PARTNER,
        scopes=frozenset({Scope.PURCHASES_WRITE, Scope.PURCHASES_READ, Scope.SETTLEMENT_READ}),
        partner_id=world.shop,
    )
    return {
        "maker": house(PersonRole.PARTNER_FINANCE, PersonId(world.maker), world.maker),
        "shop": till,
        "anna": house(PersonRole.COALITION_PREPARER, ANNA),
        "bert": house(PersonRole.COALITION_APPROVER, BERT),
        "admin": house(PersonRole.COALITION_ADMIN, PersonId(world.shop)),
    }


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Api]:
    """The maker is on packs of a hundred points, and gives two points a euro at the shop."""
    world = await a_world(database)
    await world.member()
    terms = Terms(
        valid_from=OPENED,
        price=Decimal("0.01"),
        billing=Billing.PREPAID,
        pack_points=100,
        pack_alert=50,
        pack_limit=True,
    )
    async with acting(database, COALITION) as session:
        await sign(session, (await draw_up(session, world.maker, terms)).contract_id, now=OPENED)
    await world.live(RatePerUnit(points=Rate(2)), name="Maker's milk", sponsors=(Sponsor(world.maker),))
    tokens = Tokens(viewers(world))

    async def context_of(viewer: Viewer, snapshots: bool) -> Context:  # noqa: FBT001 - the service's own form
        return Context(
            viewer=viewer,
            database=database,
            clock=lambda: NOW,
            keys=replace(KEYS, lookups=MEMBERS.lookup),
            snapshots=snapshots,
        )

    offered = Service(
        engine=ENGINE, context_of=context_of, viewer_of=tokens.viewer_of, still_stands=tokens.still_stands
    )
    transport = httpx.ASGITransport(application(offered))
    async with httpx.AsyncClient(transport=transport, base_url="http://hansa.test") as http:
        yield Api(world, http)


async def paid_pack(api: Api, key: str = "order-000000000001") -> Any:
    """A pack that two persons say is paid."""
    ordered = (await api.do("maker", ORDER, idempotencyKey=key))["pack"]
    assert (ordered["state"], ordered["points"], ordered["gross"], ordered["partner"]["slug"]) == (
        "ORDERED",
        "100",
        "1.00",
        "maker",
    )
    (seen,) = [one for one in (await api.ask("anna", PACKS))["prepaidPacks"] if one["state"] == "ORDERED"]
    assert await api.refused("anna", NOTE, pack=seen["id"], amount="0.99", bankNote="Statement 7") == "INVALID_VALUE"
    await api.do("anna", NOTE, pack=seen["id"], amount="1.00", bankNote="Statement 7")
    return (await api.do("bert", CONFIRM, pack=seen["id"]))["pack"]


async def test_a_sponsors_points_are_paid_awarded_and_used_up(api: Api) -> None:
    assert (await paid_pack(api))["state"] == "PAID"
    for number in range(4):
        assert (await api.buys(number))["purchase"]["cuts"] == []
    await tell(api)
    assert (await api.ask("maker", EVENTS))["events"]["nodes"] == [{"kindOfAllowance": "PREPAID"}]
    assert (await api.ask("shop", EVENTS))["events"]["nodes"] == []
    await api.buys(4)
    bought = (await api.buys(5))["purchase"]
    assert (bought["points"], bought["awards"]) == ("0", [])
    (cut,) = bought["cuts"]
    assert (cut["campaign"], cut["points"], cut["given"], cut["missing"]) == ("Maker's milk", "20", "0", "20")
    assert cut["reason"] == "Maker's milk: 20 of 20 points fell away, since their sponsor can fund no more now"
    assert cut["why"] is None, "a sponsor's means are its own affair"
    again = await api.buys(5)
    assert (again["replayed"], again["purchase"]["cuts"]) == (True, bought["cuts"])
    means = (await api.ask("maker", MEANS))["sponsorMeans"]
    assert (means["packs"]["left"], means["packs"]["alert"], means["packs"]["hardLimit"]) == ("0", "50", True)
    assert means["packs"]["advance"] == {"opening": "0", "paid": "1.00", "drawn": "1.00", "closing": "0.00"}
    assert means["cuts"] == [{"points": "20", "given": "0", "why": "PREPAID_USED_UP"}]
    assert (await api.ask("shop", MEANS))["sponsorMeans"]["packs"] is None


async def tell(api: Api) -> None:
    """The worker comes by."""
    async with acting(api.world.database, COALITION) as session:
        await alerts.watch(session, now=NOW + timedelta(minutes=1))
    await all_numbered(api.world.database)


async def test_orders_and_means_are_a_partners_own(api: Api) -> None:
    mine = (await api.do("maker", ORDER, idempotencyKey="order-000000000001"))["pack"]
    assert (await api.do("maker", ORDER, idempotencyKey="order-000000000001"))["pack"]["id"] == mine["id"]
    assert (await api.ask("shop", PACKS))["prepaidPacks"] == []
    ids = {one["slug"]: one["id"] for one in (await api.ask("shop", PARTNERS))["partners"]["nodes"]}
    answer = await api.send("shop", MEANS, partner=ids["maker"])
    assert answer["data"] is None or answer["data"]["sponsorMeans"] is None
    assert answer["errors"][0]["extensions"]["code"] == "WRONG_AUDIENCE"
    (seen,) = (await api.ask("anna", PACKS))["prepaidPacks"]
    assert await api.refused("bert", CONFIRM, pack=seen["id"]) == "PACK_SETTLED"
    await api.do("maker", CANCEL, pack=mine["id"])
    assert await api.refused("anna", NOTE, pack=seen["id"], amount="1.00", bankNote="Statement 7") == "PACK_SETTLED"


async def test_a_stop_takes_awards_away_until_it_is_lifted(api: Api) -> None:
    await paid_pack(api)
    ids = {one["slug"]: one["id"] for one in (await api.ask("admin", PARTNERS))["partners"]["nodes"]}
    stopped = await api.do("admin", STOP, partner=ids["maker"], note="until its bank answers")
    assert stopped["stop"] == {"reason": "BY_HAND", "note": "until its bank answers"}
    bought = (await api.buys(1))["purchase"]
    assert (bought["points"], len(bought["cuts"])) == ("0", 1)
    assert (await api.ask("maker", MEANS))["sponsorMeans"]["stops"] == [{"reason": "BY_HAND"}]
    assert (await api.do("admin", LIFT, partner=ids["maker"]))["lifted"] is True
    assert (await api.do("admin", LIFT, partner=ids["maker"]))["lifted"] is False
    assert (await api.buys(2))["purchase"]["points"] == "20"
    bounded = (await api.ask("anna", BOUNDED))["boundedSponsors"]
    assert [one["partner"]["slug"] for one in bounded] == ["maker"]
    assert (await api.ask("anna", RUNNING))["runningPosition"]["means"] == bounded
    assert (await api.ask("maker", RUNNING))["runningPosition"]["means"] == bounded
