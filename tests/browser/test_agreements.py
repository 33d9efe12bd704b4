"""A partner finds what others ask it to pay for, reads what it would agree to, and agrees to exactly that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from domain.approvals.agreements import AgreementKind
from domain.coalition.queries import outlets_of
from domain.earning.terms import Sponsor
from domain.ids import OutletId, PartnerId, RewardId
from domain.paging import PageRequest
from domain.rewards import finding, managing
from domain.rewards.terms import Limit, Reward, RewardKind, RewardTerms, Step, Worth
from domain.storage import ReadSession, Sight, WriteSession
from domain.values import Rate
from hansa.journey import cast
from hansa.journey.offering import PROPOSED
from tests.browser.demonstration import Demo
from tests.browser.serving import Theme, Visit
from tests.domain.approvals.drafting import SORTS, Between

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MARKETING, FINANCE = "marketing@northwind.test", "finance@northwind.test"
WIDTHS = pytest.mark.parametrize("width", [390, 1440])
THEMES: tuple[Theme, ...] = ("light", "dark")
MOST_SHIFT = 0.02
MUGS = "Garden mugs"


async def step(demo: Demo, who: PartnerId, rule: Any, *given: Any) -> Any:
    """One step of a partner."""
    now = await demo.now()
    async with demo.database.session(Sight.partner(who)) as session, session.begin():
        return await rule(WriteSession(ReadSession(session)), who, *given, now=now)


async def asked(demo: Demo, *, live: bool) -> Reward:
    """The shop asks northwind for three quarters of a reward; `live`: of its next version."""
    shop, maker = demo.founded.partners[cast.SHOP], demo.founded.partners["northwind"]
    both = (Sponsor(shop, Rate(1, 4)), Sponsor(maker, Rate(3, 4)))
    terms = RewardTerms(
        name=MUGS,
        kind=RewardKind.GIFT,
        steps=(Step(points=300, worth=Worth(thing="A mug from the garden")),),
        partners=frozenset({shop}),
        starts_at=await demo.now(),
        ends_at=await demo.now() + timedelta(days=90),
        sponsors=tuple(sorted(both, key=lambda one: one.partner_id)),
    )
    drafted: Reward = await step(demo, shop, managing.draft, terms)
    if not live:
        return drafted
    await step(demo, maker, managing.agree, drafted.reward_id, terms.fingerprint())
    await step(demo, shop, managing.publish, drafted.reward_id)
    dearer = replace(terms, steps=(replace(terms.steps[0], points=350),), limits=(Limit(most=2),))
    changed: Reward = await step(demo, shop, managing.change, drafted.reward_id, dearer)
    return changed


async def has_agreed(demo: Demo, reward: Reward) -> bool:
    """Whether northwind has agreed to the terms as they are."""
    maker = demo.founded.partners["northwind"]
    async with demo.database.session(Sight.partner(maker)) as session:
        agreed = await finding.agreed_sponsors(
            ReadSession(session), RewardId(reward.reward_id), reward.terms.fingerprint()
        )
    return maker in agreed


async def looked_at(visiting: Visit, name: str, width: int) -> None:
    """In both themes nothing that axe objects to, nothing beyond the edge; nothing jumped, nobody complained."""
    page = visiting.page
    assert sum(await page.evaluate("window.shifts")) <= MOST_SHIFT
    for theme in THEMES:
        await visiting.see(width, theme)
        await visiting.picture(f"agreements-{name}-{width}-{theme}", whole=True)
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert await visiting.violations() == []
    await page.evaluate("window.shifts.length = 0")  # What is looked at next is measured for itself.
    assert visiting.problems == []


def row(page: Page, name: str) -> Any:
    """What waits, by its name."""
    return page.locator(".approval", has_text=name)


@WIDTHS
async def test_a_marketing_person_reads_and_agrees_to_a_reward_that_another_shop_drafted(
    demo: Demo, width: int
) -> None:
    reward = await asked(demo, live=False)
    visiting = await demo.visit(MARKETING, "/console/tasks", width=width)
    page = visiting.page
    await expect(page.locator(".work-card")).to_have_count(1)
    await expect(page.locator(".work-card-count")).to_have_text("2")
    await page.locator(".work-card").click()
    await expect(page.locator(".approval")).to_have_count(2)
    await looked_at(visiting, "list", width)
    await row(page, PROPOSED).click()
    await expect(page.get_by_role("heading", name="Campaign to pay for", level=2)).to_be_focused()
    await expect(page.get_by_text("You pay 50%.")).to_be_visible()
    await expect(page.get_by_role("link", name="To the page of the campaign")).to_be_visible()
    await looked_at(visiting, "campaign", width)
    await page.go_back()
    await row(page, MUGS).click()
    await expect(page.get_by_role("heading", name="Reward to pay for", level=2)).to_be_focused()
    await expect(page.get_by_text("300 points: A mug from the garden")).to_be_visible()
    await expect(page.get_by_text("You pay 75%.")).to_be_visible()
    await expect(page.locator(".agreement-terms ins")).to_have_count(0)
    await looked_at(visiting, "reward", width)
    assert not await has_agreed(demo, reward)
    await page.get_by_role("button", name="Agree to these terms").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text(MUGS)).to_be_visible()
    await visiting.picture(f"agreements-dialog-{width}")
    assert await visiting.violations() == []
    await dialog.get_by_role("button", name="Agree to these terms").click()
    await expect(dialog).to_have_count(0)
    await expect(row(page, MUGS)).to_have_count(0)
    await expect(page.locator(".work-lists .work-count").first).to_have_text("1")
    assert await has_agreed(demo, reward)
    assert visiting.problems == []


@WIDTHS
async def test_what_changes_against_the_version_that_is_live_is_marked_and_terms_changed_meanwhile_are_refused(
    demo: Demo, width: int
) -> None:
    reward = await asked(demo, live=True)
    visiting = await demo.visit(MARKETING, "/console/tasks/approvals", width=width)
    page = visiting.page
    await row(page, MUGS).click()
    terms = page.locator(".agreement-terms")
    await expect(terms.locator("ins")).to_have_text(
        ["New: 350 points: A mug from the garden", "New: 2 for each member"]
    )
    await expect(terms.locator("del")).to_have_text(["Gone: 300 points: A mug from the garden"])
    await looked_at(visiting, "changed", width)
    shop = demo.founded.partners[cast.SHOP]
    other = replace(reward.terms, limits=(Limit(most=1),))
    await step(demo, shop, managing.change, reward.reward_id, other)
    await page.get_by_role("button", name="Agree to these terms").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Agree to these terms").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await visiting.picture(f"agreements-refused-{width}")
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(terms.get_by_text("1 for each member")).to_be_visible()


async def test_finance_reads_campaigns_that_wait_and_leaves_agreeing_to_marketing(demo: Demo) -> None:
    await asked(demo, live=False)
    visiting = await demo.visit(FINANCE, "/console/tasks/approvals", width=1440)
    page = visiting.page
    await row(page, PROPOSED).click()
    await expect(page.get_by_text("agreeing is another role's")).to_be_visible()
    await expect(page.get_by_role("button", name="Agree to these terms")).to_have_count(0)
    await expect(row(page, MUGS)).to_have_count(0)
    assert visiting.problems == []


async def of_every_sort(demo: Demo) -> None:
    """The shop drafts one of each but campaigns, of which there is one, and asks northwind."""
    shop, maker = demo.founded.partners[cast.SHOP], demo.founded.partners["northwind"]
    async with demo.database.session(Sight.partner(shop)) as session:
        [outlet] = (await outlets_of(ReadSession(session), shop, PageRequest(1))).items
    between = Between(demo.database, shop, maker, OutletId(outlet.outlet_id), await demo.now())
    for kind in AgreementKind:
        if kind is not AgreementKind.CAMPAIGN:
            await SORTS[kind].drafted(between)


SAID = {
    "Campaign to pay for": ("You pay 50%.",),
    "Reward to pay for": ("100 points: A mug", "30 pieces in all"),
    "Coupon to pay for": ("US$5.00 off", "Only goods of Northwind", "Only DAIRY", "Saturday", "10:00 \u2013 18:00"),
    "Joint activity to pay for": ("10 places",),
    "Bonus scheme to agree to": ("From US$1,000.00: 2%",),
    "Trade-in scheme to pay for": ("SHOES: NEW US$20.00, GOOD US$12.00",),
}


async def test_every_sort_can_be_read_and_agreed_to(demo: Demo) -> None:
    await of_every_sort(demo)
    visiting = await demo.visit(MARKETING, "/console/tasks/approvals", width=1440)
    page = visiting.page
    await expect(page.locator(".approval")).to_have_count(len(SAID))
    for left, (sort, says) in enumerate(SAID.items()):
        await row(page, sort).click()
        for one in says:
            await expect(page.locator(".agreement-terms")).to_contain_text(one)
        await looked_at(visiting, sort.split()[0].lower(), 1440)
        await page.get_by_role("button", name="Agree to these terms").click()
        await page.get_by_role("dialog").get_by_role("button", name="Agree to these terms").click()
        await expect(page.locator(".approval")).to_have_count(len(SAID) - left - 1)
    await expect(page.get_by_text("Nothing waits for agreement")).to_be_visible()
    assert visiting.problems == []


@pytest.mark.parametrize("language", ["lv-LV", "bg-BG", "fi-FI", "hu-HU"])
async def test_every_sort_is_told_in_the_readers_language(demo: Demo, language: str) -> None:
    await of_every_sort(demo)
    visiting = await demo.visit(MARKETING, "/console/tasks/approvals", language=language)
    page = visiting.page
    rows = page.locator(".approval")
    await expect(rows).to_have_count(len(SAID))
    for place in range(len(SAID)):
        await rows.nth(place).click()
        terms = page.locator(".agreement-terms")
        await expect(terms).to_be_visible()
        assert "agreements." not in await terms.inner_text()
        await visiting.picture(f"agreements-{language}-{place}", whole=True)
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        await page.go_back()
    assert visiting.problems == []
