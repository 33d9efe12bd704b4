"""The members' app on its own: the card for the till, receipts with their reasons, and the time without a line."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.demonstration import CARD as ANNAS_CARD
from tests.browser.demonstration import Demo
from tests.browser.serving import WIDTHS, Served, Theme, Visit, visit
from tests.browser.test_wallet import KEPT, WELCOME, has
from tests.browser.town import CARD, Town

pytestmark = pytest.mark.browser

THEMES: tuple[Theme, ...] = ("light", "dark")
MOST_SHIFT = 0.02
LAID_BY = """async (wanted) => {
    const files = await caches.open("hansa-files-/app/");
    const names = (await files.keys()).map((one) => one.url);
    return wanted.every((part) => names.some((name) => name.includes(part)));
}"""
"""Whether the worker has the page and the card's own part."""


async def ready_for_no_line(page: Page) -> None:
    """The worker has all it needs."""
    await page.wait_for_function(LAID_BY, arg=["/app/", "/assets/app-", "/assets/CardPage-"], timeout=20_000)


async def looked_at(visiting: Visit, name: str, width: int) -> None:
    """In both themes nothing that axe objects to, and nothing beyond the edge."""
    found = {}
    for theme in THEMES:
        await visiting.see(width, theme)
        await visiting.picture(f"{name}-{width}-{theme}", whole=True)
        assert await visiting.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        found[theme] = await visiting.violations()
    assert not any(found.values()), found


@pytest.mark.slow
async def test_without_a_line_the_card_and_the_last_balance_are_there_until_the_session_ends(
    quiet_town: Town, served: Served, browser: Browser
) -> None:
    async with served.running():
        visiting = await visit(browser, served, "/app/")
        page = visiting.page
        await has(page, "384")
        await ready_for_no_line(page)
    await quiet_town.buy([quiet_town.marta], "tilia", {"tilia": 16})
    await page.goto(f"{served.settings.issuer}/app/")
    await expect(page.get_by_text(re.compile(r"You are offline\. As of \d\d:\d\d\."))).to_be_visible()
    await has(page, "384")
    assert await page.get_by_role("button", name="Sign out").count() == 0
    await page.get_by_role("link", name="Card", exact=True).click()
    await expect(page.get_by_role("img", name="Your card as a QR code")).to_be_visible()
    await page.get_by_role("link", name="Rewards").click()
    await expect(page.get_by_role("heading", name="This needs a connection")).to_be_focused()
    async with served.running():
        await page.get_by_role("link", name="Wallet").click()
        await has(page, "400")
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading", name=WELCOME)).to_be_visible()
        assert await page.evaluate(KEPT) == []


@pytest.mark.slow
async def test_nothing_of_the_api_lies_with_the_worker(served: Served, browser: Browser, town: Town) -> None:
    page = (await visit(browser, served, "/app/")).page
    await has(page, "384")
    await ready_for_no_line(page)
    await town.buy([town.marta], "tilia", {"tilia": 16})
    await has(page, "400")
    kept = await page.evaluate(
        "caches.keys().then(async (names) => (await Promise.all(names.map("
        "async (name) => (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname)))).flat())"
    )
    assert kept
    assert not [path for path in kept if path != "/app/" and not path.startswith("/assets/")]


@pytest.mark.slow
@pytest.mark.usefixtures("town")
async def test_a_kept_wallet_looks_well(served: Served, browser: Browser) -> None:
    visiting = await visit(browser, served, "/app/")
    await has(visiting.page, "384")
    await ready_for_no_line(visiting.page)
    await visiting.page.route("**/bff/session", lambda route: route.abort())
    await visiting.page.reload()
    await expect(visiting.page.get_by_text("You are offline.")).to_be_visible()
    for width in WIDTHS:
        await looked_at(visiting, "wallet-offline", width)


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
async def test_a_member_reads_why_a_purchase_earned_what_it_did(demo: Demo, width: int) -> None:
    visiting = await demo.visit(ANNAS_CARD, "/app/", width=width)
    page = visiting.page
    await expect(page.get_by_test_id("balance")).to_be_visible(timeout=15_000)
    assert sum(await page.evaluate("window.shifts")) <= MOST_SHIFT
    await looked_at(visiting, "member-wallet", width)
    await page.get_by_role("link", name="Activity", exact=True).click()
    await expect(page.get_by_role("heading", name="Activity", level=1)).to_be_focused()
    await expect(page).to_have_title("Activity · Hansa")
    await looked_at(visiting, "member-activity", width)
    await page.get_by_label("What").select_option(label="Purchase")
    await page.locator(".line-head").first.click()
    awards = page.locator(".award")
    await expect(awards.first).to_contain_text("point")
    told = sum([int(one) for one in await awards.locator(".change").all_inner_texts()])
    assert told == int(await page.locator(".receipt-change .change").inner_text())
    await looked_at(visiting, "member-receipt", width)
    await page.get_by_role("link", name="All activity").click()
    await expect(page.get_by_role("heading", name="Activity", level=1)).to_be_focused()
    assert visiting.problems == []


@pytest.mark.slow
@pytest.mark.usefixtures("town")
async def test_the_balance_of_a_past_day_is_what_the_wallet_said_then(served: Served, browser: Browser) -> None:
    page = (await visit(browser, served, "/app/")).page
    await has(page, "384")
    await page.get_by_role("link", name="Activity", exact=True).click()
    await page.get_by_text("Balance on a day").click()
    await page.get_by_label("Day", exact=True).fill("2026-01-20")
    await expect(page.locator(".past-answer strong")).to_have_text("240 points")


@pytest.mark.slow
@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("width", WIDTHS)
async def test_the_card_is_shown_to_its_member_alone_and_fills_the_screen(
    served: Served, browser: Browser, width: int
) -> None:
    visiting = await visit(browser, served, "/app/")
    page = visiting.page
    await visiting.see(width, "light")
    await has(page, "384")
    await page.get_by_role("link", name="Show your card").click()
    dialog = page.get_by_role("dialog", name="Your card")
    await expect(dialog.get_by_role("img", name="Your card as a bar code")).to_be_visible()
    await expect(dialog).to_contain_text("\u00a0".join(re.findall(".{1,4}", CARD)))
    grounds = []
    for theme in THEMES:
        await visiting.see(width, theme)
        await visiting.picture(f"card-full-{width}-{theme}")
        grounds.append(await dialog.evaluate("(one) => getComputedStyle(one).backgroundColor"))
    assert set(grounds) == {"rgb(255, 255, 255)"}
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(page).to_have_url(re.compile("/app/card$"))
    await looked_at(visiting, "card", width)
    assert visiting.problems == []


@pytest.mark.slow
@pytest.mark.usefixtures("town")
async def test_the_way_between_rooms_is_walked_by_keyboard(served: Served, browser: Browser) -> None:
    page = (await visit(browser, served, "/app/")).page
    await has(page, "384")
    await page.locator("body").press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#content")).to_be_focused()
    for room, title in (("Card", "Card · Hansa"), ("Activity", "Activity · Hansa"), ("Wallet", "Wallet · Hansa")):
        link = page.get_by_role("navigation").get_by_role("link", name=room, exact=True)
        await link.focus()
        await page.keyboard.press("Enter")
        await expect(link).to_have_attribute("aria-current", "page")
        await expect(page).to_have_title(title)
        await expect(page.get_by_role("heading", level=1)).to_be_focused()
