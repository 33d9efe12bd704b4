"""What is kept with a rating, for returns."""

from __future__ import annotations

from domain.earning.basket import MemberFacts
from domain.earning.compiling import CampaignIndex
from domain.earning.facts import facts_of
from domain.earning.rating import rate
from domain.earning.rules import RatePerUnit
from domain.values import Rate
from tests.domain.earning.builders import OUTLET, basket, campaign, line

ONE_A_EURO = RatePerUnit(points=Rate(1))


def test_what_rules_asked_of_the_member_is_kept_with_the_rating() -> None:
    gold = campaign(ONE_A_EURO, tiers=frozenset({"GOLD"}))
    for asked, kept in ((gold, ["GOLD", "Regular"]), (campaign(ONE_A_EURO), None)):
        index, member = CampaignIndex([asked], OUTLET, "EUR"), MemberFacts(tiers=("GOLD", "Regular"))
        rating = rate(basket(line(1, "milk", 1099)), index, member)
        assert facts_of(rating, index, member).get("tiers") == kept
