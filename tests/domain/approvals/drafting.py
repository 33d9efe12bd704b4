"""Drafts of each sort that one partner writes and another is asked to pay half of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from domain.activities import managing as activities
from domain.activities.terms import ActivityKind, ActivityTerms
from domain.approvals.agreements import AgreementKind
from domain.bonuses import managing as bonuses
from domain.bonuses.terms import Band, BonusTerms
from domain.earning import managing as campaigns
from domain.earning.rules import Flat
from domain.earning.terms import Sponsor, Terms
from domain.ids import OutletId, PartnerId
from domain.rewards import managing as rewards
from domain.rewards.forms import Words
from domain.rewards.terms import RewardKind, RewardTerms, Step, Worth
from domain.storage import Database, Sight
from domain.trade_ins import managing as trade_ins
from domain.trade_ins.terms import Form, Price, SchemeTerms
from domain.values import Rate
from domain.vouchers import managing as coupons
from domain.vouchers.terms import Articles, CouponTerms, Hours, Paid, TakesOff
from tests.domain.earning.world import KEYS, acting

DAY = timedelta(days=1)
MONTH = timedelta(days=30)
NAME = "It"
WITH_CODES = {"draft", "change", "resume"}
"""The steps of coupons that make their words anew."""


@dataclass(frozen=True)
class Between:
    """Who drafts, who is asked, where and when."""

    database: Database
    shop: PartnerId
    maker: PartnerId
    outlet: OutletId
    now: datetime

    @property
    def halves(self) -> tuple[Sponsor, ...]:
        """Each pays half."""
        both = (Sponsor(self.shop, Rate(1, 2)), Sponsor(self.maker, Rate(1, 2)))
        return tuple(sorted(both, key=lambda one: one.partner_id))

    @property
    def ends(self) -> datetime:
        """When what has an end ends."""
        return self.now + MONTH


@dataclass(frozen=True)
class Sort:
    """How one sort of thing is written, and by what."""

    managing: Any
    terms: Callable[[Between], Any]
    key: str

    async def step(self, name: str, between: Between, who: PartnerId, *given: Any, now: datetime | None = None) -> Any:
        """One step of somebody."""
        told = {"key": KEYS.lookup} if self.managing is coupons and name in WITH_CODES else {}
        async with acting(between.database, Sight.partner(who)) as session:
            return await getattr(self.managing, name)(session, who, *given, **told, now=now or between.now)

    async def drafted(self, between: Between, *, now: datetime | None = None) -> Any:
        """The shop writes one."""
        return await self.step("draft", between, between.shop, self.terms(between), now=now)

    def id_of(self, written: Any) -> UUID:
        """What was written."""
        found: UUID = getattr(written, self.key)
        return found


def _campaign(between: Between) -> Terms:
    return Terms(
        name=NAME,
        rule=Flat(points=1),
        starts_at=between.now,
        ends_at=between.ends,
        partners=frozenset({between.shop}),
        sponsors=between.halves,
    )


def _reward(between: Between) -> RewardTerms:
    return RewardTerms(
        name=NAME,
        kind=RewardKind.GIFT,
        steps=(Step(points=100, worth=Worth(thing="A mug")),),
        partners=frozenset({between.shop}),
        starts_at=between.now,
        ends_at=between.ends,
        stock=30,
        sponsors=between.halves,
    )


def _coupon(between: Between) -> CouponTerms:
    return CouponTerms(
        name=NAME,
        takes=TakesOff(amount=500),
        lines=Articles(categories=frozenset({"DAIRY"}), makers=frozenset({between.maker})),
        weekdays=frozenset({6}),
        hours=(Hours(start=time(10), end=time(18)),),
        partners=frozenset({between.shop}),
        starts_at=between.now,
        ends_at=between.ends,
        sponsors=(Paid(partner_id=between.maker, share=Rate(1, 2)),),
    )


def _activity(between: Between) -> ActivityTerms:
    return ActivityTerms(
        name=NAME,
        kind=ActivityKind.TASTING,
        texts=(Words(language="en", name="Cheese night"),),
        hosts=frozenset({between.shop}),
        outlet=between.outlet,
        starts_at=between.now + DAY,
        ends_at=between.ends,
        places=10,
        shares=between.halves,
    )


def _bonus(between: Between) -> BonusTerms:
    bands = (Band(start=0, rate=Rate("0.01")), Band(start=100_000, rate=Rate("0.02")))
    shops, payers = frozenset({between.shop}), frozenset({between.maker})
    starts = date(between.now.year + 1, 1, 1)
    return BonusTerms(name=NAME, starts_on=starts, bands=bands, partners=shops, sponsors=payers)


def _trade_in(between: Between) -> SchemeTerms:
    return SchemeTerms(
        name=NAME,
        partners=frozenset({between.shop}),
        grades=("NEW", "GOOD"),
        prices=(Price(category="SHOES", prices={"NEW": 2000, "GOOD": 1200}),),
        form=Form.POINTS,
        sponsors=between.halves,
    )


SORTS = {
    AgreementKind.CAMPAIGN: Sort(campaigns, _campaign, "campaign_id"),
    AgreementKind.REWARD: Sort(rewards, _reward, "reward_id"),
    AgreementKind.COUPON: Sort(coupons, _coupon, "coupon_id"),
    AgreementKind.ACTIVITY: Sort(activities, _activity, "activity_id"),
    AgreementKind.BONUS_SCHEME: Sort(bonuses, _bonus, "scheme_id"),
    AgreementKind.TRADE_IN_SCHEME: Sort(trade_ins, _trade_in, "scheme_id"),
}
"""How each sort that others agree to is drafted."""
