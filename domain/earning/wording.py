"""Awards and refusals in words that a person at the till understands."""

from __future__ import annotations

from domain.earning.rating import NoAward, Why
from domain.earning.rules import Flat, Multiplier, PerItem, RatePerUnit, Rule
from domain.earning.terms import Campaign
from domain.values import Money, Rate

NOTHING = {
    Why.NO_LINE_MATCHES: "no line counts for it",
    Why.BELOW_MINIMUM: "{missing} more would earn it",
    Why.ROUNDED_AWAY: "it comes to less than one point",
    Why.NOTHING_TO_MULTIPLY: "there are no points to multiply",
    Why.NO_COUPON: "no coupon was taken on a line that counts",
    Why.OTHER_TIER: "it is for members of another tier",
}


def fell_away(campaign: Campaign, missing: int, points: int) -> str:
    """What of an award fell away: "Milk week: 30 of 50 points fell away, since their sponsor can fund no more now"."""
    return f"{campaign.terms.name}: {missing} of {points} points fell away, since their sponsor can fund no more now"


def because(campaign: Campaign, lines: tuple[int, ...], currency: str) -> str:
    """Why a campaign gave its points: "Double milk: 2 times the points, on lines 1 and 3"."""
    return f"{campaign.terms.name}: {promise(campaign.terms.rule, currency)}, on {_lines(lines)}"


def why_not(refusal: NoAward, currency: str) -> str:
    """Why a campaign gave nothing: "Fifty for twenty: 4.10 EUR more would earn it"."""
    missing = _money(refusal.missing, currency)
    return f"{refusal.campaign.terms.name}: {NOTHING[refusal.why].format(missing=missing)}"


def promise(rule: Rule, currency: str) -> str:
    """What a rule gives, in a few words."""
    match rule:
        case RatePerUnit():
            words = f"{_points(rule.points)} per {currency}"
        case PerItem():
            words = f"{_points(rule.points)} an item"
        case Flat():
            words = _points(Rate(rule.points)) + _condition(" from {}", rule.minimum, currency)
        case Multiplier():
            words = f"{_number(rule.factor)} times the points"
        case _:
            words = "the maker's coupons refunded" + _condition(", up to {} an item", rule.cap, currency)
    return words


def _condition(words: str, units: int | None, currency: str) -> str:
    return words.format(_money(units, currency)) if units else ""


def _points(rate: Rate) -> str:
    return f"{_number(rate)} point" if rate == 1 else f"{_number(rate)} points"


def _number(rate: Rate) -> str:
    """As a decimal where it has a short one, else as a ratio."""
    thousandths = rate * 1000
    if thousandths.denominator > 1:
        return str(rate)
    whole, rest = divmod(thousandths.numerator, 1000)
    return f"{whole}.{rest:03}".rstrip("0").rstrip(".")


def _money(units: int, currency: str) -> str:
    return f"{Money.of_minor(units, currency).amount} {currency}"


def _lines(numbers: tuple[int, ...]) -> str:
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    return f"lines {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
