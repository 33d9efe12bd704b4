"""A partner's statement in a real browser: from the net down to the movements of points, by one address each."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.serving import Served, Visit, visit
from tests.browser.town import PREPARER

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("town")]


async def at_statement(browser: Browser, served: Served) -> Visit:
    """The grocer's newest statement, on the screen."""
    visiting = await visit(browser, served, "/console/statements/2026-02")
    await visiting.see(1440, "light")
    await expect(visiting.page.get_by_role("heading", name="Statement 2026-02")).to_be_visible()
    return visiting


async def figures(cells: Locator) -> list[str]:
    """The text of figures, without what only aligns them."""
    return [text.strip() for text in await cells.all_inner_texts()]


async def cents(cells: Locator) -> list[int]:
    """Amounts with a real minus, in cents."""
    return [int(re.sub(r"[^\d−]", "", text).replace("−", "-")) for text in await figures(cells)]


async def test_the_lines_add_up_to_their_kinds_and_the_kinds_to_what_is_paid(served: Served, browser: Browser) -> None:
    visiting = await at_statement(browser, served)
    page = visiting.page
    kinds = await cents(page.locator(".kind-row .amount"))
    lines = await cents(page.locator(".line-row .amount"))
    opening, net, closing = await cents(page.locator(".balance-row .amount"))
    assert sum(lines) == sum(kinds) == net
    assert opening + net == closing
    assert net < 0
    paid = f"You pay €{-closing // 100}.{-closing % 100:02}"
    await expect(page.get_by_test_id("closing")).to_have_text(paid)
    assert visiting.problems == []


async def test_a_line_opens_its_movements_which_add_up_to_it_to_the_last_decimal(
    served: Served, browser: Browser
) -> None:
    page = (await at_statement(browser, served)).page
    await page.get_by_role("link", name="Points awarded").click()
    verdict = page.get_by_test_id("verdict")
    await expect(verdict).to_contain_text("50 movements:")
    await expect(verdict).to_contain_text("Only a part of the line so far.")
    await page.get_by_role("button", name="Show 50 more").click()
    await expect(verdict).to_contain_text("57 movements:")
    await expect(verdict).to_contain_text("They add up to the line, to the last decimal.")
    points = sum(await cents(page.locator(".drill tbody td:nth-child(4)")))
    assert f"{points:,}" in (await figures(page.locator(".line-row.chosen .points")))


async def test_every_line_of_the_statement_agrees_with_what_lies_below_it(served: Served, browser: Browser) -> None:
    visiting = await at_statement(browser, served)
    page = visiting.page
    for number in await page.locator("a[data-line]").evaluate_all("links => links.map((link) => link.dataset.line)"):
        await page.locator(f'a[data-line="{number}"]').click()
        await expect(page.locator(".drill .formula-amount")).to_be_visible()
        await expect(page.locator(".drill .drill-rows tbody tr").first).to_be_visible()
        if await page.get_by_role("button", name="Show 50 more").is_visible():
            await page.get_by_role("button", name="Show 50 more").click()
        if await page.get_by_test_id("verdict").count():
            await expect(page.get_by_test_id("verdict")).to_contain_text("They add up to the line")
    assert visiting.problems == []


@pytest.mark.slow
async def test_the_address_opens_the_same_line_for_a_colleague(served: Served, browser: Browser) -> None:
    page = (await at_statement(browser, served)).page
    await page.get_by_role("link", name="Your points, spent there").first.click()
    await expect(page.locator(".drill h2")).to_have_text("Your points, spent there")
    address = urlsplit(page.url)
    assert re.fullmatch(r"/console/statements/2026-02\?line=\d+", f"{address.path}?{address.query}")
    chosen = await page.locator(".line-row.chosen").inner_text()
    colleague = await visit(browser, served, f"{address.path}?{address.query}")
    await colleague.see(1440, "light")
    await expect(colleague.page.locator(".drill h2")).to_have_text("Your points, spent there")
    assert await colleague.page.locator(".line-row.chosen").inner_text() == chosen


@pytest.mark.slow
async def test_back_walks_back_and_the_cycles_are_a_rail(served: Served, browser: Browser) -> None:
    page = (await at_statement(browser, served)).page
    await page.get_by_role("link", name="Points awarded").click()
    await expect(page.get_by_test_id("verdict")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("heading", name="How it adds up")).to_be_visible()
    rail = page.get_by_role("navigation", name="Cycles")
    await rail.get_by_role("link", name="2026-01").click()
    await expect(page.get_by_role("heading", name="Statement 2026-01")).to_be_visible()
    await expect(page.get_by_text("Approved by a second person on Monday 16 February.")).to_be_visible()
    await rail.get_by_role("link", name="2026-03").click()
    await expect(page.get_by_role("heading", name="2026-03 is still open")).to_be_visible()
    await page.goto(f"{served.settings.issuer}/console/statements/1999-12")
    await expect(page.get_by_role("heading", name="There is no such cycle")).to_be_visible()


@pytest.mark.slow
async def test_the_lines_are_walked_by_the_keyboard(served: Served, browser: Browser) -> None:
    page = (await at_statement(browser, served)).page
    await page.get_by_role("link", name="Points awarded").focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("a[data-line]").nth(1)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".drill h2")).to_be_focused()


@pytest.mark.slow
async def test_another_partners_statement_is_not_to_be_had_by_address(served: Served, browser: Browser) -> None:
    page: Page = (await at_statement(browser, served)).page
    await page.goto(f"{served.settings.issuer}/console/statements/2026-02/tilia")
    await expect(page.locator(".statement-whose")).to_have_text("Olla Groceries")


@pytest.mark.slow
async def test_the_coalition_looks_at_any_partners_statement(served: Served, browser: Browser) -> None:
    visiting = await visit(browser, served, "/console/statements/2026-02/tilia", person=PREPARER)
    await visiting.see(1440, "light")
    page = visiting.page
    await expect(page.locator(".statement-whose")).to_have_text("Tilia Pharmacy")
    await expect(page.get_by_test_id("closing")).to_contain_text("Tilia Pharmacy receives")
    await page.get_by_role("combobox", name="Statement of").select_option("Olla Groceries")
    await expect(page.locator(".statement-whose")).to_have_text("Olla Groceries")
    await expect(page.get_by_test_id("closing")).to_contain_text("Olla Groceries pays")
    await expect(page.get_by_text("Olla Groceries may answer until Sunday 15 March.")).to_be_visible()
    await expect(page.get_by_text(re.compile("^You"))).to_have_count(0)
    assert urlsplit(page.url).path == "/console/statements/2026-02/olla"
    await page.get_by_role("link", name="Points awarded").click()
    await expect(page.get_by_test_id("verdict")).to_be_visible()
    await visiting.picture("statement-coalition-1440-light")
    assert await visiting.violations() == []
    assert visiting.problems == []
