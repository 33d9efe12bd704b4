"""Campaigns: written in sentences, tried on the past, agreed to by who pays, live, and seen by what they came to."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.demonstration import Demo
from tests.browser.serving import Theme, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOP, MAKER, COALITION = "marketing@journey-market.test", "marketing@northwind.test", "admin@hansa.test"
WIDTHS = pytest.mark.parametrize("width", [390, 1440])
THEMES: tuple[Theme, ...] = ("light", "dark")
MOST_SHIFT = 0.02
NAME = "Forty on Fridays"


async def looked_at(visiting: Visit, name: str, width: int) -> None:
    """In both themes nothing that axe objects to, nothing beyond the edge; nothing jumped, nobody complained."""
    page = visiting.page
    assert sum(await page.evaluate("window.shifts")) <= MOST_SHIFT
    for theme in THEMES:
        await visiting.see(width, theme)
        await visiting.picture(f"campaigns-{name}-{width}-{theme}", whole=True)
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert await visiting.violations() == []
    assert visiting.problems == []


async def written(page: Page) -> None:
    """Fill in the editor: forty points from twenty on Fridays, three quarters paid by the maker."""
    await page.get_by_role("link", name="New campaign").click()
    await page.get_by_label("What people call it").fill(NAME)
    await page.get_by_label("What is given").select_option("FLAT")
    await page.get_by_label("Points", exact=True).fill("40")
    add = page.get_by_label("Add a sentence…")
    await add.select_option("amount")
    await page.get_by_label("Amount in USD").fill("20.00")
    await add.select_option("weekday")
    await page.get_by_label("Add a value").fill("Friday")
    await page.get_by_role("button", name="Let another partner pay, too").click()
    await page.get_by_label("Partner", exact=True).nth(1).select_option(label="Northwind Foods (maker 2)")
    shares = page.get_by_label("Per cent", exact=True)
    await shares.nth(0).fill("25")
    await shares.nth(1).fill("75")


@WIDTHS
async def test_a_campaign_is_written_in_sentences_tried_agreed_to_and_live(demo: Demo, width: int) -> None:
    shop = await demo.visit(SHOP, "/console/campaigns", width=width)
    page = shop.page
    await written(page)
    await expect(page.locator(".editor-side")).to_contain_text("The basket comes to at least US$20.00")
    await expect(page.locator(".condition code")).to_have_text("purchase.amount >= 2000 && weekday(at) == 5")
    await page.evaluate("window.shifts.length = 0")  # sentences make room for themselves while somebody adds them
    await looked_at(shop, "editor", width)
    await page.get_by_role("button", name="Save the draft").click()
    await expect(page.get_by_role("heading", level=1, name=NAME)).to_be_visible()
    await page.get_by_role("button", name="Look back").click()
    await expect(page.locator(".backtest-told")).to_be_visible(timeout=60_000)
    await page.evaluate("window.shifts.length = 0")  # what was asked for comes below what asks
    await looked_at(shop, "backtest", width)

    maker = await demo.visit(MAKER, "/console/campaigns", width=width)
    await maker.page.get_by_role("link", name=NAME).click()
    await expect(maker.page.get_by_text("You are asked to pay your share")).to_be_visible()
    await maker.page.get_by_role("button", name="Agree to these terms").click()
    await expect(maker.page.get_by_text("Agreed", exact=True)).to_be_visible()

    await page.reload()
    await page.get_by_role("button", name="Let it go live").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Let it go live").click()
    await expect(page.locator(".campaign-head .campaign-mark")).to_have_text("Live")
    await expect(page.get_by_role("heading", name="What it has come to")).to_be_visible()


@WIDTHS
async def test_what_a_campaign_came_to_stands_by_day_and_by_sponsor(demo: Demo, width: int) -> None:
    visiting = await demo.visit(SHOP, "/console/campaigns", width=width)
    page = visiting.page
    await page.get_by_role("searchbox", name="Filter campaigns").fill("own brands")
    await page.evaluate("window.shifts.length = 0")  # what is typed sifts what stands
    await page.get_by_role("link", name="Own brands count double").click()
    await expect(page.get_by_role("heading", name="Points day by day")).to_be_visible()
    await expect(page.locator(".sheet-table").first).to_contain_text("Journey Market")
    await looked_at(visiting, "results", width)


@WIDTHS
async def test_the_coalition_sees_everybodys_campaigns_on_a_calendar(demo: Demo, width: int) -> None:
    visiting = await demo.visit(COALITION, "/console/campaigns", width=width)
    page = visiting.page
    await expect(page.get_by_role("link", name="Cheese points")).to_be_visible()
    await expect(page.get_by_role("link", name="New campaign")).to_have_count(0)
    await looked_at(visiting, "list", width)
    await page.get_by_role("link", name="Calendar").click()
    await expect(page.get_by_role("link", name="Summer of drinks")).to_be_visible()
    await looked_at(visiting, "calendar", width)


async def test_what_was_typed_and_not_saved_is_there_again(demo: Demo) -> None:
    visiting = await demo.visit(SHOP, "/console/campaigns", width=1440)
    page = visiting.page
    await written(page)
    await expect(page.get_by_text("kept in this browser")).to_be_visible()
    await page.wait_for_timeout(600)
    page.on("dialog", lambda dialog: dialog.accept())
    await page.reload()
    await expect(page.get_by_label("What people call it")).to_have_value(NAME)
    await page.get_by_role("button", name="Begin from what is saved").click()
    await expect(page.get_by_label("What people call it")).to_have_value("")
