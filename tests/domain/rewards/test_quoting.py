"""What a reward costs and takes off: whole points, never more than the basket, and no less for a dearer step."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.earning.basket import BasketLine
from domain.earning.terms import Sponsor
from domain.errors import InvalidValue
from domain.ids import PartnerId
from domain.rewards.errors import ArticleMissing, BasketNeeded, BasketTooSmall, PointsNotPayable, StepNotFound
from domain.rewards.quoting import Ask, LineOff, Quote, quoted
from domain.rewards.terms import Articles, PayWithPoints, Pick, RewardKind, RewardTerms, Step, Worth
from domain.values import Rate
from tests.builders.coalition import NOON

SHOP, MAKER = PartnerId(uuid4()), PartnerId(uuid4())


def line(number: int, amount: int, quantity: str = "1", sku: str = "apple") -> BasketLine:
    return BasketLine(number=number, sku=sku, quantity=Decimal(quantity), amount=amount)


def terms(*steps: Step, **changes: object) -> RewardTerms:
    said = {"name": "R", "kind": RewardKind.DISCOUNT, "steps": steps, "partners": frozenset({SHOP}), "starts_at": NOON}
    return RewardTerms(**{**said, **changes})  # type: ignore[arg-type]


def asked(reward: RewardTerms, *lines: BasketLine, available: int = 10**9, **ask: object) -> Quote:
    basket = {"lines": lines} if lines else {}
    return quoted(reward, Ask(**{**basket, **ask}), {}, available=available, digits=2)  # type: ignore[arg-type]


BASKETS = st.lists(
    st.tuples(st.integers(0, 10_000), st.sampled_from(["1", "2", "3", "0.5"]), st.sampled_from(["apple", "pear"])),
    min_size=1,
    max_size=6,
).map(lambda rows: tuple(line(n, amount, quantity, sku) for n, (amount, quantity, sku) in enumerate(rows, 1)))
WORTHS = st.one_of(
    st.builds(Worth, amount=st.integers(1, 20_000)),
    st.builds(Worth, share=st.fractions(Fraction(1, 100), 1).map(Rate), most=st.integers(1, 20_000)),
    st.builds(
        Worth,
        articles=st.builds(Articles, skus=st.just(frozenset({"apple"})), pick=st.sampled_from(Pick)),
        most=st.none() | st.integers(1, 5_000),
    ),
)
PAYING = st.builds(
    PayWithPoints,
    points_per_unit=st.fractions(Fraction(1, 2), 500).map(Rate),
    least=st.integers(1, 500),
    in_steps_of=st.integers(1, 200),
    most_of_basket=st.fractions(Fraction(1, 20), 1).map(Rate),
)


@given(WORTHS, BASKETS, st.integers(1, 4))
def test_never_more_is_taken_off_than_the_basket_or_its_line_comes_to(
    worth: Worth, basket: tuple[BasketLine, ...], pieces: int
) -> None:
    try:
        quote = asked(terms(Step(points=30, worth=worth)), *basket, pieces=pieces)
    except (BasketTooSmall, ArticleMissing, InvalidValue):
        return
    paid = {one.number: one.amount for one in basket}
    assert 0 < quote.off <= sum(paid.values())
    assert quote.off == sum(one.amount for one in quote.lines)
    assert all(0 < one.amount <= paid[one.number] for one in quote.lines)
    assert (quote.points, quote.points % quote.unit_points) == (30 * pieces, 0)


@given(PAYING, BASKETS, st.integers(0, 10**6), st.integers(1, 10**6) | st.none())
def test_points_pay_whole_steps_of_what_is_there_and_of_the_basket(
    pay: PayWithPoints, basket: tuple[BasketLine, ...], available: int, points: int | None
) -> None:
    try:
        quote = asked(terms(pay=pay), *basket, available=available, points=points)
    except PointsNotPayable:
        return
    total = sum(one.amount for one in basket)
    assert quote.points >= pay.least
    assert quote.points % pay.in_steps_of == 0
    assert quote.points == points if points is not None else quote.points <= available
    assert 0 < quote.off <= total * pay.most_of_basket
    assert quote.off <= quote.points * 100 / pay.points_per_unit < quote.off + 1


@given(st.lists(st.integers(1, 5_000), min_size=2, max_size=5, unique=True), BASKETS)
def test_a_higher_step_of_a_ladder_never_takes_off_less(amounts: list[int], basket: tuple[BasketLine, ...]) -> None:
    ladder = terms(*(Step(points=amount, worth=Worth(amount=amount)) for amount in sorted(amounts)))
    if not sum(one.amount for one in basket):
        return
    offs = [asked(ladder, *basket, step=place).off for place in range(1, len(amounts) + 1)]
    assert offs == sorted(offs)


@given(WORTHS, BASKETS, st.fractions(0, 1).map(Rate))
def test_sponsors_never_pay_more_than_is_taken_off(worth: Worth, basket: tuple[BasketLine, ...], share: Rate) -> None:
    if not share:
        return
    shares = (Sponsor(MAKER, share), *([Sponsor(SHOP, Rate(1 - share))] if share < 1 else []))
    try:
        quote = asked(terms(Step(points=1, worth=worth), sponsors=shares), *basket)
    except (BasketTooSmall, ArticleMissing):
        return
    assert quote.off - len(shares) < sum(due.units for due in quote.dues) <= quote.off


def test_the_dearest_article_is_free_and_then_the_next() -> None:
    entree = Worth(articles=Articles(skus=frozenset({"entree"}), pick=Pick.DEAREST))
    basket = (line(1, 1200, sku="entree"), line(2, 3600, "2", sku="entree"), line(3, 9900, sku="wine"))
    reward = terms(Step(points=2000, worth=entree))
    assert asked(reward, *basket).lines == (LineOff(2, 1800),)
    assert asked(reward, *basket, pieces=3).lines == (LineOff(1, 1200), LineOff(2, 3600))
    with pytest.raises(ArticleMissing) as missing:
        asked(reward, *basket, pieces=4)
    assert missing.value.found == 3


def test_half_off_is_capped_at_twenty() -> None:
    half = terms(Step(points=0, worth=Worth(share=Rate(1, 2), most=2000)))
    assert asked(half, line(1, 3000)).off == 1500
    assert asked(half, line(1, 6000), line(2, 2000)).lines == (LineOff(1, 1500), LineOff(2, 500))
    with pytest.raises(BasketNeeded):
        asked(half)
    with pytest.raises(InvalidValue):
        asked(half, line(1, 3000), pieces=2)


def test_the_last_certificate_takes_off_what_is_left_and_one_more_is_too_many() -> None:
    five = terms(Step(points=100, worth=Worth(amount=500)))
    assert asked(five, line(1, 800), pieces=2).off == 800
    assert asked(five, pieces=2).off == 1000
    with pytest.raises(BasketTooSmall) as refused:
        asked(five, line(1, 1000), pieces=3)
    assert refused.value.least == 1001


def test_money_beside_points_counts_for_each_piece() -> None:
    dinner = terms(Step(points=500, money=2000, worth=Worth(thing="Dinner")), kind=RewardKind.EXPERIENCE)
    quote = asked(dinner, pieces=3)
    assert (quote.points, quote.money, quote.unit_points, quote.off) == (1500, 6000, 500, 0)


def test_a_ladder_asks_for_its_step_and_a_single_one_needs_none() -> None:
    side, meal = Step(points=25, worth=Worth(amount=100)), Step(points=60, worth=Worth(amount=300))
    for place in (None, 0, 3, -1):
        with pytest.raises(StepNotFound) as refused:
            asked(terms(side, meal), line(1, 900), step=place)
        assert refused.value.steps == 2
    assert asked(terms(side, meal), line(1, 900), step=2).points == 60
    assert asked(terms(meal), line(1, 900)).step == 1


def test_a_gift_is_paid_by_its_sponsor_and_matched_by_another() -> None:
    gift = Worth(gift=500, match=Rate(1), matched_by=MAKER)
    giving = terms(
        Step(points=50, worth=gift), kind=RewardKind.CHARITY, charity="Shoes", sponsors=(Sponsor(SHOP, Rate(1, 2)),)
    )
    quote = asked(giving, pieces=2)
    assert [(due.sponsor_id, due.kind, due.units) for due in quote.dues] == [
        (SHOP, "GIFT", 500),
        (MAKER, "MATCH", 1000),
    ]
    assert quote.unit_points == quote.points == 100


def test_points_that_would_pay_more_than_a_share_of_the_basket_say_how_many_can() -> None:
    pay = PayWithPoints(points_per_unit=Rate(100), least=200, in_steps_of=50, most_of_basket=Rate(1, 2))
    with pytest.raises(PointsNotPayable) as refused:
        asked(terms(pay=pay), line(1, 1010), points=550)
    assert (refused.value.least, refused.value.in_steps_of, refused.value.most) == (200, 50, 500)
    assert asked(terms(pay=pay), line(1, 1010)).points == 500
    assert asked(terms(pay=pay), points=550).off == 550
