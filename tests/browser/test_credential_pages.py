"""Passkeys, passwords and authenticators in a real browser, with an authenticator that the browser plays.

The pictures go to test-results/, for people to look at.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.async_api import Browser, Page, expect
from pydantic import SecretStr

from hansa.settings import Settings
from partners.sign_in.words import LANGUAGES
from tests.browser.serving import (
    OTHER_LANGUAGES,
    SECRET,
    Served,
    Visit,
    bundle,
    chromium,
    in_the_browsers_loop,
    settings_for,
)
from tests.browser.test_pages import looked_at, visiting
from tests.browser.town import FINANCE

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("town")]

PASSWORD = "seven quiet lamps"
OWN_DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@in_the_browsers_loop
async def served(database_url: str, tmp_path: Path) -> Served:
    """A server with a name, since passkeys are bound to one."""
    chromium()
    port = settings_for(database_url, tmp_path).port
    settings = Settings(
        database_url=database_url,
        home=tmp_path,
        secret_key=SecretStr(SECRET),
        port=port,
        issuer=f"http://localhost:{port}",
        connections=4,
    )
    return Served(settings, await bundle())


@asynccontextmanager
async def invited(browser: Browser, served: Served, **context: Any) -> AsyncIterator[Visit]:
    """Somebody of finance comes by an invitation's link."""
    async with visiting(browser, served, "/sign-in", **context) as visit:
        await visit.page.goto(await served.link("/account", person=FINANCE))
        await visit.page.locator("#by-link button").click()
        await visit.page.wait_for_url("**/account")
        yield visit


async def with_device(visit: Visit, **wanted: Any) -> None:
    """Give the browser an authenticator of its own."""
    devices = await visit.context.new_cdp_session(visit.page)
    await devices.send("WebAuthn.enable")
    await devices.send("WebAuthn.addVirtualAuthenticator", {"options": {**OWN_DEVICE, **wanted}})


async def secret_on(page: Page) -> str:
    """The key that the page shows for typing."""
    return (await page.locator(".key code").inner_text()).replace(" ", "")


async def sign_out(page: Page) -> None:
    await page.locator(".masthead form button").click()
    await page.wait_for_url("**/sign-in")


async def set_a_password(visit: Visit, name: str = "") -> str:
    """Choose a password and set an authenticator up, looking at each page; its secret."""
    page = visit.page
    await page.locator("a[href='/account/password']").click()
    await expect(page.locator("#password")).to_be_focused()
    await looked_at(visit, f"page-password-choose{name}")
    await page.locator("#password").fill("password1234")
    await page.keyboard.press("Enter")
    await expect(page.locator("#password-trouble")).to_be_visible()
    await looked_at(visit, f"page-password-weak{name}")
    await page.locator("[data-shows] input").check()
    await page.locator("#password").fill(PASSWORD)
    assert await page.locator("#password").get_attribute("type") == "text"
    await page.locator("main form button").click()
    await page.wait_for_url("**/account/authenticator")
    await looked_at(visit, f"page-authenticator-set-up{name}")
    secret = await secret_on(page)
    await page.locator("#code").fill(pyotp.TOTP(secret).at(datetime.now(UTC)))
    await page.keyboard.press("Enter")
    await expect(page.locator(".recovery-codes li")).to_have_count(10)
    await looked_at(visit, f"page-recovery-codes{name}")
    await page.locator("main a.action").click()
    await page.wait_for_url("**/account")
    return secret


@pytest.mark.slow
async def test_somebody_invited_adds_a_passkey_and_signs_in_with_it(served: Served, browser: Browser) -> None:
    async with invited(browser, served) as visit:
        page = visit.page
        await with_device(visit)
        await expect(page.get_by_role("status")).to_contain_text("Set up how you will sign in")
        await looked_at(visit, "page-account-invited")
        await page.get_by_label("Name of a new passkey").fill("Office laptop")
        await page.get_by_role("button", name="Add a passkey").click()
        await expect(page.get_by_role("button", name="Remove Office laptop")).to_be_visible()
        await expect(page.get_by_role("status")).not_to_be_visible()
        await looked_at(visit, "page-account-passkey")
        await page.get_by_role("button", name="Add a passkey").click()
        await expect(page.get_by_text("This device keeps a passkey for you already.")).to_be_visible()
        await looked_at(visit, "page-account-passkey-known")
        await page.get_by_role("button", name="Remove Office laptop").click()
        await expect(page.get_by_role("heading", name="Nothing was changed")).to_be_visible()
        await looked_at(visit, "page-last-way-in")
        await page.get_by_role("link", name="Back to your account").click()
        await sign_out(page)
        await page.get_by_role("button", name="Use a passkey").focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/account")
        await expect(page.get_by_text("Last used")).to_be_visible()
        assert [said for said in visit.problems if "status of 400" not in said] == []


async def test_a_device_that_does_not_know_its_owner_signs_nobody_in(served: Served, browser: Browser) -> None:
    async with invited(browser, served) as visit:
        await with_device(visit, isUserVerified=False)
        await visit.page.get_by_role("button", name="Add a passkey").click()
        await expect(visit.page.get_by_text("No passkey was used.")).to_be_visible()
        await expect(visit.page.get_by_role("button", name="Add a passkey")).to_be_enabled()


@pytest.mark.slow
async def test_somebody_invited_sets_a_password_and_an_authenticator_and_signs_in(
    served: Served, browser: Browser
) -> None:
    async with invited(browser, served) as visit:
        page = visit.page
        secret = await set_a_password(visit)
        await expect(page.get_by_text("10 recovery codes are left.")).to_be_visible()
        await looked_at(visit, "page-account-password")
        await sign_out(page)
        await page.get_by_role("link", name="Sign in with a password").click()
        await looked_at(visit, "page-password")
        await page.get_by_label("E-mail address").fill(FINANCE)
        await page.get_by_label("Password").fill("seven loud lamps")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert").filter(has_text="not right")).to_be_visible()
        await looked_at(visit, "page-password-problem")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Six digits")).to_be_focused()
        await looked_at(visit, "page-second-factor")
        await page.keyboard.type("000000")
        await page.keyboard.press("Enter")
        await expect(page.locator("#code-trouble")).to_be_visible()
        await looked_at(visit, "page-second-factor-problem")
        await page.locator("#code").fill(pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=30)))
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/account")
        assert [said for said in visit.problems if "status of 400" not in said] == []


async def test_a_browser_without_passkeys_says_so(served: Served, browser: Browser) -> None:
    async with visiting(browser, served, "/sign-in") as visit:
        await visit.context.add_init_script("delete window.PublicKeyCredential")
        await visit.page.reload()
        await expect(visit.page.get_by_text("Passkeys do not work in this browser")).to_be_visible()
        await expect(visit.page.get_by_role("button", name="Use a passkey")).not_to_be_visible()
        await looked_at(visit, "page-sign-in-without-passkeys")


async def test_without_scripts_a_password_signs_in_all_the_same(served: Served, browser: Browser) -> None:
    async with visiting(browser, served, "/sign-in/password", java_script_enabled=False) as visit:
        page = visit.page
        await expect(page.get_by_role("button", name="Use a passkey")).not_to_be_visible()
        await page.get_by_label("E-mail address").fill(FINANCE)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("not right")


@pytest.mark.slow
@pytest.mark.parametrize("language", OTHER_LANGUAGES)
async def test_every_language_fits(served: Served, browser: Browser, language: str) -> None:
    async with invited(browser, served) as visit:
        page = visit.page
        await with_device(visit)
        await page.goto(f"{served.settings.issuer}/account?lang={language}")
        await looked_at(visit, f"page-account-invited-{language}")
        await page.locator("#passkey-name").fill(re.sub(r"\W", "", LANGUAGES[language]))
        await page.locator("form[data-ceremony] button").click()
        await expect(page.locator("input[name=passkey]")).to_have_count(1)
        await set_a_password(visit, f"-{language}")
        await looked_at(visit, f"page-account-both-{language}")
        await sign_out(page)
        await page.goto(f"{served.settings.issuer}/sign-in/password")
        await looked_at(visit, f"page-password-{language}")
