"""A recipe's tier programmes are read as they are meant, and mistakes are told with their place."""

from __future__ import annotations

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from domain.ids import PartnerId
from domain.tiers.terms import Goods, Kept, Measure, OnReturn, TierPeriod
from domain.values import Rate
from hansa.recipes.giving import Cast, Reading
from hansa.recipes.parts import InvalidRecipe, read_yaml
from hansa.recipes.tiering import tier_programme

SHOP = PartnerId(UUID(int=1))
READING = Reading(cast=Cast(partners={"shop": SHOP}), currency="USD", zone=ZoneInfo("UTC"))

CLUB = """
name: Beauty club
counts: spend
per: calendar year
kept: end of next
soft_landing: yes
on_return: keep
at: shop
without: {categories: GIFT_CARDS}
counting_from: 2026-01-01
tiers:
  - {name: Insider, from: 0}
  - {name: VIB, from: 350.00, benefits: Free samples}
  - {name: Rouge, from: 1000}
  - {name: Circle, by_invitation: yes}
"""


def test_a_programme_is_read_with_its_money_and_days() -> None:
    terms = tier_programme(READING, read_yaml(CLUB, "club.yaml"))
    assert (terms.measure, terms.period, terms.kept) == (Measure.SPEND, TierPeriod.CALENDAR_YEAR, Kept.END_OF_NEXT)
    assert [(tier.name, tier.threshold) for tier in terms.tiers] == [
        ("Insider", 0),
        ("VIB", 350_00),
        ("Rouge", 1000_00),
        ("Circle", None),
    ]
    assert (terms.soft_landing, terms.on_return, terms.partners) == (True, OnReturn.KEEP, frozenset({SHOP}))
    assert terms.without == Goods(categories=frozenset({"GIFT_CARDS"}))
    assert terms.counting_from == date(2026, 1, 1)


def test_rolling_months_and_status_points() -> None:
    text = """
name: Stars
counts: status
per: rolling 12 months
kept: 6 months
status: {per_unit: 3/2, actions: {REVIEW: 50}}
tiers: [{name: Green, from: 0}, {name: Gold, from: 2,500}]
""".replace("2,500}", '"2,500"}')
    terms = tier_programme(READING, read_yaml(text, "stars.yaml"))
    assert (terms.period, terms.months, terms.kept, terms.kept_months) == (TierPeriod.ROLLING, 12, Kept.MONTHS, 6)
    assert terms.status is not None
    assert (terms.status.per_unit, terms.status.actions) == (Rate(3, 2), {"REVIEW": 50})
    assert terms.tiers[1].threshold == 2500


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("per: calendar year", "per: leap year"), "line 4, per: 'leap year' is none of calendar year"),
        (("from: 1000}", "from: 100}"), "tiers are in order, each asking for more"),
        (("name: Rouge, from: 1000", "name: Rouge"), "line 14, tiers.3: a tier says from how much on"),
        (("counts: spend", "counts: status"), "'350.00' is not a whole number"),
        (("at: shop", "at: elsewhere"), "line 8, at: there is no partner 'elsewhere'"),
    ],
)
def test_a_mistake_is_told_with_its_place(change: tuple[str, str], why: str) -> None:
    with pytest.raises(InvalidRecipe) as refusal:
        tier_programme(READING, read_yaml(CLUB.replace(*change), "club.yaml"))
    assert why in str(refusal.value)
