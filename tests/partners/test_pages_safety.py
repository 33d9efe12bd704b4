"""What holds for every page and every form: ours alone, bound to one browser, and nothing from elsewhere in it."""

from __future__ import annotations

import asyncpg
import pytest
from starlette.routing import Route

from partners.sign_in import routes
from partners.sign_in.cookies import browser_cookie_name, cookie_name, language_cookie_name, set_cookie
from partners.sign_in.sessions import Subject
from tests.partners.conftest import Place
from tests.partners.linking import a_shop
from tests.partners.test_pages_mail import ASK, a_member, another_reader, asked, reader
from tests.partners.test_sign_in import FROM_OURS, person_in, signed_in

PROGRAMS = {"/bff/session", "/bff/sign-out"}
"""For our pages' own scripts, which prove themselves with a header (test_sign_in.py)."""


def _paths(method: str) -> list[str]:
    found = [one for one in routes.routes(lambda _: pytest.fail("not asked")) if isinstance(one, Route)]
    return sorted({one.path for one in found if method in (one.methods or ())} - PROGRAMS)


FORMS, PAGES = _paths("POST"), [path for path in _paths("GET") if "{" not in path]


def test_there_are_pages_and_forms_to_look_at() -> None:
    assert {"/sign-in", "/sign-in/code", "/authorize", "/account"} <= set(PAGES)
    assert {"/sign-in", "/sign-in/mail", "/authorize", "/account/sign-out"} <= set(FORMS)


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_counts_only_from_a_page_of_ours(place: Place, path: str, owner: asyncpg.Connection) -> None:
    await person_in(place)
    token = (await reader(place).open("/account")).form("/account/sign-out").fields["form_token"]
    before = await _all_that_counts(owner)
    for headers in (
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {**FROM_OURS, "Sec-Fetch-Site": "cross-site"},
        {**FROM_OURS, "Sec-Fetch-Site": "same-site"},
    ):
        answer = await place.browser.post(path, data={"form_token": token}, headers=headers)
        assert answer.status_code == 400, headers
        assert "set-cookie" not in answer.headers
    assert await _all_that_counts(owner) == before


@pytest.mark.parametrize("path", [path for path in FORMS if path != "/sign-in"])
async def test_a_form_counts_only_with_the_token_of_its_browser(
    place: Place, path: str, owner: asyncpg.Connection
) -> None:
    async with another_reader(place) as stranger:
        theirs = (await stranger.open("/sign-in")).form(ASK).fields["form_token"]
    await person_in(place)
    before = await _all_that_counts(owner)
    for data in ({}, {"form_token": ""}, {"form_token": theirs}, {"form_token": "ā\x00"}):
        answer = await place.browser.post(path, data=data, headers=FROM_OURS)
        assert answer.status_code == 400, data
    assert await _all_that_counts(owner) == before


async def test_a_link_needs_no_token_since_its_code_is_one(place: Place) -> None:
    page = await reader(place).open("/sign-in")
    assert "form_token" not in page.form("/sign-in").fields


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("who", ["nobody", "person", "member"])
async def test_a_page_lets_nothing_in_and_is_not_kept(place: Place, path: str, who: str) -> None:
    if who == "person":
        await person_in(place)
    elif who == "member":
        await signed_in(place, Subject(member_id=(await a_shop(place)).member_id))
    page = await reader(place).open(path)
    policy = page.answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    for part in ("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert part in policy
    assert "unsafe" not in policy
    assert page.answer.headers["cache-control"] == "no-store"
    assert page.answer.headers["referrer-policy"] == "same-origin"
    assert " style=" not in page.answer.text
    assert " onclick=" not in page.answer.text
    assert "http://" not in page.answer.text.replace('xmlns="http://www.w3.org/2000/svg"', "")


async def test_what_was_typed_is_shown_as_text(place: Place) -> None:
    page = await asked(reader(place), '"><img src=x onerror=alert(1)>')
    assert page.answer.status_code == 400
    assert "<img" not in page.answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/x-www-form-urlencoded", "Cookie": "hansa=" + "x" * 9000},
        {"Cookie": "\x01=;;=,"},
        {"Accept-Language": "\x7f" * 1000},
        {"User-Agent": "x" * 10_000},
    ],
)
async def test_a_browser_that_talks_nonsense_gets_a_page(place: Place, headers: dict[str, str]) -> None:
    async with another_reader(place) as stranger:
        for path in ("/sign-in", "/account", "/authorize"):
            assert (await stranger.browser.get(path, headers=headers)).status_code < 500
        answer = await stranger.browser.post(ASK, content=b"\xff=\xfe&%ZZ", headers={**FROM_OURS, **headers})
        assert answer.status_code == 400


async def test_a_body_without_end_is_refused(place: Place) -> None:
    answer = await place.browser.post(ASK, data={"email": "x" * 100_000}, headers=FROM_OURS)
    assert answer.status_code == 413


async def test_the_cookie_of_a_browser_ends_with_its_sign_in(place: Place) -> None:
    """Whoever planted it before the sign-in holds nothing after it."""
    await a_member(place)
    await reader(place).open("/sign-in")
    planted = place.browser.cookies["hansa-browser"]
    await person_in(place)
    assert "hansa-browser" not in place.browser.cookies
    async with another_reader(place) as stranger:
        stranger.browser.cookies["hansa-browser"] = planted
        assert (await stranger.browser.get("/bff/session")).json() == {"audience": "NOBODY"}


async def test_every_cookie_of_ours_is_bound_to_its_host_over_https(place: Place) -> None:
    https = type(place.access.issuer)("https://api.example.org")
    for name in (cookie_name(https), browser_cookie_name(https), language_cookie_name(https)):
        assert name.startswith("__Host-")
        cookie = set_cookie(https, "x", lasts=place.clock() - place.clock(), name=name)
        assert {"Path=/", "HttpOnly", "Secure", "SameSite=Lax"} <= set(cookie.split("; "))


@pytest.mark.parametrize("name", ["look.css", "seal.svg", "link.js"])
async def test_what_pages_are_made_of_is_kept_and_changes_its_address_with_its_content(place: Place, name: str) -> None:
    page = await reader(place).open("/sign-in")
    [address] = {part for part in page.answer.text.split('"') if name in part}
    answer = await place.browser.get(address)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["nothing.css", "..%2Froutes.py", "%2e%2e%2froutes.py", "look.css.map"])
async def test_nothing_else_is_served_beside_them(place: Place, name: str) -> None:
    assert (await place.browser.get(f"/sign-in/static/{name}")).status_code == 404


async def _all_that_counts(owner: asyncpg.Connection) -> list[tuple[str, int]]:
    tables = ("mailed_code", "oauth_grant", "consent", "passkey", "password", "authenticator", "trail_line")
    live = "SELECT count(*) FROM browser_session WHERE revoked_at IS NULL"
    counted = [(table, await owner.fetchval(f"SELECT count(*) FROM {table}")) for table in tables]
    return [*counted, ("sessions", await owner.fetchval(live))]
