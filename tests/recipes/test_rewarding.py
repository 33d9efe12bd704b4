"""Rewards in a file: read as their terms, or refused where they stand."""

from __future__ import annotations

from datetime import UTC, datetime
from textwrap import dedent, indent

import pytest

from domain.earning.bounds import CapPer
from domain.earning.periods import Period
from domain.rewards.terms import (
    Articles,
    Automatic,
    Draw,
    DrawPrize,
    Fulfilment,
    Limit,
    PayWithPoints,
    Pick,
    RewardKind,
    Step,
    Words,
    Worth,
)
from domain.values import Rate
from hansa.recipes.drawing import recipe_of
from hansa.recipes.parts import InvalidRecipe
from hansa.recipes.rewarding import DrawnReward, rewards_of

HEAD = """\
currency: EUR
time_zone: Europe/Riga
partners: {shop: sells, maker: makes, trust: gives}
outlets: {harbour: shop}
segments: {staff: works there}
coupons: {coffee: {name: A coffee}}
campaigns:
rewards:
  one:
    name: One
    starts: 2026-12-01
"""


def read(rest: str) -> DrawnReward:
    recipe = recipe_of(HEAD + indent(dedent(rest), "    "), "mine.yaml")
    (drawn,) = rewards_of(recipe, recipe.imagined())
    return drawn


def refusal(rest: str) -> str:
    with pytest.raises(InvalidRecipe) as refused:
        read(rest)
    return refused.value.message


def test_a_ladder_is_points_with_what_they_are_worth() -> None:
    drawn = read("kind: product\nsteps: {25: {thing: A side}, 100: {free: {categories: SANDWICHES, pick: dearest}}}\n")
    assert drawn.terms.kind is RewardKind.PRODUCT
    sandwich = Articles(categories=frozenset({"SANDWICHES"}), pick=Pick.DEAREST)
    assert drawn.terms.steps == (
        Step(points=25, worth=Worth(thing="A side")),
        Step(points=100, worth=Worth(articles=sandwich)),
    )
    assert drawn.terms.starts_at == datetime(2026, 11, 30, 22, tzinfo=UTC)
    assert drawn.terms.partners == {drawn.owner}


def test_a_share_has_its_cap_and_its_sponsors() -> None:
    drawn = read(
        """\
        kind: discount
        steps: [{points: 500, share: 20 %, at_most: 10.00, name: A fifth off}]
        paid_by: {maker: 1/2}
        limits: [{pieces: 1, each: month}, {pieces: 3, per: household}]
        hold_minutes: 30
        texts: {lv: Piektdaļa, fi: {name: Viidennes, about: Kassalla}}
        """
    )
    terms = drawn.terms
    assert terms.steps == (Step(points=500, worth=Worth(share=Rate(1, 5), most=1000), name="A fifth off"),)
    assert [sponsor.share for sponsor in terms.sponsors] == [Rate(1, 2)]
    assert terms.limits == (Limit(most=1, period=Period.MONTH), Limit(most=3, per=CapPer.HOUSEHOLD))
    assert terms.hold_minutes == 30
    assert terms.texts == (
        Words(language="fi", name="Viidennes", about="Kassalla"),
        Words(language="lv", name="Piektdaļa"),
    )


def test_points_pay_a_share_of_a_basket() -> None:
    said = "{points_per_unit: 100, from: 200, in_steps_of: 100, of_basket: 50 %, at_most: 5,000}"
    assert read(f"kind: discount\npay: {said.replace('5,000', '5000')}\n").terms.pay == PayWithPoints(
        points_per_unit=Rate(100), least=200, in_steps_of=100, most_of_basket=Rate(1, 2), most=5000
    )


def test_a_gift_is_matched_and_a_sweepstake_is_drawn() -> None:
    given = read("kind: charity\ncharity: The forest\nsteps: {100: {gift: 1.00, match: 1, matched_by: trust}}\n")
    worth = given.terms.steps[0].worth
    assert (worth.gift, worth.match, given.terms.charity) == (100, Rate(1), "The forest")
    drawn = read(
        "kind: sweepstake\nsteps: {10: {tickets: 1}}\ndraw: {at: 2026-12-24 18:00, prizes: {A bicycle: 1, A bell: 9}}\n"
    )
    prizes = (DrawPrize(thing="A bicycle"), DrawPrize(thing="A bell", winners=9))
    assert drawn.terms.draw == Draw(at=datetime(2026, 12, 24, 16, tzinfo=UTC), prizes=prizes)


def test_a_reward_comes_by_itself_and_has_its_stock() -> None:
    drawn = read(
        """\
        kind: gift
        steps: [{points: 100, coupon: coffee}]
        automatic: {dates: [15 March, 1 August], at_most: 5, at_most_a_year: 15}
        stock: 300
        shows_stock: no
        fulfilment: sent
        not_segments: staff
        early: {until: 2026-12-02 10:00, tiers: gold}
        """
    )
    dates = frozenset({"03-15", "08-01"})
    assert drawn.terms.automatic == Automatic(dates=dates, most=5, most_a_year=15)
    assert (drawn.terms.stock, drawn.terms.shows_stock) == (300, False)
    assert drawn.terms.fulfilment is Fulfilment.SENT
    assert drawn.terms.steps[0].worth.coupon is not None
    assert drawn.terms.early[0].tiers == {"gold"}


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("kind: treat\n", "line 12, rewards.one.kind: 'treat' is none of discount"),
        ("kind: gift\nstep: {1: {thing: a}}\n", "line 13, rewards.one.step: there is no part 'step'; did you mean"),
        ("kind: gift\nsteps: {100: {}}\n", "rewards.one.steps.100: what is it worth?"),
        ("kind: gift\nsteps: {lots: {thing: a}}\n", "'lots' is not a whole number such as 100"),
        ("kind: gift\nsteps: {1: {coupon: tea}}\n", "there is no coupon 'tea'; there are coffee"),
        ("kind: gift\nsteps: {1: {share: 10 %}}\n", "rewards.one.steps.1: most is said of every share"),
        ("kind: gift\nsteps: {1: {gift: 1.00}}\n", "rewards.one.steps: a GIFT is worth"),
        ("kind: sweepstake\nsteps: {1: {tickets: 1}}\n", "draw is said of a reward of kind SWEEPSTAKE, and of each"),
        ("kind: gift\nsteps: {1: {thing: a}}\nlimits: {each: month}\n", "rewards.one.limits: 'pieces' is missing"),
        ("kind: gift\nsteps: {1: {thing: a}}\nday: 2026-12-01\n", "a day stands in place of starts and ends"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(rest: str, said: str) -> None:
    assert said in refusal(rest)
