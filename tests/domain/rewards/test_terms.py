"""What a reward can promise: written and read back the same, and held to what makes sense."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from domain.earning.terms import Sponsor
from domain.ids import PartnerId
from domain.rewards.errors import InvalidReward
from domain.rewards.terms import Early, RewardKind, RewardTerms, Step, Words, Worth, terms_from_json
from domain.values import Rate
from tests.domain.rewards.strategies import START, reward_terms

SHOP, MAKER = PartnerId(UUID(int=1)), PartnerId(UUID(int=2))
MINUTE = timedelta(minutes=1)


def terms(**changes: Any) -> RewardTerms:
    """A mug for 100 points."""
    usual: dict[str, Any] = {
        "name": "A mug",
        "kind": RewardKind.GIFT,
        "steps": (Step(points=100, worth=Worth(thing="A mug")),),
        "partners": frozenset({SHOP}),
        "starts_at": START,
    }
    return RewardTerms(**usual | changes)


@given(reward_terms())
def test_what_is_written_is_read_back_the_same(some: RewardTerms) -> None:
    stored = json.loads(json.dumps(some.to_json()))
    again = terms_from_json(stored)
    assert again == some
    assert again.fingerprint() == some.fingerprint()


@given(reward_terms())
def test_only_what_differs_from_the_usual_is_written(some: RewardTerms) -> None:
    plain = terms()
    assert set(plain.to_json()) == {"name", "kind", "steps", "partners", "starts_at"}
    assert set(some.to_json()) >= {"name", "kind", "partners", "starts_at"}


@given(reward_terms())
def test_other_terms_have_another_fingerprint(some: RewardTerms) -> None:
    assert replace(some, name=f"{some.name}!").fingerprint() != some.fingerprint()


WRONG: Mapping[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "no name": ({"name": " "}, ("name",)),
    "no kind": ({"kind": "SURPRISE"}, ("kind",)),
    "nowhere": ({"partners": []}, ("partners",)),
    "no way to have it": ({"steps": []}, ("steps",)),
    "two worths": ({"steps": [{"points": 1, "worth": {"thing": "a", "tickets": 1}}]}, ("steps", "worth")),
    "no worth": ({"steps": [{"points": 1, "worth": {}}]}, ("steps", "worth")),
    "nothing off": (
        {"kind": "DISCOUNT", "steps": [{"points": 1, "worth": {"amount": 0}}]},
        ("steps", "worth", "amount"),
    ),
    "a share without a cap": (
        {"kind": "DISCOUNT", "steps": [{"points": 1, "worth": {"share": "1/5"}}]},
        ("steps", "worth", "most"),
    ),
    "a share above all": (
        {"kind": "DISCOUNT", "steps": [{"points": 1, "worth": {"share": "6/5", "most": 1}}]},
        ("steps", "worth", "share"),
    ),
    "another kind's worth": ({"steps": [{"points": 1, "worth": {"gift": 5}}]}, ("steps", "0", "worth")),
    "less than no points": ({"steps": [{"points": -1, "worth": {"thing": "a"}}]}, ("steps", "points")),
    "an end before the start": ({"ends_at": "2026-03-02T12:00:00+00:00"}, ("ends_at",)),
    "a time without an offset": ({"starts_at": "2026-03-02T12:00:00"}, ("starts_at",)),
    "a charity of a gift": ({"charity": "The forest"}, ("charity",)),
    "a draw of a gift": ({"draw": {"at": "2026-04-01T00:00:00+00:00", "prizes": [{"thing": "a"}]}}, ("draw",)),
    "pay of a gift": ({"steps": [], "pay": {"points_per_unit": "100"}}, ("pay",)),
    "nobody early": ({"early": [{"until": "2026-03-03T12:00:00+00:00"}]}, ("early",)),
    "no such part": ({"prise": 1}, ("prise",)),
    "too few left": ({"stock": -1}, ("stock",)),
    "a tongue": ({"texts": {"english": {"name": "A mug"}}}, ("texts", "english", "language")),
    "sponsors of more than all": ({"sponsors": {str(SHOP): "1", str(MAKER): "1/3"}}, ("sponsors",)),
    "a plain image": ({"image": "http://shop.example/mug.png"}, ("image",)),
    "two limits alike": ({"limits": [{"most": 1}, {"most": 2}]}, ("limits",)),
    "no such zone": ({"time_zone": "Europe/Atlantis"}, ("time_zone",)),
    "29 February": ({"automatic": {"dates": ["02-29"]}}, ("automatic", "dates")),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_makes_no_sense_is_refused_where_it_stands(wrong: str) -> None:
    changes, path = WRONG[wrong]
    with pytest.raises(InvalidReward) as refused:
        terms_from_json(terms().to_json() | changes)
    assert refused.value.path == path
    assert refused.value.code == "INVALID_REWARD"


def test_a_match_names_who_matches() -> None:
    with pytest.raises(InvalidReward) as refused:
        Worth(gift=500, match=Rate(1))
    assert refused.value.path == ("matched_by",)


def test_who_pays_beyond_the_points_is_who_sponsors_and_who_matches() -> None:
    gift = Worth(gift=500, match=Rate(1), matched_by=MAKER)
    kind: dict[str, Any] = {"kind": RewardKind.CHARITY, "charity": "The forest"}
    given_away = terms(**kind, steps=(Step(points=1, worth=gift),), sponsors=(Sponsor(SHOP, Rate(1, 2)),))
    assert given_away.funders == (SHOP, MAKER)
    assert terms().funders == ()


def test_a_reward_opens_to_the_minute_for_those_who_come_early() -> None:
    """Gold from the start, silver or the list a minute later, everybody after two; who is in stays in."""
    listed = uuid4()
    phases = (
        Early(tiers=frozenset({"gold"}), until=START + MINUTE),
        Early(tiers=frozenset({"silver"}), segments=frozenset({listed}), until=START + 2 * MINUTE),
    )
    drop = terms(early=phases)
    assert drop.opens_at(frozenset({"gold"}), frozenset()) == START
    assert drop.opens_at(frozenset({"silver"}), frozenset()) == START + MINUTE
    assert drop.opens_at(frozenset(), frozenset({listed})) == START + MINUTE
    assert drop.opens_at(frozenset({"bronze"}), frozenset({uuid4()})) == START + 2 * MINUTE
    assert terms().opens_at(frozenset(), frozenset()) == START


def test_hours_are_those_of_its_clock() -> None:
    monday = terms(weekdays=frozenset({1}))
    riga = ZoneInfo("Europe/Riga")
    sunday_in_utc = START.replace(day=1, hour=22, minute=30)
    assert monday.holds_at(sunday_in_utc, riga)
    assert not monday.holds_at(sunday_in_utc, ZoneInfo("UTC"))
    assert terms().holds_at(sunday_in_utc, riga)


def test_a_text_is_told_in_its_language_or_by_its_own_name() -> None:
    mug = terms(texts=(Words(language="lv", name="Krūze", about="Māla krūze"),))
    assert mug.words_in("lv") == ("Krūze", "Māla krūze")
    assert mug.words_in("fi") == ("A mug", "")
