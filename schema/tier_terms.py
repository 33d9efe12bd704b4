"""The terms of a tier programme, as the contract takes and shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import strawberry

from domain.coalition import models as coalition_models
from domain.ids import PartnerId
from domain.tiers import terms as domain_terms
from domain.tiers.errors import InvalidTierProgramme
from domain.tiers.terms import Goods, Kept, Measure, OnReturn, StatusRates, TierPeriod, TierTerms
from domain.values import Money, Points, Rate
from resolvers import coalition
from resolvers.context import Context, Info
from schema.campaign_shapes import partners_of
from schema.money import Money as MoneyType
from schema.money import MoneyInput
from schema.partners import Partner
from schema.shape import shows


@strawberry.type
class Tier:
    """One tier of a programme, from the lowest up."""

    name: str
    """What people call it."""
    by_invitation: bool
    """Whether nobody comes into it by what they do."""
    money: MoneyType | None
    """What has to be spent for it; null where something else counts."""
    count: Points | None
    """How many points, days or status points it takes; null where what was spent counts."""
    benefits: str
    """What it brings, in words."""


@strawberry.type
@shows(domain_terms.Goods)
class TierGoods:
    """Articles."""

    @strawberry.field
    @staticmethod
    def skus(goods: strawberry.Parent[Goods]) -> list[str]:
        """By the shops' numbers."""
        return sorted(goods.skus)

    @strawberry.field
    @staticmethod
    def categories(goods: strawberry.Parent[Goods]) -> list[str]:
        """Of these categories."""
        return sorted(goods.categories)

    @strawberry.field
    @staticmethod
    def brands(goods: strawberry.Parent[Goods]) -> list[str]:
        """Of these brands."""
        return sorted(goods.brands)

    @strawberry.field
    @staticmethod
    def departments(goods: strawberry.Parent[Goods]) -> list[str]:
        """Of these departments."""
        return sorted(goods.departments)


@strawberry.type
class TierActionRate:
    """What an action gives."""

    type: str
    """The action's type."""
    points: Points
    """So many status points."""


@strawberry.type
@shows(domain_terms.TierTerms)
class TierProgrammeTerms:
    """What a tier programme promises."""

    measure: Measure
    """What counts."""
    period: TierPeriod
    """In which time."""
    months: int | None
    """How many of them roll; null for other periods."""
    kept: Kept
    """For how long a tier that was reached is kept."""
    kept_months: int | None
    """For how many months; null where that is not by months."""
    soft_landing: bool
    """Whether whoever's term ends falls by one tier only, for another term."""
    on_return: OnReturn
    """What becomes of a tier when the goods come back that made it."""
    household: bool
    """Whether what all members on one wallet do counts for each of them."""
    counting_from: date | None
    """What happened before this day does not count."""
    goods: TierGoods
    """Only these articles count; all, where none is named."""
    without: TierGoods
    """These do not count."""

    @strawberry.field(graphql_type=list[Tier])
    @staticmethod
    async def tiers(terms: strawberry.Parent[TierTerms], info: Info) -> Sequence[Tier]:
        """The tiers, from the lowest up."""
        currency = (await coalition.coalition(info.context)).currency
        return [tier_shown(one, terms.measure, currency) for one in terms.tiers]

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def partners(terms: strawberry.Parent[TierTerms], info: Info) -> list[coalition_models.Partner]:
        """Only what happens at these counts; at all of the owner's, where none is named."""
        return await partners_of(info, frozenset(map(PartnerId, terms.partners)))

    @strawberry.field
    @staticmethod
    def points_per_unit(terms: strawberry.Parent[TierTerms]) -> str | None:
        """Status points for one unit of the currency, such as 1 or 3/2; null where others count."""
        return None if terms.status is None else str(terms.status.per_unit)

    @strawberry.field
    @staticmethod
    def actions(terms: strawberry.Parent[TierTerms]) -> list[TierActionRate]:
        """Status points for actions."""
        rates = {} if terms.status is None else terms.status.actions
        return [TierActionRate(type=kind, points=Points(points)) for kind, points in sorted(rates.items())]


def tier_shown(tier: domain_terms.Tier, measure: Measure, currency: str) -> Tier:
    """A tier with what it takes, in what counts."""
    money, count = quantity(tier.threshold, measure, currency)
    return Tier(
        name=tier.name,
        by_invitation=tier.by_invitation,
        money=money,  # type: ignore[arg-type]
        count=count,
        benefits=tier.benefits,
    )


def quantity(units: int | None, measure: Measure, currency: str) -> tuple[Money | None, Points | None]:
    """An amount in what counts: money, or a number."""
    if units is None:
        return None, None
    if measure is Measure.SPEND:
        return Money.of_minor(units, currency), None
    return None, Points(units)


@strawberry.input
class TierInput:
    """One tier of a programme."""

    name: str
    """1 to 40 characters, unlike those of any programme that counts at the same tills."""
    money: MoneyInput | None = None
    """What has to be spent for it, where that counts; 0 for the lowest: everybody has it."""
    count: Points | None = None
    """How many points, days or status points it takes, where those count; 0 for the lowest."""
    by_invitation: bool = False
    """Nobody comes into it by what they do."""
    benefits: str = ""
    """What it brings, in words, at most 2000 characters."""

    def to_tier(self, measure: Measure, currency: str) -> domain_terms.Tier:
        """As the domain takes it. Raises: InvalidTierProgramme, InvalidValue."""
        if [self.by_invitation, self.money is not None, self.count is not None].count(True) != 1:
            raise InvalidTierProgramme("a tier says money, count or byInvitation, and one of them only")
        if self.money is not None and (measure is not Measure.SPEND or self.money.currency != currency):
            raise InvalidTierProgramme(f"money is in {currency}, where what was spent counts", path=("money",))
        if self.count and measure is Measure.SPEND:
            raise InvalidTierProgramme("where what was spent counts, a tier says money", path=("count",))
        threshold = self.money.to_money().minor if self.money is not None else self.count
        return domain_terms.Tier(
            name=self.name,
            threshold=None if threshold is None else int(threshold),
            benefits=self.benefits,
        )


@strawberry.input
class TierGoodsInput:
    """Articles: within a part any will do, and all parts that are named must hold."""

    skus: list[str] = strawberry.field(default_factory=list)
    """By the shops' numbers."""
    categories: list[str] = strawberry.field(default_factory=list)
    """Of these categories."""
    brands: list[str] = strawberry.field(default_factory=list)
    """Of these brands."""
    departments: list[str] = strawberry.field(default_factory=list)
    """Of these departments."""

    def to_goods(self) -> Goods:
        """As the domain takes them. Raises: InvalidTierProgramme."""
        return Goods(**{name: frozenset(getattr(self, name)) for name in domain_terms.GOODS})


@strawberry.input
class TierActionRateInput:
    """What an action gives."""

    type: str
    """The action's type."""
    points: int
    """So many status points."""


@strawberry.input
class TierStatusInput:
    """The programme's own status points: by which rates they are given."""

    per_unit: Decimal = Decimal(0)
    """For one unit of the currency paid, such as 1.5; rounded down for each purchase."""
    actions: list[TierActionRateInput] = strawberry.field(default_factory=list)
    """For actions."""

    def to_rates(self) -> StatusRates:
        """As the domain takes them. Raises: InvalidTierProgramme."""
        if not self.per_unit.is_finite():
            raise InvalidTierProgramme("perUnit is a number", path=("status", "per_unit"))
        return StatusRates(
            per_unit=Rate(Fraction(self.per_unit)), actions={one.type: one.points for one in self.actions}
        )


@strawberry.input
class TierTermsInput:
    """What a tier programme shall promise."""

    name: str
    """What people call it: 1 to 80 characters."""
    measure: Measure
    """What counts."""
    period: TierPeriod
    """In which time."""
    tiers: list[TierInput]
    """From the lowest up, at most 12; the next version keeps those that are there, in their order."""
    months: int | None = None
    """How many roll, 1 to 60; for ROLLING."""
    kept: Kept = Kept.END_OF_NEXT
    """For how long a tier that was reached is kept."""
    kept_months: int | None = None
    """For how many months, 1 to 60; for MONTHS."""
    soft_landing: bool = False
    """Whoever's term ends falls by one tier only, for another term."""
    on_return: OnReturn = OnReturn.TAKE_BACK
    """What becomes of a tier when the goods come back that made it."""
    household: bool = False
    """What all members on one wallet do counts for each of them."""
    partners: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Only what happens at these counts; a partner's programme counts what happens at the partner."""
    campaigns: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Only points of these campaigns count; for POINTS."""
    goods: TierGoodsInput | None = None
    """Only these articles count."""
    without: TierGoodsInput | None = None
    """Articles of which any part holds do not count."""
    counting_from: date | None = None
    """What happened before this day does not count."""
    status: TierStatusInput | None = None
    """For STATUS: by which rates."""

    def to_terms(self, ctx: Context, currency: str) -> TierTerms:
        """As the domain takes it. Raises: InvalidTierProgramme, InvalidValue, naming the part."""
        tiers = []
        for number, tier in enumerate(self.tiers):
            try:
                tiers.append(tier.to_tier(self.measure, currency))
            except InvalidTierProgramme as refused:
                raise refused.at("tiers", str(number)) from None
        return TierTerms(
            name=self.name,
            measure=self.measure,
            period=self.period,
            months=self.months,
            kept=self.kept,
            kept_months=self.kept_months,
            soft_landing=self.soft_landing,
            on_return=self.on_return,
            household=self.household,
            partners=_ids(ctx, "Partner", self.partners),
            campaigns=_ids(ctx, "Campaign", self.campaigns),
            goods=domain_terms.EVERYTHING if self.goods is None else self.goods.to_goods(),
            without=domain_terms.EVERYTHING if self.without is None else self.without.to_goods(),
            counting_from=self.counting_from,
            status=None if self.status is None else self.status.to_rates(),
            tiers=tuple(tiers),
        )


def _ids(ctx: Context, kind: str, ids: list[strawberry.ID]) -> frozenset[UUID]:
    return frozenset(ctx.global_ids.one(kind, one) for one in ids)
