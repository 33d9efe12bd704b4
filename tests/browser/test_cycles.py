"""Cycles in a real browser: who pays and receives, steps of two persons, the way from a net to a basket and back."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from partners.people import admitting
from partners.people.admitting import AdmitPerson
from partners.scopes import PersonRole
from tests.browser.cycles import step
from tests.browser.demonstration import Demo
from tests.browser.serving import LOOKS, WIDTHS, Served, Visit, visit
from tests.browser.town import JANUARY, PREPARER, Town

pytestmark = pytest.mark.browser

APPROVER = "approval@hansa.example"
FINANCE = "finance@journey-market.test"
MOST_SHIFT = 0.02
PATIENCE = 20_000
"""Milliseconds until a room of the demonstration has all its figures, on a machine that has much to do."""


def cents(shown: list[str]) -> list[int]:
    """Amounts with a real minus, in cents."""
    return [int(re.sub(r"[^\d−]", "", text).replace("−", "-")) for text in shown]


async def looked_at(visiting: Visit, name: str) -> None:
    """Nothing that axe objects to, and nothing beside the screen, in every width and theme."""
    found = {}
    for width, theme in LOOKS:
        await visiting.see(width, theme)
        await visiting.picture(f"{name}-{width}-{theme}", whole=True)
        assert await visiting.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width
        found[f"{width} {theme}"] = await visiting.violations()
    assert not any(found.values()), found


async def test_all_nets_stand_about_one_zero_line_and_come_to_nothing(
    town: Town, served: Served, browser: Browser
) -> None:
    visiting = await visit(browser, served, "/console/", person=PREPARER)
    await visiting.see(1440, "light")
    page = visiting.page
    await expect(page.get_by_role("heading", name="Who pays, who receives")).to_be_visible()
    nets = cents(await page.locator(".overview-sheet .bar-figure").all_inner_texts())
    assert len(nets) > len(town.partner_ids)
    assert sum(nets) == 0
    await expect(page.locator(".bars-total-figure")).to_have_text("€0.00")
    assert visiting.problems == []


async def taken_back(page: Page, reason: str) -> None:
    """Take a proposal back, which is not done without a reason."""
    await page.get_by_role("button", name="Take back").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Take back").click()
    await expect(dialog.get_by_text("Say why it is taken back.")).to_be_visible()
    await dialog.get_by_label("Why").fill(reason)
    await dialog.get_by_role("button", name="Take back").click()
    await expect(page.locator(".stations .here")).to_contain_text("Computed")
    await expect(page.get_by_text(reason)).to_be_visible()


@pytest.mark.slow
async def test_two_persons_lead_a_cycle_from_open_to_approved(town: Town, served: Served, browser: Browser) -> None:
    second = AdmitPerson(
        name="Vera Second",
        email=APPROVER,
        roles=frozenset({PersonRole.COALITION_APPROVER}),
        partner_id=None,
    )
    await town.do(admitting.admit, second, now=JANUARY)
    preparing = await visit(browser, served, "/console/cycles/2026-02", person=PREPARER)
    await preparing.see(1440, "light")
    await taken_back(preparing.page, "A contract was wrong")
    await step(preparing.page, "Propose", then="Proposed")
    await expect(preparing.page.get_by_role("button", name="Approve")).to_have_count(0)
    approving = await visit(browser, served, "/console/cycles/2026-02", person=APPROVER)
    await approving.see(1440, "light")
    await step(approving.page, "Approve", then="Approved")
    await preparing.page.get_by_role("navigation", name="Cycles").get_by_role("link", name="2026-03").click()
    await step(preparing.page, "Cut off", then="Cut off")
    await step(preparing.page, "Compute", then="Computed")
    await step(preparing.page, "Propose", then="Proposed")
    await approving.page.goto(f"{served.settings.issuer}/console/cycles/2026-03")
    await step(approving.page, "Approve", then="Approved")
    await approving.picture("cycle-approved")
    assert approving.problems == preparing.problems == []


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
async def test_finance_goes_from_the_net_to_a_basket_and_back(demo: Demo, width: int) -> None:
    visiting = await demo.visit(FINANCE, "/console/", width=width)
    page = visiting.page
    await page.get_by_role("link", name="Open the statement").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Statement", timeout=PATIENCE)
    await page.get_by_role("link", name="Points awarded").click()
    await page.locator(".drill-rows a").first.click()
    await expect(page.get_by_role("heading", name="The basket")).to_be_visible(timeout=PATIENCE)
    campaign = page.locator(".movement-campaign a")
    await expect(campaign).to_be_visible(timeout=PATIENCE)
    await expect(page.locator(".basket .earned").first).to_be_visible(timeout=PATIENCE)
    await expect(page.locator(".basket-awards .moved")).to_contain_text(await campaign.inner_text())
    items = cents(await page.locator(".basket tbody td:last-child").all_inner_texts())
    assert sum(items) == cents(await page.locator(".basket tfoot td").all_inner_texts())[0]
    await looked_at(visiting, f"basket-from-{width}")
    await visiting.see(width, "light")
    address = urlsplit(page.url)
    colleague = await demo.visit(FINANCE, f"{address.path}?{address.query}", width=width)
    await expect(colleague.page.get_by_role("heading", name="The basket")).to_be_visible(timeout=PATIENCE)
    await page.locator(".path").get_by_role("link", name="Points awarded").click()
    await expect(page.get_by_test_id("verdict")).to_be_visible(timeout=PATIENCE)
    await page.locator(".path").get_by_role("link").click()
    await expect(page.locator(".drill.sums")).to_have_count(1)
    assert visiting.problems == colleague.problems == []


@pytest.mark.slow
async def test_the_rooms_of_a_cycle_are_readable_in_every_look(demo: Demo) -> None:
    for who, landing, heading, name in (
        ("preparer@hansa.test", "/console/", "Who pays, who receives", "overview"),
        ("preparer@hansa.test", "/console/cycles/2017-01", "Who owes whom", "cycle"),
        (FINANCE, "/console/", "How it adds up", "overview-own"),
    ):
        visiting = await demo.visit(who, landing, width=1440)
        await expect(visiting.page.get_by_role("heading", name=heading)).to_be_visible(timeout=PATIENCE)
        await visiting.page.wait_for_load_state("networkidle")
        assert sum(await visiting.page.evaluate("window.shifts")) <= MOST_SHIFT, name
        await looked_at(visiting, name)
        assert visiting.problems == [], name
        await visiting.context.close()


@pytest.mark.slow
async def test_netting_shows_the_same_parties_before_and_after(demo: Demo) -> None:
    visiting = await demo.visit("preparer@hansa.test", "/console/cycles/2017-01", width=1440)
    page = visiting.page
    rows = page.locator(".heat tbody th")
    await expect(rows.first).to_be_visible(timeout=PATIENCE)
    before = await rows.all_inner_texts()
    gross = cents(await page.locator(".heat tfoot td").last.all_inner_texts())[0]
    await page.get_by_role("radio", name="Paid straight").check()
    assert await rows.all_inner_texts() == before
    assert cents(await page.locator(".heat tfoot td").last.all_inner_texts())[0] < gross
    await expect(page.get_by_role("heading", name="Who funded the points, and where they were spent")).to_be_visible(
        timeout=PATIENCE
    )
    assert await page.locator(".sankey-band").count() > 0
    assert visiting.problems == []


@pytest.mark.slow
async def test_the_console_is_used_by_keys_alone(demo: Demo) -> None:
    visiting = await demo.visit("preparer@hansa.test", "/console/", width=1440)
    page = visiting.page
    await expect(page.get_by_role("heading", name="Who pays, who receives")).to_be_visible(timeout=PATIENCE)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Go to the page")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_visible(timeout=PATIENCE)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    await page.keyboard.type("2017-01")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console/search?q=2017-01")
    await page.get_by_role("link", name="Statements", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_be_focused(timeout=PATIENCE)
    assert (await page.title()).startswith("Statements · ")
    assert visiting.problems == []
