"""What a campaign promises, as the contract takes it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

from domain.earning.expiry import Expiry, ExpiryKind
from domain.earning.forms import read_rate
from domain.earning.matching import LineMatch
from domain.earning.rounding import Rounding
from domain.earning.rules import CouponRefund, Flat, Multiplier, PerItem, RatePerUnit, Rule
from domain.earning.terms import Sponsor, Terms
from domain.errors import DomainError
from domain.ids import OutletId, PartnerId
from domain.values import Money, Points, Rate
from resolvers.context import Context


@strawberry.input
class LineMatchInput:
    """Which lines count: all parts that are given hold; without any, every line counts."""

    skus: list[str] = strawberry.field(default_factory=list)
    """One of these article numbers."""
    gtins: list[str] = strawberry.field(default_factory=list)
    """One of these numbers in the bar code."""
    makers: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Made by one of these partners."""
    suppliers: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Delivered by one of these partners."""
    brands: list[str] = strawberry.field(default_factory=list)
    """One of these brands."""
    categories: list[str] = strawberry.field(default_factory=list)
    """One of these categories."""
    departments: list[str] = strawberry.field(default_factory=list)
    """One of these departments."""
    private_label: bool | None = None
    """Only the shop's own brands, or none of them."""

    def to_match(self, ctx: Context) -> LineMatch:
        """As the domain takes it."""
        return LineMatch(
            skus=frozenset(self.skus),
            gtins=frozenset(self.gtins),
            makers=_partners(ctx, self.makers),
            suppliers=_partners(ctx, self.suppliers),
            brands=frozenset(self.brands),
            categories=frozenset(self.categories),
            departments=frozenset(self.departments),
            private_label=self.private_label,
        )


@strawberry.input
class RateRuleInput:
    """Points by what is spent, or by the item."""

    points: str
    """An exact rate, such as 1.5 or 3/2."""


@strawberry.input
class FlatRuleInput:
    """Points once a purchase."""

    points: Points
    """How many."""
    minimum: Decimal = Decimal(0)
    """What the lines that count come to at least."""


@strawberry.input
class MultiplierRuleInput:
    """The points of other campaigns once more."""

    factor: str
    """An exact rate above 1, such as 2."""


@strawberry.input
class CouponRuleInput:
    """The maker's coupons that the shop took, refunded in money."""

    cap: Decimal | None = None
    """At most so much an item."""


@strawberry.input(one_of=True)
class RuleInput:
    """What is given: exactly one of these."""

    rate_per_unit: strawberry.Maybe[RateRuleInput]
    """Points per unit of currency spent."""
    per_item: strawberry.Maybe[RateRuleInput]
    """Points per item, kilogram or litre."""
    flat: strawberry.Maybe[FlatRuleInput]
    """Points once a purchase."""
    multiplier: strawberry.Maybe[MultiplierRuleInput]
    """Points of other campaigns once more."""
    coupon_refund: strawberry.Maybe[CouponRuleInput]
    """Makers' coupons refunded in money."""

    def to_rule(self, lines: LineMatch, currency: str) -> Rule:
        """As the domain takes it."""
        if self.rate_per_unit is not None:
            return RatePerUnit(points=read_rate(self.rate_per_unit.value.points), lines=lines)
        if self.per_item is not None:
            return PerItem(points=read_rate(self.per_item.value.points), lines=lines)
        if self.flat is not None:
            flat = self.flat.value
            return Flat(points=int(flat.points), minimum=Money(flat.minimum, currency).minor, lines=lines)
        if self.multiplier is not None:
            return Multiplier(factor=read_rate(self.multiplier.value.factor), lines=lines)
        assert self.coupon_refund is not None, "the input is one-of"
        cap = self.coupon_refund.value.cap
        return CouponRefund(cap=None if cap is None else Money(cap, currency).minor, lines=lines)


@strawberry.input
class SponsorInput:
    """Who pays, and which share."""

    partner: strawberry.ID
    """The partner."""
    share: str = "1"
    """An exact ratio; the shares of a campaign add up to 1."""


@strawberry.input
class ExpiryInput:
    """How long points live."""

    kind: ExpiryKind = ExpiryKind.NEVER
    """What their life is counted by."""
    months: int = 0
    """How many months."""
    month: int = 0
    """The month of the fixed day."""
    day: int = 0
    """The day of the fixed day's month."""


@strawberry.input
class CampaignTermsInput:
    """Everything a sponsor agrees to."""

    name: str
    """What people call it, at most 120 characters."""
    rule: RuleInput
    """What is given."""
    lines: LineMatchInput | None = None
    """For which lines; every line if not said."""
    partners: list[strawberry.ID]
    """In whose purchases."""
    outlets: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Only in these outlets; all of them if none is named."""
    sponsors: list[SponsorInput]
    """Who pays."""
    starts_at: datetime
    """From when on."""
    ends_at: datetime | None = None
    """Until when; no end if not said."""
    return_days: int | None = None
    """How many days points wait; not at all if not said."""
    expiry: ExpiryInput | None = None
    """How long points live; for ever if not said."""
    rounding: Rounding = Rounding.DOWN
    """How a fraction of a point ends."""
    priority: int = 0
    """Awards are listed from the highest."""

    def to_terms(self, ctx: Context, currency: str) -> Terms:
        """As the domain takes it. Raises: InvalidRule, InvalidCampaign, NotFound."""
        try:
            lines = LineMatch() if self.lines is None else self.lines.to_match(ctx)
            return Terms(
                name=self.name,
                rule=self._rule(lines, currency),
                starts_at=self.starts_at,
                ends_at=self.ends_at,
                partners=_partners(ctx, self.partners),
                outlets=frozenset(OutletId(ctx.global_ids.one("Outlet", one)) for one in self.outlets),
                sponsors=tuple(
                    Sponsor(PartnerId(ctx.global_ids.one("Partner", one.partner)), Rate(read_rate(one.share)))
                    for one in self.sponsors
                ),
                return_days=self.return_days,
                expiry=Expiry(**vars(self.expiry)) if self.expiry is not None else Expiry(),
                rounding=self.rounding,
                priority=self.priority,
            )
        except DomainError as refused:
            raise refused.at("terms") from None

    def _rule(self, lines: LineMatch, currency: str) -> Rule:
        try:
            return self.rule.to_rule(lines, currency)
        except DomainError as refused:
            raise refused.at("rule") from None


def _partners(ctx: Context, ids: list[strawberry.ID]) -> frozenset[PartnerId]:
    return frozenset(PartnerId(ctx.global_ids.one("Partner", one)) for one in ids)
