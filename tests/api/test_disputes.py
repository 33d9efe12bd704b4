"""A dispute over HTTP, from the line of a statement to the adjustment in the next, and what nobody else is shown."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest

from domain.coalition.models import DisputedLines
from domain.ids import PersonId
from domain.settlement import cycles
from domain.storage import Database
from hansa.service import Service
from partners.scopes import PersonRole, scopes_of_roles
from partners.viewer import Audience, Viewer
from resolvers.context import Context
from schema.execution import Engine
from schema.root import product
from tests.builders.graphql import KEYS, Tokens, application
from tests.domain.events.builders import all_numbered
from tests.domain.settlement.disputing.arguing import CARL, PEOPLE, Arguing, an_argument
from tests.domain.settlement.trading import ANNA, BERT

ENGINE = Engine(product())

LINES = """query($cycle: ID!) { statement(cycle: $cycle) { closing { amount } provisionalCredit { amount }
    disputes { id state } lines(first: 50) { nodes { id kind source amount debtorRole creditorRole
    cameOf { id } disputes { id state amount { amount } } transfers(first: 10) { nodes { id points } } } } } }"""
CYCLES = "{ cycles(first: 5) { nodes { id state } } }"
DISPUTE = """{ dispute { id state treatment dueAt overdue amount { amount } exact otherSide { slug } partner { slug }
    evidence { id name sha256 size partner { slug } } history { step partner { slug } }
    decision { outcome upheld reasons } } userErrors { code path message } }"""
RAISE = f"mutation($input: DisputeRaiseInput!) {{ done: disputeRaise(input: $input) {DISPUTE} }}"
ANSWER = f"mutation($input: DisputeAnswerInput!) {{ done: disputeAnswer(input: $input) {DISPUTE} }}"
ESCALATE = f"mutation($input: DisputeStepInput!) {{ done: disputeEscalate(input: $input) {DISPUTE} }}"
WITHDRAW = f"mutation($input: DisputeStepInput!) {{ done: disputeWithdraw(input: $input) {DISPUTE} }}"
DECIDE = f"mutation($input: DisputeDecideInput!) {{ done: disputeDecide(input: $input) {DISPUTE} }}"
ADD = f"mutation($input: DisputeAddEvidenceInput!) {{ done: disputeAddEvidence(input: $input) {DISPUTE} }}"
LIST = """query($mine: Boolean!, $overdue: Boolean!, $states: [DisputeState!]) {
    disputes(first: 10, mine: $mine, overdue: $overdue, states: $states) { nodes { id state overdue } } }"""
CONTENT = "query($id: ID!) { content: disputeEvidenceContent(id: $id) node(id: $id) { id } }"
EVENTS = (
    """{ events(first: 50, kinds: [DISPUTE_CHANGED]) { nodes { ... on DisputeChanged { state dispute { id } } } } }"""
)


@dataclass
class Api:
    """The coalition on HTTP, and everybody who may ask."""

    arguing: Arguing
    http: httpx.AsyncClient

    async def send(self, who: str, text: str, **variables: Any) -> Any:
        """The whole answer."""
        headers = {"authorization": f"Bearer {who}"}
        body = {"query": text, "variables": variables}
        return (await self.http.post("/graphql", json=body, headers=headers)).json()

    async def ask(self, who: str, text: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        answer = await self.send(who, text, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def do(self, who: str, text: str, **given: Any) -> Any:
        """The dispute after a step that was taken."""
        done = (await self.ask(who, text, input=given))["done"]
        assert done["userErrors"] == [], done
        return done["dispute"]

    async def refused(self, who: str, text: str, **given: Any) -> str:
        """Why a step is refused."""
        done = (await self.ask(who, text, input=given))["done"]
        assert done["dispute"] is None
        return str(done["userErrors"][0]["code"])

    async def statement(self, who: str, state: str = "PROPOSED") -> Any:
        """One's own statement of the newest cycle in a state."""
        found = (await self.ask(who, CYCLES))["cycles"]["nodes"]
        cycle = next(cycle["id"] for cycle in found if cycle["state"] == state)
        return (await self.ask(who, LINES, cycle=cycle))["statement"]

    async def line(self, who: str, kind: str = "REDEMPTION", other: str = "PARTNER") -> Any:
        """A line of one's statement with a partner."""
        lines = (await self.statement(who))["lines"]["nodes"]
        return next(
            line for line in lines if line["kind"] == kind and line["debtorRole"] == line["creditorRole"] == other
        )


def viewers(arguing: Arguing) -> dict[str, Viewer]:
    """Finance people of three partners; preparer, approvers and an auditor of the coalition."""
    finance = scopes_of_roles([PersonRole.PARTNER_FINANCE])
    known = {
        letter: Viewer(
            audience=Audience.PARTNER,
            scopes=finance,
            partner_id=partner_id,
            person_id=PEOPLE[letter],
            fresh_at=datetime.now(UTC),
        )
        for letter, partner_id in arguing.trading.partner_ids.items()
    }
    for name, role, person in (
        ("anna", PersonRole.COALITION_PREPARER, ANNA),
        ("bert", PersonRole.COALITION_APPROVER, BERT),
        ("carl", PersonRole.COALITION_APPROVER, CARL),
    ):
        known[name] = _of_coalition(role, person)
    known["tired"] = replace(known["carl"], fresh_at=datetime.now(UTC) - timedelta(hours=1))
    return known


def _of_coalition(role: PersonRole, person: PersonId) -> Viewer:
    scopes = scopes_of_roles([role])
    return Viewer(audience=Audience.COALITION, scopes=scopes, person_id=person, fresh_at=datetime.now(UTC))


@asynccontextmanager
async def served(arguing: Arguing) -> AsyncIterator[Api]:
    """The API of a coalition with something to argue about."""
    tokens = Tokens(viewers(arguing))

    async def context_of(viewer: Viewer, snapshots: bool) -> Context:  # noqa: FBT001 - the service's own form
        database = arguing.trading.database
        return Context(
            viewer=viewer, database=database, clock=lambda: arguing.trading.now, keys=KEYS, snapshots=snapshots
        )

    offered = Service(
        engine=ENGINE,
        context_of=context_of,
        viewer_of=tokens.viewer_of,
        still_stands=tokens.still_stands,
    )
    transport = httpx.ASGITransport(application(offered))
    async with httpx.AsyncClient(transport=transport, base_url="http://hansa.test") as http:
        yield Api(arguing, http)


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Api]:
    """A coalition whose contracts leave disputed lines in."""
    async with served(await an_argument(database)) as api:
        yield api


async def test_a_line_is_disputed_decided_and_given_back_in_the_next_statement(api: Api) -> None:
    line = await api.line("P")
    (transfer,) = [one["id"] for one in line["transfers"]["nodes"] if one["points"] == "100"]
    asked = {"line": line["id"], "reason": "DUPLICATE", "transfers": [transfer], "idempotencyKey": "dispute-0000000001"}
    raised = await api.do("P", RAISE, **asked)
    assert (raised["state"], raised["treatment"], raised["exact"]) == ("RAISED", "PROVISIONAL", "0.51")
    assert (raised["amount"]["amount"], raised["otherSide"]["slug"]) == ("0.51", "r")
    assert (await api.do("P", RAISE, **asked))["id"] == raised["id"]
    (theirs,) = (await api.line("R"))["disputes"]
    answered = await api.do("R", ANSWER, dispute=theirs["id"], words="It was two purchases", conceded="0.01")
    assert answered["state"] == "ANSWERED"
    await api.do("P", ESCALATE, dispute=raised["id"])
    for_coalition = (await api.ask("carl", LIST, mine=False, overdue=False, states=["ESCALATED"]))["disputes"]["nodes"]
    (waiting,) = for_coalition
    decided = await api.do("carl", DECIDE, dispute=waiting["id"], upheld="0.40", reasons="Half of it was there")
    assert decided["decision"] == {"outcome": "UPHELD", "upheld": "0.40", "reasons": "Half of it was there"}
    assert [one["step"] for one in decided["history"]] == ["RAISE", "ANSWER", "ESCALATE", "DECIDE"]

    arguing = api.arguing
    arguing.later(days=15)
    await arguing.trading.do(cycles.approve, arguing.cycle.cycle_id, by=BERT, now=arguing.trading.now)
    following = await arguing.following()
    await arguing.trading.do(cycles.propose, following.cycle_id, by=ANNA, now=arguing.trading.now)
    lines = (await api.statement("P"))["lines"]["nodes"]
    (adjustment,) = [line for line in lines if line["source"] == "ADJUST_MONEY"]
    assert (adjustment["amount"], adjustment["cameOf"]["id"]) == ("0.40", raised["id"])
    ask = {"line": adjustment["id"], "reason": "PRICE", "idempotencyKey": "dispute-0000000002"}
    assert await api.refused("P", RAISE, **ask) == "LINE_NOT_DISPUTABLE"


async def test_a_file_of_some_megabytes_is_kept_and_shown_to_both_sides_alone(api: Api) -> None:
    line = await api.line("P")
    ask = {"line": line["id"], "reason": "RETURNED", "idempotencyKey": "dispute-0000000003"}
    dispute = await api.do("P", RAISE, **ask)
    scan = b"%PDF-1.7\n" + bytes(range(256)) * 9_000
    file = {"name": "receipt.pdf", "mediaType": "application/pdf", "content": base64.b64encode(scan).decode()}
    (kept,) = (await api.do("P", ADD, dispute=dispute["id"], **file))["evidence"]
    assert (kept["size"], kept["sha256"]) == (len(scan), sha256(scan).hexdigest())
    assert base64.b64decode((await api.ask("P", CONTENT, id=kept["id"]))["content"]) == scan
    (theirs,) = (await api.line("R"))["disputes"]
    noted = await api.do("R", ADD, dispute=theirs["id"], name="Our view", words="Nothing came back")
    seen = next(one for one in noted["evidence"] if one["name"] == "receipt.pdf")
    assert base64.b64decode((await api.ask("R", CONTENT, id=seen["id"]))["content"]) == scan
    for wrong in (kept["id"], seen["id"], dispute["id"]):
        assert (await api.ask("Q", CONTENT, id=wrong))["content"] is None
        assert (await api.ask("Q", CONTENT, id=wrong))["node"] is None
    assert (await api.ask("Q", LIST, mine=False, overdue=False))["disputes"]["nodes"] == []
    assert await api.refused("Q", ADD, dispute=dispute["id"], name="x", words="y") == "DISPUTE_NOT_FOUND"


async def test_what_is_left_out_shows_as_provisional_credit(database: Database) -> None:
    arguing = await an_argument(database, disputed=DisputedLines.LEFT_OUT)
    async with served(arguing) as api:
        before = await api.statement("P")
        line = await api.line("P")
        ask = {"line": line["id"], "reason": "PRICE", "amount": "0.70", "idempotencyKey": "dispute-0000000004"}
        raised = await api.do("P", RAISE, **ask)
        assert raised["treatment"] == "LEFT_OUT"
        await arguing.recomputed()
        mine, theirs = await api.statement("P"), await api.statement("R")
        assert mine["provisionalCredit"]["amount"] == "0.70"
        assert theirs["provisionalCredit"]["amount"] == "-0.70"
        assert float(mine["closing"]["amount"]) == pytest.approx(float(before["closing"]["amount"]) + 0.70)
        (held,) = [line for line in mine["lines"]["nodes"] if line["source"] == "ADJUST_MONEY"]
        assert (held["amount"], held["cameOf"]["id"]) == ("0.70", raised["id"])
        assert (await api.line("P"))["disputes"][0]["id"] == raised["id"], "also once it was drawn up anew"
        await api.do("P", WITHDRAW, dispute=raised["id"])
        assert (await api.statement("P"))["provisionalCredit"]["amount"] == "0.00"


async def test_who_may_not_is_told_so(api: Api) -> None:
    line = await api.line("P")
    ask = {"line": line["id"], "reason": "LATE", "idempotencyKey": "dispute-0000000005"}
    dispute = await api.do("P", RAISE, **ask)
    (theirs,) = (await api.line("R"))["disputes"]
    assert await api.refused("R", WITHDRAW, dispute=theirs["id"]) == "NOT_YOUR_STEP"
    assert await api.refused("P", ANSWER, dispute=dispute["id"], words="we agree with us") == "NOT_YOUR_STEP"
    assert await api.refused("P", ESCALATE, dispute=dispute["id"]) == "ANSWER_STILL_DUE"
    assert (await api.send("P", DECIDE, input={"dispute": dispute["id"], "upheld": "1", "reasons": "x"}))["errors"]
    await api.do("R", ANSWER, dispute=theirs["id"], words="No")
    await api.do("P", ESCALATE, dispute=dispute["id"])
    (waiting,) = (await api.ask("carl", LIST, mine=False, overdue=False))["disputes"]["nodes"]
    verdict = {"dispute": waiting["id"], "upheld": "0", "reasons": "It is as the contract says"}
    assert await api.refused("tired", DECIDE, **verdict) == "SIGN_IN_TOO_OLD"
    assert (await api.do("carl", DECIDE, **verdict))["decision"]["outcome"] == "REJECTED"


async def test_both_sides_are_told_of_each_stage(api: Api) -> None:
    line = await api.line("P")
    dispute = await api.do("P", RAISE, line=line["id"], reason="LATE", idempotencyKey="dispute-0000000006")
    await api.do("P", WITHDRAW, dispute=dispute["id"])
    await all_numbered(api.arguing.trading.database)
    for who, states in (("P", ["RAISED", "WITHDRAWN"]), ("R", ["RAISED", "WITHDRAWN"]), ("Q", [])):
        told = (await api.ask(who, EVENTS))["events"]["nodes"]
        assert [one["state"] for one in told] == states
        assert all(one["dispute"] for one in told)


async def test_the_list_tells_what_is_late_and_what_is_ones_own(api: Api) -> None:
    line = await api.line("P")
    await api.do("P", RAISE, line=line["id"], reason="LATE", amount="0.10", idempotencyKey="dispute-0000000007")
    for who, mine, count in (("P", True, 1), ("R", True, 0), ("R", False, 1), ("carl", False, 1)):
        found = (await api.ask(who, LIST, mine=mine, overdue=False))["disputes"]["nodes"]
        assert len(found) == count
    assert (await api.ask("carl", LIST, mine=False, overdue=True))["disputes"]["nodes"] == []
    api.arguing.later(days=10)
    (late,) = (await api.ask("carl", LIST, mine=False, overdue=True))["disputes"]["nodes"]
    assert late["overdue"]


BAD: dict[str, tuple[dict[str, Any], list[str]]] = {
    "amount": ({"amount": "0"}, ["input", "amount"]),
    "decimals": ({"amount": "0.001"}, ["input", "amount"]),
    "words": ({"reason": "OTHER"}, ["input", "words"]),
    "line": ({"line": "StatementLine_nothing"}, ["input", "line"]),
    "transfers": ({"transfers": ["LineTransfer_nothing"]}, ["input", "transfers"]),
}


@pytest.mark.parametrize("what", BAD)
async def test_bad_input_is_named(api: Api, what: str) -> None:
    changes, path = BAD[what]
    line = await api.line("P")
    ask = {"line": line["id"], "reason": "PRICE", "idempotencyKey": "dispute-0000000008", **changes}
    done = (await api.ask("P", RAISE, input=ask))["done"]
    assert done["userErrors"][0]["path"] == path


async def test_a_file_that_is_not_base64_is_refused(api: Api) -> None:
    line = await api.line("P")
    dispute = await api.do("P", RAISE, line=line["id"], reason="LATE", idempotencyKey="dispute-0000000009")
    file = {"dispute": dispute["id"], "name": "x.pdf", "mediaType": "application/pdf", "content": "not base64!"}
    assert await api.refused("P", ADD, **file) == "INVALID_VALUE"
