"""What baskets are worth, computed by hand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.earning.basket import MemberFacts
from domain.earning.matching import LineMatch
from domain.earning.rounding import Rounding
from domain.earning.rules import CouponRefund, Flat, Multiplier, PerItem, RatePerUnit, Rule, RuleKind
from domain.earning.verdicts import Why
from domain.earning.wording import because, promise, why_not
from domain.products.facts import ProductFacts
from domain.values import Money, Rate
from tests.domain.earning.builders import (
    MAKER,
    NOW,
    OTHER_OUTLET,
    OUTLET,
    SHELF,
    SHOP,
    WHOLESALER,
    basket,
    campaign,
    line,
    points_by_campaign,
    rated,
    shared,
)

DAIRY = LineMatch(categories=frozenset({"DAIRY"}))
ONE_A_EURO = RatePerUnit(points=Rate(1))


def test_a_rate_counts_the_sum_of_its_lines_and_rounds_once() -> None:
    # 1.99 + 1.99 + 2.50 = 6.48 at 1.5 points a euro = 9.72.
    purchase = basket(line(1, "milk", 199), line(2, "butter", 199), line(3, "wine", 250))
    rule = RatePerUnit(points=Rate("1.5"))
    worth = {
        rounding: rated(purchase, campaign(rule, rounding=rounding)).points
        for rounding in (Rounding.DOWN, Rounding.HALF_EVEN, Rounding.UP)
    }
    assert worth == {Rounding.DOWN: 9, Rounding.HALF_EVEN: 10, Rounding.UP: 10}


@pytest.mark.parametrize(("amount", "points"), [(150, 2), (250, 2), (251, 3), (350, 4)])
def test_a_half_goes_to_the_even_point(amount: int, points: int) -> None:
    award = rated(basket(line(1, "milk", amount)), campaign(ONE_A_EURO, rounding=Rounding.HALF_EVEN))
    assert award.points == points


def test_items_count_by_quantity_and_kilograms_by_weight() -> None:
    # 3 bottles and 0.450 kg: 3.45 · 10 = 34.5.
    purchase = basket(line(1, "milk", 300, "3"), line(2, "butter", 400, "0.450"), line(3, "wine", 900, "2"))
    rating = rated(purchase, campaign(PerItem(points=Rate(10), lines=DAIRY)))
    assert rating.points == 34
    assert rating.awards[0].lines == (1, 2)


def test_a_flat_award_is_given_once_from_its_minimum_on() -> None:
    rule = Flat(points=50, minimum=2000, lines=DAIRY)
    enough = rated(basket(line(1, "milk", 1200), line(2, "butter", 800)), campaign(rule))
    assert enough.points == 50
    short = rated(basket(line(1, "milk", 1200), line(2, "butter", 799), line(3, "wine", 9000)), campaign(rule))
    assert short.points == 0
    assert (short.refusals[0].why, short.refusals[0].missing) == (Why.BELOW_MINIMUM, 1)


def test_a_multiplier_adds_what_the_base_rule_gives_for_its_lines_alone() -> None:
    # Base: 10.99 → 10 points. Dairy alone: 5.99 → 5 points, once more.
    purchase = basket(line(1, "milk", 599), line(2, "wine", 500))
    double = Multiplier(factor=Rate(2), lines=DAIRY)
    assert points_by_campaign(rated(purchase, campaign(ONE_A_EURO, 1), campaign(double, 2))) == {1: 10, 2: 5}


def test_a_multiplier_on_every_line_multiplies_the_points_awarded() -> None:
    # 10.99 → 10 points; three times: 20 more, not 21.
    purchase = basket(line(1, "milk", 1099))
    triple = Multiplier(factor=Rate(3))
    assert points_by_campaign(rated(purchase, campaign(ONE_A_EURO, 1), campaign(triple, 2))) == {1: 10, 2: 20}


def test_multipliers_add_up_and_do_not_multiply_each_other() -> None:
    purchase = basket(line(1, "milk", 1000))
    double, half_more = Multiplier(factor=Rate(2)), Multiplier(factor=Rate("1.5"))
    rating = rated(purchase, campaign(ONE_A_EURO, 1), campaign(double, 2), campaign(half_more, 3))
    assert points_by_campaign(rating) == {1: 10, 2: 10, 3: 5}


def test_a_multiplier_multiplies_only_the_kinds_it_names() -> None:
    purchase = basket(line(1, "milk", 1000, "2"))
    awards = (campaign(ONE_A_EURO, 1), campaign(PerItem(points=Rate(7)), 2), campaign(Flat(points=5), 3))
    usual = rated(purchase, *awards, campaign(Multiplier(factor=Rate(2)), 4))
    assert points_by_campaign(usual)[4] == 10
    items = Multiplier(factor=Rate(2), base=frozenset({RuleKind.PER_ITEM, RuleKind.FLAT}))
    assert points_by_campaign(rated(purchase, *awards, campaign(items, 4)))[4] == 19


def test_who_funds_the_multiplier_pays_the_extra_and_no_more() -> None:
    purchase = basket(line(1, "milk", 1000))
    rating = rated(
        purchase,
        campaign(ONE_A_EURO, 1),
        campaign(Multiplier(factor=Rate(2)), 2, sponsors=shared((MAKER, "1"))),
    )
    assert {award.campaign.campaign_id.int: award.funded for award in rating.awards} == {
        101: ((SHOP, 10),),
        102: ((MAKER, 10),),
    }


def test_co_funding_is_split_to_the_point() -> None:
    # 25 points at 60 %, 30 %, 10 %: 15, 7.5, 2.5; the larger remainder, then the earlier sponsor.
    sponsors = shared((MAKER, "3/5"), (SHOP, "3/10"), (WHOLESALER, "1/10"))
    rating = rated(basket(line(1, "milk", 2500)), campaign(ONE_A_EURO, sponsors=sponsors))
    assert rating.awards[0].funded == ((MAKER, 15), (SHOP, 8), (WHOLESALER, 2))


def test_a_sponsor_whose_share_comes_to_nothing_funds_nothing() -> None:
    sponsors = shared((MAKER, "99/100"), (SHOP, "1/100"))
    rating = rated(basket(line(1, "milk", 300)), campaign(ONE_A_EURO, sponsors=sponsors))
    assert rating.awards[0].funded == ((MAKER, 3),)


def test_a_makers_coupon_is_refunded_line_by_line_up_to_the_cap_an_item() -> None:
    rule = CouponRefund(cap=40, lines=LineMatch(makers=frozenset({MAKER})))
    purchase = basket(
        line(1, "milk", 300, "2", coupon=100),
        line(2, "shoes", 9900, "1", coupon=25),
        line(3, "wine", 500, "1", coupon=50),
        line(4, "milk", 300, "1", coupon_match=30),
    )
    rating = rated(purchase, campaign(rule, sponsors=shared((MAKER, "1"))))
    assert rating.points == 0
    assert [(due.line, due.sponsor_id, due.redeemer_id, due.money) for due in rating.benefits] == [
        (1, MAKER, SHOP, Money(Decimal("0.80"), "EUR")),
        (2, MAKER, SHOP, Money(Decimal("0.25"), "EUR")),
    ]


def test_a_refund_is_shared_to_the_cent() -> None:
    rule = CouponRefund()
    rating = rated(
        basket(line(1, "milk", 300, coupon=25)), campaign(rule, sponsors=shared((MAKER, "1/2"), (WHOLESALER, "1/2")))
    )
    assert [(due.sponsor_id, due.money.minor) for due in rating.benefits] == [(MAKER, 13), (WHOLESALER, 12)]


@pytest.mark.parametrize(
    ("match", "lines"),
    [
        (LineMatch(), (1, 2, 3, 4, 5)),
        (LineMatch(skus=frozenset({"milk", "unknown"})), (1, 5)),
        (LineMatch(gtins=frozenset({"4006381333931"})), (4,)),
        (LineMatch(makers=frozenset({MAKER})), (1, 4)),
        (LineMatch(suppliers=frozenset({WHOLESALER})), (2,)),
        (LineMatch(brands=frozenset({"Hanse"})), (3,)),
        (LineMatch(departments=frozenset({"FOOD", "DRINKS"})), (1, 2, 3)),
        (LineMatch(private_label=True), (2,)),
        (LineMatch(private_label=False), (1, 3)),
        (LineMatch(makers=frozenset({MAKER}), departments=frozenset({"FOOD"})), (1,)),
        (LineMatch(departments=frozenset({"FOOD"}), excluding=(LineMatch(private_label=True),)), (1,)),
        (LineMatch(excluding=(DAIRY, LineMatch(categories=frozenset({"WINE"})))), (4, 5)),
        (LineMatch(excluding=(LineMatch(categories=frozenset({"DAIRY"}), private_label=True),)), (1, 3, 4, 5)),
        (LineMatch(outlets=frozenset({OUTLET}), private_label=True), (2,)),
        (LineMatch(excluding=(LineMatch(outlets=frozenset({OTHER_OUTLET})),)), (1, 2, 3, 4, 5)),
        (LineMatch(excluding=(LineMatch(outlets=frozenset({OUTLET}), private_label=True),)), (1, 3, 4, 5)),
    ],
)
def test_a_line_counts_when_all_parts_hold_and_no_exclusion_does(match: LineMatch, lines: tuple[int, ...]) -> None:
    skus = ("milk", "butter", "wine", "shoes", "unknown")
    purchase = basket(*(line(number, sku, 100) for number, sku in enumerate(skus, 1)))
    rating = rated(purchase, campaign(RatePerUnit(points=Rate(1), lines=match)))
    assert rating.awards[0].lines == lines


@pytest.mark.parametrize(
    "terms",
    [
        {"outlets": frozenset({OTHER_OUTLET})},
        {"rule": RatePerUnit(points=Rate(1), lines=LineMatch(outlets=frozenset({OTHER_OUTLET})))},
        {"rule": RatePerUnit(points=Rate(1), lines=LineMatch(excluding=(LineMatch(outlets=frozenset({OUTLET})),)))},
    ],
)
def test_a_campaign_of_other_outlets_is_not_even_mentioned(terms: dict[str, object]) -> None:
    rating = rated(basket(line(1, "milk", 1000)), campaign(**{"rule": ONE_A_EURO, **terms}))  # type: ignore[arg-type]
    assert (rating.awards, rating.refusals) == ((), ())


def test_a_campaign_of_a_tier_is_for_its_members() -> None:
    purchase, gold = basket(line(1, "milk", 1000)), campaign(ONE_A_EURO, tiers=frozenset({"GOLD"}))
    assert rated(purchase, gold, facts=MemberFacts(tiers=("GOLD",))).points == 10
    stranger = rated(purchase, gold)
    assert (stranger.points, stranger.refusals[0].why) == (0, Why.OTHER_TIER)


def test_a_line_of_no_quantity_earns_nothing_and_is_counted() -> None:
    purchase = basket(line(1, "milk", 1000, "0", coupon=50), line(2, "milk", 100), line(3, "wine", 0, "0.000"))
    rules: list[Rule] = [ONE_A_EURO, PerItem(points=Rate(3)), Flat(points=5, minimum=101), CouponRefund()]
    rating = rated(purchase, *(campaign(rule, number) for number, rule in enumerate(rules, 1)))
    assert points_by_campaign(rating) == {1: 1, 2: 3}
    assert rating.benefits == ()
    assert rating.idle_lines == 2


def test_an_article_outside_its_time_counts_as_unknown() -> None:
    withdrawn = ProductFacts(sku="milk", category="DAIRY", active_to=NOW - timedelta(days=1))
    purchase = basket(line(1, "milk", 1000))
    purchase = type(purchase)(
        **{name: getattr(purchase, name) for name in ("partner_id", "outlet_id", "occurred_at", "currency", "lines")},
        products={**SHELF, "milk": withdrawn},
    )
    assert rated(purchase, campaign(RatePerUnit(points=Rate(1), lines=DAIRY))).points == 0


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ([RatePerUnit(points=Rate(1), lines=LineMatch(categories=frozenset({"TOYS"})))], Why.NO_LINE_MATCHES),
        ([RatePerUnit(points=Rate("0.001"))], Why.ROUNDED_AWAY),
        ([Multiplier(factor=Rate(2))], Why.NOTHING_TO_MULTIPLY),
        ([CouponRefund()], Why.NO_COUPON),
    ],
)
def test_what_gives_nothing_says_why(rules: list[Rule], why: Why) -> None:
    rating = rated(basket(line(1, "milk", 1000)), *(campaign(rule) for rule in rules))
    assert [refusal.why for refusal in rating.refusals] == [why]


def test_awards_are_listed_by_priority() -> None:
    purchase = basket(line(1, "milk", 1000))
    rating = rated(purchase, campaign(ONE_A_EURO, 1), campaign(ONE_A_EURO, 2, priority=5), campaign(ONE_A_EURO, 3))
    assert list(points_by_campaign(rating)) == [2, 1, 3]


def test_a_rating_explains_itself() -> None:
    purchase = basket(line(1, "milk", 599, "2", coupon=10), line(3, "wine", 500))
    rules: list[Rule] = [
        RatePerUnit(points=Rate("1.5")),
        PerItem(points=Rate(1), lines=DAIRY),
        Flat(points=5),
        Multiplier(factor=Rate("4/3")),
        Flat(points=50, minimum=2000),
        CouponRefund(cap=5, lines=LineMatch(private_label=True)),
    ]
    rating = rated(purchase, *(campaign(rule, number) for number, rule in enumerate(rules, 1)))
    assert [because(award.campaign, award.lines, "EUR") for award in rating.awards] == [
        "Campaign 1: 1.5 points per EUR, on lines 1 and 3",
        "Campaign 2: 1 point an item, on line 1",
        "Campaign 3: 5 points, on lines 1 and 3",
        "Campaign 4: 4/3 times the points, on lines 1 and 3",
    ]
    assert [why_not(refusal, "EUR") for refusal in rating.refusals] == [
        "Campaign 5: 9.01 EUR more would earn it",
        "Campaign 6: no line counts for it",
    ]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (RatePerUnit(points=Rate(1)), "1 point per EUR"),
        (PerItem(points=Rate("2/3")), "2/3 points an item"),
        (Flat(points=50, minimum=2000), "50 points from 20.00 EUR"),
        (Flat(points=1), "1 point"),
        (Multiplier(factor=Rate("1.5")), "1.5 times the points"),
        (CouponRefund(), "the maker's coupons refunded"),
        (CouponRefund(cap=40), "the maker's coupons refunded, up to 0.40 EUR an item"),
    ],
)
def test_a_rule_is_told_in_a_few_words(rule: Rule, words: str) -> None:
    assert promise(rule, "EUR") == words
