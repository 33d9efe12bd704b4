"""Awards and refusals in words that a person at the till understands."""

from __future__ import annotations

from domain.earning.prizes import Prize
from domain.earning.rules import (
    Bands,
    Card,
    Cashback,
    Counted,
    CouponRefund,
    Discount,
    Flat,
    Gift,
    Milestones,
    Multiplier,
    PerField,
    PerItem,
    RatePerUnit,
    Rule,
)
from domain.earning.terms import Campaign
from domain.earning.verdicts import NoAward, Why
from domain.values import Money, Rate

NOTHING = {
    Why.NO_LINE_MATCHES: "no line counts for it",
    Why.BELOW_MINIMUM: "{missing} more would earn it",
    Why.ROUNDED_AWAY: "it comes to less than one point",
    Why.NOTHING_TO_MULTIPLY: "there are no points to multiply",
    Why.NO_COUPON: "no coupon was taken on a line that counts",
    Why.NO_DISCOUNT: "there is nothing that it would take off",
    Why.NO_FIELD: "it counts {field}, of which there is nothing or too little",
    Why.OTHER_TENDER: "nothing was paid by the means that it asks for",
    Why.OTHER_TIER: "it is for {meant} members{but}",
    Why.OTHER_SEGMENT: "it is for other members",
    Why.OWN_SALE: "staff earn nothing on what they buy where they sell",
    Why.CONTROL_GROUP: "this member is left out, so that its effect can be measured",
    Why.OTHER_TIME: "it holds on other days or at other hours",
    Why.OTHER_CHANNEL: "it does not hold for this channel",
    Why.CONDITION_NOT_MET: "its condition is not met",
    Why.MEMBER_UNKNOWN: "it counts from visit to visit, so it needs to know the member",
    Why.NOT_YET: "{missing} more would win the next prize",
    Why.BLANK: "the wheel stopped where nothing is won",
    Why.ALL_WON: "all that it has to win has been won",
    Why.CAP_REACHED: "all that it gives in this time has been given",
    Why.ANOTHER_GIVES: "{instead} gives instead, which is worth more",
    Why.BUDGET_USED_UP: "all that it may cost has been given",
}


def fell_away(campaign: Campaign, missing: int, points: int, *, used_up: bool = False) -> str:
    """What of an award fell away: "Milk week: 30 of 50 points fell away, since their sponsor can fund no more now"."""
    why = "all that it may cost has been given" if used_up else "their sponsor can fund no more now"
    return f"{campaign.terms.name}: {missing} of {points} points fell away, since {why}"


def because(campaign: Campaign, lines: tuple[int, ...], currency: str) -> str:
    """Why a campaign gave its points: "Double milk: 2 times the points, on lines 1 and 3"."""
    on = f", on {_lines(lines)}" if lines else ""
    return f"{campaign.terms.name}: {promise(campaign.terms.rule, currency)}{on}"


def why_not(refusal: NoAward, currency: str) -> str:
    """Why a campaign gave nothing: "Fifty for twenty: 4.10 EUR more would earn it"."""
    instead = refusal.instead.terms.name if refusal.instead is not None else ""
    meant = " or ".join(sorted(refusal.campaign.terms.tiers))
    but = f"; you are {' and '.join(refusal.tiers)}" if refusal.tiers else ""
    words = NOTHING[refusal.why].format(
        missing=_missing(refusal, currency),
        instead=instead,
        meant=meant,
        but=but,
        field=getattr(refusal.campaign.terms.rule, "field", ""),
    )
    return f"{refusal.campaign.terms.name}: {words}"


def promise(rule: Rule, currency: str) -> str:
    """What a rule gives, in a few words."""
    match rule:
        case RatePerUnit():
            by = f" paid by {' or '.join(sorted(rule.tenders))}" if rule.tenders else ""
            words = f"{_points(rule.points)} per {currency}{by}"
        case PerItem():
            words = f"{_points(rule.points)} an item"
        case Flat():
            words = _points(Rate(rule.points)) + _condition(" from {}", rule.minimum, currency)
        case Bands():
            bands = (f"{_points(Rate(band.gives))} from {_money(band.start, currency)}" for band in rule.bands)
            words = ", ".join(bands)
        case PerField():
            words = _by_field(rule)
        case Multiplier():
            words = f"{_number(rule.factor)} times the points"
        case CouponRefund():
            words = "the maker's coupons refunded" + _condition(", up to {} an item", rule.cap, currency)
        case _:
            words = _promise_beyond_points(rule, currency)
    return words


def _by_field(rule: PerField) -> str:
    by = f"times {rule.field}" if rule.per == 1 else f"per {rule.per} of {rule.field}"
    least = f", from {rule.least} on" if rule.least > 1 else ""
    most = f", counted up to {rule.most}" if rule.most is not None else ""
    return f"{_points(rule.points)} {by}{least}{most}"


def _promise_beyond_points(rule: Cashback | Discount | Gift | Card | Milestones, currency: str) -> str:
    match rule:
        case Cashback():
            words = f"{_percent(rule.share)} back" + _condition(", up to {}", rule.cap, currency)
        case Discount():
            words = _taken_off(rule, currency) + _condition(" from {}", rule.minimum, currency)
            words += _condition(", up to {}", rule.cap, currency)
        case Gift():
            words = _prize(rule.prize) + _condition(" from {}", rule.minimum, currency)
        case Card():
            words = f"{_prize(rule.prize)} for every {_units(rule.every, rule.counted, currency)}"
        case Milestones():
            marks = (f"{_prize(mark.prize)} at {_units(mark.at, rule.counted, currency)}" for mark in rule.marks)
            words = ", ".join(marks)
    return words


def _taken_off(rule: Discount, currency: str) -> str:
    if rule.share is not None:
        return f"{_percent(rule.share)} off"
    if rule.off is not None:
        return f"{_money(rule.off, currency)} off an item"
    return f"{_money(rule.price or 0, currency)} an item"


def _prize(prize: Prize) -> str:
    if prize.wheel:
        return "a turn of the wheel"
    parts = [_points(Rate(prize.points))] if prize.points else []
    return " and ".join([*parts, *([prize.token.name] if prize.token is not None else [])])


def _units(count: int, counted: Counted, currency: str) -> str:
    match counted:
        case Counted.AMOUNT:
            return f"{_money(count, currency)} spent"
        case Counted.ITEMS:
            return f"{count} items"
        case Counted.TIMES:
            return f"{count} times"


def _missing(refusal: NoAward, currency: str) -> str:
    rule = refusal.campaign.terms.rule
    if refusal.why is Why.NOT_YET and isinstance(rule, Card | Milestones) and rule.counted is not Counted.AMOUNT:
        return str(refusal.missing)
    return _money(refusal.missing, currency)


def _percent(share: Rate) -> str:
    return f"{_number(Rate(share * 100))} %"


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
