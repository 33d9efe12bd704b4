"""The reserve over HTTP: issuance stops when the cover falls, goes on after a deposit; nobody sees another's points."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from domain.coalition.models import Partner
from domain.ids import PartnerId, PersonId, new_id
from domain.settlement import cycles
from domain.storage import Database
from hansa.service import Service
from partners.scopes import SANDBOX_DEFAULT, PersonRole, scopes_of_roles
from partners.viewer import Audience, Viewer
from resolvers.context import Context
from schema.execution import Engine
from schema.root import product
from tests.builders.coalition import BEFORE, NOON, a_coalition, a_partner, writing
from tests.builders.graphql import KEYS, Tokens, application
from tests.builders.town import earning

ENGINE = Engine(product())
ANNA, BERT, CARL = (PersonId(new_id()) for _ in range(3))

ENROL = """mutation { memberEnrol(input: { idempotencyKey: "the-first-member-1", cardNumber: "90000001" }) {
    userErrors { code } } }"""
RECORD = """mutation($key: IdempotencyKey!) { done: purchaseRecord(input: { idempotencyKey: $key, currency: "USD",
    outletCode: "1", member: { cardNumber: "90000001" }, lines: [{ sku: "milk", amount: "100.00" }] }) {
    purchase { id points } userErrors { code message } } }"""
POLICY = """mutation { done: settlementPolicyChange(input: { refuseUnsecured: true }) {
    policy { refuseUnsecured } userErrors { code } } }"""
RESERVE = """{ issuanceStoppedAt position { standing cover outstanding digest
    need { expected { amount } } cash { amount } lacking { amount } distributable { amount } }
    scenarios { scenario need { expected { amount } } } history { standing digest }
    movements { kind amount bookedAt } }"""
EVALUATE = (
    f'mutation {{ done: reserveEvaluate(input: {{ note: "now" }}) {{ reserve {RESERVE} userErrors {{ code }} }} }}'
)
ASK = f"query($asOf: DateTime) {{ reserve(asOf: $asOf) {RESERVE} }}"
MOVEMENT = "movement { id kind bookedAt } userErrors { code message path }"
DEPOSIT = f"mutation($input: ReserveMovementInput!) {{ done: reserveDeposit(input: $input) {{ {MOVEMENT} }} }}"
RELEASE = f"mutation($input: ReserveMovementInput!) {{ done: reserveRelease(input: $input) {{ {MOVEMENT} }} }}"
APPROVE = f"""mutation($id: ID!) {{ done: reserveReleaseApprove(input: {{ movement: $id }}) {{ {MOVEMENT} }} }}"""
LIABILITY = """query($sponsor: ID) { liability(sponsor: $sponsor) { outstanding basis note sponsor { slug }
    cohorts { month issued redeemed outstanding redeemedByAge } ultimateRedemptionRate { low expected high } }
    rollForward(sponsor: $sponsor) { cycle closing difference } }"""
DEFERRED = "query($partner: ID) { deferredRevenue(partner: $partner) { cycle price points } }"
PARTNERS = "{ partners(first: 10) { nodes { id slug } } }"


@dataclass
class Api:
    """The coalition on HTTP, and what time it is there."""

    http: httpx.AsyncClient
    database: Database
    now: datetime = NOON
    _keys: list[int] = field(default_factory=list)

    async def send(self, who: str, text: str, **variables: Any) -> Any:
        """The whole answer."""
        body = {"query": text, "variables": variables}
        answer = await self.http.post("/graphql", json=body, headers={"authorization": f"Bearer {who}"})
        return answer.json()

    async def ask(self, who: str, text: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        answer = await self.send(who, text, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def do(self, who: str, text: str, **variables: Any) -> Any:
        """What was done."""
        done = (await self.ask(who, text, **variables))["done"]
        assert done.pop("userErrors") == [], done
        (made,) = done.values()
        return made

    async def refused(self, who: str, text: str, **variables: Any) -> str:
        """Why it is refused."""
        return str((await self.ask(who, text, **variables))["done"]["userErrors"][0]["code"])

    async def buy(self) -> int:
        """A purchase of a hundred dollars; the points it earned."""
        self._keys.append(1)
        return int((await self.do("shop", RECORD, key=f"purchase-number-{len(self._keys):04}"))["points"])

    async def reserve(self, **asked: Any) -> Any:
        """The reserve, as an auditor is shown it."""
        return (await self.ask("auditor", ASK, **asked))["reserve"]


def moved(amount: str, key: str) -> dict[str, Any]:
    return {"input": {"idempotencyKey": f"movement-{key:0>8}", "amount": amount, "valueOn": "2026-03-02", "note": "x"}}


def viewers(shops: dict[str, Partner]) -> dict[str, Viewer]:
    known = {
        name: Viewer(audience=Audience.PARTNER, scopes=SANDBOX_DEFAULT, partner_id=PartnerId(shop.partner_id))
        for name, shop in shops.items()
    }
    for name, person, role in (
        ("anna", ANNA, PersonRole.COALITION_PREPARER),
        ("bert", BERT, PersonRole.COALITION_APPROVER),
        ("carl", CARL, PersonRole.COALITION_ADMIN),
        ("auditor", PersonId(new_id()), PersonRole.COALITION_AUDITOR),
    ):
        scopes = scopes_of_roles([role])
        known[name] = Viewer(audience=Audience.COALITION, scopes=scopes, person_id=person, fresh_at=datetime.now(UTC))
    known["tired"] = Viewer(
        audience=Audience.COALITION,
        scopes=scopes_of_roles([PersonRole.COALITION_APPROVER]),
        person_id=BERT,
        fresh_at=datetime.now(UTC) - timedelta(hours=1),
    )
    return known


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Api]:
    """Two shops where a dollar earns a point, all due when it is awarded; 100 points of the first are out."""
    await a_coalition(database)
    shops = {name: await a_partner(database, name, share_at_issuance=1) for name in ("shop", "rival")}
    async with writing(database) as session:
        await cycles.open_first(session, now=BEFORE)
    await earning(database, PartnerId(shops["shop"].partner_id), now=BEFORE)
    tokens = Tokens(viewers(shops))

    async def context_of(viewer: Viewer, snapshots: bool) -> Context:  # noqa: FBT001 - the service's own form
        return Context(viewer=viewer, database=database, clock=lambda: served.now, keys=KEYS, snapshots=snapshots)

    offered = Service(
        engine=ENGINE, context_of=context_of, viewer_of=tokens.viewer_of, still_stands=tokens.still_stands
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application(offered)), base_url="http://t.test") as http:
        served = Api(http, database)
        assert (await served.ask("shop", ENROL))["memberEnrol"]["userErrors"] == []
        assert await served.buy() == 100
        yield served


async def test_issuance_stops_below_the_minimum_and_goes_on_after_a_deposit(api: Api) -> None:
    await api.do("carl", POLICY)
    judged = await api.do("anna", EVALUATE)
    assert judged["issuanceStoppedAt"]
    assert judged["position"] | {"digest": ""} == {
        "standing": "SHORT",
        "cover": "0.000000",
        "outstanding": "100",
        "need": {"expected": {"amount": "0.85"}},
        "cash": {"amount": "0"},
        "lacking": {"amount": "0.85"},
        "distributable": {"amount": "0"},
        "digest": "",
    }
    assert await api.buy() == 0, "the purchase is recorded, and earns nothing of a sponsor that may not fund"
    assert (await api.do("anna", DEPOSIT, **moved("2.00", "deposit")))["bookedAt"]
    found = await api.reserve()
    assert found["issuanceStoppedAt"] is None
    assert (found["position"]["standing"], found["position"]["distributable"]["amount"]) == ("COVERED", "1.15")
    assert await api.buy() == 100
    assert [row["standing"] for row in found["history"]] == ["SHORT", "COVERED"]


async def test_a_release_takes_two_people_one_of_them_fresh(api: Api) -> None:
    await api.do("anna", DEPOSIT, **moved("2.00", "deposit"))
    asked = await api.do("anna", RELEASE, **moved("1.00", "release"))
    assert asked["bookedAt"] is None
    assert (await api.send("anna", APPROVE, id=asked["id"]))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await api.refused("tired", APPROVE, id=asked["id"]) == "SIGN_IN_TOO_OLD"
    assert (await api.do("bert", APPROVE, id=asked["id"]))["bookedAt"]
    assert await api.refused("anna", RELEASE, **moved("0.16", "release2")) == "RESERVE_NEEDED"
    assert await api.refused("anna", RELEASE, **moved("1.16", "release3")) == "RESERVE_TOO_SMALL"
    assert await api.refused("anna", DEPOSIT, **moved("3.00", "deposit")) == "IDEMPOTENCY_CONFLICT"
    assert [row["kind"] for row in (await api.reserve())["movements"]] == ["RELEASE", "DEPOSIT"]


async def test_what_was_so_then_is_told_so_later(api: Api) -> None:
    judged = await api.do("anna", EVALUATE)
    api.now += timedelta(days=40)
    await api.buy()
    await api.do("anna", DEPOSIT, **moved("2.00", "deposit"))
    then = await api.reserve(asOf=NOON.isoformat())
    assert then["position"] == judged["position"]
    assert (await api.reserve())["position"]["outstanding"] == "200"
    later = await api.send("auditor", ASK, asOf=(api.now + timedelta(days=1)).isoformat())
    assert later["data"]["reserve"] is None


async def test_the_usual_scenarios_stand_side_by_side(api: Api) -> None:
    found = (await api.reserve())["scenarios"]
    assert [one["scenario"] for one in found][:2] == ["expected", "rate 5 points lower"]
    assert found[1]["need"]["expected"]["amount"] < found[0]["need"]["expected"]["amount"]


async def test_a_partner_sees_its_own_points_and_no_reserve(api: Api) -> None:
    slugs = {row["slug"]: row["id"] for row in (await api.ask("shop", PARTNERS))["partners"]["nodes"]}
    own = await api.ask("shop", LIABILITY)
    assert (own["liability"]["outstanding"], own["liability"]["sponsor"]) == ("100", {"slug": "shop"})
    assert own == await api.ask("shop", LIABILITY, sponsor=slugs["shop"])
    assert (await api.ask("rival", LIABILITY))["liability"]["outstanding"] == "0"
    assert await api.ask("rival", LIABILITY, sponsor=slugs["shop"]) == {"liability": None, "rollForward": None}
    assert (await api.ask("rival", DEFERRED, partner=slugs["shop"]))["deferredRevenue"] is None
    for who in ("shop", "rival"):
        assert (await api.ask(who, ASK))["reserve"] is None
    refused = await api.send("shop", DEPOSIT, **moved("2.00", "deposit"))
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
