"""Contracts, accounts and exits over HTTP: who may, by whom, and what each is shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from domain.settlement.models import Cycle
from domain.storage import Database
from hansa.service import Service
from partners.scopes import PersonRole, Scope, scopes_of_roles
from partners.viewer import Audience, Viewer
from resolvers.context import Context
from schema.execution import Engine
from schema.root import product
from tests.builders.graphql import KEYS, Tokens, application
from tests.domain.settlement.trading import ANNA, BERT, HYBRID, Member, Trading, a_coalition, anybody

ENGINE = Engine(product())

PARTNERS = """{ partners(first: 10) { nodes { id slug leavesAt
    contracts { id version revision price signedAt changes { term } } } } }"""
CYCLES = "{ cycles(first: 5) { nodes { id state } } }"
CONTRACT = """{ contract { id version revision price packPoints territories bands { points price } signedAt }
    userErrors { code path } }"""
DRAW_UP = f"mutation($input: ContractDrawUpInput!) {{ done: contractDrawUp(input: $input) {CONTRACT} }}"
CHANGE = f"mutation($input: ContractChangeInput!) {{ done: contractChange(input: $input) {CONTRACT} }}"
WITHDRAW = f"mutation($input: ContractWithdrawInput!) {{ done: contractWithdraw(input: $input) {CONTRACT} }}"
SIGN = f"mutation($input: ContractSignInput!) {{ done: contractSign(input: $input) {CONTRACT} }}"
DIFF = """query($contract: ID!, $against: ID!) {
    contractDiff(contract: $contract, against: $against) { term before after } }"""
WHAT_IF = """query($contract: ID!, $cycle: ID) { contractWhatIf(contract: $contract, cycle: $cycle) { isForecast
    changes { party { role partner { slug } } difference { amount } byKind { kind } } } }"""
COMPANY = "query($partner: ID) { company(partner: $partner) { name iban waitingAccount { id iban } } }"
PROPOSE = """mutation($input: AccountProposeInput!) { done: accountPropose(input: $input) {
    company { iban waitingAccount { id } } userErrors { code path } } }"""
DECIDE = """mutation($input: AccountDecideInput!) { done: accountDecide(input: $input) {
    company { iban waitingAccount { id } } userErrors { code path } } }"""
NOTICE = (
    "mutation($input: ExitNoticeInput!) { done: exitNotice(input: $input) { exit { next } userErrors { code path } } }"
)
REMAINDER = """mutation($input: ExitRemainderInput!) {
    done: exitRemainder(input: $input) { exit { next exit { remainder } } userErrors { code } } }"""
STEP = (
    "mutation($input: ExitStepInput!) { done: exitStep(input: $input) { exit { next } userErrors { code message } } }"
)
STATUS = """mutation($input: PartnerStatusInput!) {
    done: partnerChangeStatus(input: $input) { partner { status } userErrors { code } } }"""
EXIT = """query($partner: ID!) { exit(partner: $partner) { next outstanding options { remainder amount }
    steps { step doneAt blockers { says since } } exit { reason byPartner partner { slug } } } }"""
NOTICES = "{ myNotices { kind earningUntil spendingUntil partner { slug } } }"
CONCENTRATION = "{ concentration { limit sponsors { share warns partner { slug } } } }"


@dataclass
class Api:
    """The coalition on HTTP, and everybody who may ask."""

    trading: Trading
    closed: Cycle
    http: httpx.AsyncClient

    async def ask(self, who: str, text: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        headers = {"authorization": f"Bearer {who}"}
        answer = (
            await self.http.post("/graphql", json={"query": text, "variables": variables}, headers=headers)
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def do(self, who: str, text: str, **given: Any) -> Any:
        """What a step gives that was taken."""
        done = (await self.ask(who, text, input=given))["done"]
        assert done.pop("userErrors") == [], done
        (found,) = done.values()
        return found

    async def refused(self, who: str, text: str, **given: Any) -> str:
        """Why a step is refused."""
        return str((await self.ask(who, text, input=given))["done"]["userErrors"][0]["code"])

    async def partner(self, who: str, slug: str) -> Any:
        """A partner as somebody sees it."""
        found = (await self.ask(who, PARTNERS))["partners"]["nodes"]
        return next(one for one in found if one["slug"] == slug)


def viewers(trading: Trading, member: Member) -> dict[str, Viewer]:
    """The coalition's admin, approver and preparer; people of two partners; a member."""
    now = datetime.now(UTC)
    known = {
        name: Viewer(audience=Audience.COALITION, scopes=scopes_of_roles([role]), person_id=person, fresh_at=now)
        for name, role, person in (
            ("anna", PersonRole.COALITION_ADMIN, ANNA),
            ("bert", PersonRole.COALITION_APPROVER, BERT),
            ("prue", PersonRole.COALITION_PREPARER, anybody()),
        )
    }
    known["tired"] = replace(known["bert"], fresh_at=now - timedelta(hours=1))
    for letter, partner_id in trading.partner_ids.items():
        scopes = scopes_of_roles([PersonRole.PARTNER_FINANCE, PersonRole.PARTNER_ADMIN])
        known[letter] = Viewer(
            audience=Audience.PARTNER, scopes=scopes, partner_id=partner_id, person_id=anybody(), fresh_at=now
        )
    known["member"] = Viewer(
        audience=Audience.MEMBER,
        scopes=frozenset({Scope.PROFILE_READ}),
        wallet_id=member.wallet_id,  # type: ignore[arg-type]
        member_id=member.member_id,  # type: ignore[arg-type]
    )
    return known


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Api]:
    """A coalition of two with a computed cycle behind it."""
    trading = await a_coalition(database, P=HYBRID | {"notice_days": 30, "tail_days": 20}, R=HYBRID)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 1_000})
    await trading.redeem(member, "R", 400)
    closed = await trading.close(trading.cycle)
    tokens = Tokens(viewers(trading, member))

    async def context_of(viewer: Viewer, snapshots: bool) -> Context:  # noqa: FBT001 - the service's own form
        return Context(viewer=viewer, database=database, clock=lambda: trading.now, keys=KEYS, snapshots=snapshots)

    offered = Service(
        engine=ENGINE, context_of=context_of, viewer_of=tokens.viewer_of, still_stands=tokens.still_stands
    )
    transport = httpx.ASGITransport(application(offered))
    async with httpx.AsyncClient(transport=transport, base_url="http://hansa.test") as http:
        yield Api(trading, closed, http)


async def a_draft(api: Api, **terms: Any) -> Any:
    given = {
        "partner": (await api.partner("anna", "p"))["id"],
        "validFrom": (api.trading.now + timedelta(days=1)).isoformat(),
        "price": "0.02",
        "priceRedeem": "0.0085",
        "shareAtIssuance": "1",
        **terms,
    }
    return await api.do("anna", DRAW_UP, **given)


async def test_a_contract_is_drawn_up_changed_and_signed_by_two(api: Api) -> None:
    draft = await a_draft(
        api, billing="PREPAID", packPoints="10000", territories=["LV"], bands=[{"points": 5, "price": "0.01"}]
    )
    assert (draft["version"], draft["packPoints"], draft["territories"]) == (2, "10000", ["LV"])
    assert draft["bands"] == [{"points": "5", "price": "0.01"}]
    again = {"contract": draft["id"], "validFrom": (api.trading.now + timedelta(days=2)).isoformat(), "price": "0.03"}
    assert (await api.do("anna", CHANGE, **again))["revision"] == 1
    theirs = next(one for one in (await api.partner("bert", "p"))["contracts"] if one["version"] == 2)
    assert await api.refused("bert", SIGN, contract=theirs["id"], revision=0) == "CONTRACT_CHANGED"
    assert await api.refused("tired", SIGN, contract=theirs["id"], revision=1) == "SIGN_IN_TOO_OLD"
    assert await api.refused("anna", SIGN, contract=draft["id"], revision=1) == "SECOND_SIGNATURE_NEEDED"
    signed = await api.do("bert", SIGN, contract=theirs["id"], revision=1)
    assert signed["signedAt"] is not None
    assert await api.refused("anna", WITHDRAW, contract=draft["id"]) == "CONTRACT_SIGNED"


async def test_a_bad_term_is_refused_by_its_field(api: Api) -> None:
    given = {"partner": (await api.partner("anna", "p"))["id"], "validFrom": api.trading.now.isoformat()}
    done = (await api.ask("anna", DRAW_UP, input={**given, "billing": "PREPAID"}))["done"]
    assert done["userErrors"] == [{"code": "CONTRACT_INVALID", "path": ["input", "packPoints"]}]


async def test_both_sides_of_a_contract_compare_and_price_it_and_nobody_else(api: Api) -> None:
    await a_draft(api)
    own = (await api.partner("P", "p"))["contracts"]
    assert [one["version"] for one in own] == [2, 1]
    assert {change["term"] for change in own[0]["changes"]} >= {"price", "share_at_issuance"}
    assert (await api.partner("R", "p"))["contracts"] == []
    found = (await api.ask("P", DIFF, contract=own[0]["id"], against=own[1]["id"]))["contractDiff"]
    assert {"term": "price", "before": "0.01", "after": "0.02"} in found
    cycle = (await api.ask("P", CYCLES))["cycles"]["nodes"][1]["id"]
    priced = (await api.ask("P", WHAT_IF, contract=own[0]["id"], cycle=cycle))["contractWhatIf"]
    (change,) = priced["changes"]
    assert (change["party"]["partner"]["slug"], change["difference"]["amount"]) == ("p", "-13.60")
    ours = (await api.partner("anna", "p"))["contracts"][0]["id"]
    whole = (await api.ask("anna", WHAT_IF, contract=ours))["contractWhatIf"]
    assert whole["isForecast"] is True
    assert {one["party"]["role"] for one in whole["changes"]} >= {"PARTNER", "OPERATOR"}
    for other in (ours, own[0]["id"]):
        assert (await api.ask("R", WHAT_IF, contract=other, cycle=None))["contractWhatIf"] is None


async def test_an_account_changes_by_two_and_each_sees_its_own(api: Api) -> None:
    p = (await api.partner("anna", "p"))["id"]
    before = (await api.ask("anna", COMPANY, partner=p))["company"]["iban"]
    proposed = await api.do("anna", PROPOSE, partner=p, iban="FI21 1234 5600 0007 85")
    assert proposed["iban"] == before
    waiting = (await api.ask("bert", COMPANY, partner=(await api.partner("bert", "p"))["id"]))["company"][
        "waitingAccount"
    ]
    assert await api.refused("anna", DECIDE, change=proposed["waitingAccount"]["id"], outcome="CONFIRMED") == (
        "SECOND_SIGNATURE_NEEDED"
    )
    assert await api.refused("tired", DECIDE, change=waiting["id"], outcome="CONFIRMED") == "SIGN_IN_TOO_OLD"
    decided = await api.do("bert", DECIDE, change=waiting["id"], outcome="CONFIRMED")
    assert decided == {"iban": "FI2112345600000785", "waitingAccount": None}
    own = (await api.ask("P", COMPANY, partner=(await api.partner("P", "p"))["id"]))["company"]
    assert own["iban"] == "FI2112345600000785"
    assert (await api.ask("R", COMPANY, partner=(await api.partner("R", "p"))["id"]))["company"] is None
    assert (await api.ask("R", COMPANY))["company"]["name"] == "Operator AS"


async def test_a_partner_gives_notice_and_everybody_it_concerns_knows_the_days(api: Api) -> None:
    own, ours = (await api.partner("P", "p"))["id"], (await api.partner("anna", "p"))["id"]
    day = (api.trading.now + timedelta(days=30)).isoformat()
    assert (
        await api.ask("R", NOTICE, input={"partner": (await api.partner("R", "p"))["id"], "exitAt": day, "reason": "x"})
    )["done"]["userErrors"][0]["code"] == "WRONG_AUDIENCE"
    assert (await api.do("P", NOTICE, partner=own, exitAt=day, reason="We move"))["next"] == "STOP_EARNING"
    seen = (await api.ask("P", EXIT, partner=own))["exit"]
    assert (seen["exit"]["byPartner"], seen["outstanding"]) == (True, "600")
    assert [option["amount"] for option in seen["options"]] == ["0", "3.60", "0"]
    assert "exit day" in seen["steps"][1]["blockers"][0]["says"]
    (told,) = (await api.ask("member", NOTICES))["myNotices"]
    assert (told["kind"], told["partner"]["slug"]) == ("PARTNER_LEAVES", "p")
    assert (await api.partner("R", "p"))["leavesAt"] is not None
    assert await api.refused("anna", STATUS, partner=ours, status="CLOSED") == "EXIT_NEEDED"
    assert (
        await api.refused("prue", STEP, partner=(await api.partner("prue", "p"))["id"], step="CLOSE")
        == "EXIT_OUT_OF_ORDER"
    )
    assert (await api.do("anna", REMAINDER, partner=ours, remainder="TAKE_OVER"))["exit"]["remainder"] == "TAKE_OVER"
    assert await api.refused("anna", REMAINDER, partner=ours, remainder="TAKE_OVER") == "SECOND_SIGNATURE_NEEDED"


async def test_concentration_is_the_coalitions_to_see(api: Api) -> None:
    assert (await api.ask("P", CONCENTRATION))["concentration"] is None
    assert (await api.ask("bert", CONCENTRATION))["concentration"]["sponsors"] == []
    member = await api.trading.join()
    await api.trading.earn(member, "P", {"P": 1_000})
    (carried,) = (await api.ask("bert", CONCENTRATION))["concentration"]["sponsors"]
    assert (carried["share"], carried["warns"], carried["partner"]["slug"]) == ("1.000000", True, "p")
