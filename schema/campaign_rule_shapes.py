"""What a campaign gives, as the contract shows it."""

from __future__ import annotations

from decimal import Decimal

import strawberry

from domain import values
from domain.earning import prizes, rules
from domain.earning.periods import Period
from domain.earning.prizes import TokenKind
from domain.earning.rules import Counted, RuleKind
from domain.values import Points, Rate
from resolvers.context import Info
from schema.money import Money
from schema.scalars import CurrencyCode
from schema.shape import shows


@strawberry.type
@shows(prizes.Token)
class TokenPromised:
    """A thing to be won that is no point."""

    kind: TokenKind
    """What sort of thing."""
    name: str
    """What people call it."""
    days: int
    """How many days it can be used; 0 for ever, or as its coupon says."""

    @strawberry.field
    @staticmethod
    def coupon(token: strawberry.Parent[prizes.Token], info: Info) -> strawberry.ID | None:
        """The coupon of which a voucher is won; null where it is a thing in words."""
        return None if token.coupon is None else strawberry.ID(info.context.global_ids.encode("Coupon", token.coupon))


@strawberry.type
class WheelSlot:
    """A part of a wheel; neither points nor a token: a blank."""

    weight: int
    """Its weight beside the others."""
    odds: str
    """Its chance as an exact ratio, such as 1/10."""
    points: Points
    """Points that it gives."""
    token: TokenPromised | None
    """A thing that it gives."""


@strawberry.type
class Prize:
    """What is won: points, a token, both, or a turn of a wheel."""

    points: Points
    """Points."""
    token: TokenPromised | None
    """A thing that is no point."""
    wheel: list[WheelSlot]
    """The parts of a wheel, in their order, with their odds; empty where there is none."""


@strawberry.type
class AmountBand:
    """From an amount on, so many points or stamps."""

    start: Money
    """What the lines that count come to at least."""
    gives: int
    """How many points or stamps."""


@strawberry.interface
class CampaignRule:
    """What a campaign gives; there is a type for each kind."""

    kind: RuleKind
    """Which kind."""


@strawberry.type
class SpendingRule(CampaignRule):
    """Points per unit of currency spent."""

    rate: str
    """An exact rate."""
    tenders: list[str]
    """Only what was paid by these means; empty: all of it."""


@strawberry.type
class ItemRule(CampaignRule):
    """Points per item, kilogram or litre."""

    rate: str
    """An exact rate."""


@strawberry.type
class FlatRule(CampaignRule):
    """Points once a purchase or action."""

    points: Points
    """How many."""
    minimum: Money
    """What the lines that count come to at least."""


@strawberry.type
class BandsRule(CampaignRule):
    """Points once a purchase, more from higher amounts on."""

    bands: list[AmountBand]
    """From the lowest."""


@strawberry.type
class FieldRule(CampaignRule):
    """Points per unit of a whole-number field of an action."""

    field: str
    """The field."""
    rate: str
    """An exact rate: points for each `per` of the field."""
    per: Decimal
    """For each so many of the field."""
    least: Decimal
    """A field below this earns nothing."""
    most: Decimal | None
    """What of the field is above this does not count."""


@strawberry.type
class MultiplierRule(CampaignRule):
    """The points of other campaigns once more."""

    factor: str
    """An exact rate."""
    base: list[RuleKind]
    """The points of which kinds of rules."""


@strawberry.type
class CouponRule(CampaignRule):
    """Makers' coupons refunded in money."""

    cap: Money | None
    """At most so much an item."""


@strawberry.type
class CashbackRule(CampaignRule):
    """A share of what was spent credited in money."""

    rate: str
    """An exact rate."""
    cap: Money | None
    """At most so much a purchase."""


@strawberry.type
class DiscountRule(CampaignRule):
    """Money off at the till: a share, an amount off an item, or a member's price."""

    share: str | None
    """An exact rate."""
    off: Money | None
    """So much off an item."""
    price: Money | None
    """What a member pays for an item."""
    minimum: Money
    """What the lines that count come to at least before it."""
    cap: Money | None
    """At most so much a purchase."""


@strawberry.type
class GiftRule(CampaignRule):
    """A prize once a purchase or action."""

    prize: Prize
    """What is won."""
    minimum: Money
    """What the lines that count come to at least."""


@strawberry.type
class CardRule(CampaignRule):
    """A prize whenever so many stamps have come together."""

    every: Decimal
    """How many stamps or items make a full card; an amount of money where AMOUNT is counted."""
    prize: Prize
    """What a full card wins."""
    counted: Counted
    """What a stamp is given for."""
    bands: list[AmountBand]
    """How many stamps from which amount on; empty: one, whatever the amount."""
    at_first: bool
    """Whether the very first stamp wins a prize as well."""
    days: int
    """So many days after its first stamp a card begins anew; 0: it does not."""
    period: Period | None
    """A card begins anew with each."""


@strawberry.type
class Milestone:
    """A total at which a prize is won."""

    at: Decimal
    """How many times or items; an amount of money where AMOUNT is counted."""
    prize: Prize
    """What is won there."""


@strawberry.type
class MilestonesRule(CampaignRule):
    """Prizes at totals, each once in a period."""

    marks: list[Milestone]
    """From the lowest."""
    counted: Counted
    """What is counted."""
    bands: list[AmountBand]
    """How many times a purchase counts from which amount on; empty: once."""
    period: Period | None
    """The count begins anew with each."""


def rule_shown(rule: rules.Rule, currency: str) -> CampaignRule:
    """A rule as the contract shows it."""
    return _Shown(currency).rule(rule)


def money_shown(units: int | None, currency: str) -> Money | None:
    """An amount in minor units as the contract shows it."""
    return _Shown(currency).money_or_none(units)


class _Shown:
    """Rules as the contract shows them, in a currency."""

    def __init__(self, currency: str) -> None:
        self._currency = currency

    def rule(self, rule: rules.Rule) -> CampaignRule:
        shown: CampaignRule
        match rule:
            case rules.RatePerUnit():
                shown = SpendingRule(kind=rule.kind, rate=str(rule.points), tenders=sorted(rule.tenders))
            case rules.PerItem():
                shown = ItemRule(kind=rule.kind, rate=str(rule.points))
            case rules.Flat():
                shown = FlatRule(kind=rule.kind, points=Points(rule.points), minimum=self.money(rule.minimum))
            case rules.Bands():
                shown = BandsRule(kind=rule.kind, bands=self.bands(rule.bands))
            case rules.PerField():
                shown = _by_field(rule)
            case rules.Multiplier():
                shown = MultiplierRule(kind=rule.kind, factor=str(rule.factor), base=sorted(rule.base))
            case rules.Gift():
                shown = GiftRule(kind=rule.kind, prize=prize_shown(rule.prize), minimum=self.money(rule.minimum))
            case rules.Card() | rules.Milestones():
                shown = self._counting(rule)
            case _:
                shown = self._money_off(rule)
        return shown

    def _money_off(self, rule: rules.CouponRefund | rules.Cashback | rules.Discount) -> CampaignRule:
        cap = self.money_or_none(rule.cap)
        match rule:
            case rules.CouponRefund():
                return CouponRule(kind=rule.kind, cap=cap)
            case rules.Cashback():
                return CashbackRule(kind=rule.kind, rate=str(rule.share), cap=cap)
            case rules.Discount():
                return DiscountRule(
                    kind=rule.kind,
                    share=None if rule.share is None else str(rule.share),
                    off=self.money_or_none(rule.off),
                    price=self.money_or_none(rule.price),
                    minimum=self.money(rule.minimum),
                    cap=cap,
                )

    def _counting(self, rule: rules.Card | rules.Milestones) -> CampaignRule:
        bands = self.bands(rule.bands)
        if isinstance(rule, rules.Card):
            return CardRule(
                kind=rule.kind,
                every=self._count(rule.every, rule.counted),
                prize=prize_shown(rule.prize),
                counted=rule.counted,
                bands=bands,
                at_first=rule.at_first,
                days=rule.days,
                period=rule.period,
            )
        marks = [Milestone(at=self._count(mark.at, rule.counted), prize=prize_shown(mark.prize)) for mark in rule.marks]
        return MilestonesRule(kind=rule.kind, marks=marks, counted=rule.counted, bands=bands, period=rule.period)

    def _count(self, count: int, counted: Counted) -> Decimal:
        return self.money(count).amount if counted is Counted.AMOUNT else Decimal(count)

    def bands(self, bands: tuple[rules.Band, ...]) -> list[AmountBand]:
        return [AmountBand(start=self.money(band.start), gives=band.gives) for band in bands]

    def money(self, units: int) -> Money:
        return Money(amount=values.Money.of_minor(units, self._currency).amount, currency=CurrencyCode(self._currency))

    def money_or_none(self, units: int | None) -> Money | None:
        return None if units is None else self.money(units)


def _by_field(rule: rules.PerField) -> FieldRule:
    return FieldRule(
        kind=rule.kind,
        field=rule.field,
        rate=str(rule.points),
        per=Decimal(rule.per),
        least=Decimal(rule.least),
        most=None if rule.most is None else Decimal(rule.most),
    )


def prize_shown(prize: prizes.Prize) -> Prize:
    """A prize as the contract shows it, its wheel with the odds of each part."""
    wheel = [
        WheelSlot(
            weight=slot.weight,
            odds=str(Rate(slot.weight, prize.odds)),
            points=Points(slot.points),
            token=slot.token,  # type: ignore[arg-type]
        )
        for slot in prize.wheel
    ]
    return Prize(points=Points(prize.points), token=prize.token, wheel=wheel)  # type: ignore[arg-type]


RULES: tuple[type[CampaignRule], ...] = (
    SpendingRule,
    ItemRule,
    FlatRule,
    BandsRule,
    FieldRule,
    MultiplierRule,
    CouponRule,
    CashbackRule,
    DiscountRule,
    GiftRule,
    CardRule,
    MilestonesRule,
)
"""What the schema cannot find, since only the interface leads to it."""
