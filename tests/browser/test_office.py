"""The office: what is owed, who the partners are and what they agreed to, what was decided, and where things are."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect
from sqlmodel import col, select

from domain.audit.proofs import prove_line
from domain.ledger.models import Entry, EntryKind
from domain.settlement.models import StatementLine
from domain.storage import COALITION, ReadSession
from hansa.journey import cast
from tests.browser.demonstration import Demo
from tests.browser.serving import Theme, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ADMIN, APPROVER, AUDITOR = "admin@hansa.test", cast.APPROVER.email, "auditor@hansa.test"
SHOP, MAKER = "finance@journey-market.test", "finance@northwind.test"
WIDTHS = pytest.mark.parametrize("width", [390, 1440])
THEMES: tuple[Theme, ...] = ("light", "dark")
MOST_SHIFT = 0.02


async def looked_at(visiting: Visit, name: str, width: int) -> None:
    """In both themes nothing that axe objects to, nothing beyond the edge; nothing jumped, nobody complained."""
    page = visiting.page
    assert sum(await page.evaluate("window.shifts")) <= MOST_SHIFT
    for theme in THEMES:
        await visiting.see(width, theme)
        await visiting.picture(f"office-{name}-{width}-{theme}", whole=True)
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert await visiting.violations() == []
    assert visiting.problems == []


async def one(demo: Demo, query: Any) -> Any:
    """What the coalition finds in the database."""
    async with demo.database.session(COALITION) as session:
        return (await session.scalars(query.limit(1))).one()


@WIDTHS
async def test_what_is_owed_adds_up_before_the_reader(demo: Demo, width: int) -> None:
    visiting = await demo.visit(APPROVER, "/console/liability", width=width)
    page = visiting.page
    await expect(page.get_by_text("The parts make the closing, to the last digit")).to_be_visible()
    await expect(page.get_by_text("The partners together make the total, part by part")).to_be_visible()
    await expect(page.get_by_role("heading", name="Is there enough money?")).to_be_visible()
    await expect(page.get_by_role("heading", name="Who carries what is issued")).to_be_visible()
    await page.wait_for_load_state("networkidle")
    await looked_at(visiting, "liability", width)


async def test_a_partner_sees_its_own_part_of_what_is_owed_alone(demo: Demo) -> None:
    visiting = await demo.visit(MAKER, "/console/liability", width=1440)
    page = visiting.page
    await expect(page.get_by_text("Points you have funded")).to_be_visible()
    await expect(page.get_by_text("Northwind Foods (maker 2)").first).to_be_visible()
    await expect(page.get_by_text("Orrinvale Household")).to_have_count(0)
    await expect(page.get_by_role("heading", name="Is there enough money?")).to_have_count(0)


@WIDTHS
async def test_a_firm_is_admitted_and_starts_once_a_second_person_has_signed(demo: Demo, width: int) -> None:
    admitting = await demo.visit(ADMIN, "/console/partners", width=width)
    page = admitting.page
    await expect(page.get_by_role("cell", name="1, since").first).to_be_visible()
    await looked_at(admitting, "partners", width)
    await page.get_by_role("link", name="Admit a partner").click()
    await page.get_by_label("Name", exact=True).fill("Café Zūle")
    await expect(page.get_by_label("Short name")).to_have_value("cafe-zule")
    await page.get_by_label("Shop", exact=True).check()
    await page.get_by_label("Company name").fill("Zūle SIA")
    await page.get_by_label("Country").fill("LV")
    await looked_at(admitting, "admit", width)
    await page.get_by_role("button", name="Admit a partner").click()
    await expect(page.get_by_role("heading", name="On its way to the first point")).to_be_visible()
    await expect(page.get_by_role("button", name="Let it start")).to_be_disabled()
    await page.get_by_role("link", name="Contract drawn up").click()
    await page.get_by_label("Binds from").fill("2017-03-01")
    await page.get_by_label("Price of a point").fill("0.0100")
    await page.get_by_role("button", name="Draw up a version").click()
    await expect(page.get_by_text("A draft, drawn up on")).to_be_visible()
    await page.get_by_role("button", name="Sign it").click()
    await expect(page.get_by_role("alert")).to_contain_text("That was not done")

    signing = await demo.visit(APPROVER, "/console/partners/cafe-zule/contracts", width=width)
    await signing.page.get_by_role("button", name="Sign it").click()
    await expect(signing.page.get_by_text("it binds from")).to_be_visible()
    await looked_at(signing, "contract", width)

    await page.goto(page.url.split("/contracts")[0])
    await page.get_by_role("button", name="Let it start").click()
    await expect(page.get_by_text("It trades.")).to_be_visible()


async def test_a_client_shows_its_secret_once_works_and_is_revoked(demo: Demo) -> None:
    visiting = await demo.visit(ADMIN, "/console/partners/northwind/clients", width=1440)
    page = visiting.page
    await page.get_by_role("button", name="Create a client").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Packing line")
    await dialog.get_by_label("Read campaigns").check()
    await dialog.get_by_role("button", name="Create a client").click()
    await expect(dialog).to_contain_text("shown this once")
    known = await dialog.get_by_label("Client id", exact=True).input_value()
    secret = await dialog.get_by_label("Secret", exact=True).input_value()
    assert await granted(page, known, secret) == 200
    await dialog.get_by_role("button", name="Close").click()
    await page.get_by_role("row", name="Packing line").click()
    await expect(dialog.get_by_label("Secret", exact=True)).to_have_count(0)
    await dialog.get_by_role("button", name="Revoke it").click()
    await dialog.get_by_role("button", name="Revoke it for good").click()
    await expect(page.get_by_role("row", name="Packing line")).to_contain_text("Revoked")
    assert await granted(page, known, secret) == 401
    await looked_at(visiting, "clients", 1440)


async def granted(page: Page, client: str, secret: str) -> int:
    """What the server answers a client that asks for a token."""
    address = f"{page.url.split('/console')[0]}/oauth/token"
    async with httpx.AsyncClient(auth=(client, secret)) as http:
        answer = await http.post(address, data={"grant_type": "client_credentials"})
    return answer.status_code


@WIDTHS
async def test_an_auditor_proves_a_line_and_finds_out_a_forged_one(demo: Demo, width: int) -> None:
    line = await one(demo, select(StatementLine).where(StatementLine.source == "REDEEM"))
    async with demo.database.session(COALITION) as session:
        proof = json.loads(await prove_line(ReadSession(session), line.line_id))
    visiting = await demo.visit(AUDITOR, "/console/audit", width=width)
    page = visiting.page
    await expect(page.get_by_role("gridcell").first).to_be_visible()
    await looked_at(visiting, "trail", width)
    await page.get_by_role("link", name="Check a proof").click()
    await checked(page, proof)
    await expect(page.get_by_test_id("proof-verdict")).to_contain_text("The line is proven")
    await looked_at(visiting, "proof", width)
    proof["movements"]["found"][0]["points"] = "1000000"
    await checked(page, proof)
    await expect(page.get_by_test_id("proof-verdict")).to_contain_text("The line is not proven")
    await expect(page.get_by_role("listitem").filter(has_text="Does not hold: Its")).to_be_visible()
    await looked_at(visiting, "forged", width)


async def checked(page: Page, proof: Any) -> None:
    """A proof, pasted and looked into."""
    await page.get_by_label("Or the proof itself").fill(json.dumps(proof))
    await page.get_by_role("button", name="Check it").click()


@WIDTHS
async def test_a_receipt_leads_to_what_the_purchase_earned_by_keyboard_alone(demo: Demo, width: int) -> None:
    entry = await one(
        demo,
        select(Entry).where(
            Entry.kind == EntryKind.PURCHASE,
            Entry.partner_id == demo.founded.partners["journey-market"],
            col(Entry.reference).is_not(None),
        ),
    )
    visiting = await demo.visit(SHOP, "/console/search", width=width)
    page = visiting.page
    await page.get_by_role("main").get_by_role("searchbox").fill(entry.reference)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Purchases")).to_be_visible()
    await looked_at(visiting, "search", width)
    await page.locator(".finding-hits a").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="What it earned, and why")).to_be_visible()
    await looked_at(visiting, "purchase", width)
