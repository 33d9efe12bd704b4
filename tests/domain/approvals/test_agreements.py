"""A draft that others pay for is listed to each that has not agreed to its terms, and to nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from domain.approvals.agreements import AgreementAsked, AgreementKind, asked_of, former
from domain.earning.rules import Flat
from domain.earning.terms import Sponsor
from domain.ids import PartnerId
from domain.storage import COALITION, Database, Sight
from domain.values import Rate
from tests.domain.approvals.drafting import DAY, NAME, SORTS, Between
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import World, a_world, acting

KINDS = tuple(AgreementKind)


@pytest.fixture
async def world(database: Database) -> World:
    """A shop that drafts and a maker that is asked, among others."""
    return await a_world(database)


@pytest.fixture
def between(world: World) -> Between:
    """The two of them."""
    return Between(world.database, world.shop, world.maker, world.outlet, NOW)


async def listed(between: Between, sight: Sight) -> list[AgreementAsked]:
    """What waits for somebody."""
    async with acting(between.database, sight) as session:
        return await asked_of(session)


async def before(between: Between, kind: AgreementKind, which: UUID, who: PartnerId | None = None) -> Any:
    """What the draft would follow, as the maker sees it."""
    async with acting(between.database, Sight.partner(who or between.maker)) as session:
        return await former(session, kind, which)


def test_every_sort_with_agreements_is_tried() -> None:
    assert set(SORTS) == set(AgreementKind)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_draft_waits_for_whom_it_asks_until_its_terms_are_agreed_to(
    world: World, between: Between, kind: AgreementKind
) -> None:
    sort, maker = SORTS[kind], Sight.partner(between.maker)
    drafted = await sort.drafted(between)
    which = sort.id_of(drafted)
    [asked] = await listed(between, maker)
    assert (asked.kind, asked.subject_id, asked.name, asked.owner_id) == (kind, which, NAME, between.shop)
    assert (asked.fingerprint, asked.asked_at) == (drafted.terms.fingerprint(), NOW)
    for sight in (Sight.partner(world.shop), Sight.partner(world.wholesaler), COALITION, Sight.member(world.maker)):
        assert await listed(between, sight) == []
    await sort.step("agree", between, between.maker, which, asked.fingerprint)
    assert await listed(between, maker) == []
    changed = await sort.step("change", between, between.shop, which, replace(drafted.terms, name="Else"))
    [again] = await listed(between, maker)
    assert (again.name, again.fingerprint) == ("Else", changed.terms.fingerprint())
    await sort.step("end", between, between.shop, which)
    assert await listed(between, maker) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_the_next_version_is_asked_for_beside_the_one_that_is_live(between: Between, kind: AgreementKind) -> None:
    sort, maker, shop = SORTS[kind], Sight.partner(between.maker), between.shop
    drafted = await sort.drafted(between)
    which = sort.id_of(drafted)
    assert await before(between, kind, which) is None
    for sponsor in {shop, between.maker} & set(drafted.terms.funders):
        await sort.step("agree", between, sponsor, which, drafted.terms.fingerprint())
    await sort.step("publish", between, shop, which)
    assert await before(between, kind, which) is None
    await sort.step("change", between, shop, which, replace(drafted.terms, name="Else"), now=NOW + DAY)
    [asked] = await listed(between, maker)
    assert (asked.name, asked.asked_at) == ("Else", NOW + DAY)
    assert (await before(between, kind, which)).terms == drafted.terms
    await sort.step("pause", between, shop, which)
    await sort.step("resume", between, shop, which)
    assert await listed(between, maker) == [], "a draft that was overtaken is nobody's to agree to"


@pytest.mark.parametrize("kind", KINDS)
async def test_what_a_draft_follows_is_told_to_nobody_who_is_not_concerned(
    world: World, between: Between, kind: AgreementKind
) -> None:
    sort = SORTS[kind]
    drafted = await sort.drafted(between)
    which = sort.id_of(drafted)
    for sponsor in {between.shop, between.maker} & set(drafted.terms.funders):
        await sort.step("agree", between, sponsor, which, drafted.terms.fingerprint())
    await sort.step("publish", between, between.shop, which)
    await sort.step("change", between, between.shop, which, replace(drafted.terms, name="Else"))
    assert await before(between, kind, which, world.wholesaler) is None


async def test_days_are_the_coalitions_and_the_oldest_comes_first(between: Between) -> None:
    for days, kind in enumerate(reversed(KINDS)):
        await SORTS[kind].drafted(between, now=NOW + days * DAY)
    asked = await listed(between, Sight.partner(between.maker))
    assert [one.kind for one in asked] == list(reversed(KINDS))
    periods = {one.kind: (one.starts_at, one.ends_at) for one in asked}
    riga = datetime(NOW.year + 1, 1, 1, tzinfo=ZoneInfo("Europe/Riga"))
    assert periods == {
        AgreementKind.CAMPAIGN: (NOW, between.ends),
        AgreementKind.REWARD: (NOW, between.ends),
        AgreementKind.COUPON: (NOW, between.ends),
        AgreementKind.ACTIVITY: (NOW + DAY, between.ends),
        AgreementKind.BONUS_SCHEME: (riga, None),
        AgreementKind.TRADE_IN_SCHEME: (None, None),
    }


async def test_who_pays_nothing_is_not_asked(world: World, between: Between) -> None:
    sponsors = tuple(sorted((Sponsor(world.shop), Sponsor(world.maker, Rate(0))), key=lambda one: one.partner_id))
    await world.drafted(Flat(points=1), sponsors=sponsors)
    assert await listed(between, Sight.partner(world.maker)) == []
