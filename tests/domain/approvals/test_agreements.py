"""A draft that others pay for is listed to each that has not agreed to its terms, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from domain.activities import managing as activities
from domain.activities.terms import ActivityKind, ActivityTerms
from domain.approvals.agreements import AgreementAsked, AgreementKind, asked_of, former
from domain.bonuses import managing as bonuses
from domain.bonuses.terms import Band, BonusTerms
from domain.earning import managing as campaigns
from domain.earning.rules import Flat
from domain.earning.terms import Sponsor
from domain.ids import PartnerId
from domain.rewards import managing as rewards
from domain.rewards.forms import Words
from domain.rewards.terms import RewardKind, RewardTerms, Step, Worth
from domain.storage import COALITION, Database, Sight
from domain.trade_ins import managing as trade_ins
from domain.trade_ins.terms import Form, Price, SchemeTerms
from domain.values import Rate
from domain.vouchers import managing as coupons
from domain.vouchers.terms import CouponTerms, Paid, TakesOff
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import KEYS, World, a_world, acting

LATER = NOW + timedelta(days=30)
DAY = timedelta(days=1)
KINDS = tuple(AgreementKind)


def _halves(world: World) -> tuple[Sponsor, ...]:
    both = (Sponsor(world.shop, Rate(1, 2)), Sponsor(world.maker, Rate(1, 2)))
    return tuple(sorted(both, key=lambda one: one.partner_id))


def _reward(world: World) -> RewardTerms:
    return RewardTerms(
        name="It",
        kind=RewardKind.GIFT,
        steps=(Step(points=100, worth=Worth(thing="A mug")),),
        partners=frozenset({world.shop}),
        starts_at=NOW,
        ends_at=LATER,
        sponsors=_halves(world),
    )


def _coupon(world: World) -> CouponTerms:
    paid = (Paid(partner_id=world.maker),)
    shops = frozenset({world.shop})
    return CouponTerms(
        name="It", takes=TakesOff(amount=500), partners=shops, starts_at=NOW, ends_at=LATER, sponsors=paid
    )


def _activity(world: World) -> ActivityTerms:
    return ActivityTerms(
        name="It",
        kind=ActivityKind.TASTING,
        texts=(Words(language="en", name="It"),),
        hosts=frozenset({world.shop}),
        outlet=world.outlet,
        starts_at=NOW + DAY,
        ends_at=LATER,
        places=10,
        shares=_halves(world),
    )


def _bonus(world: World) -> BonusTerms:
    bands = (Band(start=0, rate=Rate("0.01")),)
    shops, payers = frozenset({world.shop}), frozenset({world.maker})
    return BonusTerms(name="It", starts_on=date(2027, 1, 1), bands=bands, partners=shops, sponsors=payers)


def _trade_in(world: World) -> SchemeTerms:
    return SchemeTerms(
        name="It",
        partners=frozenset({world.shop}),
        grades=("GOOD",),
        prices=(Price(category="SHOES", prices={"GOOD": 1200}),),
        form=Form.POINTS,
        sponsors=_halves(world),
    )


@dataclass(frozen=True)
class Sort:
    """How one sort of thing is written, and by what."""

    managing: Any
    terms: Callable[[World], Any]
    told: dict[str, Any]
    """What its steps take besides."""

    async def step(self, name: str, world: World, who: PartnerId, *given: Any, now: datetime = NOW) -> Any:
        """One step of somebody."""
        told = self.told if name in {"draft", "change", "resume"} else {}
        async with acting(world.database, Sight.partner(who)) as session:
            return await getattr(self.managing, name)(session, who, *given, **told, now=now)


KEY = {"key": KEYS.lookup}
SORTS = {
    AgreementKind.CAMPAIGN: Sort(
        campaigns,
        lambda world: world.terms(Flat(points=1), name="It", starts_at=NOW, ends_at=LATER, sponsors=_halves(world)),
        {},
    ),
    AgreementKind.REWARD: Sort(rewards, _reward, {}),
    AgreementKind.COUPON: Sort(coupons, _coupon, KEY),
    AgreementKind.ACTIVITY: Sort(activities, _activity, {}),
    AgreementKind.BONUS_SCHEME: Sort(bonuses, _bonus, {}),
    AgreementKind.TRADE_IN_SCHEME: Sort(trade_ins, _trade_in, {}),
}


@pytest.fixture
async def world(database: Database) -> World:
    """A shop that drafts and a maker that is asked."""
    return await a_world(database)


async def listed(world: World, sight: Sight) -> list[AgreementAsked]:
    """What waits for somebody."""
    async with acting(world.database, sight) as session:
        return await asked_of(session)


def _id(kind: AgreementKind, written: Any) -> UUID:
    found: UUID = getattr(written, f"{kind.value.lower().removeprefix('bonus_').removeprefix('trade_in_')}_id")
    return found


async def test_every_sort_with_agreements_is_listed() -> None:
    assert set(SORTS) == set(AgreementKind)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_draft_waits_for_whom_it_asks_until_its_terms_are_agreed_to(world: World, kind: AgreementKind) -> None:
    sort, maker = SORTS[kind], Sight.partner(world.maker)
    drafted = await sort.step("draft", world, world.shop, sort.terms(world))
    which = _id(kind, drafted)
    [asked] = await listed(world, maker)
    assert (asked.kind, asked.subject_id, asked.name, asked.owner_id) == (kind, which, "It", world.shop)
    assert (asked.fingerprint, asked.asked_at) == (drafted.terms.fingerprint(), NOW)
    for sight in (Sight.partner(world.shop), Sight.partner(world.wholesaler), COALITION, Sight.member(world.maker)):
        assert await listed(world, sight) == []
    await sort.step("agree", world, world.maker, which, asked.fingerprint)
    assert await listed(world, maker) == []
    changed = await sort.step("change", world, world.shop, which, replace(drafted.terms, name="Else"))
    [again] = await listed(world, maker)
    assert (again.name, again.fingerprint) == ("Else", changed.terms.fingerprint())
    await sort.step("end", world, world.shop, which)
    assert await listed(world, maker) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_the_next_version_is_asked_for_beside_the_one_that_is_live(world: World, kind: AgreementKind) -> None:
    sort, maker = SORTS[kind], Sight.partner(world.maker)
    drafted = await sort.step("draft", world, world.shop, sort.terms(world))
    which = _id(kind, drafted)
    assert await _former(world, kind, which) is None
    for sponsor in (world.shop, world.maker):
        if sponsor in drafted.terms.funders:
            await sort.step("agree", world, sponsor, which, drafted.terms.fingerprint())
    await sort.step("publish", world, world.shop, which)
    assert await _former(world, kind, which) is None
    await sort.step("change", world, world.shop, which, replace(drafted.terms, name="Else"), now=NOW + DAY)
    [asked] = await listed(world, maker)
    assert (asked.name, asked.asked_at) == ("Else", NOW + DAY)
    before = await _former(world, kind, which)
    assert before.terms == drafted.terms
    await sort.step("pause", world, world.shop, which)
    await sort.step("resume", world, world.shop, which)
    assert await listed(world, maker) == [], "a draft that was overtaken is nobody's to agree to"


async def _former(world: World, kind: AgreementKind, which: UUID) -> Any:
    async with acting(world.database, Sight.partner(world.maker)) as session:
        return await former(session, kind, which)


async def test_days_are_the_coalitions_and_the_oldest_comes_first(world: World) -> None:
    for days, kind in enumerate(reversed(KINDS)):
        sort = SORTS[kind]
        await sort.step("draft", world, world.shop, sort.terms(world), now=NOW + days * DAY)
    asked = await listed(world, Sight.partner(world.maker))
    assert [one.kind for one in asked] == list(reversed(KINDS))
    periods = {one.kind: (one.starts_at, one.ends_at) for one in asked}
    riga = datetime(2027, 1, 1, tzinfo=ZoneInfo("Europe/Riga"))
    assert periods == {
        AgreementKind.CAMPAIGN: (NOW, LATER),
        AgreementKind.REWARD: (NOW, LATER),
        AgreementKind.COUPON: (NOW, LATER),
        AgreementKind.ACTIVITY: (NOW + DAY, LATER),
        AgreementKind.BONUS_SCHEME: (riga, None),
        AgreementKind.TRADE_IN_SCHEME: (None, None),
    }


async def test_who_pays_nothing_is_not_asked(world: World) -> None:
    sponsors = tuple(sorted((Sponsor(world.shop), Sponsor(world.maker, Rate(0))), key=lambda one: one.partner_id))
    await world.drafted(Flat(points=1), sponsors=sponsors)
    assert await listed(world, Sight.partner(world.maker)) == []
