"""Definitions are checked, stored as they mean, and known again by a fingerprint."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import PartnerId
from domain.segments.definitions import (
    Definition,
    Frequency,
    Goods,
    Joined,
    PartnerMix,
    Profile,
    Recency,
    Spend,
    shown,
)
from domain.segments.errors import InvalidSegment

DAYS = st.integers(min_value=1, max_value=1100)
SOME = st.frozensets(st.text(min_size=1, max_size=9), min_size=1, max_size=3)
PLACES = st.frozensets(st.uuids().map(PartnerId), max_size=3)
COUNT = st.none() | st.integers(min_value=0, max_value=9)
PARTS = st.one_of(
    st.builds(Recency, days=DAYS, bought=st.booleans(), partners=PLACES),
    st.builds(Frequency, days=DAYS, at_least=st.integers(0, 9), at_most=st.none(), partners=PLACES),
    st.builds(Spend, days=DAYS, at_least=COUNT, at_most=st.integers(9, 99), partners=PLACES),
    st.builds(Goods, days=DAYS, categories=SOME, brands=SOME | st.just(frozenset()), partners=PLACES),
    st.builds(PartnerMix, days=DAYS, at_least=st.integers(1, 9), partners=PLACES),
    st.builds(Profile, birthday_months=st.frozensets(st.integers(1, 12), min_size=1), languages=SOME),
    st.builds(Joined, days=DAYS),
)
DEFINITIONS = st.lists(PARTS, max_size=12).map(lambda parts: Definition(parts=tuple(parts)))


@given(DEFINITIONS)
def test_what_is_stored_reads_back_as_it_was(definition: Definition) -> None:
    read = Definition.from_json(definition.to_json())
    assert read == definition
    assert read.fingerprint() == definition.fingerprint()


@given(DEFINITIONS, DEFINITIONS)
def test_two_definitions_have_one_fingerprint_only_when_they_are_alike(one: Definition, other: Definition) -> None:
    assert (one.fingerprint() == other.fingerprint()) == (one == other)


MISTAKES: list[tuple[Any, tuple[str, ...], str]] = [
    ([], (), "is an object"),
    ({"part": []}, ("part",), "there is parts"),
    ({"parts": []}, ("parts",), "one or more"),
    ({"parts": {}}, ("parts",), "one or more"),
    ({"parts": [7]}, ("parts", "0", "kind"), "no kind of part"),
    ({"parts": [{"kind": "LOYAL"}]}, ("parts", "0", "kind"), "there is RECENCY, FREQUENCY"),
    ({"parts": [{"kind": "RECENCY"}]}, ("parts", "0", "days"), "days is missing"),
    ({"parts": [{"kind": "RECENCY", "days": "30"}]}, ("parts", "0", "days"), "'30' is not a whole number"),
    ({"parts": [{"kind": "RECENCY", "days": True}]}, ("parts", "0", "days"), "True is not a whole number"),
    ({"parts": [{"kind": "RECENCY", "days": 0}]}, ("parts", "0", "days"), "1 to 1100"),
    ({"parts": [{"kind": "RECENCY", "days": 9, "day": 1}]}, ("parts", "0", "day"), "there is days, bought, partners"),
    ({"parts": [{"kind": "RECENCY", "days": 9, "partners": ["x"]}]}, ("parts", "0", "partners"), "'x' is not an id"),
    ({"parts": [{"kind": "FREQUENCY", "days": 9}]}, ("parts", "0", "at_least"), "at_least, at_most, or both"),
    (
        {"parts": [{"kind": "FREQUENCY", "days": 9, "at_least": 3, "at_most": 2}]},
        ("parts", "0", "at_most"),
        "not below at_least",
    ),
    ({"parts": [{"kind": "SPEND", "days": 9, "at_most": -1}]}, ("parts", "0", "at_most"), "0 to"),
    ({"parts": [{"kind": "GOODS", "days": 9}]}, ("parts", "0", "categories"), "categories, the brands, or both"),
    (
        {"parts": [{"kind": "GOODS", "days": 9, "brands": ["x"], "bought": False, "at_least": 1}]},
        ("parts", "0", "at_least"),
        "that were bought",
    ),
    ({"parts": [{"kind": "PARTNER_MIX", "days": 9}]}, ("parts", "0", "at_least"), "how many partners"),
    ({"parts": [{"kind": "PROFILE"}]}, ("parts", "0", "birthday_months"), "months, languages"),
    ({"parts": [{"kind": "PROFILE", "birthday_months": [13]}]}, ("parts", "0", "birthday_months"), "1 to 12"),
    ({"parts": [{"kind": "JOINED", "days": 5}] * 13}, ("parts",), "at most 12"),
]


@pytest.mark.parametrize(("stored", "path", "words"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_named_where_it_is(stored: Any, path: tuple[str, ...], words: str) -> None:
    with pytest.raises(InvalidSegment, match=words) as refused:
        Definition.from_json(stored)
    assert refused.value.path == path


def test_a_number_of_members_is_told_from_ten_on_and_in_tens_where_members_have_to_allow_it() -> None:
    own = Definition(parts=(Recency(days=9),))
    told = Definition(parts=(Recency(days=9), Profile(languages=frozenset({"lv"}))))
    assert [shown(count, own) for count in (0, 9, 10, 27)] == [None, None, 10, 27]
    assert [shown(count, told) for count in (0, 9, 10, 27)] == [None, None, 10, 20]
    assert [shown(count, Definition()) for count in (0, 9, 27)] == [0, 9, 27]


def test_a_partner_names_others_only_for_where_else_members_buy() -> None:
    mine, other = PartnerId(UUID(int=1)), PartnerId(UUID(int=2))
    Definition(parts=(PartnerMix(days=9, partners=frozenset({other})),)).check_owner(mine)
    Definition(parts=(Recency(days=9, partners=frozenset({other})),)).check_owner(None)
    with pytest.raises(InvalidSegment):
        Definition(parts=(Recency(days=9, partners=frozenset({mine, other})),)).check_owner(mine)
