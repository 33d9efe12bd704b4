"""Shares come to the costs, and what partners pay each other leaves each with its own share."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.activities import codes
from domain.activities.costing import settled, shared
from domain.activities.errors import InvalidActivity
from domain.activities.models import ActivityCost, CostKind
from domain.activities.terms import ActivityKind, ActivityTerms
from domain.earning.terms import Sponsor
from domain.ids import PartnerId
from domain.values import Rate

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = b"k" * 32


@st.composite
def sponsors(draw: st.DrawFn) -> list[Sponsor]:
    """Some partners whose shares come to 1."""
    weights = draw(st.lists(st.integers(1, 1000), min_size=1, max_size=6))
    return [
        Sponsor(PartnerId(UUID(int=number)), Rate(Fraction(weight, sum(weights))))
        for number, weight in enumerate(weights, 1)
    ]


@given(sponsors(), st.data())
def test_shares_come_to_the_costs_and_transfers_level_them(shares: list[Sponsor], data: st.DataObject) -> None:
    payers = st.sampled_from([sponsor.partner_id for sponsor in shares])
    costs = [
        ActivityCost(
            cost_id=UUID(int=0),
            activity_id=UUID(int=0),
            partner_id=data.draw(payers),
            sponsors=[],
            kind=CostKind.ACTUAL,
            label="A cost",
            amount=amount,
            idempotency_key="a-cost-of-it",
            entered_at=AT,
        )
        for amount in data.draw(st.lists(st.integers(1, 10**7), max_size=8))
    ]
    whole = sum(cost.amount for cost in costs)
    found = shared(costs, shares, CostKind.ACTUAL)
    assert sum(one.bears for one in found) == whole == sum(one.paid for one in found)
    assert all(abs(one.bears - whole * sponsor.share) < 1 for one, sponsor in zip(found, shares, strict=True))
    left = {one.partner_id: one.owes for one in found}
    transfers = settled(found)
    for one in transfers:
        assert one.amount > 0
        left[one.debtor_id] -= one.amount
        left[one.creditor_id] += one.amount
    assert set(left.values()) <= {0}
    assert len(transfers) < max(len(shares), 1) + (not transfers)


@given(st.uuids(), st.uuids(), st.integers(0, 300))
def test_codes_count_in_their_minute_and_the_next(activity: UUID, place: UUID, seconds: int) -> None:
    host = UUID(int=1)
    later = datetime.fromtimestamp(AT.timestamp() + seconds, tz=UTC)
    counts = seconds < 120
    shown = codes.host_code(activity, host, KEY, now=AT)
    assert (codes.host_of(shown, activity, frozenset({host}), KEY, now=later) == host) is counts
    assert codes.host_of(shown, activity, frozenset({UUID(int=2)}), KEY, now=later) is None
    assert (codes.place_of(codes.member_code(place, KEY, now=AT), KEY, now=later) == place) is counts
    assert codes.place_of(codes.member_code(place, b"x" * 32, now=AT), KEY, now=AT) is None
    assert (codes.valid_until(AT) > later) is counts


@pytest.mark.parametrize("said", ["", "A", "not a code!", "AAAA" * 20, "Ä" * 8])
def test_what_is_no_code_stands_for_nothing(said: str) -> None:
    assert codes.place_of(said, KEY, now=AT) is None
    assert codes.host_of(said, UUID(int=1), frozenset({UUID(int=2)}), KEY, now=AT) is None


def terms(**changes: object) -> ActivityTerms:
    """A tasting."""
    usual: dict[str, object] = {
        "name": "Cheese night",
        "kind": ActivityKind.TASTING,
        "hosts": frozenset({PartnerId(UUID(int=1))}),
        "address": "Old Mill, Riga",
        "starts_at": AT,
        "ends_at": AT.replace(hour=15),
        "places": 10,
        "shares": (Sponsor(PartnerId(UUID(int=1)), Rate(1)),),
    }
    return ActivityTerms(**{**usual, **changes})  # type: ignore[arg-type]


WRONG: dict[str, dict[str, object]] = {
    "ends_at": {"ends_at": AT},
    "address": {"address": None},
    "places": {"places": 0},
    "places_of": {"places_of": {str(UUID(int=1)): 11}},
    "shares": {"shares": (Sponsor(PartnerId(UUID(int=1)), Rate(1, 2)),)},
    "answer_until": {"answer_until": AT.replace(hour=13)},
    "guests": {"guests": 21},
    "hosts": {"hosts": frozenset()},
}


@pytest.mark.parametrize("part", WRONG)
def test_a_refusal_names_the_part(part: str) -> None:
    with pytest.raises(InvalidActivity) as refused:
        terms(**WRONG[part])
    assert refused.value.path == (part,)


def test_terms_are_read_back_as_they_were_written() -> None:
    whole = terms(places_of={str(UUID(int=1)): 5}, open=True, guests=2, answer_until=AT)
    assert ActivityTerms.from_json(whole.to_json()) == whole
    with pytest.raises(InvalidActivity):
        ActivityTerms.from_json({**whole.to_json(), "seats": 1})
