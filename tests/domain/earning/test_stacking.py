"""Which campaigns give together and which instead of each other, as a table worked out by hand."""

from __future__ import annotations

import pytest

from domain.earning.errors import InvalidCampaign
from domain.earning.prizes import Prize, Token, TokenKind
from domain.earning.rules import Discount, Flat, Gift, Multiplier, Rule, RuleKind
from domain.earning.stacking import Mode, Stacking
from domain.earning.terms import Campaign
from domain.earning.verdicts import Why
from domain.values import Rate
from tests.domain.earning.builders import basket, campaign, line, points_by_campaign, rated

ADD, EXCLUSIVE, ALWAYS = (Stacking(mode=mode) for mode in (Mode.ADD, Mode.EXCLUSIVE, Mode.ALWAYS))
BEST, FIRST = Stacking(mode=Mode.BEST, group="a"), Stacking(mode=Mode.FIRST, group="a")
OTHER_BEST = Stacking(mode=Mode.BEST, group="b")
BASKET = basket(line(1, "milk", 1000))

One = tuple[Stacking, int] | tuple[Stacking, int, int]


def _campaigns(*described: One) -> list[Campaign]:
    """Flat campaigns by their stacking, points and priority, numbered from 1."""
    return [
        campaign(Flat(points=points), number, stacking=stacking, priority=sum(priority))
        for number, (stacking, points, *priority) in enumerate(described, 1)
    ]


@pytest.mark.parametrize(
    ("described", "given"),
    [
        ([(ADD, 10), (ADD, 20)], {1: 10, 2: 20}),
        ([(BEST, 10), (BEST, 20)], {2: 20}),
        ([(BEST, 20), (BEST, 20)], {1: 20}),  # a tie: the campaign that was there first
        ([(BEST, 20, 0), (BEST, 20, 5)], {2: 20}),  # a tie: the higher priority
        ([(BEST, 10), (BEST, 20), (OTHER_BEST, 5), (OTHER_BEST, 4)], {2: 20, 3: 5}),  # one of each group
        ([(FIRST, 10, 5), (FIRST, 20, 1)], {1: 10}),
        ([(FIRST, 10), (BEST, 5)], {1: 10, 2: 5}),  # groups of one name but other modes are others
        ([(EXCLUSIVE, 31), (ADD, 10), (ADD, 20)], {1: 31}),
        ([(EXCLUSIVE, 30), (ADD, 10), (ADD, 20)], {2: 10, 3: 20}),  # no more than the sum: the rest
        ([(EXCLUSIVE, 25), (BEST, 20), (BEST, 24)], {1: 25}),  # of a group only the best is counted
        ([(EXCLUSIVE, 31), (EXCLUSIVE, 40), (ADD, 30)], {2: 40}),
        ([(EXCLUSIVE, 25), (ADD, 20), (ALWAYS, 10)], {1: 25, 3: 10}),  # who always gives is not weighed
        ([(EXCLUSIVE, 15), (ADD, 20), (ALWAYS, 10)], {2: 20, 3: 10}),
        ([(EXCLUSIVE, 15)], {1: 15}),
    ],
)
def test_who_gives(described: list[One], given: dict[int, int]) -> None:
    rating = rated(BASKET, *_campaigns(*described))
    assert points_by_campaign(rating) == given
    assert {one.why for one in rating.refusals} <= {Why.ANOTHER_GIVES}
    assert len(rating.refusals) == len(described) - len(given)


def test_a_refusal_names_who_gives_instead() -> None:
    (refusal,) = rated(BASKET, *_campaigns((BEST, 10), (BEST, 20))).refusals
    assert refusal.instead is not None
    assert (refusal.campaign.terms.name, refusal.instead.terms.name) == ("Campaign 1", "Campaign 2")


def test_the_first_of_a_group_is_the_first_that_gives_anything() -> None:
    beyond_reach = campaign(Flat(points=500, minimum=5000), 1, stacking=FIRST, priority=9)
    assert points_by_campaign(rated(BASKET, beyond_reach, *_campaigns((ADD, 1), (FIRST, 10))[1:])) == {2: 10}


def test_money_and_points_are_weighed_by_what_a_point_is_worth() -> None:
    # 3.00 off against 299 or 301 points of one cent each.
    off = campaign(Discount(off=300), 1, stacking=BEST)
    for points, given in ((299, {}), (301, {2: 301})):
        rating = rated(BASKET, off, campaign(Flat(points=points), 2, stacking=BEST))
        assert points_by_campaign(rating) == given
        assert bool(rating.offers) is not bool(given)


def test_what_a_multiplier_makes_of_a_campaign_counts_for_its_worth() -> None:
    double = campaign(Multiplier(factor=Rate(2), base=frozenset({RuleKind.FLAT})), 3)
    off = campaign(Discount(off=300), 1, stacking=BEST)
    rating = rated(BASKET, off, campaign(Flat(points=200), 2, stacking=BEST), double)
    assert points_by_campaign(rating) == {2: 200, 3: 200}


def test_things_that_are_no_points_weigh_least() -> None:
    thing: Rule = Gift(prize=Prize(token=Token(kind=TokenKind.BADGE, name="A badge")))
    badge = campaign(thing, 1, stacking=BEST, priority=9)
    assert points_by_campaign(rated(BASKET, badge, campaign(Flat(points=1), 2, stacking=BEST))) == {2: 1}
    assert [due.token.name for due in rated(BASKET, badge).tokens] == ["A badge"]


@pytest.mark.parametrize(
    "wrong", [{"mode": Mode.BEST}, {"mode": Mode.ADD, "group": "a"}, {"mode": Mode.FIRST, "group": "Not So"}]
)
def test_a_group_belongs_to_best_and_first(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidCampaign):
        Stacking(**wrong)  # type: ignore[arg-type]
