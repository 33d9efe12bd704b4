"""What a campaign gives: typed rules and their stored form."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any, ClassVar

from domain.earning.errors import InvalidRule
from domain.earning.forms import (
    RATE,
    TEXT,
    WHOLE,
    Codec,
    check,
    choice,
    listed,
    named,
    parts_of,
    read_parts,
    set_of,
    written,
)
from domain.earning.matching import EVERY_LINE, LINES, LineMatch
from domain.earning.periods import PERIOD, Period
from domain.earning.prizes import PRIZE, Prize
from domain.values import Rate

LARGEST_RATE = 10_000
LARGEST_FACTOR = 100
LARGEST_POINTS = 1_000_000
LARGEST_AMOUNT = 10**9
LARGEST_COUNT = 10**10
LONGEST_CARD = 3650
MOST_BANDS = 50


class RuleKind(StrEnum):
    """The kinds of rules."""

    RATE_PER_UNIT = "RATE_PER_UNIT"
    """Points per unit of currency spent."""
    PER_ITEM = "PER_ITEM"
    """Points per item, kilogram or litre."""
    FLAT = "FLAT"
    """Points once a purchase or action."""
    BANDS = "BANDS"
    """Points once a purchase, more from higher amounts on."""
    PER_FIELD = "PER_FIELD"
    """Points per unit of a whole-number field of an action."""
    MULTIPLIER = "MULTIPLIER"
    """Points of other campaigns once more."""
    COUPON_REFUND = "COUPON_REFUND"
    """Makers' coupons refunded in money."""
    CASHBACK = "CASHBACK"
    """A share of what was spent credited in money."""
    DISCOUNT = "DISCOUNT"
    """Money off at the till, or a member's price."""
    GIFT = "GIFT"
    """A prize once a purchase or action."""
    CARD = "CARD"
    """A prize at every so many stamps."""
    MILESTONES = "MILESTONES"
    """Prizes at totals, each once."""


class Counted(StrEnum):
    """What a card or milestones count."""

    TIMES = "TIMES"
    """Purchases or actions; by amount bands, several stamps for one."""
    ITEMS = "ITEMS"
    """Whole pieces, kilograms or litres of the lines that count."""
    AMOUNT = "AMOUNT"
    """Minor units spent on the lines that count."""


RATES = RATE.metadata
WHOLES = WHOLE.metadata
TENDERS = set_of(TEXT).metadata
COUNTED = choice(Counted, "way of counting").metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """From an amount on, so many points or stamps."""

    start: int = field(metadata=WHOLES)
    """In minor units."""
    gives: int = field(metadata=WHOLES)

    def __post_init__(self) -> None:
        check("start", f"from 0 to {LARGEST_AMOUNT}", holds=0 <= self.start <= LARGEST_AMOUNT)
        check("gives", f"above 0 and at most {LARGEST_POINTS}", holds=0 < self.gives <= LARGEST_POINTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A total at which a prize is won."""

    at: int = field(metadata=WHOLES)
    prize: Prize = field(metadata=PRIZE)

    def __post_init__(self) -> None:
        check("at", f"above 0 and at most {LARGEST_COUNT}", holds=0 < self.at <= LARGEST_COUNT)


BANDS = listed(parts_of(Band)).metadata
MARKS = listed(parts_of(Mark)).metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePerUnit:
    """Points per unit of currency spent on matching lines, rounded once for the purchase."""

    kind: ClassVar[RuleKind] = RuleKind.RATE_PER_UNIT
    points: Rate = field(metadata=RATES)
    lines: LineMatch = field(default=EVERY_LINE, metadata=LINES)
    tenders: frozenset[str] = field(default=frozenset(), metadata=TENDERS)
    """Only what was paid by these means, as a share of the whole purchase; none named: all of it."""

    def __post_init__(self) -> None:
        check("points", f"above 0 and at most {LARGEST_RATE} a unit", holds=0 < self.points <= LARGEST_RATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PerItem:
    """Points per item (or kilogram, or litre) of matching lines, rounded once for the purchase."""

    kind: ClassVar[RuleKind] = RuleKind.PER_ITEM
    points: Rate = field(metadata=RATES)
    lines: LineMatch = field(default=EVERY_LINE, metadata=LINES)

    def __post_init__(self) -> None:
        check("points", f"above 0 and at most {LARGEST_RATE} an item", holds=0 < self.points <= LARGEST_RATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """Points once a purchase whose matching lines come to a minimum, or once an action."""

    kind: ClassVar[RuleKind] = RuleKind.FLAT
    points: int = field(metadata=WHOLES)
    minimum: int = field(default=0, metadata=WHOLES)
    """In minor units; 0: any matching line will do."""
    lines: LineMatch = field(default=EVERY_LINE, metadata=LINES)

    def __post_init__(self) -> None:
        check("points", f"above 0 and at most {LARGEST_POINTS}", holds=0 < self.points <= LARGEST_POINTS)
        _check_minimum(self.minimum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """Points once a purchase: those of the highest band that its matching lines reach."""

    kind: ClassVar[RuleKind] = RuleKind.BANDS
    bands: tuple[Band, ...] = field(metadata=BANDS)
    lines: LineMatch = field(default=EVERY_LINE, metadata=LINES)

    def __post_init__(self) -> None:
        check(
            "bands", f"1 to {MOST_BANDS}, each from more and for more than the one before", holds=_rise(self.bands, 1)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PerField:
    """Points for each unit of a whole-number field of an action: points · value / per, rounded once for the action."""

    kind: ClassVar[RuleKind] = RuleKind.PER_FIELD
    points: Rate = dataclasses.field(metadata=RATES)
    per: int = dataclasses.field(default=1, metadata=WHOLES)
    least: int = dataclasses.field(default=1, metadata=WHOLES)
    """Less than this earns nothing."""
    most: int | None = dataclasses.field(default=None, metadata=WHOLES)
    """What is above this does not count."""
    lines: LineMatch = EVERY_LINE
    """Always all of them: an action has no lines to choose from."""
    field: str = dataclasses.field(metadata=TEXT.metadata)

    def __post_init__(self) -> None:
        check("points", f"above 0 and at most {LARGEST_POINTS}", holds=0 < self.points <= LARGEST_POINTS)
        check("per", f"above 0 and at most {LARGEST_COUNT}", holds=0 < self.per <= LARGEST_COUNT)
        check("least", f"above 0 and at most {LARGEST_COUNT}", holds=0 < self.least <= LARGEST_COUNT)
        most = f"from least to {LARGEST_COUNT}"
        check("most", most, holds=self.most is None or self.least <= self.most <= LARGEST_COUNT)
        check("lines", "for purchases; an action has none", holds=self.lines == EVERY_LINE)
        check("field", "the name of a field of the action, such as units", holds=bool(self.field))


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiplier:
    """The points of base awards once more, times (factor - 1), for matching lines.

    A base award counts with what its own rule gives for the matching lines alone. Several multipliers add up;
    they do not multiply each other.
    """

    kind: ClassVar[RuleKind] = RuleKind.MULTIPLIER
    factor: Rate = field(metadata=RATES)
    base: frozenset[RuleKind] = field(
        default=frozenset({RuleKind.RATE_PER_UNIT}), metadata=set_of(choice(RuleKind, "kind of rule")).metadata
    )
    """Which kinds of awards are multiplied."""
    lines: LineMatch = field(default=EVERY_LINE, metadata=LINES)

    def __post_init__(self) -> None:
        check("factor", f"above 1 and at most {LARGEST_FACTOR}", holds=1 < self.factor <= LARGEST_FACTOR)
        check("base", f"some of {', '.join(sorted(BASE_KINDS))}", holds=bool(self.base) and self.base <= BASE_KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponRefund:
    """Money, not points: the sponsor refunds the shop the face value of the maker's coupons it took."""

    kind: ClassVar[RuleKind] = RuleKind.COUPON_REFUND
    cap: int | None = field(default=None, metadata=WHOLES)
    """At most so many minor units an item."""
    lines: LineMatch = field(default=EVERY_LINE, metadata=LINES)

    def __post_init__(self) -> None:
        _check_cap(self.cap)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cashback:
    """Money, not points: a share of what was spent on matching lines; the shop credits it, the sponsor refunds it."""

    kind: ClassVar[RuleKind] = RuleKind.CASHBACK
    share: Rate = field(metadata=RATES)
    cap: int | None = field(default=None, metadata=WHOLES)
    """At most so many minor units a purchase."""
    lines: LineMatch = field(default=EVERY_LINE, metadata=LINES)

    def __post_init__(self) -> None:
        check("share", "above 0 and at most 1", holds=0 < self.share <= 1)
        _check_cap(self.cap)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """Money off matching lines: a share of the price, an amount an item, or down to a member's price an item.

    The preview says what the shop may take off; the sponsor refunds what it did take off (the line's `discount`), up
    to that.
    """

    kind: ClassVar[RuleKind] = RuleKind.DISCOUNT
    share: Rate | None = field(default=None, metadata=RATES)
    off: int | None = field(default=None, metadata=WHOLES)
    """Minor units an item."""
    price: int | None = field(default=None, metadata=WHOLES)
    """What a member pays for an item, in minor units."""
    minimum: int = field(default=0, metadata=WHOLES)
    """What the matching lines come to at least before it, in minor units."""
    cap: int | None = field(default=None, metadata=WHOLES)
    """At most so many minor units a purchase."""
    lines: LineMatch = field(default=EVERY_LINE, metadata=LINES)

    def __post_init__(self) -> None:
        ways = [way for way in (self.share, self.off, self.price) if way is not None]
        check("discount", "a share, an amount off or a price, just one of them", holds=len(ways) == 1, whole=True)
        check("share", "above 0 and at most 1", holds=self.share is None or 0 < self.share <= 1)
        check("off", f"above 0 and at most {LARGEST_AMOUNT}", holds=self.off is None or 0 < self.off <= LARGEST_AMOUNT)
        check("price", f"from 0 to {LARGEST_AMOUNT}", holds=0 <= (self.price or 0) <= LARGEST_AMOUNT)
        _check_minimum(self.minimum)
        _check_cap(self.cap)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """A prize once a purchase whose matching lines come to a minimum, or once an action."""

    kind: ClassVar[RuleKind] = RuleKind.GIFT
    prize: Prize = field(metadata=PRIZE)
    minimum: int = field(default=0, metadata=WHOLES)
    lines: LineMatch = field(default=EVERY_LINE, metadata=LINES)

    def __post_init__(self) -> None:
        _check_minimum(self.minimum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A prize whenever so many stamps have come together, purchase by purchase or action by action."""

    kind: ClassVar[RuleKind] = RuleKind.CARD
    every: int = field(metadata=WHOLES)
    prize: Prize = field(metadata=PRIZE)
    counted: Counted = field(default=Counted.TIMES, metadata=COUNTED)
    bands: tuple[Band, ...] = field(default=(), metadata=BANDS)
    """TIMES: how many stamps from which amount on; none: one, whatever the amount."""
    at_first: bool = field(default=False, metadata=Codec(write=bool, read=bool).metadata)
    """The very first stamp wins a prize as well."""
    days: int = field(default=0, metadata=WHOLES)
    """So many days after its first stamp a card begins anew; 0: it does not."""
    period: Period | None = field(default=None, metadata=PERIOD)
    """A card begins anew with each; None: it does not."""
    lines: LineMatch = field(default=EVERY_LINE, metadata=LINES)

    def __post_init__(self) -> None:
        check("every", f"above 0 and at most {LARGEST_COUNT}", holds=0 < self.every <= LARGEST_COUNT)
        check("days", f"0 to {LONGEST_CARD}", holds=0 <= self.days <= LONGEST_CARD)
        check("days", "0 where a period is named", holds=not self.days or self.period is None)
        _check_bands(self.counted, self.bands)


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestones:
    """Prizes at totals, each once in a period."""

    kind: ClassVar[RuleKind] = RuleKind.MILESTONES
    marks: tuple[Mark, ...] = field(metadata=MARKS)
    counted: Counted = field(default=Counted.TIMES, metadata=COUNTED)
    bands: tuple[Band, ...] = field(default=(), metadata=BANDS)
    period: Period | None = field(default=None, metadata=PERIOD)
    lines: LineMatch = field(default=EVERY_LINE, metadata=LINES)

    def __post_init__(self) -> None:
        places = [mark.at for mark in self.marks]
        rising = all(one < other for one, other in pairwise(places))
        check(
            "marks",
            f"1 to {MOST_BANDS}, each higher than the one before",
            holds=rising and 0 < len(places) <= MOST_BANDS,
        )
        _check_bands(self.counted, self.bands)


PointsRule = RatePerUnit | PerItem | Flat | Bands | PerField | Multiplier
Rule = PointsRule | CouponRefund | Cashback | Discount | Gift | Card | Milestones
BASE_KINDS = frozenset({RuleKind.RATE_PER_UNIT, RuleKind.PER_ITEM, RuleKind.FLAT, RuleKind.BANDS})
MONEY_KINDS = frozenset({RuleKind.COUPON_REFUND, RuleKind.CASHBACK, RuleKind.DISCOUNT})
"""They give money, never points."""
COUNTED_KINDS = frozenset({RuleKind.GIFT, RuleKind.CARD, RuleKind.MILESTONES})
"""Their prizes are counted from purchase to purchase, or are no points."""
ACTION_KINDS = frozenset({RuleKind.FLAT, RuleKind.PER_FIELD, RuleKind.GIFT, RuleKind.CARD, RuleKind.MILESTONES})
"""They need no lines, so they can answer actions."""
_CLASSES: dict[RuleKind, type[Rule]] = {
    rule.kind: rule
    for rule in (
        RatePerUnit, PerItem, Flat, Bands, PerField, Multiplier,
        CouponRefund, Cashback, Discount, Gift, Card, Milestones,
    )
}  # fmt: skip


def rule_to_json(rule: Rule) -> dict[str, Any]:
    """A rule as stored: its kind, and the parts that differ from what is usual."""
    return {"kind": rule.kind.value} | written(rule)


def rule_from_json(stored: Any) -> Rule:
    """A rule out of its stored form.

    Raises: InvalidRule, naming the part.
    """
    parts = dict(stored) if isinstance(stored, Mapping) else {}
    kind = _CLASSES[named("kind", choice(RuleKind, "kind of rule").read, parts.pop("kind", None))]
    return read_parts(kind, parts)


def prizes_of(rule: Rule) -> tuple[Prize, ...]:
    """The prizes a rule may give."""
    match rule:
        case Gift() | Card():
            return (rule.prize,)
        case Milestones():
            return tuple(mark.prize for mark in rule.marks)
        case _:
            return ()


def _check_minimum(minimum: int) -> None:
    check("minimum", f"from 0 to {LARGEST_AMOUNT}", holds=0 <= minimum <= LARGEST_AMOUNT)


def _check_cap(cap: int | None) -> None:
    check("cap", f"above 0 and at most {LARGEST_AMOUNT}", holds=cap is None or 0 < cap <= LARGEST_AMOUNT)


def _check_bands(counted: Counted, bands: tuple[Band, ...]) -> None:
    if bands and counted is not Counted.TIMES:
        raise InvalidRule(
            "bands say how many stamps a purchase is; items and amounts count themselves", path=("bands",)
        )
    check("bands", f"at most {MOST_BANDS}, each from more and for more than the one before", holds=_rise(bands, 0))


def _rise(bands: tuple[Band, ...], fewest: int) -> bool:
    rising = all(a.start < b.start and a.gives < b.gives for a, b in pairwise(bands))
    return rising and fewest <= len(bands) <= MOST_BANDS
