"""Joining by oneself, and what is one's own: friends, shops and consents, language, messages, data, questions."""

from __future__ import annotations

import asyncio
import csv
import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from domain.members.card_numbers import check_digit
from hansa import mailing
from tests.browser.demonstration import CARD, Demo
from tests.browser.serving import HEIGHTS, SHIFTS, WIDTHS, Theme, Visit, saved

pytestmark = [pytest.mark.browser, pytest.mark.slow]

THEMES: tuple[Theme, ...] = ("light", "dark")
MOST_SHIFT = 0.02
SHOP, MAKER = "Journey Market", "Northwind Foods (maker 2)"


async def looked_at(visiting: Visit, name: str, width: int) -> None:
    """In both themes nothing that axe objects to, and nothing beyond the edge."""
    found = {}
    for theme in THEMES:
        await visiting.see(width, theme)
        await visiting.picture(f"{name}-{width}-{theme}", whole=True)
        assert await visiting.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        found[theme] = await visiting.violations()
    assert not any(found.values()), found


async def at(demo: Demo, path: str, width: int, heading: str) -> Visit:
    """Anna comes to a page; nothing jumps on the way."""
    visiting = await demo.visit(CARD, f"/app{path}", width=width)
    await expect(visiting.page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    assert sum(await visiting.page.evaluate("window.shifts")) <= MOST_SHIFT
    return visiting


async def somebody(browser: Browser, width: int) -> Visit:
    """Nobody yet, in front of a browser."""
    context = await browser.new_context(viewport={"width": width, "height": HEIGHTS[width]}, locale="en-GB")
    await context.add_init_script(SHIFTS)
    return Visit(context, await context.new_page(), [])


async def mailed(home: Path) -> str:
    """The code that was mailed."""
    for _ in range(200):
        found = mailing.newest(home / "mail")
        if found is not None:
            return str(re.findall(r"\d{4} \d{4}", mailing.read(found).text)[0])
        await asyncio.sleep(0.05)
    raise AssertionError("no mail came")


@pytest.mark.parametrize("width", WIDTHS)
async def test_joining_brings_points_at_once_and_a_card(demo: Demo, width: int) -> None:
    visiting = await somebody(demo.browser, width)
    page = visiting.page
    await page.goto(f"{demo.served.settings.issuer}/join/journey-market")
    await looked_at(visiting, "join", width)
    await page.get_by_label("E-mail address").fill("zane@example.org")
    await page.get_by_role("button", name="Join").click()
    await expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    await page.get_by_label("Eight digits from the e-mail").fill(await mailed(demo.served.settings.home))
    await page.get_by_role("button", name="Join").click()
    await page.wait_for_url("**/app/")
    await expect(page.get_by_test_id("balance")).to_contain_text("100")
    await page.get_by_role("link", name="Card", exact=True).click()
    await expect(page.get_by_role("img", name="Your card as a QR code")).to_be_visible()
    shown = re.sub(r"\D", "", await page.get_by_role("main").inner_text())
    [number] = re.findall(r"29\d{11}", shown)[:1]
    assert check_digit(number[:-1]) == number[-1]
    await page.goto(f"{demo.served.settings.issuer}/join")
    await expect(page.get_by_role("link", name="Go to your wallet")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
async def test_the_overview_leads_to_all_of_it_and_back(demo: Demo, width: int) -> None:
    visiting = await at(demo, "/me", width, "Anna Kalnina")
    await looked_at(visiting, "me", width)
    page = visiting.page
    for name in ("Messages", "Invite a friend", "Shops and consents", "Profile", "Your data", "Help"):
        await page.get_by_role("navigation", name="Me").get_by_role("link", name=re.compile(f"^{name}")).click()
        await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
        await page.get_by_role("main").get_by_role("link", name="Me", exact=True).click()
    assert visiting.problems == []


@pytest.mark.parametrize("width", WIDTHS)
async def test_an_invitation_is_a_code_a_link_and_what_came_of_it(demo: Demo, width: int) -> None:
    visiting = await at(demo, "/me/friends", width, "Invite a friend")
    page = visiting.page
    code = page.locator(".me-code-figure")
    await expect(code).to_have_text(re.compile(r"^[A-Z2-9]{4}-[A-Z2-9]{4}$"))
    await looked_at(visiting, "me-friends", width)
    await visiting.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Copy the link").click()
    await expect(page.get_by_text("Copied.")).to_be_visible()
    link = await page.evaluate("navigator.clipboard.readText()")
    assert link == f"{demo.served.settings.issuer}/r/{(await code.inner_text()).replace('-', '')}"
    await page.get_by_label("Your friend’s code").fill("ABCD-EFGH")
    await page.get_by_role("button", name="Tell the code").click()
    await expect(page.get_by_role("alert")).to_contain_text("That was not done")
    assert visiting.problems == []


@pytest.mark.parametrize("width", WIDTHS)
async def test_a_consent_is_read_given_and_taken_back(demo: Demo, width: int) -> None:
    visiting = await at(demo, "/me/shops", width, "Shops and consents")
    page = visiting.page
    await looked_at(visiting, "me-shops", width)
    await page.get_by_role("link", name=re.compile(f"^{SHOP}")).click()
    await expect(page.get_by_role("heading", name=SHOP, level=1)).to_be_focused()
    name = "Spend your points when you order"
    await page.get_by_role("button", name=f"Allow: {name}").click()
    dialog = page.get_by_role("dialog", name=f"Allow {SHOP}")
    await expect(dialog).to_contain_text("may spend your points when you order something there")
    await looked_at(visiting, "me-giving", width)
    await dialog.get_by_role("button", name="I allow this").click()
    taking = page.get_by_role("button", name=f"Take back: {name}")
    await expect(taking).to_be_visible()
    await looked_at(visiting, "me-shop", width)
    await taking.click()
    dialog = page.get_by_role("dialog", name="Take back")
    await expect(dialog).to_contain_text("cannot spend your points for you any more")
    await dialog.get_by_role("button", name="Take back").click()
    await expect(page.get_by_role("button", name=f"Allow: {name}")).to_be_visible()
    await page.get_by_text(re.compile(r"thing(s)? you allowed before")).click()
    await expect(page.locator(".me-before")).to_contain_text(name)
    assert visiting.problems == []


async def test_a_language_that_is_chosen_is_offered_for_letters_too(demo: Demo) -> None:
    visiting = await at(demo, "/me", 390, "Anna Kalnina")
    page = visiting.page
    await page.get_by_label("Language of these pages").select_option("fi")
    await expect(page.get_by_role("heading", name="Asetukset")).to_be_visible()
    await page.get_by_role("button", name="Kirjoittakaa minulle myös tällä: Suomi").click()
    await expect(page.get_by_role("button", name="Kirjoittakaa minulle")).to_have_count(0)
    await page.get_by_role("link", name=re.compile("^Henkilötiedot")).click()
    await expect(page.get_by_label("Kieli, jolla sinulle kirjoitetaan")).to_have_value("fi")
    await page.get_by_label("Nimi").fill("Anna K.")
    await page.get_by_role("button", name="Tallenna").click()
    await expect(page.get_by_text("Tallennettu")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Nimi")).to_have_value("Anna K.")
    assert visiting.problems == []


@pytest.mark.parametrize("width", WIDTHS)
async def test_messages_are_opened_read_and_switched(demo: Demo, width: int) -> None:
    visiting = await at(demo, "/me/messages", width, "Messages")
    page = visiting.page
    letters = page.locator(".me-letter")
    if not await letters.count():
        await expect(letters.first.or_(page.get_by_text("No messages yet"))).to_be_visible()
    await looked_at(visiting, "me-messages", width)
    await page.get_by_role("link", name="What you are told").click()
    earned = page.get_by_role("checkbox", name="Points that arrive: Mail")
    await earned.check()
    await looked_at(visiting, "me-preferences", width)
    await expect(page.get_by_role("checkbox", name="Points that arrive: Inbox")).to_be_disabled()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved")).to_be_visible()
    await page.reload()
    await expect(earned).to_be_checked()
    assert visiting.problems == []


@pytest.mark.parametrize("width", WIDTHS)
async def test_the_export_is_one_file_of_everything_and_a_table_of_the_activity(
    demo: Demo, width: int, tmp_path: Path
) -> None:
    visiting = await at(demo, "/me/data", width, "Your data")
    page = visiting.page
    await page.get_by_role("button", name="Gather my data").click()
    await expect(page.get_by_role("button", name="Save everything")).to_be_visible(timeout=20_000)
    await looked_at(visiting, "me-data", width)
    whole = json.loads(await saved(page, "Save everything (JSON)", tmp_path / "all.json"))
    assert whole["profile"]["name"] == "Anna Kalnina"
    assert whole["wallet"]["cards"] == [CARD]
    assert {one["partner"]["name"] for one in whole["links"]} >= {SHOP}
    rows = list(csv.DictReader((await saved(page, "Save the activity (CSV)", tmp_path / "all.csv")).splitlines()))
    assert len(rows) == len(whole["activity"]) == whole["wallet"]["wallet"]["version"]
    held = whole["wallet"]["wallet"]
    assert sum(int(row["change"]) for row in rows) == sum(int(held[name]) for name in ("available", "pending", "held"))
    assert visiting.problems == []


@pytest.mark.parametrize("width", WIDTHS)
async def test_a_question_is_asked_and_asked_again(demo: Demo, width: int) -> None:
    visiting = await at(demo, "/me/help", width, "Help")
    page = visiting.page
    await looked_at(visiting, "me-help", width)
    await page.get_by_label("In your words").fill("Where are my points of Monday?")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("Where are my points of Monday?")).to_be_visible()
    await page.get_by_label("Your next words").fill("I mean the milk.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".me-thread")).to_contain_text("I mean the milk.")
    await looked_at(visiting, "me-case", width)
    await page.get_by_role("main").get_by_role("link", name="Help", exact=True).click()
    await expect(page.get_by_role("link", name=re.compile("^Where are my points of Monday"))).to_be_visible()
    assert visiting.problems == []
