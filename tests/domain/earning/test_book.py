"""Laws of the campaigns in memory."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.coalition import partners
from domain.coalition.models import PartnerStatus
from domain.earning import book as book_module
from domain.earning import managing
from domain.earning.book import CampaignBook
from domain.earning.matching import LineMatch
from domain.earning.rules import Flat, RatePerUnit
from domain.earning.terms import Sponsor
from domain.storage import COALITION, Database, Sight
from domain.values import Rate
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import OPENED, World, a_world, acting

RULE = RatePerUnit(points=Rate(1))


@pytest.fixture
async def world(database: Database) -> World:
    """A coalition to run campaigns in."""
    return await a_world(database)


def _names(book: CampaignBook, world: World, at: object = NOW, *, other: bool = False) -> set[str]:
    outlet = world.other_outlet if other else world.outlet
    index = book.index(world.shop, outlet, at)  # type: ignore[arg-type]
    return {entry.campaign.terms.name for entry in index.entries}


async def test_a_till_has_the_campaigns_of_its_partner_and_outlet(world: World) -> None:
    await world.live(RULE, name="everywhere")
    await world.live(RULE, name="here", outlets=frozenset({world.outlet}))
    await world.live(Flat(points=1, lines=LineMatch(outlets=frozenset({world.other_outlet}))), name="there")
    await world.live(RULE, name="elsewhere", partners=frozenset({world.maker}))
    await world.drafted(RULE, name="draft")
    book = CampaignBook("EUR")
    await book.refresh(world.database.pool, now=NOW)
    assert _names(book, world) == {"everywhere", "here"}
    assert _names(book, world, other=True) == {"everywhere", "there"}


async def test_a_late_purchase_earns_what_it_would_have_earned_then(world: World) -> None:
    first = await world.live(RULE, name="first", ends_at=NOW + timedelta(days=5))
    async with acting(world.database, Sight.partner(world.shop)) as session:
        await managing.change(session, world.shop, first.campaign_id, world.terms(RULE, name="second"), now=NOW)
    await world.published(first, now=NOW)
    book = CampaignBook("EUR")
    await book.refresh(world.database.pool, now=NOW)
    moments = [OPENED - timedelta(seconds=1), NOW - timedelta(seconds=1), NOW, NOW + timedelta(days=9)]
    assert [_names(book, world, moment) for moment in moments] == [set(), {"first"}, {"second"}, {"second"}]


async def test_a_change_shows_after_the_next_look(world: World) -> None:
    live = await world.live(RULE, name="one")
    book = CampaignBook("EUR", check_every=timedelta(seconds=5))
    await book.refresh(world.database.pool, now=NOW)
    index = book.index(world.shop, world.outlet, NOW)
    async with acting(world.database, Sight.partner(world.shop)) as session:
        await managing.pause(session, world.shop, live.campaign_id, now=NOW)
    await book.refresh(world.database.pool, now=NOW + timedelta(seconds=4))
    assert book.index(world.shop, world.outlet, NOW) is index
    await book.refresh(world.database.pool, now=NOW + timedelta(seconds=5))
    assert _names(book, world) == set()
    assert _names(book, world, NOW - timedelta(seconds=1)) == {"one"}


async def test_what_has_not_changed_is_not_compiled_again(world: World) -> None:
    await world.live(RULE)
    book = CampaignBook("EUR")
    await book.refresh(world.database.pool, now=NOW)
    index = book.index(world.shop, world.outlet, NOW)
    await book.refresh(world.database.pool, now=NOW + timedelta(minutes=1), at_once=True)
    assert book.index(world.shop, world.other_outlet, NOW + timedelta(seconds=1)) is index


async def test_a_campaign_rests_while_a_sponsor_may_not_fund(world: World) -> None:
    await world.live(RULE, name="ours")
    await world.live(RULE, name="theirs", sponsors=(Sponsor(world.maker),))
    book = CampaignBook("EUR")
    for status, names in (
        (PartnerStatus.SUSPENDED, {"ours"}),
        (PartnerStatus.ACTIVE, {"ours", "theirs"}),
    ):
        async with acting(world.database, COALITION) as session:
            await partners.change_status(session, world.maker, status)
        await book.refresh(world.database.pool, now=NOW, at_once=True)
        assert _names(book, world) == names


async def test_campaigns_long_past_are_let_go(world: World) -> None:
    await world.live(RULE, name="past", ends_at=NOW - timedelta(days=31))
    await world.live(RULE, name="recent", ends_at=NOW - timedelta(days=30))
    book = CampaignBook("EUR")
    await book.refresh(world.database.pool, now=NOW)
    assert _names(book, world, NOW - timedelta(days=31, seconds=1)) == {"recent"}


async def test_the_book_holds_a_bounded_number_of_tills(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.live(RULE, name="here", outlets=frozenset({world.outlet, world.other_outlet}))
    monkeypatch.setattr(book_module, "MOST_TILLS", 1)
    book = CampaignBook("EUR")
    await book.refresh(world.database.pool, now=NOW)
    for _ in range(3):
        assert _names(book, world) == _names(book, world, other=True) == {"here"}
        assert len(book._tills) == 1
