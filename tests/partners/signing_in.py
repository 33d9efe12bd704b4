"""Browsers that sign in with credentials, and authenticators gone wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pyotp

from partners.keys import unseal
from tests.builders.passkeys import BACKED_UP, PRESENT, VERIFIED, SoftAuthenticator
from tests.partners.conftest import ISSUER, Place
from tests.partners.test_sign_in import FROM_OURS, person_in

ACCEPTED, REFUSED = 303, 400


def another_browser(place: Place) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=place.browser._transport, base_url=ISSUER)


async def token_of(browser: httpx.AsyncClient) -> str:
    """What every form of this browser's pages carries."""
    page = await browser.get("/sign-in")
    found = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


async def post(browser: httpx.AsyncClient, path: str, **form: str) -> httpx.Response:
    return await browser.post(path, data={"form_token": await token_of(browser), **form}, headers=FROM_OURS)


async def asked(browser: httpx.AsyncClient, path: str) -> dict[str, Any]:
    answer = await post(browser, path)
    assert answer.status_code == 200, answer.text
    options: dict[str, Any] = answer.json()
    return options


async def to_register(browser: httpx.AsyncClient) -> dict[str, Any]:
    return await asked(browser, "/account/passkeys/options")


async def to_show(browser: httpx.AsyncClient) -> dict[str, Any]:
    return await asked(browser, "/sign-in/passkey/options")


async def registered(place: Place, **wanted: Any) -> SoftAuthenticator:
    """The authenticator of whoever is signed in here."""
    device = SoftAuthenticator(ISSUER, **wanted)
    answer = await register(place, device, await to_register(place.browser))
    assert answer.status_code == ACCEPTED, answer.text
    return device


async def register(place: Place, device: SoftAuthenticator, options: dict[str, Any], **wrong: Any) -> httpx.Response:
    response = wrong.pop("credential", None) or device.create(options, **wrong)
    return await post(place.browser, "/account/passkeys", credential=response, name="My device")


async def shown(browser: httpx.AsyncClient, device: SoftAuthenticator, **wrong: Any) -> httpx.Response:
    """Sign in with a passkey."""
    return await post(browser, "/sign-in/passkey", credential=device.get(await to_show(browser), **wrong))


async def viewer(browser: httpx.AsyncClient) -> dict[str, Any]:
    session = (await browser.get("/bff/session")).json()
    headers = {**FROM_OURS, "X-CSRF-Token": session.get("csrfToken", "")}
    told: dict[str, Any] = (await browser.post("/graphql", headers=headers)).json()
    return told


async def count(owner: asyncpg.Connection, table: str = "passkey") -> int:
    return int(await owner.fetchval(f"SELECT count(*) FROM {table}"))


Wrong = Callable[[SoftAuthenticator], dict[str, Any]]


def being(**wrong: Any) -> Wrong:
    """An authenticator that is wrong in itself."""

    def spoil(device: SoftAuthenticator) -> dict[str, Any]:
        for name, value in wrong.items():
            setattr(device, name, value)
        return {}

    return spoil


def answering(**wrong: Any) -> Wrong:
    """An answer that is wrong."""
    return lambda _: wrong


WRONG_AUTHENTICATORS: dict[str, Wrong] = {
    "another origin": being(origin="https://evil.example"),
    "another port": being(origin="http://localhost:8001"),
    "no origin": being(origin=""),
    "another relying party": being(rp_id="evil.example"),
    "a frame of another site": being(cross_origin=True),
    "its owner not verified": being(flags=PRESENT),
    "its owner not present": being(flags=VERIFIED),
    "backed up and yet bound to a device": being(flags=PRESENT | VERIFIED | BACKED_UP),
}


async def typed(browser: httpx.AsyncClient, email: str, password: str, **more: str) -> httpx.Response:
    """Sign in with a password, the first half."""
    return await post(browser, "/sign-in/password", email=email, password=password, **more)


async def shown_the_code(browser: httpx.AsyncClient, code: str, **more: str) -> httpx.Response:
    """Sign in with a password, the second half."""
    return await post(browser, "/sign-in/authenticator", code=code, **more)


async def with_password(place: Place, password: str, **wanted: Any) -> Any:
    """Somebody of the staff who has set up a password and an authenticator; signed in here."""
    person, _ = await person_in(place, **wanted)
    answer = await post(place.browser, "/account/password", password=password)
    assert answer.status_code == ACCEPTED, answer.text
    answer = await with_authenticator(place)
    assert answer.status_code == 200, answer.text
    place.clock.advance(seconds=60)  # the step of the code just shown is over
    return person


async def with_authenticator(place: Place) -> httpx.Response:
    """Set an authenticator up for whoever is signed in; the answer shows the recovery codes."""
    code = pyotp.TOTP(await secret_shown(place.browser)).at(place.clock())
    return await post(place.browser, "/account/authenticator", code=code)


async def secret_shown(browser: httpx.AsyncClient) -> str:
    """The key that the page shows for typing."""
    page = (await browser.get("/account/authenticator")).text
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert found is not None, page
    return found[1].replace(" ", "")


async def code_now(place: Place, owner: asyncpg.Connection, person: Any = None, *, later: int = 0) -> str:
    """What a person's authenticator shows; without a person, the only one's."""
    query = "SELECT authenticator_id, sealed_secret FROM authenticator WHERE confirmed_at IS NOT NULL"
    rows = await owner.fetch(query + (" AND person_id = $1" if person else ""), *([person.person_id] if person else []))
    assert len(rows) == 1
    name = f"authenticator {rows[0]['authenticator_id']}"
    secret = unseal(place.access.keys.authenticators, rows[0]["sealed_secret"], name=name).decode()
    return pyotp.TOTP(secret).at(place.clock() + timedelta(seconds=later))
