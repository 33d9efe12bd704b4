"""What points pay and what a reward takes off, worked out by hand and held to laws."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.earning.basket import BasketLine
from domain.products.facts import ProductFacts
from domain.rewards.pricing import Free, affordable, free_article, matched, money_of, most_points, points_for, share_off
from domain.rewards.terms import Articles, PayWithPoints, Pick, Step, Worth
from domain.values import Rate
from tests.domain.rewards.strategies import pays
from tests.domain.rewards.test_terms import MAKER

HUNDRED = PayWithPoints(points_per_unit=Rate(100), least=200, in_steps_of=100, most_of_basket=Rate(1, 2))


def line(number: int, sku: str, amount: int, quantity: str = "1") -> BasketLine:
    return BasketLine(number=number, sku=sku, quantity=Decimal(quantity), amount=amount)


def test_a_basket_is_paid_up_to_its_share_in_whole_steps() -> None:
    """Half of 37.50 is 18.75, that is 1,875 points, so 1,800; and 950 points pay 9.00 with 900."""
    assert most_points(HUNDRED, 3750, 10_000, digits=2) == 1800
    assert money_of(HUNDRED, 1800, digits=2) == 1800
    assert most_points(HUNDRED, 3750, 950, digits=2) == 900
    assert most_points(HUNDRED, 300, 10_000, digits=2) == 0  # half of 3.00 is 150 points, below the least
    assert points_for(HUNDRED, 1875, digits=2) == 1875


@given(pays(), st.integers(0, 10**9), st.integers(0, 10**9))
def test_points_never_pay_more_than_the_share_and_never_more_than_there_are(
    pay: PayWithPoints, basket: int, available: int
) -> None:
    points = most_points(pay, basket, available, digits=2)
    assert points == 0 or pay.least <= points <= available
    assert points % pay.in_steps_of == 0
    assert money_of(pay, points, digits=2) <= basket * pay.most_of_basket
    assert pay.most is None or points <= pay.most


@given(pays(), st.integers(0, 10**9))
def test_points_for_money_pay_it_and_one_less_does_not(pay: PayWithPoints, money: int) -> None:
    points = points_for(pay, money, digits=2)
    assert money_of(pay, points, digits=2) >= money
    assert points == 0 or money_of(pay, points - 1, digits=2) < money


def test_a_share_has_its_cap() -> None:
    worth = Worth(share=Rate(1, 5), most=1000)
    assert share_off(worth, 3000) == 600
    assert share_off(worth, 9000) == 1000
    assert share_off(worth, 4) == 0


ROLLS = Articles(categories=frozenset({"ROLLS"}), pick=Pick.DEAREST)
PRODUCTS = {sku: ProductFacts(sku=sku, category="ROLLS") for sku in ("bun", "roll", "flour")} | {
    "milk": ProductFacts(sku="milk", category="DAIRY")
}


def test_the_dearest_or_the_cheapest_piece_is_free() -> None:
    """Three buns for 2.70 are 0.90 each, a roll is 1.20, half a kilogram for 0.80 is what it is."""
    lines = [line(1, "bun", 270, "3"), line(2, "roll", 120), line(3, "milk", 300), line(4, "flour", 80, "0.5")]
    assert free_article(ROLLS, None, lines, PRODUCTS) == Free(2, 120)
    assert free_article(ROLLS, 100, lines, PRODUCTS) == Free(2, 100)
    cheapest = Articles(categories=frozenset({"ROLLS"}))
    assert free_article(cheapest, None, lines, PRODUCTS) == Free(4, 80)
    assert free_article(Articles(skus=frozenset({"tea"})), None, lines, PRODUCTS) is None
    assert free_article(Articles(skus=frozenset({"bun"}), brands=frozenset({"Own"})), None, lines, PRODUCTS) is None


def test_of_equal_prices_the_first_line_is_free() -> None:
    lines = [line(7, "roll", 120), line(2, "bun", 120)]
    assert free_article(ROLLS, None, lines, PRODUCTS) == Free(2, 120)


def test_a_ladder_is_climbed_as_far_as_points_reach() -> None:
    ladder = [Step(points=points, worth=Worth(thing="x")) for points in (25, 60, 100, 200, 300, 400)]
    assert affordable(ladder, 199) == [1, 2, 3]
    assert affordable(ladder, 24) == []


def test_a_gift_is_matched_down_to_the_minor_unit() -> None:
    more: dict[str, Any] = {"matched_by": MAKER}
    assert matched(Worth(gift=500, match=Rate(1), **more)) == 500
    assert matched(Worth(gift=333, match=Rate(1, 2), **more)) == 166
    assert matched(Worth(gift=500)) == 0
