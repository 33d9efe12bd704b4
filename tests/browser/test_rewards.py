"""Rewards in a real browser: found, redeemed with the code in hand, out of reach, saved for; and the tiers."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from domain.ids import CouponId, PartnerId
from domain.rewards import managing
from domain.rewards.terms import Automatic, Fulfilment, RewardKind, RewardTerms, Step, Worth
from domain.vouchers.queries import latest_coupons
from tests.browser.demonstration import CARD, Demo
from tests.browser.serving import WIDTHS, Theme, Visit
from tests.builders.coalition import writing

pytestmark = [pytest.mark.browser, pytest.mark.slow]

THEMES: tuple[Theme, ...] = ("light", "dark")
MOST_SHIFT = 0.02
OWNER = "fenmoor"
CHEESE, MUG, CAVE, CERTIFICATE = "A bit of cheese", "A mug of the dairy", "A cave of one's own", "Cheese by itself"


async def offered(demo: Demo) -> None:
    """What Anna can have, what she cannot, and what comes by itself."""
    owner, now = PartnerId(demo.founded.partners[OWNER]), await demo.now()
    async with writing(demo.database) as session:
        coupons = [one for one in await latest_coupons(session) if one.terms.name == "A quarter off cheese"]
        cheese = Worth(coupon=CouponId(coupons[0].coupon_id))
        kinds = {
            CHEESE: {"kind": RewardKind.DISCOUNT, "steps": (Step(points=10, worth=cheese),)},
            MUG: {
                "kind": RewardKind.GIFT,
                "steps": (Step(points=5, worth=Worth(thing="A mug")),),
                "fulfilment": Fulfilment.SENT,
                "stock": 3,
            },
            CAVE: {"kind": RewardKind.EXPERIENCE, "steps": (Step(points=1_000_000, worth=Worth(thing="A cave")),)},
            CERTIFICATE: {
                "kind": RewardKind.DISCOUNT,
                "steps": (Step(points=900_000, worth=cheese), Step(points=950_000, worth=cheese)),
                "automatic": Automatic(),
            },
        }
        for name, more in kinds.items():
            terms = RewardTerms(name=name, partners=frozenset({owner}), starts_at=now, **more)  # type: ignore[arg-type]
            drafted = await managing.draft(session, owner, terms, now=now)
            await managing.publish(session, owner, drafted.reward_id, now=now)


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
    await expect(visiting.page.get_by_role("heading", name=heading, level=1)).to_be_visible(timeout=15_000)
    await expect(visiting.page.locator("main [aria-busy=true]")).to_have_count(0, timeout=15_000)
    assert sum(await visiting.page.evaluate("window.shifts")) <= MOST_SHIFT
    return visiting


async def spendable(page: Page) -> int:
    """What the page says can be spent."""
    return int(re.sub(r"\D", "", await page.get_by_test_id("can-spend").first.inner_text()))


@pytest.mark.parametrize("width", WIDTHS)
async def test_a_reward_is_found_and_redeemed_and_the_balance_falls_beside_the_code(demo: Demo, width: int) -> None:
    await offered(demo)
    visiting = await at(demo, "/rewards?now=&kind=DISCOUNT&partner=fenmoor", width, "Rewards")
    page = visiting.page
    await looked_at(visiting, "rewards", width)
    assert await page.locator(".offered-name").all_inner_texts() == [CHEESE]
    await page.get_by_role("link", name=CHEESE).click()
    await expect(page.get_by_role("heading", name=CHEESE)).to_be_focused()
    before = await spendable(page)
    await looked_at(visiting, "reward", width)
    await page.get_by_role("button", name="Redeem: 10 points").click()
    await expect(page.get_by_text("Left afterwards")).to_be_visible()
    await page.get_by_role("dialog").get_by_role("button", name="Redeem", exact=True).click()
    code = await page.get_by_role("dialog").get_by_test_id("voucher-code").inner_text()
    await expect(page.get_by_role("img", name=f"Code {code} in squares")).to_be_visible()
    await expect(page.get_by_test_id("can-spend")).to_have_text(re.compile(f"{before - 10:,} point"))
    invite = page.get_by_role("dialog").get_by_role("link", name="Invite a friend")
    await expect(invite).to_have_attribute("href", "/app/me/friends")
    await looked_at(visiting, "reward-had", width)
    await page.get_by_role("button", name="Done").click()
    await page.get_by_role("link", name="Vouchers").click()
    await page.get_by_role("link", name=re.compile("A quarter off cheese")).first.click()
    await expect(page.get_by_test_id("voucher-code")).to_have_text(code)
    await looked_at(visiting, "voucher", width)
    assert visiting.problems == []


@pytest.mark.parametrize("width", WIDTHS)
async def test_what_is_sent_is_followed_until_it_is_there(demo: Demo, width: int) -> None:
    await offered(demo)
    visiting = await at(demo, "/rewards", width, "Rewards")
    page = visiting.page
    await page.get_by_role("link", name=MUG).click()
    await page.get_by_role("button", name="Redeem: 5 points").click()
    await page.get_by_role("button", name="One more").click()
    await page.get_by_role("dialog").get_by_role("button", name="Redeem", exact=True).click()
    await expect(page.get_by_test_id("got")).to_contain_text("sends it to you")
    await page.get_by_role("link", name="See how far it is").click()
    await expect(page.locator(".underway-thing", has_text=f"2 × {MUG}")).to_contain_text("Being packed")
    assert visiting.problems == []


async def test_what_is_out_of_reach_says_how_many_points_are_missing(demo: Demo) -> None:
    await offered(demo)
    visiting = await at(demo, "/rewards", 390, "Rewards")
    page = visiting.page
    missing = 1_000_000 - await spendable(page)
    await expect(page.get_by_role("link", name=CAVE)).to_contain_text(f"{missing:,} more points")
    await page.get_by_role("link", name=CAVE).click()
    await expect(page.locator(".reward-away")).to_have_text(f"{missing:,} more points")
    assert await page.get_by_role("button", name=re.compile("Redeem")).count() == 0
    assert visiting.problems == []


@pytest.mark.parametrize("width", WIDTHS)
async def test_points_are_saved_or_become_a_certificate_by_choice(demo: Demo, width: int) -> None:
    await offered(demo)
    visiting = await at(demo, "/rewards/vouchers", width, "Vouchers")
    page = visiting.page
    await looked_at(visiting, "vouchers", width)
    certificate = page.locator(".certificate", has_text=CERTIFICATE)
    await expect(certificate).to_contain_text("There are not enough points yet.")
    await certificate.get_by_label("What comes").select_option("2")
    await certificate.get_by_label("Save my points").click()
    await expect(certificate).to_contain_text("You save your points")
    await page.reload()
    await expect(certificate.get_by_label("Save my points")).to_be_checked()
    assert visiting.problems == []


@pytest.mark.parametrize("width", WIDTHS)
async def test_the_ladder_says_where_one_stands_until_when_and_how_one_came_there(demo: Demo, width: int) -> None:
    visiting = await at(demo, "/rewards/tiers", width, "Tiers")
    page = visiting.page
    tier = await page.get_by_test_id("tier").inner_text()
    assert await page.locator(".rung-name").evaluate_all("all => all.map((one) => one.firstChild.data)") == [
        "Deckhand",
        "Mate",
        "Captain",
    ]
    assert await page.locator(".rung[aria-current]").inner_text() != ""
    await expect(page.locator(".rung[aria-current] .rung-name")).to_contain_text(tier)
    await page.get_by_text("What counts, and for how long").click()
    await expect(page.get_by_text("It counts from 1 January to 31 December.")).to_be_visible()
    await looked_at(visiting, "tiers", width)
    assert visiting.problems == []


@pytest.mark.parametrize("language", ["lv", "bg", "fi", "hu"])
async def test_the_rewards_are_said_in_each_language(demo: Demo, language: str) -> None:
    visiting = await demo.visit(CARD, "/app/rewards", language=language)
    page = visiting.page
    for path in ("", "/vouchers", "/tiers"):
        await page.goto(f"{demo.served.settings.issuer}/app/rewards{path}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=15_000)
        await expect(page.locator("main [aria-busy=true]")).to_have_count(0, timeout=15_000)
        assert await page.evaluate("document.documentElement.lang") == language
        await looked_at(visiting, f"rewards{path.replace('/', '-')}-{language}", 390)
    assert visiting.problems == []
