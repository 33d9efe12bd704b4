"""A question at the counter, a registered kettle and a broken one, over HTTP; each time worked out by hand.

The coalition's clock stands at Monday 2 March 2026, 12:00 UTC, and everybody works from 9 to 17, UTC. Anna asks at the
shop's counter at 12:00; the maker answers at 15:00: three working hours. She buys a kettle on Monday and registers it;
its warranty runs 24 months. A warranty case is covered; the shop takes the kettle back, and the next one is not.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from domain.coalition.models import PartnerRole
from domain.ids import PartnerId
from domain.products import feeding
from domain.products.feeding import ProductItem
from domain.storage import Database, ReadSession, Sight, WriteSession
from hansa.attending import attend_now
from hansa.storefront import Card, Line, Refused, Storefront
from hansa.storefront.cases import close_case, find_case, open_case, say_in_case
from partners.keys import derive
from partners.scopes import SANDBOX_DEFAULT, Scope
from tests.builders.coalition import BEFORE, NOON, a_partner
from tests.builders.served import SECRET, a_secret
from tests.builders.storefronts import AtHome, at_home
from tests.builders.town import Town, a_town, basket

ADVANCE = """mutation ($input: ClockAdvanceInput!) { clockAdvance(input: $input) { now userErrors { code } } }"""
TELL = """mutation ($input: ProductInformationTellInput!) { done: productInformationTell(input: $input) {
    information { version article open name(language: "lv") warranty { months } } userErrors { code path } } }"""
RECALL = """mutation ($input: ProductRecallInput!) { done: productRecall(input: $input) {
    recall { lots todo(language: "lv") told } userErrors { code path } } }"""
READ = """query ($article: String!) { productInformation(maker: "maker", article: $article) {
    name version facts { name whole unit } recalls { todo } } }"""
MINE = """{ myCases(first: 10) { nodes { id kind state waitsFor coverage handler { slug } member { id }
    entries { kind side words partner { slug } } } } }"""
SAY = """mutation ($input: CaseSayInput!) { done: caseSay(input: $input) {
    case { state waitsFor } userErrors { code } } }"""
OPEN = """mutation ($input: MyCaseOpenInput!) { done: myCaseOpen(input: $input) {
    case { id kind state coverage } userErrors { code path } } }"""
REGISTER = """mutation ($input: MyProductRegisterInput!) { done: myProductRegister(input: $input) {
    registration { id proven verified coverage warrantyUntil serialEnds maker { slug } information { version } }
    userErrors { code path } } }"""
PRODUCTS = """{ myProducts(first: 10, ended: true) { nodes { id coverage ended } } }"""
INBOX = """{ myMessages(first: 10) { nodes { topic } } }"""
AT_THE_COUNTER = """mutation ($input: CaseOpenInput!) { done: caseOpen(input: $input) {
    case { purchase { id } } userErrors { code path } } }"""
WORK = """{ cases(first: 10) { nodes { id state overdue member { id } purchase { id } } } }"""
RESPONSES = """query ($since: DateTime!, $until: DateTime!) { caseResponses(since: $since, until: $until) {
    month article cases answered answerMedian answeredInTime resolved resolveMedian } }"""
HEARD = """{ events(kinds: [CASE_CHANGED, CASE_OVERDUE], first: 20) { nodes { kind
    ... on CaseChanged { case { state } } } } }"""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The shop, its rival and the maker at their desks, and Anna at home."""

    town: Town
    shop: Storefront
    rival: Storefront
    maker: Storefront
    coalition: Storefront
    maker_id: str
    anna: AtHome

    async def at(self, when: datetime) -> None:
        """It becomes later, and the worker looks after service."""
        moved = await self.coalition.ask(ADVANCE, {"input": {"to": when.isoformat()}})
        assert moved["clockAdvance"]["userErrors"] == []
        await attend_now(self.town.database, keys=derive(SECRET.encode()), now=when)


@pytest.fixture
async def scene(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """The town; the shop sells the maker's kettle."""
    async with a_town(database, database_url, tmp_path) as town, AsyncExitStack() as stack:
        maker = await a_partner(database, "maker", PartnerRole.MANUFACTURER)
        async with database.session(Sight.partner(town.shop.partner_id)) as session, session.begin():
            kettle = ProductItem(
                sku="kettle", name="Kettle", gtin="4750000000017", maker_id=PartnerId(maker.partner_id)
            )
            own = WriteSession(ReadSession(session))
            await feeding.feed(own, PartnerId(town.shop.partner_id), [kettle], now=BEFORE)
        ways: dict[str, Storefront] = {}
        for name, partner, scopes in (
            ("shop", town.shop, SANDBOX_DEFAULT),
            ("rival", town.rival, SANDBOX_DEFAULT),
            ("maker", maker, SANDBOX_DEFAULT),
            ("coalition", None, frozenset({Scope.PARTNERS_MANAGE})),
        ):
            secret = await a_secret(database, partner, scopes=scopes)
            ways[name] = await stack.enter_async_context(Storefront.opened(town.url, secret))
        anna = await stack.enter_async_context(at_home(town.url, database_url, tmp_path, "anna@example.org"))
        await ways["shop"].enrol(card="ANNA 0001", email="anna@example.org")
        await anna.signs_in()
        yield Scene(town=town, maker_id=str(maker.partner_id), anna=anna, **ways)


async def _told(scene: Scene, article: str = "kettle") -> None:
    terms = {
        "names": [{"language": "en", "text": "Kettle"}, {"language": "lv", "text": "Tējkanna"}],
        "facts": [{"name": "capacity", "whole": 1700, "unit": "ml"}],
        "warranty": {"months": 24},
        "serials": "ASKED",
    }
    told = {"article": article, "gtin": "4750000000017", "open": False, "terms": terms}
    done = (await scene.maker.ask(TELL, {"input": told}))["done"]
    assert (done["userErrors"], done["information"]["name"]) == ([], "Tējkanna")


async def test_a_question_at_the_counter_is_answered_by_the_makers_expert(
    scene: Scene, owner: asyncpg.Connection
) -> None:
    asked = await open_case(scene.shop, "Why does it hiss?", member=Card("ANNA 0001"), sku="kettle", key="q" * 16)
    assert (asked.handler, asked.waits_for, asked.answer_due_at) == (
        "maker",
        "MAKER",
        datetime(2026, 3, 3, 12, tzinfo=UTC),
    )
    again = await open_case(scene.shop, "Why does it hiss?", member=Card("ANNA 0001"), sku="kettle", key="q" * 16)
    assert again.id == asked.id
    [work] = (await scene.maker.ask(WORK, {}))["cases"]["nodes"]
    assert (work["state"], work["member"]) == ("OPEN", None), "the maker does not know who it is"
    assert (await scene.rival.ask(WORK, {}))["cases"]["nodes"] == []
    assert await find_case(scene.rival, asked.id) is None
    await scene.at(NOON + timedelta(hours=3))
    await say_in_case(scene.maker, work["id"], "A note.", note=True)
    await say_in_case(scene.maker, work["id"], "Use vinegar.")
    [mine] = (await scene.anna.ask(MINE))["myCases"]["nodes"]
    assert (mine["state"], mine["handler"]["slug"]) == ("ANSWERED", "maker")
    assert [(one["side"], one["words"]) for one in mine["entries"]] == [
        ("SHOP", "Why does it hiss?"),
        ("MAKER", "Use vinegar."),
    ]
    said = {"case": mine["id"], "words": "It helped.", "idempotencyKey": "a" * 16}
    assert (await scene.anna.ask(SAY, input=said))["done"]["case"] == {"state": "OPEN", "waitsFor": "MAKER"}
    seen = await find_case(scene.shop, asked.id)
    assert seen is not None
    assert [words for _, words in seen.said] == ["Why does it hiss?", "Use vinegar.", "It helped."]
    with pytest.raises(Refused) as refused:
        await say_in_case(scene.rival, asked.id, "Let me in.")
    assert refused.value.code == "CASE_NOT_FOUND"
    await close_case(scene.shop, asked.id)
    span = {"since": BEFORE.isoformat(), "until": (NOON + timedelta(days=30)).isoformat()}
    [figures] = (await scene.maker.ask(RESPONSES, span))["caseResponses"]
    assert figures == {
        "month": "2026-03",
        "article": "kettle",
        "cases": 1,
        "answered": 1,
        "answerMedian": 3 * 3600,
        "answeredInTime": 1,
        "resolved": 1,
        "resolveMedian": 3 * 3600,
    }
    told = await owner.fetch("SELECT DISTINCT partner_id FROM event WHERE kind = 'CASE_CHANGED'")
    assert {str(row["partner_id"]) for row in told} == {scene.maker_id, str(scene.town.shop.partner_id)}
    assert (await scene.rival.ask(HEARD, {}))["events"]["nodes"] == []


async def test_a_warranty_covers_a_kettle_until_it_is_given_back(scene: Scene, owner: asyncpg.Connection) -> None:
    await _told(scene)
    bought = await scene.shop.purchase(basket("ANNA 0001", lines=(Line("kettle", Decimal(30)),)))
    wanted = {"maker": "maker", "article": "kettle", "serial": "sn-00-42"}
    made = (await scene.anna.ask(REGISTER, input=wanted))["done"]["registration"]
    assert (made["proven"], made["verified"], made["coverage"], made["serialEnds"]) == (True, False, "COVERED", "042")
    assert made["warrantyUntil"].startswith("2028-03-02")

    async def breaks(key: str) -> dict[str, Any]:
        said = {"kind": "WARRANTY", "words": "It broke.", "registration": made["id"], "idempotencyKey": key * 16}
        done: dict[str, Any] = (await scene.anna.ask(OPEN, input=said))["done"]
        assert done["userErrors"] == []
        opened: dict[str, Any] = done["case"]
        return opened

    assert (await breaks("a"))["coverage"] == "COVERED"
    await scene.at(NOON + timedelta(days=1))
    await scene.shop.take_back(purchase=bought.id)
    [kettle] = (await scene.anna.ask(PRODUCTS))["myProducts"]["nodes"]
    assert (kettle["coverage"], kettle["ended"]) == ("RETURNED", "RETURNED")
    assert (await breaks("b"))["coverage"] == "RETURNED"
    first = (await scene.maker.ask(WORK, {}))["cases"]["nodes"][1]
    assert first["purchase"] is None, "whose basket it was is the shop's to know"
    await scene.at(NOON + timedelta(days=3))
    late = await owner.fetch("SELECT partner_id::text, detail FROM event WHERE kind = 'CASE_OVERDUE'")
    assert [tuple(row) for row in late] == [(scene.maker_id, "ANSWER")] * 2
    said = {"words": "It broke.", "member": {"cardNumber": "ANNA 0001"}, "idempotencyKey": "c" * 16}
    done = (await scene.shop.ask(AT_THE_COUNTER, {"input": {**said, "purchase": bought.id}}))["done"]
    assert done == {"case": {"purchase": {"id": bought.id}}, "userErrors": []}


async def test_a_recall_reaches_who_bought_and_the_maker_learns_nobody(scene: Scene) -> None:
    await _told(scene)
    assert (await scene.shop.ask(READ, {"article": "kettle"}))["productInformation"]["facts"] == [
        {"name": "capacity", "whole": 1700, "unit": "ml"}
    ]
    await scene.shop.purchase(basket("ANNA 0001", lines=(Line("kettle", Decimal(30)),)))
    todo = [{"language": "en", "text": "Do not plug it in."}, {"language": "lv", "text": "Neieslēdziet to."}]
    called = (
        await scene.maker.ask(RECALL, {"input": {"article": "kettle", "todo": todo, "idempotencyKey": "r" * 16}})
    )["done"]
    assert called["recall"] == {"lots": [], "todo": "Neieslēdziet to.", "told": None}
    await scene.at(NOON + timedelta(hours=1))
    topics = [one["topic"] for one in (await scene.anna.ask(INBOX))["myMessages"]["nodes"]]
    assert topics.count("RECALL") == 1
    again = (await scene.maker.ask(RECALL, {"input": {"article": "kettle", "todo": todo, "idempotencyKey": "r" * 16}}))[
        "done"
    ]
    assert again["recall"]["told"] is None, "one member is fewer than ten"
    await scene.at(NOON + timedelta(hours=2))
    topics = [one["topic"] for one in (await scene.anna.ask(INBOX))["myMessages"]["nodes"]]
    assert topics.count("RECALL") == 1
