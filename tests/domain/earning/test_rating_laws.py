"""What holds for every basket."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.earning.basket import Basket, BasketLine
from domain.earning.compiling import CampaignIndex
from domain.earning.errors import ReturnExceedsPurchase
from domain.earning.matching import LineMatch
from domain.earning.rerating import RatedAward, RatedPurchase, ReturnedLine, rerate, shared_again
from domain.earning.rounding import Rounding
from domain.earning.rules import (
    BASE_KINDS,
    CouponRefund,
    Flat,
    Multiplier,
    PerItem,
    RatePerUnit,
    rule_from_json,
    rule_to_json,
)
from domain.earning.terms import Campaign, Sponsor
from domain.earning.verdicts import Rating
from domain.ids import LotId, PartnerId
from domain.products.facts import ProductFacts
from domain.values import Rate
from tests.domain.earning.builders import OUTLET, SHOP, basket, campaign, rated

MAKERS = [PartnerId(UUID(int=number)) for number in (2, 3, 4)]
CATEGORIES = ["DAIRY", "WINE", "SHOES"]
SKUS = [f"{maker.int}-{category}" for maker in MAKERS for category in CATEGORIES]
SHELF = {
    sku: ProductFacts(sku=sku, maker_id=PartnerId(UUID(int=int(sku[0]))), category=sku[2:], private_label=sku[0] == "2")
    for sku in SKUS
}

laws = settings(max_examples=60, deadline=None)
rates = st.builds(Rate, st.integers(1, 500), st.integers(1, 60))
quantities = st.one_of(st.integers(0, 9).map(Decimal), st.integers(0, 9999).map(lambda grams: Decimal(grams) / 1000))
simple_matches = st.builds(
    LineMatch,
    makers=st.frozensets(st.sampled_from(MAKERS), max_size=2),
    categories=st.frozensets(st.sampled_from(CATEGORIES), max_size=2),
    private_label=st.sampled_from([None, None, True, False]),
)
matches = st.builds(
    LineMatch,
    makers=st.frozensets(st.sampled_from(MAKERS), max_size=2),
    categories=st.frozensets(st.sampled_from(CATEGORIES), max_size=2),
    skus=st.frozensets(st.sampled_from(SKUS), max_size=3),
    excluding=st.lists(simple_matches.filter(lambda match: match != LineMatch()), max_size=2).map(tuple),
)
rules = st.one_of(
    st.builds(RatePerUnit, points=rates, lines=matches),
    st.builds(PerItem, points=rates, lines=matches),
    st.builds(Flat, points=st.integers(1, 500), minimum=st.integers(0, 5000), lines=matches),
    st.builds(
        Multiplier,
        factor=rates.map(lambda rate: Rate(1 + rate / 600)),
        base=st.frozensets(st.sampled_from(sorted(BASE_KINDS)), min_size=1),
        lines=matches,
    ),
    st.builds(CouponRefund, cap=st.one_of(st.none(), st.integers(1, 200)), lines=matches),
)


@st.composite
def fundings(draw: st.DrawFn) -> tuple[Sponsor, ...]:
    weights = draw(st.lists(st.integers(0, 20), min_size=1, max_size=5).filter(any))
    return tuple(
        Sponsor(PartnerId(UUID(int=50 + place)), Rate(weight, sum(weights))) for place, weight in enumerate(weights)
    )


@st.composite
def programmes(draw: st.DrawFn) -> tuple[Campaign, ...]:
    drawn = draw(st.lists(st.tuples(rules, fundings(), st.sampled_from(Rounding)), min_size=1, max_size=8))
    return tuple(
        campaign(rule, number, sponsors=sponsors, rounding=rounding)
        for number, (rule, sponsors, rounding) in enumerate(drawn, 1)
    )


@st.composite
def baskets(draw: st.DrawFn) -> Basket:
    numbers = draw(st.lists(st.integers(1, 99), min_size=1, max_size=8, unique=True))
    return with_lines(
        *(
            BasketLine(
                number=number,
                sku=draw(st.sampled_from([*SKUS, "?"])),
                quantity=draw(quantities),
                amount=draw(st.integers(0, 3000)),
                coupon=draw(st.integers(0, 300)),
            )
            for number in numbers
        )
    )


def with_lines(*lines: BasketLine) -> Basket:
    empty = basket()
    return Basket(
        partner_id=SHOP,
        outlet_id=OUTLET,
        occurred_at=empty.occurred_at,
        currency="EUR",
        lines=lines,
        products=SHELF,
    )


@laws
@given(baskets(), programmes(), st.randoms())
def test_the_order_of_lines_and_campaigns_does_not_matter(
    purchase: Basket, programme: tuple[Campaign, ...], chance: Any
) -> None:
    lines, shuffled = list(purchase.lines), list(programme)
    chance.shuffle(lines)
    chance.shuffle(shuffled)
    once, again = rated(purchase, *programme), rated(with_lines(*lines), *shuffled)
    assert (once, once.refusals) == (again, again.refusals)
    assert rated(purchase, *programme) == once


@laws
@given(baskets(), programmes())
def test_points_are_whole_positive_and_funded_to_the_point(purchase: Basket, programme: tuple[Campaign, ...]) -> None:
    rating = rated(purchase, *programme)
    for award in rating.awards:
        assert type(award.points) is int
        assert award.points > 0
        assert sum(points for _, points in award.funded) == award.points
        assert all(points > 0 for _, points in award.funded)
        assert {sponsor for sponsor, _ in award.funded} <= set(award.campaign.terms.funders)
    answered = [award.campaign for award in rating.awards] + [refusal.campaign for refusal in rating.refusals]
    answered += list({due.campaign.key: due.campaign for due in rating.benefits}.values())
    assert sorted(one.campaign_id for one in answered) == sorted(one.campaign_id for one in programme)


@laws
@given(baskets(), programmes())
def test_a_shop_is_never_refunded_more_than_the_coupons_it_took(
    purchase: Basket, programme: tuple[Campaign, ...]
) -> None:
    coupons = {line.number: line.coupon for line in purchase.lines}
    for one in programme:
        paid: dict[int, int] = {}
        for due in rated(purchase, one).benefits:
            paid[due.line] = paid.get(due.line, 0) + due.money.minor
        assert all(coupons[number] >= units for number, units in paid.items())


@laws
@given(baskets(), programmes(), st.data())
def test_a_split_basket_earns_no_more_but_for_rounding(
    purchase: Basket, programme: tuple[Campaign, ...], data: st.DataObject
) -> None:
    first = set(data.draw(st.lists(st.sampled_from([line.number for line in purchase.lines]), unique=True)))
    halves = [
        with_lines(*(line for line in purchase.lines if (line.number in first) is inside)) for inside in (True, False)
    ]
    for one in programme:
        if isinstance(one.terms.rule, Flat | Multiplier):
            continue
        whole = rated(purchase, one).points
        parts = sum(rated(half, one).points for half in halves)
        spare = {Rounding.DOWN: 0, Rounding.HALF_EVEN: 1, Rounding.UP: 1}[one.terms.rounding]
        assert parts <= whole + spare


@laws
@given(baskets(), programmes(), st.data())
def test_a_smaller_basket_never_earns_more(
    purchase: Basket, programme: tuple[Campaign, ...], data: st.DataObject
) -> None:
    kept = [line for line in purchase.lines if data.draw(st.booleans())]
    smaller = [
        BasketLine(
            number=line.number,
            sku=line.sku,
            quantity=line.quantity,
            amount=data.draw(st.integers(0, line.amount)),
            coupon=line.coupon,
        )
        for line in kept
    ]
    points = {award.campaign.key: award.points for award in rated(purchase, *programme).awards}
    for award in rated(with_lines(*smaller), *programme).awards:
        assert award.points <= points[award.campaign.key]


def recorded(purchase: Basket, rating: Rating) -> RatedPurchase:
    """A rating as the books keep it; a lot is named by campaign and sponsor."""
    return RatedPurchase(
        currency="EUR",
        lines=purchase.lines,
        awards=tuple(
            RatedAward(
                campaign=award.campaign.key,
                lines=frozenset(award.lines),
                lots=tuple(
                    (LotId(UUID(int=award.campaign.campaign_id.int * 1000 + sponsor.int)), points)
                    for sponsor, points in award.funded
                ),
            )
            for award in rating.awards
        ),
    )


@st.composite
def returns(draw: st.DrawFn, purchase: Basket, most: int = 4) -> list[list[ReturnedLine]]:
    """Returns that together give back no more than was bought."""
    left = {line.number: line.quantity for line in purchase.lines}
    made = []
    for _ in range(draw(st.integers(1, most))):
        lines = []
        for number, quantity in left.items():
            back = (quantity * draw(st.integers(0, 10)) / 10).quantize(Decimal("0.001"), ROUND_DOWN)
            if back:
                left[number] -= back
                lines.append(ReturnedLine(number, back))
        if lines:
            made.append(lines)
    return made


def _added(claw_backs: list[dict[LotId, int]]) -> dict[LotId, int]:
    total: dict[LotId, int] = {}
    for one in claw_backs:
        for lot_id, points in one.items():
            total[lot_id] = total.get(lot_id, 0) + points
    return total


def _together(made: list[list[ReturnedLine]]) -> list[ReturnedLine]:
    total: dict[int, Decimal] = {}
    for lines in made:
        for line in lines:
            total[line.number] = total.get(line.number, Decimal(0)) + line.quantity
    return [ReturnedLine(number, quantity) for number, quantity in total.items()]


@laws
@given(baskets(), programmes(), st.data())
def test_several_returns_take_back_what_one_return_would(
    purchase: Basket, programme: tuple[Campaign, ...], data: st.DataObject
) -> None:
    made = data.draw(returns(purchase))
    if not made:
        return
    books = recorded(purchase, rated(purchase, *programme))
    campaigns = {one.key: one for one in programme}
    before: list[ReturnedLine] = []
    taken, amounts = [], 0
    for lines in made:
        claw_back = rerate(books, campaigns, before, lines)
        assert all(points > 0 for _, points in claw_back.lots)
        taken.append(dict(claw_back.lots))
        amounts += sum(amount for _, amount in claw_back.amounts)
        before += lines
    at_once = rerate(books, campaigns, [], _together(made))
    assert _added(taken) == dict(at_once.lots)
    assert amounts == sum(amount for _, amount in at_once.amounts)


@laws
@given(baskets(), programmes(), st.data())
def test_a_return_leaves_what_the_smaller_basket_earns(
    purchase: Basket, programme: tuple[Campaign, ...], data: st.DataObject
) -> None:
    made = data.draw(returns(purchase, most=1))
    if not made:
        return
    back = {line.number: line.quantity for line in made[0]}
    books = recorded(purchase, rated(purchase, *programme))
    claw_back = rerate(books, {one.key: one for one in programme}, [], made[0])
    amounts = dict(claw_back.amounts)
    left = [
        BasketLine(
            number=line.number,
            sku=line.sku,
            quantity=line.quantity - back.get(line.number, Decimal(0)),
            amount=line.amount - amounts.get(line.number, 0),
        )
        for line in purchase.lines
    ]
    assert rated(purchase, *programme).points - claw_back.points == rated(with_lines(*left), *programme).points


@laws
@given(baskets(), programmes())
def test_giving_everything_back_takes_back_everything(purchase: Basket, programme: tuple[Campaign, ...]) -> None:
    everything = [ReturnedLine(line.number, line.quantity) for line in purchase.lines if line.quantity]
    if not everything:
        return
    books = recorded(purchase, rated(purchase, *programme))
    claw_back = rerate(books, {one.key: one for one in programme}, [], everything)
    assert dict(claw_back.lots) == {lot_id: points for award in books.awards for lot_id, points in award.lots}
    with pytest.raises(ReturnExceedsPurchase):
        rerate(books, {one.key: one for one in programme}, everything, everything[:1])


@laws
@given(st.lists(st.integers(1, 50), min_size=1, max_size=6))
def test_shares_shrink_step_by_step_and_never_grow(points: list[int]) -> None:
    lots = [(LotId(UUID(int=place)), made) for place, made in enumerate(points)]
    assert shared_again(lots, sum(points)) == dict(lots)
    for total in range(sum(points)):
        fewer, more = shared_again(lots, total), shared_again(lots, total + 1)
        assert sum(fewer.values()) == total
        assert all(fewer[lot_id] <= more[lot_id] for lot_id, _ in lots)


@laws
@given(rules)
def test_a_rule_is_read_back_as_it_was_written(rule: RatePerUnit) -> None:
    assert rule_from_json(rule_to_json(rule)) == rule


@laws
@given(programmes())
def test_the_fingerprint_of_terms_is_theirs_alone(programme: tuple[Campaign, ...]) -> None:
    by_fingerprint = {one.terms.fingerprint(): one.terms for one in programme}
    for one in programme:
        assert by_fingerprint[one.terms.fingerprint()] == one.terms


@laws
@given(programmes())
def test_what_an_index_remembers_changes_nothing(programme: tuple[Campaign, ...]) -> None:
    index = CampaignIndex(programme, OUTLET, "EUR")
    for sku, product in SHELF.items():
        remembered = index.matching(product)
        assert index.matching(product) == remembered
        assert index.matching(ProductFacts(sku=sku)) == CampaignIndex(programme, OUTLET, "EUR").matching(
            ProductFacts(sku=sku)
        )
