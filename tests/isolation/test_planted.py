"""What is personal or secret is planted by going through the flows, and then looked for wherever it could have stayed.

Looked through are every row of every table as the owner of the database sees it, what is logged at the finest level,
what webhooks were sent, and the files of the installation. docs/access.md says whose name and address stand in clear.
"""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import asyncpg
import httpx
import pytest
import pytest_asyncio
from pyotp import TOTP

from domain.storage import opened
from hansa import mailing
from hansa.commands.staffing import invite_person
from hansa.storefront import Card, Linking, Storefront
from tests.builders.houses import Browser
from tests.builders.pages import Reader
from tests.builders.receiving import a_receiver
from tests.builders.served import settings_for
from tests.builders.storefronts import BACK, EVERY_SCOPE, a_web_shop, at_home
from tests.builders.town import Town, a_town, basket
from tests.conftest import Fresh
from tests.isolation.spying import logged

pytestmark = pytest.mark.asyncio(loop_scope="module")

EMAIL, NAME, PHONE, CARD, BORN = (
    "planted.ada@plants.example",
    "Adalberta Plantin",
    "+37129990417",
    "PLANT70417",
    "1979-04-17",
)
NUMBER = "PlantedNumber70417"
STAFF, STAFF_EMAIL, PASSWORD = "Plantis Personelis", "plantis@plants.example", "planted horses read slowly"
ASKING = ("httpx", "httpcore", "gql")
"""Loggers of the programs that the test asks with: what they log stays with whoever runs them."""
ENROL = """mutation ($input: MemberEnrolInput!) { memberEnrol(input: $input) { member { id } userErrors { code } } }"""
EVERYTHING = "subscription { events { id kind cursor occurredAt member { id kind consents { purpose } } } }"


@dataclass(frozen=True, kw_only=True)
class Planted:
    """What was planted, and all places where it is looked for."""

    secrets: Mapping[str, str]
    clear: Mapping[str, str]
    """What may stand in clear, and is therefore found."""
    tables: Mapping[str, str]
    log: str
    sent: str
    files: Mapping[str, str]

    @property
    def everything(self) -> dict[str, str]:
        """All of it."""
        return {**self.secrets, **self.clear}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def planted(fresh: Fresh, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Planted]:
    """A member joins, signs in by mail, is linked, buys and is told of; a person signs in in each way."""
    home: Path = tmp_path_factory.mktemp("home")
    async with fresh() as url:
        with statements_told(), logged(logging.DEBUG, but=ASKING) as log:
            async with opened(url, connections=4) as database, a_town(database, url, home) as town:
                async with a_receiver() as receiver, town.worker():
                    hook = await town.hook(receiver.url(), document=EVERYTHING)
                    secrets = {"webhook's secret": hook.secret, "client's secret": town.credentials["shop"].secret}
                    secrets |= await a_members_day(town) | await a_persons_day(town)
                    await receiver.until(3)
                sent = "\n".join(f"{arrival.headers} {arrival.body.decode()}" for arrival in receiver.arrivals)
        yield Planted(
            secrets=secrets | {"e-mail": EMAIL, "name": NAME, "telephone": PHONE, "card": CARD, "day of birth": BORN},
            clear={"the person's name": STAFF, "the person's e-mail": STAFF_EMAIL},
            tables=await everything_stored(url),
            log=log.text,
            sent=sent,
            files=dict(everything_kept(home)),
        )


@contextmanager
def statements_told() -> Iterator[None]:
    """Let every statement be logged with its values, as somebody might who looks for a fault."""
    engine = logging.getLogger("sqlalchemy.engine")
    before = engine.level
    engine.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        engine.setLevel(before)


async def a_members_day(town: Town) -> dict[str, str]:
    """Enrolled with all that one can tell, signed in by a mailed code, linked to a shop, and buying."""
    details = {"name": NAME, "bornOn": BORN, "language": "lv"}
    said = {"idempotencyKey": "planting-0123456789", "cardNumber": CARD, "email": EMAIL, "phone": PHONE}
    async with town.at() as front:
        made = await front.ask(ENROL, {"input": {**said, "externalId": NUMBER, "details": details}})
        assert made["memberEnrol"]["userErrors"] == []
    client = await a_web_shop(town.database, town.shop)
    async with at_home(town.url, town.database_url, town.home, EMAIL) as ada:
        await ada.browser.get("/sign-in", params={"login_hint": EMAIL})
        async with Linking.opened(town.url, client, redirect_uri=BACK) as linking:
            begun = await linking.begin(*EVERY_SCOPE)
            location = await ada.allow(begun.address)
            link = await linking.finish(begun, location)
            waiting = await linking.begin(*EVERY_SCOPE)
            await a_code_that_waits(town, waiting.address)
        cookie = next(iter(ada.browser.cookies.jar)).value
        page_token = (await ada.browser.get("/bff/session")).json()["csrfToken"]
    async with Storefront.opened(town.url, link) as web:
        await web.ask("{ me { id wallet { available } } }", {})
    async with town.at() as front:
        await front.purchase(basket(CARD, 100))
        assert await front.member(Card(CARD)) is not None
    newest = mailing.newest(mailing.folder_of(settings_for(town.database_url, town.home)))
    assert newest is not None
    (code,) = re.findall(r"\d{4} \d{4}", mailing.read(newest).text)
    return {
        "web shop's secret": client.secret,
        "mailed code": code,
        "mailed code as typed": code.replace(" ", ""),
        "authorization code": parse_qs(urlsplit(location).query)["code"][0],
        "request's handle": handle_in(begun.address),
        "handle of a request that waits": handle_in(waiting.address),
        "verifier": begun.verifier,
        "refresh token": link.refresh_token,
        "access token": await an_access_token(town),
        "session's cookie": cookie or "",
        "token of the page": page_token,
    }


def handle_in(address: str) -> str:
    """What opens a pushed request."""
    return parse_qs(urlsplit(address).query)["request_uri"][0].rpartition(":")[2]


async def a_code_that_waits(town: Town, address: str) -> None:
    """A browser was sent to the consent page, and its member has asked for a code and not typed it yet."""
    async with httpx.AsyncClient(base_url=town.url) as http:
        reader = Reader(http, town.url)
        page = await reader.open(address)
        page = await reader.send(page.form("/sign-in/mail"), email=EMAIL)
        assert EMAIL in page.text


async def an_access_token(town: Town) -> str:
    """A token of the shop's own, used once."""
    client = town.credentials["shop"]
    async with httpx.AsyncClient(base_url=town.url) as http:
        form = {"grant_type": "client_credentials"}
        answer = await http.post("/oauth/token", data=form, auth=(client.client_id, client.secret))
        token = str(answer.json()["access_token"])
        asked = {"query": "{ viewer { audience } }"}
        await http.post("/graphql", json=asked, headers={"Authorization": f"Bearer {token}"})
        # A secret in the wrong place, and a token that is none: what is refused is not written down either.
        await http.post("/graphql", json=asked, headers={"Authorization": f"Bearer {token[:-3]}xxx"})
        await http.post("/oauth/token", data={**form, "client_secret": client.secret, "client_id": client.client_id})
    return token


async def a_persons_day(town: Town) -> dict[str, str]:
    """Invited, signed in by the link, given a password and an authenticator, signed in by these."""
    settings = settings_for(town.database_url, town.home, issuer=town.url)
    link = await invite_person(settings, name=STAFF, email=STAFF_EMAIL, roles=["COALITION_ADMIN"])
    async with httpx.AsyncClient(base_url=town.url) as http:
        await Browser(http).follow(link)
        reader = Reader(http, town.url)
        page = await reader.open("/account/password")
        await reader.send(page.form("/account/password"), password=PASSWORD)
        page = await reader.open("/account/authenticator")
        key = re.sub(r"\s", "", re.findall(r"<code>([^<]+)</code>", page.answer.text)[0])
        page = await reader.send(page.form("/account/authenticator"), code=TOTP(key).now())
        codes = re.findall(r"<code>([^<]+)</code>", page.answer.text)
        assert len(codes) == 10, page.text
    async with httpx.AsyncClient(base_url=town.url) as http:
        reader = Reader(http, town.url)
        page = await reader.open("/sign-in/password")
        page = await reader.send(page.form("/sign-in/password"), email=STAFF_EMAIL, password=PASSWORD)
        page = await reader.send(page.form("/sign-in/authenticator"), code=codes[0])
        assert STAFF in (await reader.open("/account")).text
    return {
        "invitation's code": link.partition("#")[2],
        "password": PASSWORD,
        "authenticator's key": key,
        "recovery code, used": codes[0],
        "recovery code": codes[1],
    }


async def everything_stored(url: str) -> dict[str, str]:
    """Every row of every table, as a dump would show it."""
    owner = await asyncpg.connect(url)
    try:
        names = [
            row["oid"]
            for row in await owner.fetch(
                "SELECT c.oid::regclass::text AS oid FROM pg_class c WHERE c.relkind IN ('r', 'p', 'm')"
                " AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"
            )
        ]
        # The walls hold for the owner too: as for a dump, they are stepped over by a superuser.
        await owner.execute("SET row_security = off")
        return {
            name: "\n".join(row["t"] for row in await owner.fetch(f"SELECT t::text AS t FROM {name} t"))
            for name in names
        }
    finally:
        await owner.close()


def everything_kept(home: Path) -> Iterator[tuple[str, str]]:
    """The files of the installation, but for the mails that a sandbox keeps in place of sending them."""
    for path in home.rglob("*"):
        if path.is_file() and "mail" not in path.parts:
            yield str(path.relative_to(home)), path.read_text(encoding="utf-8", errors="replace")


def forms(secret: str) -> set[str]:
    """A text, and how it would look in bytes, in an address, in JSON, or in capitals."""
    raw = secret.encode()
    return {
        secret,
        secret.lower(),
        secret.upper(),
        raw.hex(),
        quote(secret, safe=""),
        base64.b64encode(raw).decode()[:-4],
    }


def standing(secrets: Mapping[str, str], places: Mapping[str, str]) -> dict[str, list[str]]:
    """Which of them stand somewhere, and where."""
    return {what: where for what, secret in secrets.items() if (where := found(secret, places))}


def found(secret: str, places: Mapping[str, str]) -> list[str]:
    """Where a text stands, in whatever form."""
    return [name for name, text in places.items() if any(form in text for form in forms(secret))]


async def test_no_row_of_any_table_shows_what_is_secret_or_a_members(planted: Planted) -> None:
    assert standing(planted.secrets, planted.tables) == {}


async def test_a_persons_name_and_address_stand_in_one_table(planted: Planted) -> None:
    for secret in planted.clear.values():
        assert found(secret, planted.tables) == ["person"]


async def test_no_line_of_the_log_shows_any_of_it(planted: Planted) -> None:
    assert "INSERT INTO oauth_grant" in planted.log, "even statements are logged, with their values"
    assert standing(planted.secrets, {"log": planted.log}) == {}
    told = [line for line in planted.log.split("\n") if found(STAFF_EMAIL, {"": line})]
    assert all("INSERT INTO person" in line or "('" in line or "Row (" in line for line in told), told


async def test_no_webhook_was_sent_any_of_it(planted: Planted) -> None:
    assert "MEMBER_LINKED" in planted.sent
    assert standing(planted.everything, {"sent": planted.sent}) == {}


async def test_no_file_of_the_installation_holds_any_of_it(planted: Planted) -> None:
    assert standing(planted.everything, planted.files) == {}


async def test_a_partners_own_number_for_a_member_is_a_keyed_hash_too(planted: Planted) -> None:
    assert found(NUMBER, planted.tables) == []
