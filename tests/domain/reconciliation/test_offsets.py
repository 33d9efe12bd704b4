"""Times that lie apart alike are another time zone; times that lie apart by chance are not."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.reconciliation.offsets import Offset, likely_zone, named_offsets, sentence

NORTH, SOUTH = UUID(int=1), UUID(int=2)
NOVEMBER = datetime(2026, 11, 15, tzinfo=UTC)


def test_one_offset_of_all_is_named_once_for_the_file() -> None:
    found = named_offsets({NORTH: Counter({-120: 800}), SOUTH: Counter({-120: 404})})
    assert found == [Offset(outlet_id=None, minutes=(-120,), records=1204)]
    says = sentence(found[0], total=1204, zone="Europe/Riga", zones=["Europe/Riga"], at=NOVEMBER)
    assert says == "all 1,204 records lie 2 h behind: is the file in UTC?"


def test_an_offset_of_one_outlet_is_named_for_that_outlet() -> None:
    found = named_offsets({NORTH: Counter({0: 900}), SOUTH: Counter({60: 50, 0: 2})})
    assert found == [Offset(outlet_id=SOUTH, minutes=(60,), records=50)]


def test_where_the_clocks_changed_on_the_way_two_offsets_are_one_zone() -> None:
    (found,) = named_offsets({NORTH: Counter({-120: 500, -180: 450, 0: 3})})
    assert found.minutes == (-120, -180)
    assert found.records == 950


@pytest.mark.parametrize("counts", [{0: 100}, {0: 100, 60: 10}, {60: 2}, {30: 40, 90: 30, -120: 30}, {0: 60, 60: 40}])
def test_what_explains_too_little_is_named_nothing(counts: dict[int, int]) -> None:
    assert named_offsets({NORTH: Counter(counts)}) == []


@given(st.dictionaries(st.sampled_from(range(-840, 870, 30)), st.integers(1, 500), max_size=6))
def test_a_named_offset_explains_most_and_is_never_none_at_all(counts: dict[int, int]) -> None:
    for offset in named_offsets({NORTH: Counter(counts)}):
        assert 0 not in offset.minutes
        assert offset.records * 100 >= 80 * sum(counts.values())
        assert offset.records == sum(counts[minutes] for minutes in offset.minutes)


@pytest.mark.parametrize(
    ("minutes", "zone", "expected"),
    [
        (-120, "Europe/Riga", "UTC"),
        (60, "Europe/Berlin", "Europe/Riga"),
        (330, "UTC", "UTC+5:30"),
        (-360, "UTC", "UTC-6"),
        (900, "Europe/Riga", None),
    ],
)
def test_the_zone_is_guessed_from_those_of_the_coalition(minutes: int, zone: str, expected: str | None) -> None:
    assert likely_zone(minutes, zone=zone, zones=["Europe/Riga"], at=NOVEMBER) == expected
