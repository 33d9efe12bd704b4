"""What a reward costs a member, and what it takes off a basket: figured from its terms, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from domain.earning.basket import BasketLine
from domain.errors import InvalidValue
from domain.ids import PartnerId
from domain.products.facts import ProductFacts
from domain.rewards.errors import ArticleMissing, BasketNeeded, BasketTooSmall, PointsNotPayable, StepNotFound
from domain.rewards.pricing import free_article, matched, money_of, most_points, share_off
from domain.rewards.terms import PayWithPoints, RewardTerms, Step, Worth
from domain.rewards.worths import LARGEST_TICKETS
from domain.values import split

MOST_PIECES = 100


@dataclass(frozen=True, slots=True)
class LineOff:
    """Minor units to be taken off a line of the basket."""

    number: int
    amount: int


@dataclass(frozen=True, slots=True)
class Due:
    """Minor units that a partner pays to where the reward is had, beside the points."""

    sponsor_id: PartnerId
    kind: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What of a reward is wanted."""

    step: int | None = None
    """From 1; need not be said where there is one."""
    pieces: int = 1
    points: int | None = None
    """Of a reward paid with points: how many; None: as many as can be."""
    lines: tuple[BasketLine, ...] | None = None
    """The basket; None: there is none, or the till knows itself what to take off."""

    def __post_init__(self) -> None:
        if not 1 <= self.pieces <= MOST_PIECES:
            raise InvalidValue(f"pieces are 1 to {MOST_PIECES}", path=("pieces",))
        if self.points is not None and self.points <= 0:
            raise InvalidValue("points are one or more", path=("points",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What it comes to, for all pieces; money in minor units."""

    step: int | None
    pieces: int
    points: int
    unit_points: int
    """Only multiples of so many points can be captured or taken back."""
    money: int
    """Paid beside the points."""
    worth: Worth
    """Of one piece; of what is paid with points, what they pay."""
    off: int
    """To be taken off the basket."""
    lines: tuple[LineOff, ...]
    """The same by line; empty where no basket was sent."""
    dues: tuple[Due, ...]

    @property
    def tickets(self) -> int:
        """Entries of the reward's draw."""
        return (self.worth.tickets or 0) * self.pieces

    @property
    def vouchers(self) -> int:
        """Vouchers of the worth's coupon."""
        return self.pieces if self.worth.coupon is not None else 0


def quoted(terms: RewardTerms, ask: Ask, products: Mapping[str, ProductFacts], *, available: int, digits: int) -> Quote:
    """What a reward comes to for who has so many points, in a currency of so many decimals.

    Raises: StepNotFound, BasketNeeded, BasketTooSmall, ArticleMissing, PointsNotPayable, InvalidValue.
    """
    if terms.pay is not None:
        return _paid_with_points(terms, terms.pay, ask, available, digits)
    place, step = _step(terms.steps, ask.step)
    lines, off = _taken_off(step.worth, ask, products)
    dues = tuple(_dues(terms, step.worth, off, ask.pieces))
    if (step.worth.tickets or 0) * ask.pieces > LARGEST_TICKETS:
        raise InvalidValue(f"at most {LARGEST_TICKETS} tickets are given at once", path=("pieces",))
    points = step.points * ask.pieces
    whole = bool(dues or step.worth.coupon is not None or step.worth.tickets)
    return Quote(
        step=place,
        pieces=ask.pieces,
        points=points,
        unit_points=points if whole else step.points,
        money=step.money * ask.pieces,
        worth=step.worth,
        off=off,
        lines=lines,
        dues=dues,
    )


def _step(steps: Sequence[Step], place: int | None) -> tuple[int, Step]:
    named = 1 if place is None and len(steps) == 1 else place
    if named is None or not 1 <= named <= len(steps):
        raise StepNotFound(len(steps))
    return named, steps[named - 1]


def _paid_with_points(terms: RewardTerms, pay: PayWithPoints, ask: Ask, available: int, digits: int) -> Quote:
    if ask.step is not None:
        raise StepNotFound(0)
    if ask.pieces != 1:
        raise InvalidValue("what is paid with points is one piece", path=("pieces",))
    points = _points_paid(pay, ask, available, digits)
    off = money_of(pay, points, digits=digits)
    dues = tuple(_dues(terms, Worth(amount=off), off, 1))
    return Quote(
        step=None,
        pieces=1,
        points=points,
        unit_points=points if dues else pay.in_steps_of,
        money=0,
        worth=Worth(amount=off),
        off=off,
        lines=_spread(off, ask.lines or ()),
        dues=dues,
    )


def _points_paid(pay: PayWithPoints, ask: Ask, available: int, digits: int) -> int:
    """So many as asked for, or as many as can be. Raises: BasketNeeded, PointsNotPayable."""
    if ask.lines is None:
        if ask.points is None:
            raise BasketNeeded
        most = ask.points if pay.most is None else pay.most
    else:
        payable = available if ask.points is None else ask.points
        most = most_points(pay, _total(ask.lines), payable, digits=digits)
    points = most if ask.points is None else ask.points
    fits = pay.least <= points <= most and points % pay.in_steps_of == 0
    if not fits or not money_of(pay, points, digits=digits):
        bound = most if ask.lines is None else most_points(pay, _total(ask.lines), 10**12, digits=digits)
        raise PointsNotPayable(pay.least, pay.in_steps_of, bound)
    return points


def _taken_off(worth: Worth, ask: Ask, products: Mapping[str, ProductFacts]) -> tuple[tuple[LineOff, ...], int]:
    if worth.amount is not None:
        return _amount_off(worth.amount, ask)
    if worth.share is not None:
        if ask.pieces != 1:
            raise InvalidValue("a share of the basket is taken off once", path=("pieces",))
        off = share_off(worth, _total(_basket(ask)))
        if not off:
            raise BasketTooSmall(1)
        return _spread(off, _basket(ask)), off
    if worth.articles is not None:
        return _articles_off(worth, ask, products)
    return (), 0


def _amount_off(amount: int, ask: Ask) -> tuple[tuple[LineOff, ...], int]:
    """Each piece takes its amount off, the last one what is left; one that would take off nothing is too many."""
    wanted = amount * ask.pieces
    if ask.lines is None:
        return (), wanted
    total = _total(ask.lines)
    if total <= wanted - amount:
        raise BasketTooSmall(wanted - amount + 1)
    return _spread(min(wanted, total), ask.lines), min(wanted, total)


def _articles_off(worth: Worth, ask: Ask, products: Mapping[str, ProductFacts]) -> tuple[tuple[LineOff, ...], int]:
    """Piece after piece the article that comes next is free."""
    assert worth.articles is not None, "asked of a worth without articles"
    left = {line.number: line for line in _basket(ask)}
    off: dict[int, int] = {}
    for found in range(ask.pieces):
        free = free_article(worth.articles, None, left.values(), products)
        if free is None or not free.price:
            raise ArticleMissing(found)
        price = free.price if worth.most is None else min(free.price, worth.most)
        off[free.line] = off.get(free.line, 0) + price
        line = left[free.line]
        if line.quantity <= 1:
            del left[free.line]
        else:
            left[free.line] = replace(line, quantity=line.quantity - 1, amount=line.amount - free.price)
    lines = tuple(LineOff(number, amount) for number, amount in sorted(off.items()))
    return lines, sum(off.values())


def _dues(terms: RewardTerms, worth: Worth, off: int, pieces: int) -> Iterable[Due]:
    """Sponsors pay their shares of what is taken off or given, rounded down: the rest is the shop's own."""
    value = off or (worth.gift or 0) * pieces
    kind = "GIFT" if worth.gift is not None else "DISCOUNT"
    for sponsor in terms.sponsors:
        if units := int(value * Fraction(sponsor.share)):
            yield Due(sponsor.partner_id, kind, units)
    if worth.matched_by is not None and (units := matched(worth) * pieces):
        yield Due(worth.matched_by, "MATCH", units)


def _basket(ask: Ask) -> tuple[BasketLine, ...]:
    if ask.lines is None:
        raise BasketNeeded
    return ask.lines


def _total(lines: Iterable[BasketLine]) -> int:
    return sum(line.amount for line in lines)


def _spread(off: int, lines: Sequence[BasketLine]) -> tuple[LineOff, ...]:
    """What is taken off the whole basket, by line: in proportion, never more than the line."""
    paid = [line for line in lines if line.amount]
    if not paid:
        return ()
    parts = split(off, [line.amount for line in paid])
    return tuple(LineOff(line.number, part) for line, part in zip(paid, parts, strict=True) if part)
