"""Rules that pay an action by one of its numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.earning.acting import record_action
from domain.earning.action_commands import RecordAction
from domain.earning.actions import Action
from domain.earning.basket import MemberFacts
from domain.earning.bounds import Budget, Cap
from domain.earning.compiling import CampaignIndex
from domain.earning.errors import InvalidCampaign, InvalidRule
from domain.earning.matching import LineMatch
from domain.earning.rating import rate_action
from domain.earning.rounding import Rounding
from domain.earning.rules import Multiplier, PerField, rule_from_json, rule_to_json
from domain.earning.tills import Caches
from domain.earning.verdicts import Rating, Why
from domain.earning.when import When
from domain.earning.wording import promise, why_not
from domain.storage import Database
from domain.values import Rate
from tests.domain.earning.builders import MAKER, NOW, OUTLET, SHOP, campaign, shared
from tests.domain.earning.strategies import MEMBER
from tests.domain.earning.test_purchases import CARD
from tests.domain.earning.world import KEYS, a_world

TRADE_INS = When(triggers=frozenset({"TRADE_IN"}))
laws = settings(max_examples=60, deadline=None)
values = st.integers(-(10**12), 10**12) | st.integers(-20, 200)
rules = st.tuples(
    st.builds(Rate, st.integers(1, 500), st.integers(1, 60)),
    st.sampled_from([1, 1, 7, 100]),
    st.sampled_from([1, 1, 10]),
    st.sampled_from([None, None, 50]),
).map(lambda of: PerField(field="units", points=of[0], per=of[1], least=of[2], most=of[3]))
EXACTLY: dict[Rounding, Callable[[Fraction], int]] = {
    Rounding.DOWN: floor,
    Rounding.UP: ceil,
    Rounding.HALF_EVEN: round,
}


def rated(rule: PerField, attributes: dict[str, Any], **terms: Any) -> Rating:
    """A trade-in under one campaign."""
    facts = MemberFacts(member_id=MEMBER)
    handed_in = Action(partner_id=SHOP, occurred_at=NOW, kind="TRADE_IN", attributes=attributes)
    made = campaign(rule, **{"when": TRADE_INS, **terms})
    return rate_action(handed_in, CampaignIndex([made], OUTLET, "EUR"), facts)


@laws
@given(rules, values, st.sampled_from(Rounding))
def test_each_unit_of_the_field_earns_exactly_and_is_rounded_once(
    rule: PerField, value: int, rounding: Rounding
) -> None:
    counts = 0 if value < rule.least else value if rule.most is None else min(value, rule.most)
    exactly = Fraction(rule.points) * counts / rule.per
    sponsors = shared((MAKER, "2/3"), (SHOP, "1/3"))
    rating = rated(rule, {"units": value}, rounding=rounding, sponsors=sponsors)
    assert rating.points == EXACTLY[rounding](exactly)
    assert sum(points for award in rating.awards for _, points in award.funded) == rating.points
    if not rating.points:
        assert [one.why for one in rating.refusals] == [Why.ROUNDED_AWAY if counts else Why.NO_FIELD]


@laws
@given(rules, values, values)
def test_more_of_the_field_never_earns_less(rule: PerField, one: int, other: int) -> None:
    fewer, more = (rated(rule, {"units": value}).points for value in sorted((one, other)))
    assert fewer <= more


@laws
@given(rules)
def test_a_rule_by_a_field_is_read_back_as_it_was_written(rule: PerField) -> None:
    assert rule_from_json(rule_to_json(rule)) == rule


@pytest.mark.parametrize("attributes", [{}, {"sku": "milk"}, {"units": 0}, {"units": -3}, {"units": "many"}])
def test_what_is_missing_or_no_number_earns_nothing(attributes: dict[str, Any]) -> None:
    rating = rated(PerField(field="units", points=Rate(5)), attributes)
    assert (rating.points, [one.why for one in rating.refusals]) == (0, [Why.NO_FIELD])
    assert why_not(rating.refusals[0], "EUR") == (
        "Campaign 1: it counts units, of which there is nothing or too little"
    )


def test_a_cap_cuts_it_and_a_control_group_goes_without() -> None:
    rule = PerField(field="units", points=Rate(5))
    assert rated(rule, {"units": 30}, caps=(Cap(most=100),)).points == 100
    left_out = rated(rule, {"units": 30}, when=replace(TRADE_INS, control=Rate(999, 1000)))
    assert [one.why for one in left_out.refusals] == [Why.CONTROL_GROUP]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (PerField(field="units", points=Rate(50)), "50 points times units"),
        (PerField(field="worth", points=Rate(3, 2), per=100), "1.5 points per 100 of worth"),
        (
            PerField(field="score", points=Rate(1), least=80, most=100),
            "1 point times score, from 80 on, counted up to 100",
        ),
    ],
)
def test_it_is_promised_in_words(rule: PerField, words: str) -> None:
    assert promise(rule, "EUR") == words


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        ({"points": Rate(0)}, "points"),
        ({"points": Rate(10**7)}, "points"),
        ({"per": 0}, "per"),
        ({"least": 0}, "least"),
        ({"least": 10, "most": 9}, "most"),
        ({"field": ""}, "field"),
        ({"lines": LineMatch(skus=frozenset({"milk"}))}, "lines"),
    ],
)
def test_what_a_rule_by_a_field_cannot_say_is_refused(parts: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidRule) as refused:
        PerField(**{"field": "units", "points": Rate(1), **parts})
    assert refused.value.path == (path,)


def test_a_purchase_has_no_fields_and_an_action_no_multiplier() -> None:
    with pytest.raises(InvalidCampaign, match="a purchase has no fields"):
        campaign(PerField(field="units", points=Rate(1)))
    with pytest.raises(InvalidRule, match="base"):
        Multiplier(factor=Rate(2), base=frozenset({PerField.kind}))


async def test_the_books_hold_it_within_its_budget_and_its_field_to_what_the_type_carries(database: Database) -> None:
    world = await a_world(database)
    await world.member()
    units = PerField(field="units", points=Rate(50))
    for field, has in (("unit", "units"), ("sku", "units")):
        with pytest.raises(InvalidCampaign, match=has) as refused:
            await world.drafted(replace(units, field=field), when=TRADE_INS)
        assert refused.value.path == ("terms", "rule", "field")
    with pytest.raises(InvalidCampaign, match="VISIT has no whole number 'units'; it has none"):
        await world.drafted(units, when=When(triggers=frozenset({"TRADE_IN", "VISIT"})))
    sponsors = shared((world.maker, "3/4"), (world.shop, "1/4"))
    await world.live(units, when=TRADE_INS, sponsors=sponsors, budget=Budget(points=220))
    earned = []
    for number, handed_in in enumerate((3, -1, 2), 1):
        command = RecordAction(
            partner_id=world.shop,
            member=CARD,
            kind="TRADE_IN",
            attributes={"units": handed_in},
            idempotency_key=f"trade-in-{number}",
            occurred_at=NOW,
        )
        caches = Caches.fresh("EUR", "Europe/Riga")
        receipt = await record_action(database.pool, command, caches=caches, lookup_key=KEYS.lookup, now=NOW)
        earned.append({one.points: dict(one.funded) for one in receipt.awards})
    # Three come to 150, less than none to nothing, two more to 100, of which 70 of the 220 are left.
    assert earned == [{150: {world.maker: 113, world.shop: 37}}, {}, {70: {world.maker: 52, world.shop: 18}}]
    await world.prove()
