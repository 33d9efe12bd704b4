"""Scalars take exactly what they say, and show one form of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from domain.values import MAX_POINTS, Points
from schema import scalars


@given(st.integers(-MAX_POINTS, MAX_POINTS))
def test_points_come_back_as_they_went_out(number: int) -> None:
    assert scalars.points_in(scalars.points_out(Points(number))) == number
    assert isinstance(scalars.points_in(number), Points)


@given(st.decimals(1 - 10**12, 10**12 - 1, places=6))
def test_decimals_come_back_as_they_went_out(number: Decimal) -> None:
    assert scalars.decimal_in(scalars.decimal_out(number)) == number


@given(st.datetimes(timezones=st.timezones()))
def test_instants_come_back_to_the_millisecond(instant: dt.datetime) -> None:
    shown = scalars.instant_out(instant)
    assert shown.endswith("Z")
    assert abs(scalars.instant_in(shown) - instant) < dt.timedelta(milliseconds=1)


@given(st.dates())
def test_days_come_back_as_they_went_out(day: dt.date) -> None:
    assert scalars.date_in(scalars.date_out(day)) == day


WRONG: dict[Callable[[object], object], list[object]] = {
    scalars.points_in: [True, 1.0, "1e3", "", " 1", "01", "+1", "٣", 2**63, str(2**63), "9" * 30, None, []],
    scalars.decimal_in: [
        *(1, 1.5, "NaN", "Infinity", "1e2", "1.", ".5", "1.1234567", "1" * 19, "٣", "1_0", "", "-"),
        *("1234567890123.123456", "00.1", None, {}),
    ],
    scalars.instant_in: [
        *("2026-11-22", "2026-11-22T10:00:00", "2026-13-01T00:00:00Z", 1763800000, None),
        *("2026-11-22 10:00:00Z", "2026-11-22T10:00:60Z", "2026-11-22T10:00:00+25:00"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00"),
    ],
    scalars.date_in: ["2026-02-30", "20261122", "2026-11-22T00:00:00Z", "2026-W01-1", 20261122],
    scalars.currency_in: ["eur", "EU", "ZZZ", "EURO", 978, None],
    scalars.key_in: ["short", "a" * 65, "has space in it 123", "ünïcödé-ünïcödé-", 1234567890123456, None],
}


@pytest.mark.parametrize(("parse", "value"), [(parse, value) for parse, values in WRONG.items() for value in values])
def test_what_does_not_fit_is_refused_with_what_would(parse: Callable[[object], object], value: object) -> None:
    with pytest.raises(GraphQLError, match=r" (is|are) ") as refused:
        parse(value)
    assert refused.value.extensions == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize(
    ("serialize", "value"),
    [
        (scalars.points_out, True),
        (scalars.points_out, 1.0),
        (scalars.decimal_out, Decimal("NaN")),
        (scalars.decimal_out, 1.5),
        (scalars.instant_out, dt.datetime(2026, 1, 1)),  # noqa: DTZ001  # without a zone it is no instant
        (scalars.date_out, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
    ],
)
def test_what_is_not_of_the_type_is_never_shown(serialize: Callable[[object], str], value: object) -> None:
    with pytest.raises(TypeError):
        serialize(value)


def test_decimals_are_shown_without_exponents() -> None:
    assert scalars.decimal_out(Decimal("1E-6")) == "0.000001"
    assert scalars.decimal_out(Decimal("1E+6")) == "1000000"


def test_offsets_lead_to_the_same_instant() -> None:
    assert scalars.instant_in("2026-11-22T09:30:00+01:00") == scalars.instant_in("2026-11-22T08:30:00Z")
