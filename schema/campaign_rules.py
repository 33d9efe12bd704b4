"""What a campaign gives, as the contract takes it: exactly one of the kinds of rules."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import strawberry

from domain.earning.forms import read_rate
from domain.earning.matching import LineMatch
from domain.earning.periods import Period
from domain.earning.prizes import Prize
from domain.earning.rules import (
    Band,
    Bands,
    Card,
    Cashback,
    Counted,
    CouponRefund,
    Discount,
    Flat,
    Gift,
    Mark,
    Milestones,
    Multiplier,
    PerField,
    PerItem,
    RatePerUnit,
    Rule,
    RuleKind,
)
from domain.errors import InvalidValue
from domain.values import Money, Points
from resolvers.global_ids import GlobalIds
from schema.campaign_prizes import PrizeInput
from schema.errors import within


@dataclass(frozen=True, slots=True)
class Setting:
    """What a rule needs beside its own parts."""

    lines: LineMatch
    currency: str
    ids: GlobalIds

    def minor(self, name: str, amount: Decimal) -> int:
        """An amount of a part, in minor units. Raises: InvalidValue."""
        with within(name):
            return Money(amount, self.currency).minor

    def minor_or_none(self, name: str, amount: Decimal | None) -> int | None:
        """An amount of a part that may be left out."""
        return None if amount is None else self.minor(name, amount)


@strawberry.input
class SpendingRuleInput:
    """Points per unit of currency spent."""

    points: str
    """An exact rate, such as 1.5 or 3/2."""
    tenders: list[str] = strawberry.field(default_factory=list)
    """Only what was paid by these means, as its share of the whole purchase; all of it if none is named."""

    def to_rule(self, setting: Setting) -> Rule:
        """As the domain takes it."""
        return RatePerUnit(points=rate("points", self.points), tenders=frozenset(self.tenders), lines=setting.lines)


@strawberry.input
class RateRuleInput:
    """Points by the item."""

    points: str
    """An exact rate, such as 1.5 or 3/2."""

    def to_rule(self, setting: Setting) -> Rule:
        """As the domain takes it."""
        return PerItem(points=rate("points", self.points), lines=setting.lines)


@strawberry.input
class FlatRuleInput:
    """Points once a purchase or action."""

    points: Points
    """How many."""
    minimum: Decimal = Decimal(0)
    """What the lines that count come to at least."""

    def to_rule(self, setting: Setting) -> Rule:
        """As the domain takes it."""
        return Flat(points=int(self.points), minimum=setting.minor("minimum", self.minimum), lines=setting.lines)


@strawberry.input
class FieldRuleInput:
    """Points for each unit of a whole-number field of an action: points times the field, over `per`, rounded once."""

    field: str
    """The field, such as units; a whole number of every type of action that the campaign answers."""
    points: str
    """An exact rate, such as 50 or 3/2."""
    per: Decimal = Decimal(1)
    """For each so many of the field."""
    least: Decimal = Decimal(1)
    """A field below this earns nothing."""
    most: Decimal | None = None
    """What of the field is above this does not count."""

    def to_rule(self, setting: Setting) -> Rule:
        """As the domain takes it."""
        return PerField(
            field=self.field,
            points=rate("points", self.points),
            per=_whole("per", self.per),
            least=_whole("least", self.least),
            most=None if self.most is None else _whole("most", self.most),
            lines=setting.lines,
        )


@strawberry.input
class AmountBandInput:
    """From an amount on, so many points or stamps."""

    start: Decimal
    """What the lines that count come to at least."""
    gives: int
    """How many points, or stamps of a card."""


@strawberry.input
class BandsRuleInput:
    """Points once a purchase: those of the highest band that its lines reach."""

    bands: list[AmountBandInput]
    """1 to 50, each from more and for more than the one before."""

    def to_rule(self, setting: Setting) -> Rule:
        """As the domain takes it."""
        return Bands(bands=_bands(self.bands, setting), lines=setting.lines)


@strawberry.input
class MultiplierRuleInput:
    """The points of other campaigns once more."""

    factor: str
    """An exact rate above 1, such as 2."""
    base: list[RuleKind] = strawberry.field(default_factory=lambda: [RuleKind.RATE_PER_UNIT])
    """The points of which kinds of rules: RATE_PER_UNIT, PER_ITEM, FLAT, BANDS."""

    def to_rule(self, setting: Setting) -> Rule:
        """As the domain takes it."""
        return Multiplier(factor=rate("factor", self.factor), base=frozenset(self.base), lines=setting.lines)


@strawberry.input
class CouponRuleInput:
    """The maker's coupons that the shop took, refunded in money."""

    cap: Decimal | None = None
    """At most so much an item."""

    def to_rule(self, setting: Setting) -> Rule:
        """As the domain takes it."""
        return CouponRefund(cap=setting.minor_or_none("cap", self.cap), lines=setting.lines)


@strawberry.input
class CashbackRuleInput:
    """A share of what was spent credited by the shop in money, which the sponsors refund."""

    share: str
    """An exact rate above 0 and at most 1, such as 0.02."""
    cap: Decimal | None = None
    """At most so much a purchase."""

    def to_rule(self, setting: Setting) -> Rule:
        """As the domain takes it."""
        cap = setting.minor_or_none("cap", self.cap)
        return Cashback(share=rate("share", self.share), cap=cap, lines=setting.lines)


@strawberry.input
class DiscountRuleInput:
    """Money off at the till, which the sponsors refund: exactly one of a share, an amount off and a price."""

    share: str | None = None
    """An exact rate above 0 and at most 1, such as 1/10."""
    off: Decimal | None = None
    """So much off an item."""
    price: Decimal | None = None
    """What a member pays for an item."""
    minimum: Decimal = Decimal(0)
    """What the lines that count come to at least before it."""
    cap: Decimal | None = None
    """At most so much a purchase."""

    def to_rule(self, setting: Setting) -> Rule:
        """As the domain takes it."""
        return Discount(
            share=None if self.share is None else rate("share", self.share),
            off=setting.minor_or_none("off", self.off),
            price=setting.minor_or_none("price", self.price),
            minimum=setting.minor("minimum", self.minimum),
            cap=setting.minor_or_none("cap", self.cap),
            lines=setting.lines,
        )


@strawberry.input
class GiftRuleInput:
    """A prize once a purchase or action."""

    prize: PrizeInput
    """What is won."""
    minimum: Decimal = Decimal(0)
    """What the lines that count come to at least."""

    def to_rule(self, setting: Setting) -> Rule:
        """As the domain takes it."""
        return Gift(
            prize=_prize(self.prize, setting), minimum=setting.minor("minimum", self.minimum), lines=setting.lines
        )


@strawberry.input
class CardRuleInput:
    """A prize whenever so many stamps have come together."""

    every: Decimal
    """How many stamps or items make a full card; an amount of money where AMOUNT is counted."""
    prize: PrizeInput
    """What a full card wins."""
    counted: Counted = Counted.TIMES
    """What a stamp is given for."""
    bands: list[AmountBandInput] = strawberry.field(default_factory=list)
    """With TIMES: how many stamps from which amount on; one, whatever the amount, if not said."""
    at_first: bool = False
    """Whether the very first stamp wins a prize as well."""
    days: int = 0
    """So many days after its first stamp a card begins anew; 0: it does not."""
    period: Period | None = None
    """A card begins anew with each; null: it does not."""

    def to_rule(self, setting: Setting) -> Rule:
        """As the domain takes it."""
        return Card(
            every=_count("every", self.every, self.counted, setting),
            prize=_prize(self.prize, setting),
            counted=self.counted,
            bands=_bands(self.bands, setting),
            at_first=self.at_first,
            days=self.days,
            period=self.period,
            lines=setting.lines,
        )


@strawberry.input
class MilestoneInput:
    """A total at which a prize is won."""

    at: Decimal
    """How many times or items; an amount of money where AMOUNT is counted."""
    prize: PrizeInput
    """What is won there."""


@strawberry.input
class MilestonesRuleInput:
    """Prizes at totals, each once in a period."""

    marks: list[MilestoneInput]
    """1 to 50, each higher than the one before."""
    counted: Counted = Counted.TIMES
    """What is counted."""
    bands: list[AmountBandInput] = strawberry.field(default_factory=list)
    """With TIMES: how many times a purchase counts from which amount on; once if not said."""
    period: Period | None = None
    """The count begins anew with each; null: it does not."""

    def to_rule(self, setting: Setting) -> Rule:
        """As the domain takes it."""
        return Milestones(
            marks=tuple(self._mark(place, mark, setting) for place, mark in enumerate(self.marks)),
            counted=self.counted,
            bands=_bands(self.bands, setting),
            period=self.period,
            lines=setting.lines,
        )

    def _mark(self, place: int, mark: MilestoneInput, setting: Setting) -> Mark:
        with within("marks", str(place)):
            return Mark(at=_count("at", mark.at, self.counted, setting), prize=_prize(mark.prize, setting))


@strawberry.input(one_of=True)
class RuleInput:
    """What is given: exactly one of these."""

    rate_per_unit: strawberry.Maybe[SpendingRuleInput]
    """Points per unit of currency spent."""
    per_item: strawberry.Maybe[RateRuleInput]
    """Points per item, kilogram or litre."""
    flat: strawberry.Maybe[FlatRuleInput]
    """Points once a purchase or action."""
    bands: strawberry.Maybe[BandsRuleInput]
    """Points once a purchase, more from higher amounts on."""
    per_field: strawberry.Maybe[FieldRuleInput]
    """Points per unit of a whole-number field of an action."""
    multiplier: strawberry.Maybe[MultiplierRuleInput]
    """Points of other campaigns once more."""
    coupon_refund: strawberry.Maybe[CouponRuleInput]
    """Makers' coupons refunded in money."""
    cashback: strawberry.Maybe[CashbackRuleInput]
    """A share of what was spent credited in money."""
    discount: strawberry.Maybe[DiscountRuleInput]
    """Money off at the till, or a member's price."""
    gift: strawberry.Maybe[GiftRuleInput]
    """A prize once a purchase or action."""
    card: strawberry.Maybe[CardRuleInput]
    """A stamp card: a prize at every so many stamps."""
    milestones: strawberry.Maybe[MilestonesRuleInput]
    """Prizes at totals, each once."""

    def to_rule(self, lines: LineMatch, currency: str, ids: GlobalIds) -> Rule:
        """As the domain takes it. Raises: InvalidRule, InvalidValue, NotFound."""
        given: list[tuple[str, Any]] = [(name, one.value) for name, one in vars(self).items() if one is not None]
        ((name, rule),) = given  # the input is one-of
        with within(name):
            made: Rule = rule.to_rule(Setting(lines, currency, ids))
        return made


def rate(name: str, text: str) -> Any:
    """An exact rate of a part. Raises: InvalidRule."""
    with within(name):
        return read_rate(text)


def _count(name: str, count: Decimal, counted: Counted, setting: Setting) -> int:
    return setting.minor(name, count) if counted is Counted.AMOUNT else _whole(name, count, "times or items")


def _whole(name: str, count: Decimal, what: str = "units of a field") -> int:
    if count != count.to_integral_value():
        raise InvalidValue(f"{name} is a whole number where {what} are counted", path=(name,))
    return int(count)


def _bands(bands: list[AmountBandInput], setting: Setting) -> tuple[Band, ...]:
    made = []
    for place, band in enumerate(bands):
        with within("bands", str(place)):
            made.append(Band(start=setting.minor("start", band.start), gives=band.gives))
    return tuple(made)


def _prize(prize: PrizeInput, setting: Setting) -> Prize:
    with within("prize"):
        return prize.to_prize(setting.ids)
