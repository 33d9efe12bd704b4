"""The sign-in, account and consent pages in a real browser: every state in both widths and themes, by keyboard alone.

The pictures go to test-results/, for people to look at.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.async_api import Browser, Page, expect

from domain.members.enrolment import EnrolMember, MemberKeys, enrol
from domain.members.identifiers import Identifier
from domain.members.personal_data import PersonalDetails
from hansa import mailing
from partners.clients import registering
from partners.clients.registering import CreateClient
from partners.scopes import Scope
from tests.browser.serving import LOOKS, OTHER_LANGUAGES, Served, Visit, in_the_browsers_loop
from tests.browser.town import FINANCE, NOW, Town

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("town")]

MARTA = "marta.ozolina@example.org"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@asynccontextmanager
async def visiting(browser: Browser, served: Served, path: str, **context: Any) -> AsyncIterator[Visit]:
    """Somebody's browser, in front of a page of ours."""
    wanted = {"locale": "en-GB", "timezone_id": "Europe/Riga", "viewport": {"width": 390, "height": 844}, **context}
    opened = await browser.new_context(**wanted)
    page = await opened.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.goto(served.settings.issuer + path)
    try:
        yield Visit(opened, page, problems)
    finally:
        await opened.close()


async def looked_at(visit: Visit, name: str) -> None:
    """Look in every width and theme."""
    found = {}
    for width, theme in LOOKS:
        await visit.see(width, theme)
        await visit.picture(f"{name}-{width}-{theme}", whole=True)
        assert await visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (name, width)
        found[f"{width} {theme}"] = await visit.violations()
    assert not any(found.values()), found


@in_the_browsers_loop
async def marta(town: Town) -> str:
    """A member who gave her e-mail address."""
    command = EnrolMember(
        partner_id=town.partner_ids["olla"],
        idempotency_key="marta by mail",
        identifiers=(Identifier.email(MARTA),),
        details=PersonalDetails(email=MARTA),
    )
    keys = MemberKeys(town.keys.lookups, town.keys.personal_data)
    await enrol(town.database.pool, command, keys=keys, now=NOW)
    return MARTA


@in_the_browsers_loop
async def shop() -> AsyncIterator[str]:
    """The storefront's own page, on another origin than ours."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b"<title>Shop</title><h1>Back at the shop</h1>"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/back"


@in_the_browsers_loop
async def asking(town: Town, shop: str) -> str:
    """Where a storefront of the grocer sends its members."""
    command = CreateClient(
        name="Olla web shop",
        scopes=frozenset({Scope.BALANCE_READ, Scope.HISTORY_READ, Scope.REDEMPTIONS_WRITE}),
        partner_id=town.partner_ids["olla"],
        redirect_uris=(shop,),
        dpop_bound=False,
    )
    made = await town.do(registering.create, command, now=NOW)
    query = {
        "response_type": "code",
        "client_id": str(made.client.client_id),
        "redirect_uri": shop,
        "scope": "openid balance:read history:read redemptions:write",
        "state": "there",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return f"/oauth/authorize?{urlencode(query)}"


async def code_of(served: Served) -> str:
    """The code of the newest mail, which is sent when the page is answered already."""
    async with asyncio.timeout(10):
        while (kept := mailing.newest(mailing.folder_of(served.settings))) is None:  # noqa: ASYNC110 -- a folder tells nobody
            await asyncio.sleep(0.05)
    [code] = re.findall(r"\d{4} \d{4}", mailing.read(kept).subject)
    return str(code)


async def by_keyboard(page: Page, address: str, served: Served) -> None:
    """Sign in with nothing but a keyboard."""
    await page.get_by_label("E-mail address").focus()
    await page.keyboard.type(address)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    await expect(page.get_by_label("Eight digits")).to_be_focused()
    await page.keyboard.type(await code_of(served))
    await page.keyboard.press("Enter")


async def test_a_member_signs_in_and_consents_by_keyboard_alone(
    served: Served, browser: Browser, marta: str, asking: str, shop: str
) -> None:
    async with visiting(browser, served, asking) as visit:
        page = visit.page
        await looked_at(visit, "page-sign-in")
        await page.get_by_role("button", name="Send me a code").click()
        await expect(page.locator("#email-trouble")).to_contain_text("not an e-mail address")
        await looked_at(visit, "page-sign-in-problem")
        await page.get_by_label("E-mail address").fill(marta)
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Eight digits")).to_be_focused()
        await looked_at(visit, "page-code")
        await page.keyboard.type("00000000")
        await page.keyboard.press("Enter")
        await expect(page.locator("#code-trouble")).to_contain_text("You have 4 tries left.")
        await looked_at(visit, "page-code-problem")
        await page.keyboard.type(await code_of(served))
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="May Olla Groceries connect")).to_be_visible()
        await looked_at(visit, "page-consent")
        await page.get_by_role("checkbox").nth(2).focus()
        await page.keyboard.press("Space")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Allow")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Back at the shop")).to_be_visible()
        assert page.url.startswith(f"{shop}?code=")
        await page.goto(served.settings.issuer + "/account")
        await expect(page.get_by_text("Olla Groceries may see how many points you have")).to_be_visible()
        await expect(page.get_by_text("Olla Groceries may spend your points")).not_to_be_visible()
        await looked_at(visit, "page-account")
        assert [said for said in visit.problems if "status of 400" not in said] == []


@pytest.mark.slow
async def test_going_back_after_the_answer_answers_nothing_again(
    served: Served, browser: Browser, marta: str, asking: str
) -> None:
    async with visiting(browser, served, asking) as visit:
        page = visit.page
        await by_keyboard(page, marta, served)
        await page.get_by_role("button", name="Refuse").click()
        await expect(page.get_by_role("heading", name="Back at the shop")).to_be_visible()
        await page.go_back()
        await expect(page.get_by_role("heading", name="This was answered")).to_be_visible()
        await looked_at(visit, "page-answered")


@pytest.mark.slow
async def test_somebody_who_works_for_a_partner(served: Served, browser: Browser, asking: str) -> None:
    async with visiting(browser, served, "/health") as visit:
        page = visit.page
        await page.goto(await served.link("/account", person=FINANCE))
        await expect(page.get_by_role("button", name="Sign in")).to_be_focused()
        await looked_at(visit, "page-link")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Your account")).to_be_visible()
        await looked_at(visit, "page-account-person")
        await page.goto(served.settings.issuer + asking)
        await expect(page.get_by_role("heading", name="This is for members")).to_be_visible()
        await looked_at(visit, "page-not-a-member")
        await page.goto(served.settings.issuer + "/sign-in?fresh=1&landing=/account")
        await looked_at(visit, "page-fresh-person")


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.slow), *OTHER_LANGUAGES])
async def test_every_language_fits(served: Served, browser: Browser, marta: str, asking: str, language: str) -> None:
    async with visiting(browser, served, f"/sign-in?lang={language}") as visit:
        page = visit.page
        await page.goto(served.settings.issuer + asking)
        await expect(page.locator("html")).to_have_attribute("lang", language)
        await looked_at(visit, f"page-sign-in-{language}")
        await page.locator("#email").fill(marta)
        await page.keyboard.press("Enter")
        await expect(page.locator("#code")).to_be_focused()
        await looked_at(visit, f"page-code-{language}")
        await page.keyboard.type(await code_of(served))
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("checkbox").first).to_be_visible()
        await looked_at(visit, f"page-consent-{language}")
        await page.goto(served.settings.issuer + "/account")
        await looked_at(visit, f"page-account-{language}")


async def test_without_scripts_a_member_signs_in_all_the_same(served: Served, browser: Browser, marta: str) -> None:
    async with visiting(browser, served, "/sign-in?landing=/account", java_script_enabled=False) as visit:
        await by_keyboard(visit.page, marta, served)
        await expect(visit.page.get_by_role("heading", name="Your account")).to_be_visible()


async def test_a_page_that_nobody_is_signed_in_to_leads_to_the_sign_in_and_back(
    served: Served, browser: Browser, marta: str
) -> None:
    async with visiting(browser, served, "/app/?from=mail") as visit:
        await visit.page.get_by_role("button", name="Sign in").click()
        await by_keyboard(visit.page, marta, served)
        await visit.page.wait_for_url("**/app/?from=mail")
        await expect(visit.page.get_by_test_id("balance")).to_be_visible()
