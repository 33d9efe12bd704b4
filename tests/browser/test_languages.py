"""Every room of every entry in five languages, on a phone and at a desk: nothing overflows, nothing stays English."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from hansa.journey import cast
from tests.browser.demonstration import CARD, SHOP_CASHIER, Demo
from tests.browser.serving import WIDTHS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOCALES = Path(__file__).parents[2] / "frontend-demo" / "src" / "locales"
LANGUAGES = ("en", "lv", "bg", "fi", "hu")
ADMIN, AUDITOR = "admin@hansa.test", "auditor@hansa.test"
MARKETING = next(hand.email for hand in cast.HANDS if hand.role == "PARTNER_MARKETING")
FINANCE = cast.finance_email(cast.FIRMS[0])
PEOPLE = {
    "member": (CARD, "/app/", ".rooms a"),
    "finance": (FINANCE, "/console/", ".rooms a"),
    "marketing": (MARKETING, "/console/", ".rooms a"),
    "preparer": (cast.PREPARER.email, "/console/", ".rooms a"),
    "admin": (ADMIN, "/console/", ".rooms a"),
    "auditor": (AUDITOR, "/console/", ".rooms a"),
    "cashier": (SHOP_CASHIER, f"/till/{cast.SHOP}/", ""),
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", PEOPLE)
async def test_every_room_reads_well(demo: Demo, who: str, language: str, width: int) -> None:
    named, landing, links = PEOPLE[who]
    visiting = await demo.visit(named, landing, width=width, language=language)
    page = visiting.page
    await settled(page)
    rooms = [await one.get_attribute("href") for one in await page.locator(links).all()] if links else [landing]
    assert rooms
    for room in filter(None, rooms):
        await page.goto(f"{demo.served.settings.issuer}{room}")
        await settled(page)
        name = room.strip("/").replace("/", "-")
        await visiting.picture(f"{who}-{name}-{language}-{width}", whole=True)
        assert await page.evaluate(BEYOND) == [], room
        assert await page.evaluate("document.documentElement.lang") == language
        if language != "en":
            assert await english_left(page, language) == [], room
    assert visiting.problems == []


async def settled(page: Page) -> None:
    """Nothing is on its way any more."""
    await expect(page.locator("h1").first).to_be_visible()
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)
    await page.evaluate("document.fonts.ready")


async def english_left(page: Page, language: str) -> list[str]:
    """Texts of our own that are shown in English though the language has other words for them."""
    shown = set(await page.evaluate(LEAVES))
    return sorted(shown & (texts("en") - texts(language)))


BEYOND = """document.documentElement.scrollWidth <= window.innerWidth ? [] : [...document.querySelectorAll("main *")]
    .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1).map((one) => one.outerHTML)"""
LEAVES = """[...document.querySelectorAll("main *, nav *, header *")]
    .filter((one) => one.children.length === 0 && one.checkVisibility())
    .map((one) => one.textContent.trim()).filter((text) => text.length > 3)"""


def texts(language: str) -> set[str]:
    """All that the pages say in a language in so many words."""
    found: set[str] = set()
    for path in (LOCALES / language).glob("*.json"):
        walk(json.loads(path.read_text(encoding="utf-8")), found)
    return found


def walk(words: dict[str, object], found: set[str]) -> None:
    """Collect the texts of a tree."""
    for text in words.values():
        if isinstance(text, dict):
            walk(text, found)
        elif "{{" not in str(text):
            found.add(str(text))
