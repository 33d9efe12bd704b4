"""Every state of both pages, in both themes and widths: nothing that axe objects to, no jump while it loads.

The pictures go to test-results/, for people to look at.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Route, expect

from tests.browser.serving import LOOKS, Served, Visit, in_the_browsers_loop, visit
from tests.browser.town import Town

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("town")]

MOST_SHIFT = 0.02


@in_the_browsers_loop
async def wallet(served: Served, browser: Browser) -> AsyncIterator[Visit]:
    """Marta's wallet."""
    visiting = await visit(browser, served, "/app/")
    await expect(visiting.page.get_by_test_id("balance")).to_be_visible()
    yield visiting
    await visiting.context.close()


@in_the_browsers_loop
async def statement(served: Served, browser: Browser) -> AsyncIterator[Visit]:
    """The grocer's statement."""
    visiting = await visit(browser, served, "/console/statements/2026-02")
    await expect(visiting.page.get_by_role("heading", name="Statement 2026-02")).to_be_visible()
    yield visiting
    await visiting.context.close()


async def looked_at(visiting: Visit, name: str, *, whole: bool = False) -> None:
    """Look in every width and theme."""
    found = {}
    for width, theme in LOOKS:
        await visiting.see(width, theme)
        await visiting.picture(f"{name}-{width}-{theme}", whole=whole)
        assert await visiting.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width
        found[f"{width} {theme}"] = await visiting.violations()
    assert not any(found.values()), found


async def test_the_wallet(wallet: Visit) -> None:
    assert sum(await wallet.page.evaluate("window.shifts")) <= MOST_SHIFT
    await looked_at(wallet, "wallet", whole=True)


@pytest.mark.slow
async def test_a_receipt(wallet: Visit) -> None:
    await wallet.page.get_by_role("link", name="Paid with points").first.click()
    await expect(wallet.page.get_by_role("heading", name="Paid with points")).to_be_visible()
    await looked_at(wallet, "receipt", whole=True)


@pytest.mark.slow
async def test_the_wallet_that_is_still_empty(town: Town, served: Served, browser: Browser) -> None:
    await town.member("HANSA9999")
    visiting = await visit(browser, served, "/app/", card="HANSA9999")
    await expect(visiting.page.get_by_text("Nothing has happened yet.")).to_be_visible()
    await looked_at(visiting, "wallet-empty")


@pytest.mark.slow
async def test_the_wallet_on_a_lost_line(wallet: Visit) -> None:
    await wallet.context.set_offline(True)
    await expect(wallet.page.get_by_text("No connection.")).to_be_visible()
    await looked_at(wallet, "wallet-lost")


@pytest.mark.slow
async def test_the_wallet_while_it_loads_and_when_it_cannot(wallet: Visit) -> None:
    async def never(_route: Route) -> None:
        return

    await wallet.page.route("**/graphql", never)
    await wallet.page.reload()
    await expect(wallet.page.get_by_role("status").get_by_text("Loading")).to_be_attached()
    await looked_at(wallet, "wallet-loading")
    await wallet.page.unroute("**/graphql")
    await wallet.page.route("**/graphql", lambda route: route.abort())
    await wallet.page.reload()
    await expect(wallet.page.get_by_role("alert")).to_contain_text("We cannot reach the server")
    await looked_at(wallet, "wallet-unreachable")
    await wallet.page.unroute("**/graphql")
    await wallet.page.get_by_role("button", name="Try again").click()
    await expect(wallet.page.get_by_test_id("balance")).to_be_visible()


async def test_a_wallet_nobody_is_signed_in_to(served: Served, browser: Browser) -> None:
    context = await browser.new_context(locale="en-GB")
    page = await context.new_page()
    await page.goto(f"{served.settings.issuer}/app/")
    await expect(page.get_by_role("heading", name="Points that many shops honour")).to_be_visible()
    await looked_at(Visit(context, page, []), "signed-out")


@pytest.mark.slow
async def test_the_statement(statement: Visit) -> None:
    assert sum(await statement.page.evaluate("window.shifts")) <= MOST_SHIFT
    await looked_at(statement, "statement", whole=True)


@pytest.mark.slow
async def test_the_statement_with_a_line_opened(statement: Visit) -> None:
    await statement.page.get_by_role("link", name="Points awarded").click()
    await expect(statement.page.get_by_test_id("verdict")).to_be_visible()
    await looked_at(statement, "statement-part")
    await statement.page.get_by_role("button", name="Show 50 more").click()
    await expect(statement.page.get_by_test_id("verdict")).to_contain_text("They add up")
    await looked_at(statement, "statement-whole")


@pytest.mark.slow
async def test_the_statement_with_a_tax_line_opened(statement: Visit) -> None:
    await statement.page.get_by_role("link", name="Tax on charges").click()
    await expect(statement.page.locator(".drill-rows tbody tr").first).to_be_visible()
    await looked_at(statement, "statement-tax")


@pytest.mark.slow
async def test_the_statement_of_an_open_cycle(statement: Visit) -> None:
    await statement.page.get_by_role("link", name="2026-03").click()
    await expect(statement.page.get_by_role("heading", name="2026-03 is still open")).to_be_visible()
    await looked_at(statement, "statement-early")
