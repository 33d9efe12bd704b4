"""The work room: a second person agrees to what was read, and differences, disputes and bank entries come to an end."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.async_api import FilePayload, Page, expect
from sqlmodel import col, select

from domain.banking import instructing, queries
from domain.banking.models import Payment
from domain.coalition.models import LegalEntity
from domain.paging import PageRequest
from domain.settlement import cycles
from domain.settlement.models import CycleState
from domain.settlement.policy_models import PaymentPlan
from domain.settlement.queries import all_cycles
from domain.storage import ReadSession
from hansa.journey import cast
from hansa.journey.bank import Booked
from hansa.journey.paying import book
from resolvers.reconciling import work_off
from tests.browser.demonstration import Demo
from tests.browser.serving import Theme, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PREPARER, APPROVER = cast.PREPARER.email, cast.APPROVER.email
AUDITOR = "auditor@hansa.test"
MAKER, DISTRIBUTOR = "finance@northwind.test", "finance@baltic-supply.test"
WIDTHS = pytest.mark.parametrize("width", [390, 1440])
THEMES: tuple[Theme, ...] = ("light", "dark")
MOST_SHIFT = 0.02
FILE = """Receipt,Type,Date,Points
R-00001,SPENT,2017-01-12T10:00:00Z,-120
R-00002,SPENT,2017-01-14T11:30:00Z,-80
R-00004,SPENT,not a date,-55
"""


async def looked_at(visiting: Visit, name: str, width: int) -> None:
    """In both themes nothing that axe objects to, nothing beyond the edge; nothing jumped, nobody complained."""
    page = visiting.page
    assert sum(await page.evaluate("window.shifts")) <= MOST_SHIFT
    for theme in THEMES:
        await visiting.see(width, theme)
        await visiting.picture(f"work-{name}-{width}-{theme}", whole=True)
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert await visiting.violations() == []
    assert visiting.problems == []


async def confirmed(page: Page, name: str) -> None:
    """What a dialog asks, answered."""
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name=name, exact=True).click()
    await expect(dialog).to_have_count(0)


@WIDTHS
async def test_a_second_person_signs_a_contract_after_seeing_what_changes(demo: Demo, width: int) -> None:
    visiting = await demo.visit(APPROVER, "/console/tasks/approvals", width=width)
    page = visiting.page
    row = page.locator(".approval", has_text="Contract")
    await row.click()
    await expect(page.get_by_role("heading", name="Contract", level=2)).to_be_focused()
    await expect(page.get_by_role("table", name="What changes").get_by_role("row")).not_to_have_count(1)
    await expect(page.get_by_text("Minus: it pays. Plus: it receives.")).to_be_visible()
    await looked_at(visiting, "contract", width)
    await page.get_by_role("button", name="Sign the contract").click()
    await confirmed(page, "Sign the contract")
    await expect(row).to_have_count(0)


async def test_whoever_proposed_is_told_before_trying_and_who_only_reads_may_decide_nothing(demo: Demo) -> None:
    preparing = await demo.visit(PREPARER, "/console/tasks/approvals", width=1440)
    await preparing.page.locator(".approval", has_text="Statements of a cycle").click()
    await expect(preparing.page.get_by_text("All statements together come to nothing.")).to_be_visible()
    await expect(preparing.page.get_by_role("button", name="Approve the statements")).to_have_count(0)
    reading = await demo.visit(AUDITOR, "/console/tasks/approvals", width=1440)
    await reading.page.locator(".approval", has_text="Statements of a cycle").click()
    await expect(reading.page.get_by_text("agreeing is another role's")).to_be_visible()
    await expect(reading.page.locator(".work-acts button")).to_have_count(0)


async def test_differences_are_cleared_up_by_the_keyboard_from_the_file_to_the_last_step(demo: Demo) -> None:
    visiting = await demo.visit(MAKER, "/console/tasks/reconciliation/files", width=1440)
    page = visiting.page
    await handed_in(page)
    async with demo.life.at(await demo.now()) as ctx:
        await work_off(ctx)
    await expect(page.get_by_role("table", name="What became of its rows")).to_be_visible()
    await looked_at(visiting, "file", 1440)
    await page.get_by_role("link", name="Work on the exceptions").focus()
    await page.keyboard.press("Enter")
    option = page.get_by_role("listbox").get_by_role("option")
    await expect(option.first).to_contain_text("R-00001")
    await looked_at(visiting, "worklist", 1440)
    await page.keyboard.press("j")
    await expect(page.get_by_role("listbox")).to_have_attribute("aria-activedescendant", await id_of(page, "R-00002"))
    await page.keyboard.press("a")
    await expect(option.filter(has_text="R-00002")).to_contain_text("Taken")
    await page.keyboard.press("n")
    await page.keyboard.type("The till was offline that day")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_text("The till was offline that day")).to_be_visible()
    await page.keyboard.press("r")
    await expect(page.get_by_role("dialog", name="Clear it up")).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(option.filter(has_text="R-00002")).to_contain_text("Cleared up")
    await page.keyboard.press("?")
    await expect(page.get_by_role("heading", name="Keys and filter")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("/")
    await page.keyboard.press("Control+a")
    await page.keyboard.type("kind:missing > 100")
    await expect(option.filter(has_text="R-00004")).to_have_count(0)
    await expect(option.first).to_contain_text("R-00001")
    await page.wait_for_url("**?*q=kind*")
    assert visiting.problems == []


async def handed_in(page: Page) -> None:
    """A file, read by a mapping that is said there and then."""
    file = FilePayload(name="january.csv", mimeType="text/csv", buffer=FILE.encode())
    await page.get_by_role("button", name="Hand in a file").press("Enter")
    await page.get_by_label("File", exact=True).set_input_files(file)
    await page.get_by_label("“SPENT” means").select_option("REDEMPTION")
    await page.get_by_label("Cycle", exact=True).select_option("2017-01")
    await expect(page.get_by_text("1 row cannot be read")).to_be_visible()
    await page.get_by_role("button", name="Hand it in").press("Enter")
    await page.wait_for_url("**/reconciliation/files/ReconciliationFile_*")


async def id_of(page: Page, reference: str) -> str:
    """The id of a row of the worklist."""
    found = await page.get_by_role("listbox").get_by_role("option").filter(has_text=reference).first.get_attribute("id")
    assert found is not None
    return found


@WIDTHS
async def test_a_dispute_is_answered_escalated_and_decided_by_three_people(demo: Demo, width: int) -> None:
    preparing = await demo.visit(PREPARER, "/console/tasks/disputes", width=width)
    page = preparing.page
    await page.get_by_role("row").nth(1).click()
    await expect(page.get_by_text("It is your turn.")).to_be_visible()
    await looked_at(preparing, "dispute", width)
    address = page.url.split("/console", 1)[1]
    await page.get_by_role("button", name="Answer").click()
    await page.get_by_label("Your answer").fill("The fee is of what was earned, as annex B says")
    await page.get_by_role("button", name="Nothing of it").click()
    await confirmed(page, "Answer")
    await expect(page.get_by_text("as annex B says")).to_be_visible()
    raising = await demo.visit(DISTRIBUTOR, "/console/tasks/disputes", width=width)
    await raising.page.get_by_role("row").nth(1).click()
    await raising.page.get_by_role("button", name="Take it to the coalition").click()
    await confirmed(raising.page, "Take it to the coalition")
    await expect(raising.page.get_by_role("button", name="Take it to the coalition")).to_have_count(0)
    deciding = await demo.visit(APPROVER, f"/console{address}", width=width)
    await deciding.page.get_by_role("button", name="Decide").click()
    await deciding.page.get_by_label("Upheld").fill("1,00")
    await deciding.page.get_by_label("Your reasons").fill("A part of the goods came back")
    await confirmed(deciding.page, "Decide")
    await expect(deciding.page.get_by_role("heading", name="Upheld")).to_be_visible()
    await expect(deciding.page.get_by_text("It will be a line of the next cycle that is computed.")).to_be_visible()
    assert [preparing.problems, raising.problems, deciding.problems] == [[], [], []]


@WIDTHS
async def test_an_entry_that_pays_too_little_is_matched_by_one_and_confirmed_by_another(demo: Demo, width: int) -> None:
    payment = await underpaid(demo)
    preparing = await demo.visit(PREPARER, "/console/tasks/bank/worklist", width=width)
    page = preparing.page
    row = page.locator(".approval", has_text="Orrinvale")
    await row.click()
    candidate = page.locator(".candidate").first
    await expect(candidate).to_contain_text(payment.reference)
    await expect(candidate).to_contain_text("the partner's account")
    await looked_at(preparing, "bank", width)
    await candidate.get_by_role("button", name="Propose this match").click()
    await confirmed(page, "Propose this match")
    await expect(page.get_by_role("heading", name="Proposed, to be confirmed")).to_be_visible()
    approving = await demo.visit(APPROVER, "/console/tasks/approvals", width=width)
    await approving.page.locator(".approval", has_text="Bank entry").click()
    await approving.page.get_by_role("button", name="Confirm the match").click()
    await confirmed(approving.page, "Confirm the match")
    await expect(approving.page.locator(".approval", has_text="Bank entry")).to_have_count(0)
    await page.goto(f"{demo.served.settings.issuer}/console/tasks/bank/payments?cycle=2017-01")
    line = page.get_by_role("row").filter(has_text=payment.reference)
    await expect(line).to_contain_text("Paid in part")
    await expect(page.get_by_text("Settled and open make the amounts.")).to_be_visible()
    await looked_at(preparing, "payments", width)


async def underpaid(demo: Demo) -> Payment:
    """January is paid, and one partner sends a dollar too little without its reference."""
    founded = demo.founded
    ctx = demo.life.at(await demo.now() + timedelta(days=20))
    [january] = [one for one in await ctx.read(all_cycles) if one.state == CycleState.PROPOSED]
    await ctx.write(cycles.approve, january.cycle_id, by=founded.approver, now=ctx.now)
    await ctx.write(
        instructing.instruct,
        january.cycle_id,
        PaymentPlan.THROUGH_OPERATOR,
        by=founded.preparer,
        now=ctx.now,
    )
    payments = (await ctx.read(queries.payments, PageRequest(first=100), cycle_id=january.cycle_id)).items
    payer = founded.partners["orrinvale"]
    payment: Payment = next(one for one in payments if one.payer_id == payer)
    iban = await ctx.read(_iban_of, payer)
    short = Booked(amount=payment.open - Decimal(1), on=ctx.now.date(), name="Orrinvale Household", iban=iban)
    await book(ctx, [short], by=founded.preparer)
    await ctx.close()
    return payment


async def _iban_of(session: ReadSession, partner_id: Any) -> str:
    found = await session.scalars(select(LegalEntity.iban).where(col(LegalEntity.partner_id) == partner_id))
    return found.one() or ""


async def test_a_partner_sees_what_it_pays_by_which_reference_and_nothing_of_the_operators_account(
    demo: Demo,
) -> None:
    payment = await underpaid(demo)
    visiting = await demo.visit("finance@orrinvale.test", "/console/tasks/bank", width=1440)
    page = visiting.page
    line = page.get_by_role("row").filter(has_text=payment.reference)
    await expect(line).to_contain_text("Yourselves")
    await expect(page.get_by_role("link", name="Waiting entries")).to_have_count(0)
    await expect(page.get_by_role("link", name="Bank statements")).to_have_count(0)
    await looked_at(visiting, "payments-partner", 1440)
