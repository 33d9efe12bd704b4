"""Rewards in a few words, for tables and tills."""

from __future__ import annotations

from domain.rewards.terms import Limit, RewardTerms
from domain.rewards.worths import Articles, PayWithPoints, Step, Worth
from domain.values import Money, Rate


def worth_words(worth: Worth, currency: str) -> str:
    """What a member gets: "20 % off, at most 10.00 EUR"."""
    capped = "" if worth.most is None else f", at most {_money(worth.most, currency)}"
    if worth.amount is not None:
        return f"{_money(worth.amount, currency)} off"
    if worth.share is not None:
        return f"{_share(worth.share)} off{capped}"
    if worth.articles is not None:
        return f"{_articles(worth.articles)} free{capped}"
    if worth.tickets is not None:
        return "a ticket" if worth.tickets == 1 else f"{worth.tickets} tickets"
    if worth.gift is not None:
        added = f", and {_share(worth.match)} of it on top" if worth.match else ""
        return f"{_money(worth.gift, currency)} given{added}"
    return worth.thing or "a voucher"


def step_words(step: Step, currency: str) -> str:
    """One way to have a reward: "100 points and 2.50 EUR: A mug"."""
    money = f" and {_money(step.money, currency)}" if step.money else ""
    named = step.name or worth_words(step.worth, currency)
    return f"{step.points:,} points{money}: {named}"


def pay_words(pay: PayWithPoints, currency: str) -> str:
    """How points pay: "100 points for 1 EUR, from 200 by 100s, up to 50 % of a basket"."""
    parts = [f"{_number(pay.points_per_unit)} points for 1 {currency}"]
    if pay.least > 1 or pay.in_steps_of > 1:
        parts.append(f"from {pay.least:,}" + (f" by {pay.in_steps_of:,}s" if pay.in_steps_of > 1 else ""))
    if pay.most is not None:
        parts.append(f"at most {pay.most:,}")
    if pay.most_of_basket < 1:
        parts.append(f"up to {_share(pay.most_of_basket)} of a basket")
    return ", ".join(parts)


def limit_words(limit: Limit) -> str:
    """How many for one: "1 a month for each member"."""
    each = "" if limit.period is None else f" a {limit.period.lower()}"
    return f"{limit.most:,}{each} for each {limit.per.lower()}"


def price_words(terms: RewardTerms, currency: str) -> str:
    """What a reward costs: "25 to 400 points", or how points pay."""
    if terms.pay is not None:
        return pay_words(terms.pay, currency)
    least, most = (pick(step.points for step in terms.steps) for pick in (min, max))
    return f"{least:,} points" if least == most else f"{least:,} to {most:,} points"


def _articles(articles: Articles) -> str:
    sets = (articles.skus, articles.gtins, articles.categories, articles.brands)
    named = ", ".join(sorted(word for words in sets for word in words))
    return f"the {articles.pick.lower()} of {named}"


def _money(units: int, currency: str) -> str:
    money = Money.of_minor(units, currency)
    return f"{money.amount:,} {currency}"


def _share(share: Rate) -> str:
    return f"{_number(Rate(share * 100))} %"


def _number(rate: Rate) -> str:
    return str(rate.numerator) if rate.denominator == 1 else str(rate)
