"""Marta joins by herself, from a poster in the shop: one address, one code, and she has a card and points."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from domain.coalition.models import PartnerStatus
from domain.earning import managing
from domain.earning.rules import Flat
from domain.earning.terms import Sponsor, Terms
from domain.earning.when import When
from domain.ids import PartnerId
from domain.members.card_numbers import USUAL_PREFIX, check_digit, drawn
from domain.storage import Database
from hansa.storefront import Card
from partners.issuer import Issuer
from partners.keys import derive
from partners.sign_in import cookies
from partners.sign_in.words import LANGUAGES
from tests.builders.coalition import BEFORE, writing
from tests.builders.pages import Reader
from tests.builders.served import SECRET
from tests.builders.storefronts import AtHome, at_home
from tests.builders.town import Town, a_town, basket

ADDRESS = "/join/shop"
PROFILE = "name email phone bornOn language joinedThrough { slug }"
CHANGE = f"""mutation ($input: MyProfileChangeInput!) {{ myProfileChange(input: $input) {{
    profile {{ {PROFILE} }} userErrors {{ code path }} }} }}"""
SPEAK = """mutation { messagePreferencesSet(input: { language: "fi" }) { preferences { language } } }"""
MINE = "{ me { cards wallet { available } } myLinks { nodes { partner { slug } consents { purpose } } } }"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The town, and somebody in front of a browser."""

    town: Town
    marta: AtHome

    @property
    def reader(self) -> Reader:
        """Marta's browser, page by page."""
        return Reader(self.marta.browser, self.town.url)


@pytest.fixture
async def scene(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """The town, whose shop gives 50 points for joining."""
    async with a_town(database, database_url, tmp_path) as town, AsyncExitStack() as stack:
        shop = PartnerId(town.shop.partner_id)
        terms = Terms(
            name="Welcome",
            rule=Flat(points=50),
            when=When(triggers=frozenset({"JOIN"})),
            starts_at=BEFORE,
            partners=frozenset({shop}),
            sponsors=(Sponsor(shop),),
        )
        async with writing(database) as session:
            drawn = await managing.draft(session, shop, terms, now=BEFORE)
            await managing.agree(session, shop, drawn.campaign_id, terms.fingerprint(), now=BEFORE)
            await managing.publish(session, shop, drawn.campaign_id, now=BEFORE)
        marta = await stack.enter_async_context(at_home(town.url, database_url, tmp_path, "marta@example.org"))
        yield Scene(town=town, marta=marta)


async def test_one_address_and_one_code_make_a_member_with_a_card_and_points(scene: Scene) -> None:
    page = await scene.marta.joins(ADDRESS)
    assert page.answer.url.path == "/app/"
    mine = await scene.marta.ask(MINE)
    assert mine["me"]["wallet"]["available"] == "50"
    assert [(one["partner"]["slug"], one["consents"]) for one in mine["myLinks"]["nodes"]] == [("shop", [])]
    [card] = mine["me"]["cards"]
    assert (len(card), card[:2], card[-1]) == (13, "29", check_digit(card[:-1]))
    async with scene.town.at("shop") as shop:
        await shop.purchase(basket(card, 10))
    assert (await scene.marta.ask(MINE))["me"]["wallet"]["available"] == "60"


async def test_who_is_a_member_signs_in_by_the_same_page_and_nobody_is_made_twice(
    scene: Scene, owner: asyncpg.Connection[Any]
) -> None:
    await scene.marta.joins(ADDRESS)
    card = (await scene.marta.ask(MINE))["me"]["cards"]
    scene.marta.browser.cookies.clear()
    page = await scene.marta.joins("/join/rival")
    assert page.answer.url.path == "/app/"
    mine = await scene.marta.ask(MINE)
    assert mine["me"] == {"cards": card, "wallet": {"available": "50"}}
    assert [one["partner"]["slug"] for one in mine["myLinks"]["nodes"]] == ["shop"], "the rival met nobody"
    assert await owner.fetchval("SELECT count(*) FROM member") == 1
    assert "signed in" in (await scene.reader.open(ADDRESS)).text


async def test_a_member_and_a_stranger_are_answered_alike_to_the_letter(scene: Scene) -> None:
    async with scene.town.at("shop") as shop:
        await shop.enrol(card="PETRA 0001", email="petra@example.org")
    said = []
    for email in ("marta@example.org", "petra@example.org"):
        scene.marta.browser.cookies.clear()
        page = await scene.reader.open(ADDRESS)
        token = page.forms[0].fields["form_token"]
        page = await scene.reader.send(page.form(ADDRESS), email=email)
        wrong = await scene.reader.send(page.form("/sign-in/code"), code="00000000")
        said.append([one.answer.text.replace(email, "X").replace(token, "T") for one in (page, wrong)])
    assert said[0] == said[1]


async def test_whoever_asks_without_a_partner_chooses_one_that_trades(
    scene: Scene, owner: asyncpg.Connection[Any]
) -> None:
    page = await scene.reader.open("/join")
    assert all(f'href="/join/{slug}"' in page.answer.text for slug in ("shop", "rival"))
    await owner.execute("UPDATE partner SET status = $1 WHERE slug = 'rival'", PartnerStatus.SUSPENDED)
    only = await scene.reader.open("/join")
    assert [form.action for form in only.forms] == [ADDRESS], "where there is one, nobody is asked"
    for closed in ("rival", "nobody", "%3Cscript%3E"):
        assert (await scene.reader.open(f"/join/{closed}")).answer.status_code == 404


async def test_a_partner_that_stops_while_the_code_is_typed_takes_nobody(
    scene: Scene, owner: asyncpg.Connection[Any]
) -> None:
    page = await scene.reader.open(ADDRESS)
    page = await scene.reader.send(page.form(ADDRESS), email=scene.marta.email)
    await owner.execute("UPDATE partner SET status = $1 WHERE slug = 'shop'", PartnerStatus.SUSPENDED)
    page = await scene.reader.send(page.form("/sign-in/code"), code=await scene.marta.mailed(None))
    assert (page.answer.status_code, page.answer.url.path) == (404, ADDRESS)
    assert await owner.fetchval("SELECT count(*) FROM member") == 0


async def test_the_page_speaks_five_languages_and_refuses_what_is_no_address(scene: Scene) -> None:
    for language in LANGUAGES:
        page = await scene.reader.open(f"{ADDRESS}?lang={language}")
        assert (page.language, page.answer.status_code) == (language, 200)
        wrong = await scene.reader.send(page.form(ADDRESS), email="nobody")
        assert wrong.answer.status_code == 400
        assert wrong.form(ADDRESS).fields["email"] == "nobody"


async def test_a_number_that_somebody_has_is_given_to_nobody_else_and_a_crash_makes_nobody_twice(
    scene: Scene, owner: asyncpg.Connection[Any]
) -> None:
    page = await scene.reader.open(ADDRESS)
    page = await scene.reader.send(page.form(ADDRESS), email=scene.marta.email)
    code = (await scene.marta.mailed(None)).replace(" ", "")
    taken, free = _numbers(scene, code)
    async with scene.town.at("shop") as shop:
        await shop.enrol(card=taken)
        await owner.execute("ALTER TABLE browser_session ADD CONSTRAINT crash CHECK (false)")
        crashed = await scene.reader.send(page.form("/sign-in/code"), code=code)
        assert crashed.answer.status_code == 500
        made = await shop.member(Card(free))
        assert made is not None
        await owner.execute("ALTER TABLE browser_session DROP CONSTRAINT crash")
        await scene.reader.send(page.form("/sign-in/code"), code=code)
        assert (await scene.marta.ask(MINE))["me"]["cards"] == [free]
    assert await owner.fetchval("SELECT count(*) FROM member") == 2, "whose card it was, and Marta"


async def test_a_member_changes_what_it_told_and_keeps_its_card(scene: Scene) -> None:
    await scene.reader.open(f"{ADDRESS}?lang=lv")
    await scene.marta.joins(ADDRESS)

    async def change(**changes: Any) -> Any:
        return (await scene.marta.ask(CHANGE, input=changes))["myProfileChange"]

    told = await scene.marta.ask(f"{{ myProfile {{ {PROFILE} }} me {{ cards }} }}")
    cards, joined = told["me"]["cards"], {"email": "marta@example.org", "joinedThrough": {"slug": "shop"}}
    assert told["myProfile"] == joined | {"name": None, "phone": None, "bornOn": None, "language": "lv"}
    await scene.marta.ask(SPEAK)
    changed = await change(name="Marta", bornOn="1984-05-06")
    assert (changed["userErrors"], changed["profile"]["language"]) == ([], "lv"), "what is left out stays"
    assert (await scene.marta.ask("{ messagePreferences { language } }"))["messagePreferences"]["language"] == "fi"
    await change(bornOn=None, language="hu")
    told = await scene.marta.ask(f"{{ myProfile {{ {PROFILE} }} messagePreferences {{ language }} me {{ cards }} }}")
    assert told["myProfile"] == joined | {"name": "Marta", "phone": None, "bornOn": None, "language": "hu"}
    assert told["messagePreferences"]["language"] is None, "messages speak the profile's language"
    assert told["me"]["cards"] == cards
    for wrong in ({"bornOn": "2084-01-01"}, {"bornOn": "1884-01-01"}, {"language": "?"}, {"name": ""}):
        refused = await change(**wrong)
        assert (refused["profile"], [one["code"] for one in refused["userErrors"]]) == (None, ["INVALID_VALUE"])


def _numbers(scene: Scene, code: str) -> list[str]:
    """The first numbers that Marta's browser may get by a code."""
    browser = scene.marta.browser.cookies[cookies.browser_cookie_name(Issuer(scene.town.url))]
    occasion = f"link-{sha256(f'{code}{browser}'.encode()).hexdigest()[:40]}"
    return list(drawn(USUAL_PREFIX, occasion, key=derive(SECRET.encode()).lookups))[:2]
