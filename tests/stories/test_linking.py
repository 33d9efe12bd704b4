"""A member links two shops to its account, sees what each is allowed and takes it back; over HTTP and our pages."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from domain.members.consent_texts import TEXT_VERSION
from domain.storage import Database
from hansa.storefront import Card, ClientSecret, Faulty, MemberLink, Refused, Storefront, Unauthorized
from partners.scopes import SANDBOX_DEFAULT
from tests.builders.served import Elsewhere, another_server
from tests.builders.storefronts import AtHome, a_web_shop, at_home, linked
from tests.builders.town import Town, a_town, basket

ADA = "ada@example.org"
CARD = "ADA 0001"
FIVE_SECONDS = 5.0

ME = "{ me { id } }"
WALLET = """{ me { id kind wallet { available pending held debt version fundedBy { points sponsor { id name } }
    releases { at points } expiries { at points } } } }"""
ACTIVITY = """{ me { walletShown { activity(first: 20) { edges { cursor } nodes { kind change reference version
    partner { slug } fundedBy { points sponsor { slug } } } } } } }"""
CONSENTS = '{ me { consents { purpose stands givenThrough textVersion words(language: "lv") expiresAt } } }'
MAKE = """mutation ($input: RedemptionMakeInput!) { redemptionMake(input: $input) {
    redemption { id spent } available userErrors { code } } }"""
BY_CARD = """query ($ref: MemberRefInput!) { member(ref: $ref) { id wallet { available } } }"""
LINKS = """query ($language: String!) { myLinks { nodes { since partner { id slug name }
    consents { purpose stands givenThrough textVersion words(language: $language) expiresAt revokedAt }
    grants { id clientName scopes createdAt lastUsedAt } } } }"""
REVOKE = """mutation ($input: ConsentRevokeInput!) { consentRevoke(input: $input) { userErrors { code } } }"""
REVOKE_LINK = """mutation ($input: LinkRevokeInput!) { linkRevoke(input: $input) {
    link { consents { stands } grants { id } } userErrors { code } } }"""
REVOKE_GRANT = """mutation ($input: GrantRevokeInput!) { grantRevoke(input: $input) { userErrors { code } } }"""
GIVE = """mutation ($input: ConsentGiveInput!) { consentGive(input: $input) {
    link { consents { purpose stands expiresAt givenThrough } } userErrors { code path } } }"""
TEXTS = """query ($partner: ID!) { consentTexts(partner: $partner, language: "fi") { purpose version words } }"""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Two shops with a web shop each, a member of both, and two servers behind one address."""

    town: Town
    other_port: int
    shop_web: ClientSecret
    rival_web: ClientSecret
    ada: AtHome
    stack: AsyncExitStack

    async def at(self, credential: ClientSecret | MemberLink, *, other: bool = False) -> Storefront:
        """A way to the coalition, through the one server or the other."""
        through: dict[str, Any] = {"transport": Elsewhere(self.other_port)} if other else {}
        return await self.stack.enter_async_context(Storefront.opened(self.town.url, credential, **through))

    async def linked(self, client: ClientSecret, *scopes: str, but: tuple[str, ...] = ()) -> MemberLink:
        """A link that Ada allowed."""
        return await linked(self.town.url, client, self.ada, *scopes, but=but)

    async def links(self, language: str = "en") -> dict[str, Any]:
        """What Ada sees of each shop."""
        found = (await self.ada.ask(LINKS, language=language))["myLinks"]["nodes"]
        return {one["partner"]["slug"]: one for one in found}


@pytest.fixture
async def scene(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """Ada has a card, was at both shops, and earned points at each."""
    async with AsyncExitStack() as stack:
        town = await stack.enter_async_context(a_town(database, database_url, tmp_path))
        port = await stack.enter_async_context(another_server(database_url, tmp_path, town.url))
        for whose, dollars in (("shop", 100), ("rival", 11)):
            async with town.at(whose) as front:
                if whose == "shop":
                    await front.enrol(card=CARD, email=ADA)
                await front.purchase(basket(CARD, dollars))
        yield Scene(
            town=town,
            other_port=port,
            shop_web=await a_web_shop(database, town.shop),
            rival_web=await a_web_shop(database, town.rival),
            ada=await stack.enter_async_context(at_home(town.url, database_url, tmp_path, ADA)),
            stack=stack,
        )


async def ends(front: Storefront, document: str, refusal: type[Exception]) -> float:
    """How many seconds it takes until a question is refused."""
    began = time.monotonic()
    while time.monotonic() - began < 2 * FIVE_SECONDS:
        try:
            await front.ask(document, {})
        except refusal:
            return time.monotonic() - began
        await asyncio.sleep(0.1)
    pytest.fail("it was never refused")


async def test_a_storefront_reads_only_what_was_consented(scene: Scene) -> None:
    link = await scene.linked(scene.shop_web, but=("history:read", "redemptions:write"))
    web = await scene.at(link)
    shown = (await web.ask(WALLET, {}))["me"]
    assert shown["wallet"]["available"] == "111"
    assert [(one["points"], one["sponsor"]["name"]) for one in shown["wallet"]["fundedBy"]] == [("100", "Shop")]
    async with scene.town.at("shop") as till:
        by_card = await till.member(Card(CARD))
    assert by_card is not None
    assert shown["id"] == by_card.id
    consents = {one["purpose"]: one for one in (await web.ask(CONSENTS, {}))["me"]["consents"]}
    assert set(consents) == {"BALANCE", "CODES"}
    assert consents["CODES"] == {
        "purpose": "CODES",
        "stands": True,
        "givenThrough": "PAGE",
        "textVersion": TEXT_VERSION,
        "words": "„Shop” drīkst jūsu vietā izmantot kodus un kuponus.",
        "expiresAt": None,
    }
    with pytest.raises(Faulty, match="history:read"):
        await web.ask(ACTIVITY, {})
    spend = {"input": {"idempotencyKey": "without-consent-1", "points": "1"}}
    with pytest.raises(Faulty, match="redemptions:write"):
        await web.ask(MAKE, spend)


async def test_a_storefront_spends_for_its_member_and_for_nobody_else(scene: Scene) -> None:
    async with scene.town.at("shop") as front:
        await front.enrol(card="BEN 0002")
        await front.purchase(basket("BEN 0002", 50))
    web = await scene.at(await scene.linked(scene.shop_web))
    for number, member in enumerate((None, {"cardNumber": CARD})):
        said = {"idempotencyKey": f"spent-by-the-web-{number}", "points": "10"} | ({"member": member} if member else {})
        made = (await web.ask(MAKE, {"input": said}))["redemptionMake"]
        assert (made["userErrors"], made["redemption"]["spent"]) == ([], "10")
    ben = {"idempotencyKey": "spent-by-the-web-x", "points": "10", "member": {"cardNumber": "BEN 0002"}}
    assert (await web.ask(MAKE, {"input": ben}))["redemptionMake"]["userErrors"] == [{"code": "MEMBER_NOT_FOUND"}]
    assert (await web.ask(WALLET, {}))["me"]["wallet"]["available"] == "91"
    told = (await web.ask(ACTIVITY, {}))["me"]["walletShown"]["activity"]["nodes"]
    assert {one["partner"]["slug"] for one in told} == {"shop"}, "what happened at the rival's stays there"


async def test_a_member_sees_each_consent_and_takes_it_back_within_five_seconds(scene: Scene) -> None:
    link = await scene.linked(scene.shop_web)
    fronts = [await scene.at(link), await scene.at(link, other=True)]
    for web in fronts:
        assert (await web.ask(ACTIVITY, {}))["me"]["walletShown"]["activity"]["nodes"], "both servers know the grant"
    seen = (await scene.links("hu"))["shop"]
    assert {one["purpose"] for one in seen["consents"] if one["stands"]} == {
        "BALANCE",
        "HISTORY",
        "REDEMPTION",
        "CODES",
    }
    assert "Shop láthatja, hány pontja van Önnek, melyek várnak még, és mikor járnak le." in {
        one["words"] for one in seen["consents"]
    }
    assert [(one["clientName"], one["scopes"]) for one in seen["grants"]] == [
        ("Web shop", ["balance:read", "codes:redeem", "history:read", "redemptions:write"])
    ]
    partner = seen["partner"]["id"]
    for purpose, document in (("HISTORY", ACTIVITY), ("BALANCE", WALLET)):
        done = await scene.ada.ask(REVOKE, input={"partner": partner, "purpose": purpose})
        assert done["consentRevoke"]["userErrors"] == []
        for web in fronts:
            assert await ends(web, document, Faulty) < FIVE_SECONDS
    for web in fronts:
        assert (await web.ask(ME, {}))["me"]["id"], "what was not taken back still stands"
    again = await scene.ada.ask(REVOKE, input={"partner": partner, "purpose": "BALANCE"})
    assert again["consentRevoke"]["userErrors"] == [{"code": "CONSENT_NOT_FOUND"}]


async def test_a_shops_own_reads_stop_at_once_at_every_server(scene: Scene, database: Database) -> None:
    own = await a_web_shop(database, scene.town.shop, *SANDBOX_DEFAULT)
    fronts = [await scene.at(own), await scene.at(own, other=True)]
    await fronts[0].consent(Card(CARD), "BALANCE")
    ref = {"ref": {"cardNumber": CARD}}
    for front in fronts:
        assert (await front.ask(BY_CARD, ref))["member"]["wallet"]["available"] == "111"
    await scene.linked(scene.shop_web, "redemptions:write")
    shop = (await scene.links())["shop"]
    assert {(one["purpose"], one["givenThrough"]) for one in shop["consents"]} == {
        ("BALANCE", "COUNTER"),
        ("REDEMPTION", "PAGE"),
    }
    await scene.ada.ask(REVOKE, input={"partner": shop["partner"]["id"], "purpose": "BALANCE"})
    for front in fronts:
        with pytest.raises(Faulty, match="ask for consent"):
            await front.ask(BY_CARD, ref)


@pytest.mark.slow
async def test_everything_of_a_partner_is_taken_back_in_one_step(scene: Scene, database: Database) -> None:
    second = await a_web_shop(database, scene.town.shop, name="Phone app")
    shop_links = [await scene.linked(scene.shop_web), await scene.linked(second)]
    fronts = [await scene.at(link, other=other) for link in shop_links for other in (False, True)]
    rival = await scene.at(await scene.linked(scene.rival_web))
    for web in (*fronts, rival):
        assert (await web.ask(WALLET, {}))["me"]["wallet"]
    partner = (await scene.links())["shop"]["partner"]["id"]
    done = (await scene.ada.ask(REVOKE_LINK, input={"partner": partner}))["linkRevoke"]
    assert done["userErrors"] == []
    assert done["link"]["grants"] == []
    assert not any(one["stands"] for one in done["link"]["consents"])
    for web in fronts:
        assert await ends(web, ME, Unauthorized) < FIVE_SECONDS
    assert (await rival.ask(WALLET, {}))["me"]["wallet"], "the other shop's stands"
    again = (await scene.ada.ask(REVOKE_LINK, input={"partner": partner}))["linkRevoke"]
    assert again == done, "asked again it changes nothing"
    async with scene.town.at("shop") as till:
        assert (await till.purchase(basket(CARD, 5))).points == 5, "a card still earns"


@pytest.mark.slow
async def test_one_program_is_sent_away_and_the_partners_other_stays(scene: Scene, database: Database) -> None:
    second = await a_web_shop(database, scene.town.shop, name="Phone app")
    web, app = await scene.at(await scene.linked(scene.shop_web)), await scene.at(await scene.linked(second))
    for front in (web, app):
        assert (await front.ask(ME, {}))["me"]["id"]
    grants = {one["clientName"]: one["id"] for one in (await scene.links())["shop"]["grants"]}
    assert (await scene.ada.ask(REVOKE_GRANT, input={"grant": grants["Phone app"]}))["grantRevoke"]["userErrors"] == []
    assert await ends(app, ME, Unauthorized) < FIVE_SECONDS
    assert (await web.ask(WALLET, {}))["me"]["wallet"]
    assert [one["clientName"] for one in (await scene.links())["shop"]["grants"]] == ["Web shop"]
    once_more = await scene.ada.ask(REVOKE_GRANT, input={"grant": grants["Phone app"]})
    assert once_more["grantRevoke"]["userErrors"] == [{"code": "NOT_FOUND"}]


async def test_a_member_allows_by_itself_until_a_day_and_in_words_it_has_read(scene: Scene) -> None:
    await scene.linked(scene.shop_web, "codes:redeem")
    partner = (await scene.links())["rival"]["partner"]["id"]
    read = (await scene.ada.ask(TEXTS, partner=partner))["consentTexts"]
    assert "Rival saa lunastaa koodeja ja kuponkeja puolestasi." in {one["words"] for one in read}
    said = {"partner": partner, "purposes": ["BALANCE"], "textVersion": read[0]["version"]}
    until = "2026-03-05T12:00:00.000000Z"
    given = (await scene.ada.ask(GIVE, input={**said, "until": until}))["consentGive"]
    assert given["userErrors"] == []
    assert [(one["purpose"], one["stands"], one["givenThrough"]) for one in given["link"]["consents"]] == [
        ("BALANCE", True, "PAGE")
    ]
    own = await scene.at(scene.town.credentials["rival"])
    assert (await own.ask(BY_CARD, {"ref": {"cardNumber": CARD}}))["member"]["wallet"]["available"] == "111"
    for wrong, path in (({"textVersion": 7}, "textVersion"), ({"until": "2026-03-01T12:00:00Z"}, "until")):
        refused = (await scene.ada.ask(GIVE, input={**said, **wrong}))["consentGive"]["userErrors"]
        assert refused == [{"code": "INVALID_VALUE", "path": ["input", path]}]


async def test_no_counter_gives_itself_the_right_to_spend(scene: Scene) -> None:
    async with scene.town.at("shop") as till:
        for purpose in ("REDEMPTION", "CODES"):
            with pytest.raises(Refused) as refused:
                await till.consent(Card(CARD), "BALANCE", purpose)
            assert refused.value.code == "MEMBERS_OWN_ACT"


async def test_two_shops_cannot_join_what_they_are_told_of_a_member(scene: Scene) -> None:
    told: list[set[str]] = []
    for client in (scene.shop_web, scene.rival_web):
        link = await scene.linked(client)
        web = await scene.at(link)
        made = await web.ask(MAKE, {"input": {"idempotencyKey": f"{client.client_id}", "points": "1"}})
        answers = [made, *[await web.ask(document, {}) for document in (WALLET, ACTIVITY, ME)], link.subject]
        told.append({text for text in words(answers) if is_a_name(text)})
        assert link.subject in told[-1]
        assert len(told[-1]) > 5
    assert told[0] & told[1] == set()


def words(answer: Any) -> Iterator[str]:
    """Every text in an answer."""
    if isinstance(answer, str):
        yield answer
    elif isinstance(answer, dict):
        for value in answer.values():
            yield from words(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from words(value)


def is_a_name(text: str) -> bool:
    """Whether a text could stand for somebody: no number, no instant, no word of the contract."""
    plain = re.fullmatch(r"-?[\d.]+|\d{4}-\d\d-\d\dT.*|[A-Z_]+|[a-z]{1,12}|Shop|Rival", text)
    return plain is None and json.dumps(text) != '""'
