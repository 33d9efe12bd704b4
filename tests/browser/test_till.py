"""Tills in a real browser: joining, buying, points and returns; with a line and without, beside others."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect
from sqlmodel import col, select

from domain.codes import ordering
from domain.codes.batches import BatchId
from domain.codes.models import CodeBatch, CodeUse
from domain.codes.printing import printed
from domain.ids import PartnerId
from domain.rewards.redeemed_models import RewardRedemption
from domain.vouchers.models import VoucherUse
from tests.browser.demonstration import CARD, DISTRIBUTOR_CASHIER, MAKER_CASHIER, SHOP_CASHIER, Demo
from tests.browser.serving import Visit

pytestmark = pytest.mark.browser

TILL, OTHER = "/till/northwind/", "/till/journey-market/"
APPLES = "Apples by the bag"
PATIENCE = 20_000


async def at_till(demo: Demo, *, width: int = 1440, beside: Visit | None = None) -> Visit:
    """The maker's cashier, at the till of its only outlet."""
    visiting = await demo.visit(MAKER_CASHIER, TILL, width=width, beside=beside)
    await expect(box(visiting.page)).to_be_focused(timeout=PATIENCE)
    return visiting


def box(page: Page) -> Locator:
    """The one field of the till."""
    return page.get_by_role("combobox", name="Scan or type")


async def scan(page: Page, text: str) -> None:
    """As a scanner does: it types and sends Enter."""
    await box(page).focus()
    await page.keyboard.insert_text(text)
    await page.keyboard.press("Enter")


async def basket(page: Page, card: str = CARD, *, priced: bool = False) -> None:
    """A card, two apples' worth of fruit and a juice; articles never sold here ask for their price."""
    await scan(page, card)
    await expect(page.get_by_role("heading", name="Card")).to_contain_text(card, timeout=PATIENCE)
    for sku, name, price in (("NW-APPLE", APPLES, "2.50"), ("NW-JUICE", "Pressed apple juice", "3,25")):
        await scan(page, sku)
        if priced:
            continue
        await expect(page.get_by_label(f"Price of {name}")).to_be_focused(timeout=PATIENCE)
        await page.keyboard.type(price)
        await page.keyboard.press("Enter")
    await scan(page, "NW-APPLE")
    await expect(page.get_by_label(f"Quantity of {APPLES}")).to_have_value("2", timeout=PATIENCE)
    await expect(page.locator(".till-due .figures").first).to_have_text("US$8.25")


async def pays(page: Page) -> str:
    """By card, with the keyboard alone; the receipt's number."""
    await page.keyboard.press("F9")
    await expect(page.get_by_role("button", name="Card", exact=True)).to_be_focused(timeout=PATIENCE)
    await page.keyboard.press("Enter")
    paper = page.locator(".till-receipt")
    await expect(paper).to_be_visible(timeout=PATIENCE)
    return await paper.locator("dd").first.inner_text()


async def earns(page: Page, points: str) -> None:
    """So many points, as the till says before the sale."""
    await expect(page.locator(".till-earns[aria-busy=false] .till-earns-figure")).to_contain_text(
        points, timeout=PATIENCE
    )


async def sales_of(demo: Demo, receipt: str) -> int:
    """How many purchases of the maker the books have under a receipt's number."""
    partner = demo.founded.partners["northwind"]
    found = await demo.database.pool.fetch("SELECT * FROM find_purchases($1, $2, NULL)", partner, receipt)
    return len(found)


async def looked_at(visiting: Visit, name: str) -> None:
    """In both themes, at both widths: nothing wrong, nothing cut off."""
    for width in (390, 1440):
        for theme in ("light", "dark"):
            await visiting.see(width, theme)
            assert await visiting.violations() == []
            assert await visiting.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            await visiting.picture(f"{name}-{width}-{theme}")


@pytest.mark.slow
async def test_what_is_bought_at_a_till_arrives_at_the_members_page_in_the_same_browser(demo: Demo) -> None:
    till = await at_till(demo)
    member = await demo.visit(CARD, "/app/", beside=till)
    balance = member.page.get_by_test_id("balance")
    before = await balance.inner_text(timeout=PATIENCE)
    await till.page.bring_to_front()
    await basket(till.page)
    await earns(till.page, "+16")
    await looked_at(till, "till-sale")
    await pays(till.page)
    await expect(till.page.locator(".till-receipt")).to_contain_text("+16", timeout=PATIENCE)
    await looked_at(till, "till-receipt")
    await expect(balance).not_to_have_text(before, timeout=PATIENCE)
    assert till.problems == member.problems == []


@pytest.mark.slow
async def test_two_tills_and_a_member_stand_side_by_side_and_one_leaves_alone(demo: Demo) -> None:
    maker = await at_till(demo)
    member = await demo.visit(CARD, "/app/", beside=maker)
    shop = await demo.visit(SHOP_CASHIER, OTHER, width=1440, beside=maker)
    await shop.page.get_by_role("button", name="Open the till").click(timeout=PATIENCE)
    await expect(shop.page.get_by_role("heading", level=1)).to_have_text("Journey Market", timeout=PATIENCE)
    for visiting in (maker, member, shop):
        await visiting.page.reload()
    await expect(box(maker.page)).to_be_visible(timeout=PATIENCE)
    await maker.page.get_by_role("button", name="Sign out").click()
    await expect(maker.page.get_by_role("heading", level=1)).to_contain_text("Nobody serves", timeout=PATIENCE)
    for visiting in (member, shop):
        await visiting.page.reload()
    await expect(box(shop.page)).to_be_visible(timeout=PATIENCE)
    await expect(member.page.get_by_test_id("balance")).to_be_visible(timeout=PATIENCE)


@pytest.mark.slow
async def test_somebody_without_a_card_joins_with_points_at_once_and_buys(demo: Demo) -> None:
    till = await at_till(demo)
    page = till.page
    await page.keyboard.press("F4")
    await expect(page.get_by_label("New card")).to_be_focused(timeout=PATIENCE)
    await page.keyboard.type("2990 0000 1234 7")
    await page.get_by_label("Name").fill("Jana Liepa")
    allowed = page.locator(".till-consents input").first
    await allowed.check(timeout=PATIENCE)
    assert await till.violations() == []
    await till.picture("till-enrol")
    await page.get_by_role("button", name="Join", exact=True).click()
    welcome = page.get_by_role("dialog", name="Welcome")
    await expect(welcome).to_contain_text("points at once", timeout=PATIENCE)
    await page.keyboard.press("Enter")
    await scan(page, "NW-APPLE")
    await page.get_by_label(f"Price of {APPLES}").fill("4.00")
    await earns(page, "+8")
    await pays(page)
    await expect(page.locator(".till-receipt")).to_contain_text("+8", timeout=PATIENCE)


@pytest.mark.slow
async def test_points_pay_with_the_sale_and_come_back_when_it_breaks_off_and_goods_take_theirs_back(demo: Demo) -> None:
    till = await at_till(demo)
    page = till.page
    await basket(page)
    for taken in (False, True):
        await page.keyboard.press("F8")
        await expect(page.get_by_label("How many points?")).to_be_focused(timeout=PATIENCE)
        await page.keyboard.type("100")
        await page.keyboard.press("Enter")
        await expect(page.locator(".till-off")).to_contain_text("100 points", timeout=PATIENCE)
        await expect(page.locator(".till-due .figures").last).to_have_text("US$7.40")
        if not taken:
            await page.locator(".till-off").get_by_role("button", name="Without").click()
            await expect(page.locator(".till-off")).to_have_count(0, timeout=PATIENCE)
            await box(page).focus()
    receipt = await pays(page)
    await expect(page.locator(".till-receipt")).to_contain_text("US$7.40")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Return").click()
    await page.get_by_label("Number of the receipt").fill(receipt)
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name=f"All of {APPLES}").click(timeout=PATIENCE)
    await looked_at(till, "till-return")
    await page.get_by_role("button", name="Take back").click()
    await expect(page.locator(".till-paper")).to_contain_text("10 points went back", timeout=PATIENCE)
    await expect(page.locator(".till-paper")).to_contain_text("US$5.00")
    await page.get_by_role("button", name="Look at the purchase again").click()
    await expect(page.get_by_label(f"How much of {APPLES} comes back")).to_be_disabled(timeout=PATIENCE)
    assert till.problems == []


@pytest.mark.slow
async def test_a_sale_without_a_line_survives_a_reload_and_is_sent_once_when_the_line_is_back(demo: Demo) -> None:
    till = await at_till(demo)
    page = till.page
    await basket(page)
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.wait_for_timeout(1_000)
    await till.context.set_offline(offline=True)
    await expect(page.locator(".till-down")).to_be_visible(timeout=PATIENCE)
    receipt = await pays(page)
    await expect(page.locator(".till-receipt")).to_contain_text("Kept, not sent yet")
    await looked_at(till, "till-down")
    await page.reload()
    await expect(box(page)).to_be_visible(timeout=PATIENCE)
    await page.get_by_role("link", name=re.compile("Sales sent")).click()
    await expect(page.locator(".till-sent-row.waiting")).to_have_count(1, timeout=PATIENCE)
    await till.context.set_offline(offline=False)
    await expect(page.locator(".till-sent-row.sent")).to_contain_text("16 points", timeout=2 * PATIENCE)
    assert await sales_of(demo, receipt) == 1


@pytest.mark.slow
async def test_the_customers_side_shows_the_basket_and_the_points_arriving(demo: Demo) -> None:
    till = await at_till(demo)
    customer = await till.context.new_page()
    await customer.goto(till.page.url + "customer")
    await expect(customer.get_by_text("Welcome")).to_be_visible(timeout=PATIENCE)
    await till.page.bring_to_front()
    await basket(till.page)
    await earns(till.page, "+16")
    await expect(customer.locator(".till-earning")).to_contain_text("+16", timeout=PATIENCE)
    await pays(till.page)
    await expect(customer.locator(".till-arrived-figure")).to_have_text("+16", timeout=PATIENCE)


@pytest.mark.slow
async def test_a_reward_is_given_back_by_a_sale_that_breaks_off_and_had_by_one_that_is_paid(demo: Demo) -> None:
    till = await at_till(demo)
    page = till.page
    for paid in (False, True):
        await basket(page, priced=paid)
        await page.get_by_role("button", name="Rewards").click()
        dialog = page.get_by_role("dialog", name="Rewards")
        await expect(dialog.get_by_text("A basket of fruit").first).to_be_visible(timeout=PATIENCE)
        if not paid:
            await looked_at(till, "till-rewards")
        await dialog.get_by_role("button", name="Redeem").first.click()
        await expect(page.locator(".till-off")).to_contain_text("A basket of fruit", timeout=PATIENCE)
        if paid:
            await pays(page)
            await page.keyboard.press("Enter")
        else:
            await page.get_by_role("button", name="Break off").click()
            await expect(page.locator(".till-off")).to_have_count(0, timeout=PATIENCE)
    had = select(RewardRedemption).order_by(col(RewardRedemption.version))
    assert [one.state for one in await rows(demo, had)] == ["CANCELLED", "TO_DO"]
    assert till.problems == []


@pytest.mark.slow
@pytest.mark.parametrize("broken", ["the window is closed", "the answer is lost"])
async def test_a_voucher_of_a_payment_that_broke_off_is_given_back_and_taken_by_the_next(
    demo: Demo, broken: str
) -> None:
    till = await at_till(demo)
    page = till.page
    await basket(page)
    await page.get_by_role("button", name="Vouchers and codes").click()
    mine = page.get_by_role("dialog").get_by_role("listitem").filter(has_text="2.00 off fruit")
    await mine.get_by_role("button", name="Take").click(timeout=PATIENCE)
    due = page.locator(".till-due .figures").last
    await expect(due).to_have_text("US$6.25", timeout=PATIENCE)
    used = asyncio.Event()

    async def swallow(route: Route) -> None:
        if used.is_set() or "TillUseVouchers" not in (route.request.post_data or ""):
            await route.fallback()
            return
        await route.fetch()
        used.set()
        if broken == "the answer is lost":
            await route.abort()

    await page.route("**/graphql", swallow)
    await page.keyboard.press("F9")
    await page.keyboard.press("Enter")
    await asyncio.wait_for(used.wait(), 20)
    if broken == "the window is closed":
        await page.reload()
    async with asyncio.timeout(20):
        while await uses_of(demo) != (1, 0):  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.2)
    await expect(page.get_by_text("are being given back")).to_have_count(0, timeout=PATIENCE)
    await expect(due).to_have_text("US$6.25", timeout=PATIENCE)
    await box(page).focus()
    receipt = await pays(page)
    assert await sales_of(demo, receipt) == 1
    assert await uses_of(demo) == (1, 1)


@pytest.mark.slow
async def test_a_code_out_of_a_pack_counts_once_for_the_member_at_the_till(demo: Demo) -> None:
    [code, *_] = await caps(demo)
    till = await demo.visit(DISTRIBUTOR_CASHIER, "/till/baltic-supply/", width=1440)
    page = till.page
    await expect(box(page)).to_be_focused(timeout=PATIENCE)
    said = page.locator(".till-said")
    await scan(page, code)
    await expect(said).to_have_text("Scan the card first: a code counts for a member.", timeout=PATIENCE)
    await scan(page, CARD)
    await expect(page.get_by_role("heading", name="Card")).to_contain_text(CARD, timeout=PATIENCE)
    await scan(page, code)
    await expect(said).to_have_text(re.compile(r": 25 points$"), timeout=PATIENCE)
    await scan(page, code)
    await expect(said).to_have_text(re.compile(r": 25 points$"), timeout=PATIENCE)
    assert len(await rows(demo, select(CodeUse))) == 1
    assert till.problems == []


async def rows(demo: Demo, statement: Any) -> list[Any]:
    """What lies in the database."""
    async with demo.life.at(await demo.now()) as ctx:
        return list(await ctx.read(lambda session: session.scalars(statement)))


async def uses_of(demo: Demo) -> tuple[int, int]:
    """How many uses of vouchers were taken back, and how many stand."""
    uses = await rows(demo, select(VoucherUse))
    back = sum(use.reversed_entry_id is not None for use in uses)
    return back, len(uses) - back


async def caps(demo: Demo) -> list[str]:
    """The codes of the batch that its maker has ordered; they are printed, and live from now on."""
    codes: list[str] = []
    async with demo.life.at(await demo.now()) as ctx:
        ordered = select(CodeBatch).where(col(CodeBatch.name) == "winter caps")
        [batch] = await ctx.read(lambda session: session.scalars(ordered))
        maker, named = PartnerId(batch.partner_id), BatchId(batch.batch_id)
        asked = await ctx.write(ordering.print_again, maker, named, reason=None, now=ctx.now)
        taken = await ctx.write(ordering.take, maker, asked.print_id, now=ctx.now)
        async for chunk in printed(ctx.database.pool, taken, key=ctx.keys.lookups, site=""):
            codes += [one.code for one in chunk]
        await ctx.write(ordering.put_live, maker, named, now=ctx.now)
    return codes
