"""Awards and refusals in words that a person at the till understands, in each language there are words in."""

from __future__ import annotations

from domain.earning.prizes import Prize, Token
from domain.earning.progress import Progress
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
from domain.earning.verdicts import NoAward, Offer, Why
from domain.languages import OTHERWISE, Wording, spoken, wording_of
from domain.values import Money, Rate


def wording_in(language: str) -> Wording:
    """How the language of a tag such as lv or en-GB says it; English, where there are no words in it."""
    return wording_of(spoken(language), "domain.earning")


ENGLISH = wording_in(OTHERWISE)


def say(text: str) -> str:
    """Marks words for the catalogues that are said later."""
    return text


NOTHING = {
    Why.NO_LINE_MATCHES: say("no line counts for it"),
    Why.BELOW_MINIMUM: say("%(missing)s more would earn it"),
    Why.ROUNDED_AWAY: say("it comes to less than one point"),
    Why.NOTHING_TO_MULTIPLY: say("there are no points to multiply"),
    Why.NO_COUPON: say("no coupon was taken on a line that counts"),
    Why.NO_DISCOUNT: say("there is nothing that it would take off"),
    Why.NO_FIELD: say("it counts %(field)s, of which there is nothing or too little"),
    Why.OTHER_TENDER: say("nothing was paid by the means that it asks for"),
    Why.OTHER_TIER: say("it is for %(meant)s members"),
    Why.OTHER_SEGMENT: say("it is for other members"),
    Why.OWN_SALE: say("staff earn nothing on what they buy where they sell"),
    Why.CONTROL_GROUP: say("this member is left out, so that its effect can be measured"),
    Why.OTHER_TIME: say("it holds on other days or at other hours"),
    Why.OTHER_CHANNEL: say("it does not hold for this channel"),
    Why.CONDITION_NOT_MET: say("its condition is not met"),
    Why.MEMBER_UNKNOWN: say("it counts from visit to visit, so it needs to know the member"),
    Why.NOT_YET: say("%(missing)s more would win the next prize"),
    Why.BLANK: say("the wheel stopped where nothing is won"),
    Why.ALL_WON: say("all that it has to win has been won"),
    Why.CAP_REACHED: say("all that it gives in this time has been given"),
    Why.ANOTHER_GIVES: say("%(instead)s gives instead, which is worth more"),
    Why.BUDGET_USED_UP: say("all that it may cost has been given"),
}
OTHER_THAN_YOURS = say("it is for %(meant)s members; you are %(tiers)s")


def fell_away(campaign: Campaign, missing: int, points: int, *, used_up: bool = False, said: Wording = ENGLISH) -> str:
    """What of an award fell away: "Milk week: 30 of 50 points fell away, since their sponsor can fund no more now"."""
    if used_up:
        words = said.gettext("%(missing)s of %(points)s points fell away, since all that it may cost has been given")
    else:
        words = said.gettext("%(missing)s of %(points)s points fell away, since their sponsor can fund no more now")
    return _of(campaign, words % {"missing": said.figure(str(missing)), "points": said.figure(str(points))})


def because(campaign: Campaign, lines: tuple[int, ...], currency: str, said: Wording = ENGLISH) -> str:
    """Why a campaign gave its points: "Double milk: 2 times the points, on lines 1 and 3"."""
    promised = promise(campaign.terms.rule, currency, said)
    if not lines:
        return _of(campaign, promised)
    on = said.ngettext("%(promise)s, on line %(lines)s", "%(promise)s, on lines %(lines)s", len(lines))
    return _of(campaign, on % {"promise": promised, "lines": said.names(list(map(str, lines)))})


def why_not(refusal: NoAward, currency: str, said: Wording = ENGLISH) -> str:
    """Why a campaign gave nothing: "Fifty for twenty: 4.10 EUR more would earn it"."""
    instead = refusal.instead.terms.name if refusal.instead is not None else ""
    given = {
        "missing": _missing(refusal, currency, said),
        "instead": instead,
        "meant": said.any_of(sorted(refusal.campaign.terms.tiers)),
        "tiers": said.names(list(refusal.tiers)),
        "field": getattr(refusal.campaign.terms.rule, "field", ""),
    }
    yours = refusal.why is Why.OTHER_TIER and refusal.tiers
    return _of(refusal.campaign, said.gettext(OTHER_THAN_YOURS if yours else NOTHING[refusal.why]) % given)


def taken_off(offer: Offer, currency: str, said: Wording = ENGLISH) -> str:
    """An offer: "Member's price: 1.20 EUR off line 2"."""
    words = said.gettext("%(money)s off line %(line)s")
    return _of(offer.campaign, words % {"money": _money(offer.units, currency, said), "line": offer.line})


def won(campaign: Campaign, token: Token, said: Wording = ENGLISH) -> str:
    """A thing won: "Coffee card: A free coffee, for 14 days"."""
    if not token.days:
        return _of(campaign, token.name)
    words = said.ngettext("%(thing)s, for %(days)s day", "%(thing)s, for %(days)s days", token.days)
    return _of(campaign, words % {"thing": token.name, "days": token.days})


def to_turn(campaign: Campaign, turns: int, said: Wording = ENGLISH) -> str:
    """Turns of a wheel: "Spin: one turn of the wheel"."""
    words = said.ngettext("one turn of the wheel", "%(turns)s turns of the wheel", turns)
    return _of(campaign, words % {"turns": turns})


def so_far(progress: Progress, currency: str, said: Wording = ENGLISH) -> str:
    """How far a card is, as a cashier reads it out: "Coffee card: 3 of 10"."""
    if progress.of is None:
        return _of(progress.campaign, said.gettext("all is won"))
    reached, whole = str(progress.reached), str(progress.of)
    if progress.counted is Counted.AMOUNT:
        reached = said.figure(str(Money.of_minor(progress.reached, currency).amount))
        whole = _money(progress.of, currency, said)
    return _of(progress.campaign, said.gettext("%(reached)s of %(whole)s") % {"reached": reached, "whole": whole})


def promise(rule: Rule, currency: str, said: Wording = ENGLISH) -> str:
    """What a rule gives, in a few words."""
    match rule:
        case RatePerUnit():
            words = _by_money(rule, currency, said)
        case PerItem():
            words = said.gettext("%(points)s an item") % {"points": _points(rule.points, said)}
        case Flat():
            words = _from(_points(Rate(rule.points), said), rule.minimum, currency, said)
        case Bands():
            bands = (_from(_points(Rate(band.gives), said), band.start, currency, said) for band in rule.bands)
            words = ", ".join(bands)
        case PerField():
            words = _by_field(rule, said)
        case Multiplier():
            words = said.gettext("%(number)s times the points") % {"number": _number(rule.factor, said)}
        case CouponRefund():
            words = said.gettext("the maker's coupons refunded")
            if rule.cap:
                at_most = {"gives": words, "money": _money(rule.cap, currency, said)}
                words = said.gettext("%(gives)s, up to %(money)s an item") % at_most
        case _:
            words = _promise_beyond_points(rule, currency, said)
    return words


def _of(campaign: Campaign, words: str) -> str:
    return f"{campaign.terms.name}: {words}"


def _by_money(rule: RatePerUnit, currency: str, said: Wording) -> str:
    given = {"points": _points(rule.points, said), "currency": currency}
    if not rule.tenders:
        return said.gettext("%(points)s per %(currency)s") % given
    by = said.any_of(sorted(rule.tenders))
    return said.gettext("%(points)s per %(currency)s paid by %(tenders)s") % {**given, "tenders": by}


def _by_field(rule: PerField, said: Wording) -> str:
    points = _points(rule.points, said)
    if rule.per == 1:
        words = said.gettext("%(points)s times %(field)s") % {"points": points, "field": rule.field}
    else:
        given = {"points": points, "per": said.figure(str(rule.per)), "field": rule.field}
        words = said.gettext("%(points)s per %(per)s of %(field)s") % given
    if rule.least > 1:
        words = said.gettext("%(gives)s, from %(least)s on") % {"gives": words, "least": rule.least}
    if rule.most is not None:
        words = said.gettext("%(gives)s, counted up to %(most)s") % {"gives": words, "most": rule.most}
    return words


def _promise_beyond_points(rule: Cashback | Discount | Gift | Card | Milestones, currency: str, said: Wording) -> str:
    match rule:
        case Cashback():
            back = said.gettext("%(percent)s back") % {"percent": _percent(rule.share, said)}
            words = _up_to(back, rule.cap, currency, said)
        case Discount():
            words = _from(_taken_off(rule, currency, said), rule.minimum, currency, said)
            words = _up_to(words, rule.cap, currency, said)
        case Gift():
            words = _from(_prize(rule.prize, said), rule.minimum, currency, said)
        case Card():
            given = {"prize": _prize(rule.prize, said), "units": _units(rule.every, rule.counted, currency, said)}
            words = said.gettext("%(prize)s for every %(units)s") % given
        case Milestones():
            at = said.gettext("%(prize)s at %(units)s")
            words = ", ".join(
                at % {"prize": _prize(mark.prize, said), "units": _units(mark.at, rule.counted, currency, said)}
                for mark in rule.marks
            )
    return words


def _taken_off(rule: Discount, currency: str, said: Wording) -> str:
    if rule.share is not None:
        return said.gettext("%(percent)s off") % {"percent": _percent(rule.share, said)}
    if rule.off is not None:
        return said.gettext("%(money)s off an item") % {"money": _money(rule.off, currency, said)}
    return said.gettext("%(money)s an item") % {"money": _money(rule.price or 0, currency, said)}


def _prize(prize: Prize, said: Wording) -> str:
    if prize.wheel:
        return said.gettext("a turn of the wheel")
    parts = [_points(Rate(prize.points), said)] if prize.points else []
    return said.names([*parts, *([prize.token.name] if prize.token is not None else [])])


def _units(count: int, counted: Counted, currency: str, said: Wording) -> str:
    match counted:
        case Counted.AMOUNT:
            return said.gettext("%(money)s spent") % {"money": _money(count, currency, said)}
        case Counted.ITEMS:
            return said.ngettext("%(count)s item", "%(count)s items", count) % {"count": count}
        case Counted.TIMES:
            return said.ngettext("%(count)s time", "%(count)s times", count) % {"count": count}


def _missing(refusal: NoAward, currency: str, said: Wording) -> str:
    rule = refusal.campaign.terms.rule
    if refusal.why is Why.NOT_YET and isinstance(rule, Card | Milestones) and rule.counted is not Counted.AMOUNT:
        return str(refusal.missing)
    return _money(refusal.missing, currency, said)


def _from(gives: str, units: int | None, currency: str, said: Wording) -> str:
    if not units:
        return gives
    return said.gettext("%(gives)s from %(money)s") % {"gives": gives, "money": _money(units, currency, said)}


def _up_to(gives: str, units: int | None, currency: str, said: Wording) -> str:
    if not units:
        return gives
    return said.gettext("%(gives)s, up to %(money)s") % {"gives": gives, "money": _money(units, currency, said)}


def _percent(share: Rate, said: Wording) -> str:
    return f"{_number(Rate(share * 100), said)} %"


FRACTION = 2
"""A part of a point takes the form of many."""


def _points(rate: Rate, said: Wording) -> str:
    count = rate.numerator if rate.denominator == 1 else FRACTION
    return said.ngettext("%(number)s point", "%(number)s points", count) % {"number": _number(rate, said)}


def _number(rate: Rate, said: Wording) -> str:
    """As a decimal where it has a short one, else as a ratio."""
    thousandths = rate * 1000
    if thousandths.denominator > 1:
        return str(rate)
    whole, rest = divmod(thousandths.numerator, 1000)
    return said.figure(f"{whole}.{rest:03}".rstrip("0").rstrip("."))


def _money(units: int, currency: str, said: Wording) -> str:
    return f"{said.figure(str(Money.of_minor(units, currency).amount))} {currency}"
