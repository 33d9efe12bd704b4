"""What a campaign of a recipe gives, as a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.earning.matching import EVERY_LINE, LineMatch
from domain.earning.periods import Period
from domain.earning.prizes import Prize, Slot, Token, TokenKind
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
from domain.earning.terms import Sponsor
from domain.ids import OutletId, PartnerId
from hansa.recipes import words
from hansa.recipes.parts import Part, optional

T = TypeVar("T")

TOKENS = {kind.lower(): kind for kind in TokenKind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who and what is meant by the names of a recipe."""

    partners: Mapping[str, PartnerId]
    outlets: Mapping[str, OutletId] = field(default_factory=dict)
    segments: Mapping[str, UUID] = field(default_factory=dict)
    coupons: Mapping[str, tuple[UUID, str]] = field(default_factory=dict)
    """Coupons, each with its id and what people call it."""
    surveys: Mapping[str, UUID] = field(default_factory=dict)
    courses: Mapping[str, UUID] = field(default_factory=dict)

    def partner(self, part: Part) -> PartnerId:
        """The partner of a name. Raises: InvalidRecipe."""
        return _meant(self.partners, part, "partner")

    def outlet(self, part: Part) -> OutletId:
        """The outlet of a name. Raises: InvalidRecipe."""
        return _meant(self.outlets, part, "outlet")

    def segment(self, part: Part) -> UUID:
        """The segment of a name. Raises: InvalidRecipe."""
        return _meant(self.segments, part, "segment")

    def coupon(self, part: Part) -> UUID:
        """The coupon of a name. Raises: InvalidRecipe."""
        return _meant(self.coupons, part, "coupon")[0]

    def survey(self, part: Part) -> UUID:
        """The survey of a name. Raises: InvalidRecipe."""
        return _meant(self.surveys, part, "survey")

    def course(self, part: Part) -> UUID:
        """The course of a name. Raises: InvalidRecipe."""
        return _meant(self.courses, part, "course")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """By whose names, money and clock a recipe is read."""

    cast: Cast
    currency: str
    zone: ZoneInfo

    def amount(self, part: Part) -> int:
        """An amount in minor units. Raises: InvalidRecipe."""
        return words.amount(self.currency)(part)

    def sponsors(self, part: Part) -> tuple[Sponsor, ...]:
        """One that pays all, or several with their shares. Raises: InvalidRecipe."""
        if isinstance(part.content, str):
            return (Sponsor(self.cast.partner(part)),)
        return tuple(
            Sponsor(self.cast.partner(replace(share, content=name)), words.rate(share))
            for name, share in part.named().items()
        )

    def rule(self, part: Part) -> Rule:
        """What a campaign gives. Raises: InvalidRecipe."""
        way = next((way for way in WAYS if way in part.named()), None)
        if way is None:
            part.refuse(f"what does it give? One of {', '.join(WAYS)}")
        read, beside = WAYS[way]
        parts = part.parts(way, "lines", *beside)
        with part.minded():
            return read(self, parts, optional(parts, "lines", self.lines, EVERY_LINE))

    def lines(self, part: Part) -> LineMatch:
        """Which lines count. Raises: InvalidRecipe."""
        parts = part.parts(*MATCHES, "excluding")
        held: dict[str, Any] = {name: MATCHES[name](self, one) for name, one in parts.items() if name in MATCHES}
        excluded = parts["excluding"].many() if "excluding" in parts else ()
        with part.minded():
            return LineMatch(**held, excluding=tuple(self.lines(one) for one in excluded))

    def prize(self, part: Part) -> Prize:
        """What is won. Raises: InvalidRecipe."""
        parts = part.parts("points", *TOKENS, "days", "wheel")
        slots = parts["wheel"].many() if "wheel" in parts else ()
        with part.minded():
            return Prize(
                points=optional(parts, "points", words.whole, 0),
                token=self.token(parts),
                wheel=tuple(self.slot(slot) for slot in slots),
            )

    def slot(self, part: Part) -> Slot:
        """A part of a wheel. Raises: InvalidRecipe."""
        parts = part.parts("weight", "points", *TOKENS, "days", needed=("weight",))
        with part.minded():
            points = optional(parts, "points", words.whole, 0)
            return Slot(weight=words.whole(parts["weight"]), points=points, token=self.token(parts))

    def token(self, parts: Mapping[str, Part]) -> Token | None:
        """A thing that is won: a coupon of the recipe by its name, or anything in words. Raises: InvalidRecipe."""
        named = [name for name in TOKENS if name in parts]
        if not named:
            return None
        if len(named) > 1:
            parts[named[1]].refuse("one thing is won at a time")
        kind, text, days = TOKENS[named[0]], parts[named[0]].text(), optional(parts, "days", words.whole, 0)
        if kind is TokenKind.COUPON and text in self.cast.coupons:
            coupon, name = self.cast.coupons[text]
            return Token(kind=kind, name=name, days=days, coupon=coupon)
        return Token(kind=kind, name=text, days=days)


Parts = Mapping[str, Part]
Way = Callable[[Reading, Parts, LineMatch], Rule]


def _meant(known: Mapping[str, T], part: Part, called: str) -> T:
    name = part.text()
    if name not in known:
        part.refuse(f"there is no {called} {name!r}; there are {', '.join(known) or 'none'}")
    return known[name]


def _per_unit(_reading: Reading, parts: Parts, lines: LineMatch) -> Rule:
    tenders: frozenset[str] = optional(parts, "tenders", words.texts, frozenset())
    return RatePerUnit(points=words.rate(parts["points_per_unit"]), lines=lines, tenders=tenders)


def _per_item(_reading: Reading, parts: Parts, lines: LineMatch) -> Rule:
    return PerItem(points=words.rate(parts["points_per_item"]), lines=lines)


def _points(reading: Reading, parts: Parts, lines: LineMatch) -> Rule:
    minimum = optional(parts, "from", reading.amount, 0)
    return Flat(points=words.whole(parts["points"]), minimum=minimum, lines=lines)


def _by_amount(reading: Reading, parts: Parts, lines: LineMatch) -> Rule:
    return Bands(bands=_bands(reading, parts["points_by_amount"]), lines=lines)


def _bands(reading: Reading, part: Part) -> tuple[Band, ...]:
    """Amounts, each with what it gives from there on."""
    return tuple(
        Band(start=reading.amount(Part(start, given.file, given.line, given.path)), gives=words.whole(given))
        for start, given in part.named().items()
    )


def _per_field(_reading: Reading, parts: Parts, lines: LineMatch) -> Rule:
    given = parts["points_per"].parts("field", "points", "each", "from", "up_to", needed=("field", "points"))
    return PerField(
        field=given["field"].text(),
        points=words.rate(given["points"]),
        per=optional(given, "each", words.whole, 1),
        least=optional(given, "from", words.whole, 1),
        most=optional(given, "up_to", words.whole, None),
        lines=lines,
    )


def _times(_reading: Reading, parts: Parts, lines: LineMatch) -> Rule:
    factor = words.rate(parts["times"])
    if "of" not in parts:
        return Multiplier(factor=factor, lines=lines)
    return Multiplier(factor=factor, base=frozenset(map(words.choice(RuleKind), parts["of"].many())), lines=lines)


def _coupon_refund(reading: Reading, parts: Parts, lines: LineMatch) -> Rule:
    most = parts["coupon_refund"].parts("at_most_each")
    return CouponRefund(cap=optional(most, "at_most_each", reading.amount, None), lines=lines)


def _cashback(reading: Reading, parts: Parts, lines: LineMatch) -> Rule:
    return Cashback(
        share=words.rate(parts["cashback"]), cap=optional(parts, "at_most", reading.amount, None), lines=lines
    )


def _discount(reading: Reading, parts: Parts, lines: LineMatch) -> Rule:
    return Discount(
        share=optional(parts, "discount", words.rate, None),
        off=optional(parts, "off_each", reading.amount, None),
        price=optional(parts, "price", reading.amount, None),
        minimum=optional(parts, "from", reading.amount, 0),
        cap=optional(parts, "at_most", reading.amount, None),
        lines=lines,
    )


def _card(reading: Reading, parts: Parts, lines: LineMatch) -> Rule:
    counted = optional(parts, "counts", words.choice(Counted), Counted.TIMES)
    if "prize" not in parts:
        parts["every"].refuse("the prize beside it is missing")
    return Card(
        every=_count(reading, counted, parts["every"]),
        prize=reading.prize(parts["prize"]),
        counted=counted,
        bands=optional(parts, "stamps_by_amount", lambda part: _bands(reading, part), ()),
        at_first=optional(parts, "at_first", words.yes, usual=False),
        days=optional(parts, "new_after_days", words.whole, 0),
        period=optional(parts, "new_each", words.choice(Period), None),
        lines=lines,
    )


def _milestones(reading: Reading, parts: Parts, lines: LineMatch) -> Rule:
    counted = optional(parts, "counts", words.choice(Counted), Counted.TIMES)
    return Milestones(
        marks=tuple(
            Mark(at=_count(reading, counted, Part(at, prize.file, prize.line, prize.path)), prize=reading.prize(prize))
            for at, prize in parts["milestones"].named().items()
        ),
        counted=counted,
        bands=optional(parts, "stamps_by_amount", lambda part: _bands(reading, part), ()),
        period=optional(parts, "new_each", words.choice(Period), None),
        lines=lines,
    )


def _count(reading: Reading, counted: Counted, part: Part) -> int:
    return reading.amount(part) if counted is Counted.AMOUNT else words.whole(part)


def _prize(reading: Reading, parts: Parts, lines: LineMatch) -> Rule:
    return Gift(prize=reading.prize(parts["prize"]), minimum=optional(parts, "from", reading.amount, 0), lines=lines)


WAYS: Mapping[str, tuple[Way, tuple[str, ...]]] = {
    "points_per_unit": (_per_unit, ("tenders",)),
    "points_per_item": (_per_item, ()),
    "points_by_amount": (_by_amount, ()),
    "points_per": (_per_field, ()),
    "points": (_points, ("from",)),
    "times": (_times, ("of",)),
    "every": (_card, ("prize", "counts", "stamps_by_amount", "at_first", "new_after_days", "new_each")),
    "milestones": (_milestones, ("counts", "stamps_by_amount", "new_each")),
    "prize": (_prize, ("from",)),
    "cashback": (_cashback, ("at_most",)),
    "discount": (_discount, ("from", "at_most")),
    "off_each": (_discount, ("from", "at_most")),
    "price": (_discount, ("from", "at_most")),
    "coupon_refund": (_coupon_refund, ()),
}
"""How a campaign may give, with what else may be said of each."""

MATCHES: Mapping[str, Callable[[Reading, Part], Any]] = {
    "skus": lambda _, part: words.texts(part),
    "gtins": lambda _, part: words.texts(part),
    "makers": lambda reading, part: frozenset(map(reading.cast.partner, part.many())),
    "suppliers": lambda reading, part: frozenset(map(reading.cast.partner, part.many())),
    "brands": lambda _, part: words.texts(part),
    "categories": lambda _, part: words.texts(part),
    "departments": lambda _, part: words.texts(part),
    "private_label": lambda _, part: words.yes(part),
    "outlets": lambda reading, part: frozenset(map(reading.cast.outlet, part.many())),
}
"""What may be asked of a line."""
