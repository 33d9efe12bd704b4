"""Discounts, members' prices, cashback, means of payment: worked out by hand to the cent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.earning.basket import Basket, Tender
from domain.earning.matching import LineMatch
from domain.earning.rounding import Rounding
from domain.earning.rules import Cashback, Discount, RatePerUnit, Rule
from domain.earning.terms import Campaign
from domain.earning.verdicts import Rating, Why
from domain.values import Rate
from tests.domain.earning.builders import MAKER, SHOP, basket, campaign, line, rated, shared

HALF = Rate(1, 2)


def _offers(rating: Rating) -> dict[int, int]:
    """Lines with what the shop may take off."""
    offered: dict[int, int] = {}
    for offer in rating.offers:
        offered[offer.line] = offered.get(offer.line, 0) + offer.units
    return offered


def _refunds(rating: Rating) -> dict[tuple[int, int], int]:
    """Campaign and sponsor by their numbers, with what the sponsor refunds."""
    due: dict[tuple[int, int], int] = {}
    for one in rating.benefits:
        key = (one.campaign.campaign_id.int - 100, one.sponsor_id.int)
        due[key] = due.get(key, 0) + one.money.minor
    return due


def _paid(purchase: Basket, **amounts: int) -> Basket:
    return replace(purchase, tenders=tuple(Tender(kind=kind, amount=amount) for kind, amount in amounts.items()))


@pytest.mark.parametrize(
    ("rule", "offered"),
    [
        (Discount(share=Rate(15, 100)), {1: 149, 2: 75}),  # 15 % of 9.99 is 1.4985, of 5.01 is 0.7515
        (Discount(off=50), {1: 150, 2: 50}),  # three pieces and one
        (Discount(off=600), {1: 999, 2: 501}),  # never more than the price
        (Discount(price=300), {1: 99, 2: 201}),  # 9.99 for three is 0.99 above 3 · 3.00
        (Discount(price=400), {2: 101}),  # three for 9.99 are cheaper already
        (Discount(share=HALF, minimum=1500), {1: 499, 2: 250}),  # 15.00 just reaches it
        (Discount(share=HALF, minimum=1501), {}),
        (Discount(share=HALF, cap=100), {1: 67, 2: 33}),  # 100 in proportion to 499 and 250: 66.6 and 33.4
        (Discount(share=HALF, lines=LineMatch(categories=frozenset({"WINE"}))), {2: 250}),
    ],
)
def test_the_preview_says_what_may_be_taken_off(rule: Rule, offered: dict[int, int]) -> None:
    assert _offers(rated(basket(line(1, "milk", 999, "3"), line(2, "wine", 501)), campaign(rule))) == offered


def test_a_discount_is_of_the_price_before_the_shop_took_it_off() -> None:
    # 20.00, of which the till took half and was paid 10.00. The sponsors refund the half: 6.00 and 4.00.
    one = campaign(Discount(share=HALF), sponsors=shared((MAKER, "3/5"), (SHOP, "2/5")))
    rating = rated(basket(line(1, "milk", 1000, discount=1000)), one)
    assert (_offers(rating), _refunds(rating)) == ({1: 1000}, {(1, 2): 600, (1, 1): 400})


def test_only_what_the_shop_did_take_off_is_refunded() -> None:
    half = campaign(Discount(share=HALF), sponsors=shared((MAKER, "1")))
    assert _refunds(rated(basket(line(1, "milk", 1700, discount=300)), half)) == {(1, 2): 300}
    assert _refunds(rated(basket(line(1, "milk", 700, discount=1300)), half)) == {(1, 2): 1000}, (
        "the rest is the shop's"
    )
    assert _refunds(rated(basket(line(1, "milk", 2000)), half)) == {}


def test_two_campaigns_share_what_the_shop_took_off_the_one_of_higher_priority_first() -> None:
    first = campaign(Discount(off=300), 1, priority=2, sponsors=shared((MAKER, "1")))
    second = campaign(Discount(off=200), 2, priority=1)
    rating = rated(basket(line(1, "milk", 600, discount=400)), second, first)
    assert _offers(rating) == {1: 500}
    assert _refunds(rating) == {(1, 2): 300, (2, 1): 100}


def test_a_member_price_that_the_shop_beats_refunds_nothing() -> None:
    one = campaign(Discount(price=500))
    rating = rated(basket(line(1, "milk", 450)), one)
    assert (rating.offers, rating.benefits) == ((), ())
    assert rating.refusals[0].why is Why.NO_DISCOUNT


@pytest.mark.parametrize(
    ("rule", "refunded"),
    [
        (Cashback(share=Rate(5, 100)), 49 + 25),  # 5 % of 9.99 is 0.4995, of 5.01 is 0.2505, each line rounded down
        (Cashback(share=Rate(5, 100), cap=60), 60),
        (Cashback(share=Rate(1), lines=LineMatch(categories=frozenset({"WINE"}))), 501),
    ],
)
def test_cashback_is_a_share_of_what_was_paid_for_each_line(rule: Rule, refunded: int) -> None:
    rating = rated(basket(line(1, "milk", 999, "3", discount=400), line(2, "wine", 501)), campaign(rule))
    assert (_refunds(rating), rating.offers) == ({(1, 1): refunded}, ())


def test_a_cap_cuts_lines_in_proportion_to_the_cent() -> None:
    # 10.00, 10.00 and 10.00 at 10 % are 1.00 each; capped at 1.00 they are 0.34, 0.33 and 0.33.
    lines = [line(number, "milk", 1000) for number in (1, 2, 3)]
    rating = rated(basket(*lines), campaign(Cashback(share=Rate(1, 10), cap=100)))
    assert [due.money.minor for due in rating.benefits] == [34, 33, 33]


def _rate(points: str, *tenders: str, rounding: Rounding = Rounding.DOWN) -> Campaign:
    return campaign(RatePerUnit(points=Rate(points), tenders=frozenset(tenders)), rounding=rounding)


@pytest.mark.parametrize(
    ("points", "tenders", "paid", "awarded"),
    [
        ("2", ["STORED_VALUE"], {"STORED_VALUE": 2040}, 40),
        ("2", ["STORED_VALUE"], {"STORED_VALUE": 800, "CARD": 1240}, 16),
        ("1", ["CARD", "CASH"], {"STORED_VALUE": 800, "CARD": 1240}, 12),
        ("1", ["CARD", "CASH"], {"CARD": 1000, "CASH": 1040}, 20),
        ("1", ["CASH"], {"CARD": 2040}, 0),
        ("1", ["CASH"], {"CASH": 0, "CARD": 0}, 0),
        # 20.40 paid as 51.00, a tip of 30.60 among it: a third of 51.00 by card is a third of 20.40, that is 6.80.
        ("1", ["CARD"], {"CARD": 1700, "CASH": 3400}, 6),
    ],
)
def test_a_rate_for_means_of_payment_counts_their_share_of_the_purchase(
    points: str, tenders: list[str], paid: dict[str, int], awarded: int
) -> None:
    purchase = _paid(basket(line(1, "milk", 545), line(2, "wine", 1495)), **paid)
    assert rated(purchase, _rate(points, *tenders)).points == awarded


def test_the_share_of_means_of_payment_is_rounded_once_with_the_points() -> None:
    # 10.00, two thirds by card: 6.66… points, so 6 down, 7 half even and 7 up.
    purchase = _paid(basket(line(1, "milk", 1000)), CARD=200, CASH=100)
    given = [rated(purchase, _rate("1", "CARD", rounding=one)).points for one in Rounding]
    assert given == [6, 7, 7]


def test_parts_paid_by_several_means_never_earn_more_than_the_whole() -> None:
    purchase = _paid(basket(line(1, "milk", 999)), CARD=333, CASH=333, STORED_VALUE=333)
    parts = [rated(purchase, _rate("1", kind)).points for kind in ("CARD", "CASH", "STORED_VALUE")]
    assert (parts, rated(purchase, _rate("1")).points) == ([3, 3, 3], 9)
    assert rated(basket(line(1, "milk", 999)), _rate("1", "CARD")).refusals[0].why is Why.OTHER_TENDER


def test_tenders_of_one_kind_add_up() -> None:
    two_cards = replace(
        basket(line(1, "milk", 1000)), tenders=(Tender(kind="CARD", amount=400), Tender(kind="CARD", amount=600))
    )
    assert rated(two_cards, _rate("1", "CARD")).points == 10
