"""What a campaign that gives instead of others is held to be worth."""

from __future__ import annotations

from domain.earning.rules import Flat, Multiplier, RatePerUnit
from domain.earning.stacking import Mode, Stacking
from domain.values import Rate
from tests.domain.earning.builders import basket, campaign, line, points_by_campaign, rated

BEST = Stacking(mode=Mode.BEST, group="one")


def test_multipliers_add_up_where_the_best_is_chosen_as_they_do_where_it_gives() -> None:
    """Ten points doubled twice are 10 + 10 + 10, not 40; so 32 at once are more."""
    rate = campaign(RatePerUnit(points=Rate(1)), 1, stacking=BEST)
    flat = campaign(Flat(points=32), 2, stacking=BEST)
    doubled = [campaign(Multiplier(factor=Rate(2)), number) for number in (3, 4)]
    found = rated(basket(line(1, "milk", 1000)), rate, flat, *doubled)
    assert points_by_campaign(found) == {2: 32}
    alone = rated(basket(line(1, "milk", 1000)), rate, *doubled)
    assert points_by_campaign(alone) == {1: 10, 3: 10, 4: 10}
