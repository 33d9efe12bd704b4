"""A member's wallet in a real browser: exact, live, and back by itself after a lost line."""

from __future__ import annotations

import json
import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.serving import Served, Visit, visit
from tests.browser.town import Town

pytestmark = pytest.mark.browser

WELCOME = "Points that many shops honour"
KEPT = """() => new Promise((told) => {
    const opened = indexedDB.open("hansa-member");
    opened.onsuccess = () => {
        if (!opened.result.objectStoreNames.contains("kept")) return told([]);
        const read = opened.result.transaction("kept").objectStore("kept").getAll();
        read.onsuccess = () => told(read.result);
    };
})"""
"""What the page laid by for the time without a line."""
FRAMES = """() => {
    const shown = [];
    const figure = document.querySelector('[data-testid=balance]');
    new MutationObserver(() => shown.push([performance.now(), figure.firstChild.data])).observe(
        figure, { characterData: true, subtree: true, childList: true });
    window.shown = shown;
}"""


async def at_wallet(browser: Browser, served: Served) -> Visit:
    """Marta's wallet, on the screen."""
    visiting = await visit(browser, served, "/app/")
    await has(visiting.page, "384")
    return visiting


async def has(page: Page, points: str) -> None:
    """So many points can be spent."""
    await expect(page.get_by_test_id("balance")).to_have_text(re.compile(rf"^{points}\s+points?$"), timeout=15_000)


@pytest.mark.usefixtures("town")
async def test_the_wallet_shows_what_can_be_spent_who_funded_it_and_what_happens_when(
    served: Served, browser: Browser
) -> None:
    visiting = await at_wallet(browser, served)
    page = visiting.page
    funded = await page.locator(".provenance li").all_inner_texts()
    assert [" ".join(line.split()) for line in funded] == [
        "Nordwind Ferries 340",
        "Tilia Pharmacy 159",
        "Olla Groceries 145",
        "Kalna Kvass 80",
    ]
    assert await page.locator(".chip").all_inner_texts() == ["340 wait until 6 Mar", "384 expire on 31 Dec"]
    assert await page.locator(".day h3").first.inner_text() == "Today"
    assert await page.locator(".change").all_inner_texts() == ["+105", "+64", "+340", "−120", "+95", "+240"]
    assert visiting.problems == []


@pytest.mark.slow
@pytest.mark.usefixtures("town")
async def test_a_line_of_the_activity_leads_to_its_receipt(served: Served, browser: Browser) -> None:
    page = (await at_wallet(browser, served)).page
    line = page.get_by_role("link", name=re.compile("Nordwind Ferries.*Funded by Olla Groceries")).first
    await line.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Paid with points")).to_be_focused()
    movements = await page.locator(".movements li").all_inner_texts()
    assert [" ".join(movement.split()) for movement in movements] == ["Spent, funded by Olla Groceries −120"]


async def test_a_purchase_at_a_till_counts_the_balance_up_without_a_reload(
    town: Town, served: Served, browser: Browser
) -> None:
    visiting = await at_wallet(browser, served)
    page = visiting.page
    await page.evaluate("window.sameDocument = true")
    await page.evaluate(FRAMES)
    await town.buy([town.marta], "olla", {"olla": 777, "kvass": 123})
    await has(page, "1,284")
    assert await page.locator(".change").first.inner_text() == "+900"
    assert await page.evaluate("window.sameDocument")
    frames = await page.evaluate("window.shown")
    assert len(frames) > 2, "it was counted up, not merely replaced"
    assert 100 < frames[-1][0] - frames[0][0] < 1000
    assert visiting.problems == []


@pytest.mark.slow
async def test_points_that_are_spent_leave_the_balance_and_say_where(
    town: Town, served: Served, browser: Browser
) -> None:
    page = (await at_wallet(browser, served)).page
    await town.spend([town.marta], "nordwind", 300)
    await has(page, "84")
    assert await page.locator(".change").first.inner_text() == "−300"


@pytest.mark.slow
async def test_the_wallet_is_live_again_after_the_network_was_gone(
    town: Town, served: Served, browser: Browser
) -> None:
    visiting = await at_wallet(browser, served)
    page = visiting.page
    await visiting.context.set_offline(True)
    await expect(page.get_by_text("No connection.")).to_be_visible(timeout=15_000)
    await town.buy([town.marta], "tilia", {"tilia": 16})
    await has(page, "384")
    await visiting.context.set_offline(False)
    await has(page, "400")
    await expect(page.get_by_text("No connection.")).to_be_hidden()
    await town.buy([town.marta], "tilia", {"tilia": 50})
    await has(page, "450")


@pytest.mark.slow
async def test_the_wallet_is_live_again_after_the_server_was_started_anew(
    quiet_town: Town, served: Served, browser: Browser
) -> None:
    async with served.running():
        page = (await at_wallet(browser, served)).page
    await expect(page.get_by_text("No connection.")).to_be_visible(timeout=15_000)
    await quiet_town.buy([quiet_town.marta], "tilia", {"tilia": 16})
    async with served.running():
        await has(page, "400")


@pytest.mark.slow
@pytest.mark.usefixtures("town")
async def test_whoever_signs_out_sees_nothing_more_in_any_window(served: Served, browser: Browser) -> None:
    visiting = await at_wallet(browser, served)
    other = await visiting.context.new_page()
    await other.goto(f"{served.settings.issuer}/app/")
    await has(other, "384")
    await visiting.page.get_by_role("button", name="Sign out").click()
    await expect(visiting.page.get_by_role("heading", name=WELCOME)).to_be_visible()
    await expect(other.get_by_role("heading", name=WELCOME)).to_be_visible(timeout=15_000)


@pytest.mark.slow
@pytest.mark.usefixtures("town")
async def test_the_console_is_not_for_members(served: Served, browser: Browser) -> None:
    page = (await at_wallet(browser, served)).page
    await page.goto(f"{served.settings.issuer}/console/")
    await expect(page.get_by_role("heading", name="This page is for somebody else")).to_be_visible()
    await page.get_by_role("link", name="Go to your wallet").click()
    await has(page, "384")


@pytest.mark.usefixtures("town")
async def test_no_script_can_reach_the_session(served: Served, browser: Browser) -> None:
    visiting = await at_wallet(browser, served)
    page = visiting.page
    assert await page.evaluate("document.cookie") == ""
    kept = "[Object.entries(localStorage), Object.entries(sessionStorage), window.name].flat(2).join()"
    assert await page.evaluate(kept) == ""
    [cookie] = await visiting.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    session = await page.evaluate("fetch('/bff/session').then((answer) => answer.json())")
    [laid_by] = await page.evaluate(KEPT)
    assert set(laid_by) == {"shape", "at", "known"}
    assert set(laid_by["known"]) == {"owner", "cards", "programme", "now", "wallet", "timeline"}
    for secret in (cookie["value"], session["csrfToken"]):
        assert secret not in json.dumps(laid_by)


@pytest.mark.slow
@pytest.mark.usefixtures("town")
async def test_the_chosen_theme_is_there_before_anything_is_painted(served: Served, browser: Browser) -> None:
    page = (await at_wallet(browser, served)).page
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await page.evaluate(ground)
    await page.get_by_role("button", name="Use the dark theme").click()
    dark = await page.evaluate(ground)
    assert dark != light
    await page.reload(wait_until="commit")
    await page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert await page.evaluate(ground) == dark
