"""The terms of a bonus scheme, as the contract takes and shows them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from domain.bonuses import terms as domain_terms
from domain.bonuses.errors import InvalidBonusScheme
from domain.bonuses.terms import Against, BonusPeriod, BonusTerms, GrowthOf, Measure, Slicing, Source
from domain.coalition import models as coalition_models
from domain.earning.forms import read_rate
from domain.errors import DomainError
from domain.ids import PartnerId
from domain.values import Money
from resolvers import coalition
from resolvers.context import Context, Info
from schema.money import Money as MoneyType
from schema.money import MoneyInput
from schema.partners import Partner
from schema.shape import shows


@strawberry.type
@shows(domain_terms.Band)
class BonusBand:
    """From so much on, at this rate."""

    @strawberry.field(name="from")
    @staticmethod
    def start(band: strawberry.Parent[domain_terms.Band]) -> Decimal:
        """In minor units of the currency (such as cents) or pieces; of growth in per cent."""
        return Decimal(band.start)

    @strawberry.field
    @staticmethod
    def rate(band: strawberry.Parent[domain_terms.Band]) -> str:
        """A share of value such as "1/50", or minor units for each piece."""
        return str(band.rate)


@strawberry.type
@shows(domain_terms.Growth)
class BonusGrowth:
    """What is given for buying more than before."""

    bands: list[BonusBand]
    """By growth in per cent; the one that is reached counts alone."""
    against: Against
    """What growth is counted from."""
    of: GrowthOf
    """Of what the rate is taken."""

    @strawberry.field
    @staticmethod
    def least_base(growth: strawberry.Parent[domain_terms.Growth]) -> Decimal:
        """From a base below this nothing has grown; in minor units or pieces."""
        return Decimal(growth.least_base)


@strawberry.type
class BonusArticles:
    """Articles, by number, category and brand."""

    skus: list[str] = strawberry.field(description="Article numbers.")
    categories: list[str] = strawberry.field(description="Categories.")
    brands: list[str] = strawberry.field(description="Brands.")


@strawberry.type
@shows(BonusTerms)
class BonusSchemeTerms:
    """What a scheme promises."""

    name: str
    """What people call it."""
    starts_on: date
    """The first day of the first period."""
    ends_on: date | None
    """The day after the last period; null for no end."""
    period: BonusPeriod
    """For how long turnover is counted together."""
    measure: Measure
    """In what it is counted."""
    source: Source
    """Whence it comes."""
    bands: list[BonusBand]
    """By volume."""
    slicing: Slicing
    """Of what the rates of these bands are taken."""
    growth: BonusGrowth | None
    """By growth."""
    wait_days: int
    """So many days after a period its statements are drawn up."""
    by_hand: bool
    """Whether somebody looks at statements before they are given."""

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def partners(terms: strawberry.Parent[BonusTerms], info: Info) -> list[coalition_models.Partner]:
        """At whose tills purchases count; each agrees."""
        return [await coalition.partner(info.context, one) for one in sorted(terms.partners)]

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def sponsors(terms: strawberry.Parent[BonusTerms], info: Info) -> list[coalition_models.Partner]:
        """Who pays, as the campaigns that answer say; each agrees."""
        return [await coalition.partner(info.context, one) for one in sorted(terms.sponsors)]

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def makers(terms: strawberry.Parent[BonusTerms], info: Info) -> list[coalition_models.Partner]:
        """Only goods of these makers; empty: of all."""
        return [await coalition.partner(info.context, one) for one in sorted(terms.makers)]

    @strawberry.field
    @staticmethod
    def only(terms: strawberry.Parent[BonusTerms]) -> BonusArticles:
        """Only these articles count; empty: all."""
        return _articles(terms.skus, terms.categories, terms.brands)

    @strawberry.field
    @staticmethod
    def leaves_out(terms: strawberry.Parent[BonusTerms]) -> BonusArticles:
        """These articles do not count."""
        return _articles(terms.not_skus, terms.not_categories, terms.not_brands)

    @strawberry.field
    @staticmethod
    def not_tenders(terms: strawberry.Parent[BonusTerms]) -> list[str]:
        """What was paid by these means does not count."""
        return sorted(terms.not_tenders)

    @strawberry.field
    @staticmethod
    def groups(terms: strawberry.Parent[BonusTerms], info: Info) -> list[strawberry.ID]:
        """Only firms of these groups; empty: all that the owner serves."""
        ids = info.context.global_ids
        return [strawberry.ID(ids.encode("Segment", one)) for one in sorted(terms.groups)]

    @strawberry.field(graphql_type=MoneyType | None)
    @staticmethod
    async def most(terms: strawberry.Parent[BonusTerms], info: Info) -> Money | None:
        """The most that a firm gets for one period."""
        if terms.most is None:
            return None
        return Money.of_minor(terms.most, (await coalition.coalition(info.context)).currency)


@strawberry.input
class BonusBandInput:
    """From so much on, at this rate."""

    start: Decimal = strawberry.field(
        name="from",
        description="A whole number: in minor units of the currency (such as cents) or pieces; of growth in per cent.",
    )
    rate: str = strawberry.field(description='A share of value such as "0.02", or minor units for each piece.')


@strawberry.input
class BonusGrowthInput:
    """What is given for buying more than before."""

    bands: list[BonusBandInput]
    """By growth in per cent, in order."""
    against: Against = Against.YEAR_BEFORE
    """What growth is counted from."""
    of: GrowthOf = GrowthOf.TURNOVER
    """Of what the rate is taken."""
    least_base: Decimal = Decimal(1)
    """From a base below this nothing has grown; in minor units or pieces."""


@strawberry.input
class BonusArticlesInput:
    """Articles, by number, category and brand; an article has to meet each that names some."""

    skus: list[str] = strawberry.field(default_factory=list)
    """Article numbers."""
    categories: list[str] = strawberry.field(default_factory=list)
    """Categories."""
    brands: list[str] = strawberry.field(default_factory=list)
    """Brands."""


@strawberry.input
class BonusSchemeTermsInput:
    """What a scheme shall promise."""

    name: str
    """What people call it, 1 to 80 characters."""
    starts_on: date
    """The first day of the first period."""
    ends_on: date | None = None
    """The day after the last period."""
    period: BonusPeriod = BonusPeriod.QUARTER
    """For how long turnover is counted together."""
    measure: Measure = Measure.VALUE
    """In what it is counted."""
    source: Source = Source.PURCHASES
    """Whence it comes."""
    partners: list[strawberry.ID] | None = None
    """At whose tills purchases count; at yours alone, if not said."""
    sponsors: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Who pays, as the campaigns that answer say."""
    makers: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Only goods of these makers."""
    only: BonusArticlesInput = strawberry.field(default_factory=BonusArticlesInput)
    """Only these articles."""
    leaves_out: BonusArticlesInput = strawberry.field(default_factory=BonusArticlesInput)
    """None of these articles."""
    not_tenders: list[str] = strawberry.field(default_factory=list)
    """What was paid by these means does not count."""
    groups: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Only firms of these groups (segments)."""
    bands: list[BonusBandInput] = strawberry.field(default_factory=list)
    """By volume, in order."""
    slicing: Slicing = Slicing.MARGINAL
    """Of what the rates of these bands are taken."""
    growth: BonusGrowthInput | None = None
    """By growth."""
    most: MoneyInput | None = None
    """The most that a firm gets for one period."""
    wait_days: int = 14
    """So many days after a period its statements are drawn up: 0 to 90."""
    by_hand: bool = True
    """Whether somebody looks at statements before they are given."""

    def to_terms(self, ctx: Context, currency: str) -> BonusTerms:
        """As the domain takes it. Raises: InvalidBonusScheme, InvalidValue."""
        try:
            return BonusTerms(
                name=self.name,
                starts_on=self.starts_on,
                ends_on=self.ends_on,
                period=self.period,
                measure=self.measure,
                source=self.source,
                slicing=self.slicing,
                wait_days=self.wait_days,
                by_hand=self.by_hand,
                not_tenders=frozenset(self.not_tenders),
                bands=_bands("bands", self.bands),
                growth=self._growth(),
                most=self._most(currency),
                **self._parties(ctx),
                **self._articles(),
            )
        except DomainError as refused:
            raise refused.at("terms") from None

    def _parties(self, ctx: Context) -> dict[str, Any]:
        ids = ctx.global_ids
        own = [] if self.source is Source.SOLD_ON or ctx.viewer.partner_id is None else [ctx.viewer.partner_id]
        where = own if self.partners is None else [ids.one("Partner", one) for one in self.partners]
        return {
            "partners": frozenset(map(PartnerId, where)),
            "sponsors": frozenset(PartnerId(ids.one("Partner", one)) for one in self.sponsors),
            "makers": frozenset(PartnerId(ids.one("Partner", one)) for one in self.makers),
            "groups": frozenset(ids.one("Segment", one) for one in self.groups),
        }

    def _articles(self) -> dict[str, Any]:
        parts = ("skus", "categories", "brands")
        only = {name: frozenset(getattr(self.only, name)) for name in parts}
        return only | {f"not_{name}": frozenset(getattr(self.leaves_out, name)) for name in parts}

    def _growth(self) -> domain_terms.Growth | None:
        told = self.growth
        if told is None:
            return None
        try:
            bands = _bands("bands", told.bands)
            return domain_terms.Growth(
                bands=bands, against=told.against, of=told.of, least_base=_whole(told.least_base)
            )
        except DomainError as refused:
            raise refused.at("growth") from None

    def _most(self, currency: str) -> int | None:
        if self.most is None:
            return None
        most = self.most.to_money()
        if most.currency != currency:
            raise InvalidBonusScheme(f"amounts are in {currency}", path=("most",))
        return most.minor


def _bands(part: str, bands: list[BonusBandInput]) -> tuple[domain_terms.Band, ...]:
    try:
        return tuple(domain_terms.Band(start=_whole(band.start), rate=read_rate(band.rate)) for band in bands)
    except DomainError as refused:
        raise InvalidBonusScheme(refused.message, path=(part, *refused.path)) from None


def _whole(figure: Decimal) -> int:
    if figure != figure.to_integral_value():
        raise InvalidBonusScheme("it is a whole number")
    return int(figure)


def _articles(skus: frozenset[str], categories: frozenset[str], brands: frozenset[str]) -> BonusArticles:
    return BonusArticles(skus=sorted(skus), categories=sorted(categories), brands=sorted(brands))
