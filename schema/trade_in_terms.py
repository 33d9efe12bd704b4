"""The terms of a trade-in scheme, as the contract takes and shows them."""

from __future__ import annotations

from decimal import Decimal

import strawberry

from domain import values
from domain.coalition import models as coalition_models
from domain.earning.terms import Sponsor
from domain.ids import CouponId, OutletId, PartnerId
from domain.trade_ins import terms as domain_terms
from domain.trade_ins.terms import (
    LARGEST_AMOUNT,
    Age,
    Becomes,
    Consignment,
    Form,
    Price,
    SchemeTerms,
    Share,
    Unsold,
)
from resolvers import coalition
from resolvers.context import Context, Info
from schema.campaign_rules import rate
from schema.campaign_shapes import CampaignSponsor, outlets_of, partners_of
from schema.campaign_terms import SponsorInput
from schema.coupon_terms import CouponLinesInput
from schema.errors import within
from schema.money import Money
from schema.partners import Outlet, Partner
from schema.reward_shapes import money_of
from schema.reward_terms import each, minor
from schema.shape import shows


@strawberry.type
class TradeInGradePrice:
    """What an item of one grade is worth."""

    grade: str
    """How well it is kept."""
    money: Money
    """So much, when it is new enough."""


@strawberry.type
@shows(domain_terms.Age)
class TradeInAge:
    """What younger items are worth."""

    months: int
    """Items of fewer months."""

    @strawberry.field
    @staticmethod
    def share(age: strawberry.Parent[Age]) -> str:
        """Of the price: an exact ratio."""
        return str(age.share)


@strawberry.type
@shows(domain_terms.Price)
class TradeInPrice:
    """What items of one category are worth."""

    category: str
    """As the staff choose it."""
    ages: list[TradeInAge]
    """Bands of age, the youngest first; older items are not taken. Empty: any age."""

    @strawberry.field
    @staticmethod
    async def prices(price: strawberry.Parent[Price], info: Info) -> list[TradeInGradePrice]:
        """By grade."""
        currency = (await coalition.coalition(info.context)).currency
        return [
            TradeInGradePrice(grade=grade, money=values.Money.of_minor(units, currency))  # type: ignore[arg-type]
            for grade, units in price.prices.items()
        ]


@strawberry.type
@shows(domain_terms.Share)
class ConsignmentShare:
    """What the member gets of a selling price."""

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def above(share: strawberry.Parent[Share], info: Info) -> values.Money | None:
        """Of items that sold for this much or more."""
        return await money_of(info, share.above)

    @strawberry.field
    @staticmethod
    def share(share: strawberry.Parent[Share]) -> str:
        """This share of the price: an exact ratio."""
        return str(share.share)


@strawberry.type
@shows(domain_terms.Consignment)
class Consigning:
    """Credit when an item is sold."""

    shares: list[ConsignmentShare]
    """By bands of the selling price."""
    days: int
    """How long the shop tries to sell it."""
    unsold: Unsold
    """What becomes of it when nobody bought it in time."""

    @strawberry.field
    @staticmethod
    def fallback(consignment: strawberry.Parent[Consignment]) -> str | None:
        """FALLBACK: which share of the item's value the member gets all the same."""
        return None if consignment.fallback is None else str(consignment.fallback)


@strawberry.type
@shows(domain_terms.SchemeTerms)
class TradeInTerms:
    """What a scheme takes, what it is worth and who pays."""

    name: str
    """What people call it."""
    grades: list[str]
    """How well items are kept, the best first."""
    prices: list[TradeInPrice]
    """The price list."""
    most_items: int
    """So many units a member may hand in; 0: without a bound."""
    most_days: int
    """In so many days; 0: ever."""
    becomes: Becomes
    """What becomes of items."""
    form: Form
    """In what form credit is given."""
    consignment: Consigning | None
    """Credit when an item is sold; null: at once."""
    reverse_days: int
    """How long a trade-in can be taken back."""
    sponsors: list[CampaignSponsor]
    """Who pays; what nobody pays of a voucher, whoever takes it bears."""

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def partners(terms: strawberry.Parent[SchemeTerms], info: Info) -> list[coalition_models.Partner]:
        """At whose counters items are taken."""
        return await partners_of(info, terms.partners)

    @strawberry.field(graphql_type=list[Outlet])
    @staticmethod
    async def outlets(terms: strawberry.Parent[SchemeTerms], info: Info) -> list[coalition_models.Outlet]:
        """Only at these outlets; empty: at all of them."""
        return await outlets_of(info, terms.outlets)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def least(terms: strawberry.Parent[SchemeTerms], info: Info) -> values.Money | None:
        """What an item that comes to less is worth all the same."""
        return await money_of(info, terms.least)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def most(terms: strawberry.Parent[SchemeTerms], info: Info) -> values.Money | None:
        """What an item is worth at most."""
        return await money_of(info, terms.most)

    @strawberry.field
    @staticmethod
    def coupon_id(terms: strawberry.Parent[SchemeTerms], info: Info) -> strawberry.ID | None:
        """VOUCHER: the coupon whose vouchers are given."""
        return None if terms.coupon is None else strawberry.ID(info.context.global_ids.encode("Coupon", terms.coupon))


@strawberry.input
class TradeInGradePriceInput:
    """What an item of one grade is worth."""

    grade: str
    """One of the scheme's."""
    amount: Decimal
    """In the coalition's currency."""


@strawberry.input
class TradeInAgeInput:
    """What younger items are worth."""

    months: int
    """Items of fewer months: 1 to 1200."""
    share: str = "1"
    """Of the price: an exact ratio such as 1/2."""


@strawberry.input
class TradeInPriceInput:
    """What items of one category are worth."""

    category: str
    """As the staff choose it, such as SHOES."""
    prices: list[TradeInGradePriceInput]
    """By grade; a grade that is not named is not taken, and a worse one is worth no more."""
    lines: CouponLinesInput | None = None
    """Articles that are of it; the staff say, if not said."""
    ages: list[TradeInAgeInput] = strawberry.field(default_factory=list)
    """Bands of age, the youngest first; older items are not taken. None: any age."""

    def to_price(self, ctx: Context, currency: str) -> Price:
        """As the domain takes it. Raises: InvalidTradeInScheme, InvalidValue."""
        return Price(
            category=self.category,
            prices={one.grade: minor("prices", one.amount, currency) or 0 for one in self.prices},
            lines=None if self.lines is None else self.lines.to_articles(ctx),
            ages=tuple(Age(months=one.months, share=rate("share", one.share)) for one in self.ages),
        )


@strawberry.input
class ConsignmentShareInput:
    """What the member gets of a selling price."""

    above: Decimal = Decimal(0)
    """Of items that sold for this much or more, in the coalition's currency …"""
    share: str
    """… this share of the price: an exact ratio."""


@strawberry.input
class ConsignmentInput:
    """Credit when an item is sold."""

    shares: list[ConsignmentShareInput]
    """By bands of the selling price, the first from 0."""
    days: int
    """How long the shop tries to sell it: 1 to 3650."""
    unsold: Unsold = Unsold.GIVEN_BACK
    """What becomes of it when nobody bought it in time."""
    fallback: str | None = None
    """FALLBACK: which share of the item's value the member gets all the same."""

    def to_consignment(self, currency: str) -> Consignment:
        """As the domain takes it. Raises: InvalidTradeInScheme, InvalidValue."""
        bands = [
            Share(above=minor("above", one.above, currency) or 0, share=rate("share", one.share)) for one in self.shares
        ]
        fallback = None if self.fallback is None else rate("fallback", self.fallback)
        return Consignment(shares=tuple(bands), days=self.days, unsold=self.unsold, fallback=fallback)


@strawberry.input
class TradeInTermsInput:
    """Everything a scheme promises."""

    name: str
    """What people call it, at most 120 characters."""
    partners: list[strawberry.ID]
    """At whose counters items are taken."""
    outlets: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Only at these outlets of theirs; all if none is named."""
    grades: list[str]
    """How well items are kept, the best first."""
    prices: list[TradeInPriceInput]
    """The price list, each category once."""
    least: Decimal = Decimal(0)
    """What an item that comes to less is worth all the same, in the coalition's currency."""
    most: Decimal | None = None
    """What an item is worth at most."""
    most_items: int = 0
    """So many units a member may hand in; 0: without a bound."""
    most_days: int = 0
    """In so many days; 0: ever."""
    becomes: Becomes = Becomes.RESOLD
    """What becomes of items."""
    form: Form = Form.VOUCHER
    """In what form credit is given."""
    coupon: strawberry.ID | None = None
    """VOUCHER: your coupon; it is live, and its vouchers are valued."""
    sponsors: list[SponsorInput] = strawberry.field(default_factory=list)
    """Who pays which share: with vouchers those of the coupon, with points those of the campaigns."""
    consignment: ConsignmentInput | None = None
    """Credit when an item is sold; at once, if not said."""
    reverse_days: int = 14
    """How long a trade-in can be taken back."""

    def to_terms(self, ctx: Context, currency: str) -> SchemeTerms:
        """As the domain takes it. Raises: InvalidTradeInScheme, InvalidValue."""
        ids = ctx.global_ids
        with within("consignment"):
            consignment = None if self.consignment is None else self.consignment.to_consignment(currency)
        sponsors = each("sponsors", self.sponsors, lambda one: _sponsor(ctx, one))
        return SchemeTerms(
            name=self.name,
            partners=frozenset(PartnerId(ids.one("Partner", one)) for one in self.partners),
            outlets=frozenset(OutletId(ids.one("Outlet", one)) for one in self.outlets),
            grades=tuple(self.grades),
            prices=tuple(each("prices", self.prices, lambda one: one.to_price(ctx, currency))),
            least=minor("least", self.least, currency) or 0,
            most=LARGEST_AMOUNT if self.most is None else minor("most", self.most, currency) or 0,
            most_items=self.most_items,
            most_days=self.most_days,
            becomes=self.becomes,
            form=self.form,
            coupon=None if self.coupon is None else CouponId(ids.one("Coupon", self.coupon)),
            sponsors=tuple(sorted(sponsors, key=lambda one: one.partner_id)),
            consignment=consignment,
            reverse_days=self.reverse_days,
        )


def _sponsor(ctx: Context, sponsor: SponsorInput) -> Sponsor:
    return Sponsor(PartnerId(ctx.global_ids.one("Partner", sponsor.partner)), rate("share", sponsor.share))
