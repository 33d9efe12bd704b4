"""What rewards cost and what they take off: whole points and minor units, rounded down unless said otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.earning.basket import BasketLine
from domain.earning.bounds import CapPer
from domain.earning.periods import period_of
from domain.earning.tallies import key_of
from domain.ids import RewardId
from domain.products.facts import ProductFacts
from domain.rewards.terms import Articles, Limit, PayWithPoints, Pick, Step, Worth


@dataclass(frozen=True, slots=True)
class Free:
    """A piece that is free: of which line, and its price in minor units."""

    line: int
    price: int


def money_of(pay: PayWithPoints, points: int, *, digits: int) -> int:
    """What points pay, in minor units of a currency with so many decimals."""
    return int(points * 10**digits / pay.points_per_unit)


def points_for(pay: PayWithPoints, money: int, *, digits: int) -> int:
    """The fewest points that pay minor units wholly."""
    return -int(-(money * pay.points_per_unit / 10**digits) // 1)


def most_points(pay: PayWithPoints, basket: int, available: int, *, digits: int) -> int:
    """The most points that can be paid towards a basket (minor units) by who has so many; 0: none.

    At most the share of the basket, what there is, and the most at once; then the next multiple below.
    """
    payable = int(basket * pay.most_of_basket)
    bounds = [available, int(payable * pay.points_per_unit / 10**digits)]
    if pay.most is not None:
        bounds.append(pay.most)
    points = min(bounds) // pay.in_steps_of * pay.in_steps_of
    return points if points >= pay.least and money_of(pay, points, digits=digits) else 0


def affordable(steps: Iterable[Step], available: int) -> list[int]:
    """The places, from 1, of the steps that so many points can have."""
    return [place for place, step in enumerate(steps, 1) if step.points <= available]


def share_off(worth: Worth, basket: int) -> int:
    """What a share takes off a basket, in minor units: up to its most, and never more than the basket."""
    assert worth.share is not None, "asked of a worth that is no share"
    assert worth.most is not None, "a share always has a most"
    return min(int(basket * worth.share), worth.most)


def free_article(
    articles: Articles, most: int | None, lines: Iterable[BasketLine], products: Mapping[str, ProductFacts]
) -> Free | None:
    """Which piece of a basket is free, and what that takes off; None: nothing fits.

    Of equal prices the line with the lowest number. A price is that of one piece of its line; of less than one piece,
    the whole line's.
    """
    fitting = [
        Free(line.number, _piece(line)) for line in lines if line.quantity > 0 and _fits(articles, line, products)
    ]
    if not fitting:
        return None
    sign = -1 if articles.pick is Pick.DEAREST else 1
    chosen = min(fitting, key=lambda free: (sign * free.price, free.line))
    return chosen if most is None else Free(chosen.line, min(chosen.price, most))


def taken_off(worth: Worth, lines: Iterable[BasketLine], products: Mapping[str, ProductFacts]) -> int:
    """What one piece of a worth takes off a basket at the till, in minor units; nothing where it is no money off."""
    bought = list(lines)
    total = sum(line.amount for line in bought)
    if worth.amount is not None:
        return min(worth.amount, total)
    if worth.share is not None:
        return share_off(worth, total)
    if worth.articles is not None:
        free = free_article(worth.articles, worth.most, bought, products)
        return 0 if free is None else free.price
    return 0


def matched(worth: Worth) -> int:
    """What is added to one gift by who matches it, in minor units."""
    return 0 if worth.gift is None else int(worth.gift * worth.match)


def limit_key(reward_id: RewardId, limit: Limit, *, member_id: UUID, at: datetime, zone: ZoneInfo) -> str:
    """The name of the tally that counts a limit; in a form that follows its member through merges."""
    whose = member_id if limit.per is CapPer.MEMBER else None
    return key_of(f"R:{reward_id}", "pieces", whose, period_of(limit.period, at, zone))


def _piece(line: BasketLine) -> int:
    return line.amount if line.quantity <= 1 else int(line.amount / Fraction(line.quantity))


def _fits(articles: Articles, line: BasketLine, products: Mapping[str, ProductFacts]) -> bool:
    facts = products.get(line.sku) or ProductFacts(sku=line.sku)
    asked = (
        (articles.skus, line.sku),
        (articles.gtins, facts.gtin),
        (articles.categories, facts.category),
        (articles.brands, facts.brand),
    )
    return all(not named or value in named for named, value in asked)
