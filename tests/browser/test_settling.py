"""A cycle is paid and closed in browsers: two people lead it on, and the bank's answer settles all that was owed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from playwright.async_api import FilePayload, Page, expect

from domain.banking import queries
from domain.banking.models import Payment
from domain.banking.states import PaymentState
from domain.coalition.founding import advance_clock
from domain.paging import PageRequest
from domain.settlement.adjustment_models import AdjustmentReason
from domain.settlement.adjustments import Adjustment, adjust
from domain.settlement.models import Cycle
from domain.settlement.parties import partner
from domain.settlement.queries import all_cycles
from hansa.journey import cast
from hansa.journey.bank import told
from hansa.journey.paying import booked_of, next_statement
from resolvers.context import Context
from tests.browser.cycles import step
from tests.browser.demonstration import Demo
from tests.browser.serving import saved

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PREPARER, APPROVER = cast.PREPARER.email, cast.APPROVER.email
NAME = "2017-02"
MARCH = datetime(2017, 3, 2, 12, tzinfo=UTC)
OWED = Decimal("300.00")
PATIENCE = 20_000


async def test_two_people_lead_a_cycle_from_open_to_closed_and_every_payment_arrives(
    demo: Demo, tmp_path: Path
) -> None:
    await a_correction(demo)
    preparing = await demo.visit(PREPARER, f"/console/cycles/{NAME}", width=1440)
    approving = await demo.visit(APPROVER, "/console/cycles/2017-01", width=1440)
    page, site = preparing.page, demo.served.settings.issuer
    await step(approving.page, "Approve", then="Approved", patience=PATIENCE)
    await approving.page.goto(f"{site}/console/tasks/approvals")
    await agreed(approving.page, "Adjustment in money", "Agree to the adjustment")
    for act, then in (("Cut off", "Cut off"), ("Compute", "Computed"), ("Propose", "Proposed")):
        await step(page, act, then=then, patience=PATIENCE)
    await approving.page.goto(f"{site}/console/cycles/{NAME}")
    await step(approving.page, "Approve", then="Approved", patience=PATIENCE)
    await page.reload()
    await step(page, "Instruct payments", then="With the bank", patience=PATIENCE)
    await page.goto(f"{site}/console/tasks/approvals")
    await page.locator(".approval", has_text="Payments to go out").click(timeout=PATIENCE)
    await expect(page.get_by_text("You may look at it; agreeing is another role's.")).to_be_visible(timeout=PATIENCE)
    await approving.page.goto(f"{site}/console/tasks/approvals")
    await agreed(approving.page, "Payments to go out", "Release the payments")

    payments = await payments_of(demo)
    going_out = [one for one in payments if one.payer_id is None]
    assert 0 < len(going_out) < len(payments)
    await page.goto(f"{site}/console/tasks/bank/payments?cycle={NAME}")
    order = fromstring(await saved(page, "Download the file", tmp_path / "order.xml"))  # noqa: S314  # our own file
    assert Decimal(order.findtext(".//{*}CtrlSum", "")) == sum(one.amount for one in going_out)
    await preparing.picture("settling-orders", whole=True)

    await page.get_by_role("navigation", name="Bank").get_by_role("link", name="Statements").click()
    answer = FilePayload(name="bank.xml", mimeType="application/xml", buffer=await banks_answer(demo, payments))
    await page.locator(".importing-file input").set_input_files(answer)
    came = page.get_by_role("status").filter(has_text="1 statement")
    await expect(came).to_contain_text(f"{len(payments)} placed", timeout=PATIENCE)
    latest = page.locator(".bank-statement").first
    await latest.locator("summary").click()
    await expect(latest).to_contain_text("Opening and entries make it.")
    await expect(latest.locator("summary")).to_contain_text("2 Mar")
    assert await preparing.violations() == []
    await preparing.picture("settling-statement", whole=True)

    await page.goto(f"{site}/console/cycles/{NAME}")
    await step(page, "Close the cycle", then="Closed", patience=PATIENCE)
    await preparing.picture("settling-closed", whole=True)
    assert {one.state for one in await payments_of(demo)} == {PaymentState.PAID}
    assert approving.problems == preparing.problems == []


async def a_correction(demo: Demo) -> None:
    """February is over, and somebody found that a maker owes the shop for January; nobody has agreed to it yet."""
    debtor, creditor = (partner(demo.founded.partners[slug]) for slug in ("northwind", cast.SHOP))
    async with demo.life.at(MARCH) as ctx:
        await ctx.write(advance_clock, to=MARCH)
        january = await cycle_named(ctx, "2017-01")
        owed = Adjustment(
            reason=AdjustmentReason.CORRECTION,
            debtor=debtor,
            creditor=creditor,
            amount=OWED,
            adjusts_cycle_id=january.cycle_id,
            note="The shop was billed for crates that were the maker's",
        )
        await ctx.write(adjust, owed, by=demo.founded.preparer, now=ctx.now)


async def agreed(page: Page, what: str, act: str) -> None:
    """A second person agrees to what waits, having seen it."""
    waiting = page.locator(".approval", has_text=what)
    await waiting.click(timeout=PATIENCE)
    await page.get_by_role("button", name=act, exact=True).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name=act, exact=True).click()
    await expect(waiting).to_have_count(0, timeout=PATIENCE)


async def payments_of(demo: Demo) -> list[Payment]:
    """All payments of the cycle."""
    async with demo.life.at(await demo.now()) as ctx:
        cycle = await cycle_named(ctx, NAME)
        return list((await ctx.read(queries.payments, PageRequest(first=100), cycle_id=cycle.cycle_id)).items)


async def cycle_named(ctx: Context, name: str) -> Cycle:
    """One of the cycles."""
    [found] = [one for one in await ctx.read(all_cycles) if one.name == name]
    return found


async def banks_answer(demo: Demo, payments: list[Payment]) -> bytes:
    """The bank's statement: all has arrived, each with its reference where its payer wrote it."""
    async with demo.life.at(await demo.now()) as ctx:
        today = ctx.now.date()
        booked = [booked_of(payment, place, today) for place, payment in enumerate(payments)]
        return told(await ctx.read(next_statement, booked, today), message_id="BANK-ANSWER")
