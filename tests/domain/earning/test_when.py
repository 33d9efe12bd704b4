"""Days and hours of campaigns by their zone's clock: past midnight, where clocks change, at the ends of periods."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.earning.bounds import Release
from domain.earning.errors import InvalidCampaign
from domain.earning.periods import Period, period_of
from domain.earning.when import Hours, When

RIGA = ZoneInfo("Europe/Riga")
NIGHT = Hours(start=time(22), end=time(2))
FRIDAY, SATURDAY = 5, 6


def _at(text: str, zone: ZoneInfo = RIGA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        ("2026-11-20 21:59", False),
        ("2026-11-20 22:00", True),  # Friday evening
        ("2026-11-20 23:59:59", True),
        ("2026-11-21 00:00", True),  # the night that began on Friday
        ("2026-11-21 01:59:59", True),
        ("2026-11-21 02:00", False),
        ("2026-11-21 22:00", False),  # Saturday's own night
        ("2026-11-20 01:00", False),  # the night that began on Thursday
    ],
)
def test_a_friday_night_goes_on_after_midnight(at: str, holds: bool) -> None:  # noqa: FBT001 a figure of a table
    assert When(weekdays=frozenset({FRIDAY}), hours=(NIGHT,)).holds_at(_at(at), RIGA) is holds


def test_a_sunday_night_is_followed_by_monday_and_a_monday_morning_belongs_to_sunday() -> None:
    sunday = When(weekdays=frozenset({7}), hours=(NIGHT,))
    monday = When(weekdays=frozenset({1}), hours=(NIGHT,))
    assert sunday.holds_at(_at("2026-11-23 01:00"), RIGA)
    assert not monday.holds_at(_at("2026-11-23 01:00"), RIGA)


def test_days_and_hours_are_those_of_the_campaigns_zone_or_else_of_the_coalitions() -> None:
    at = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # Saturday 01:30 in Riga, Friday 18:30 in New York
    saturday = When(weekdays=frozenset({SATURDAY}))
    assert saturday.holds_at(at, RIGA)
    assert not saturday.holds_at(at, ZoneInfo("UTC"))
    assert not When(weekdays=frozenset({SATURDAY}), time_zone="America/New_York").holds_at(at, RIGA)


def test_an_hour_that_comes_twice_holds_twice_and_one_that_is_skipped_not_at_all() -> None:
    # In Riga 25 October 2026 has 03:00 to 04:00 twice (from 00:00 and 01:00 UTC), and 29 March 2026 lacks it.
    third = When(hours=(Hours(start=time(3), end=time(4)),))
    autumn = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1, 2)]
    assert [third.holds_at(at, RIGA) for at in autumn] == [True, True, False]
    spring = [datetime(2026, 3, 29, 0, 0, tzinfo=UTC) + timedelta(minutes=minutes) for minutes in range(0, 180, 10)]
    assert not any(third.holds_at(at, RIGA) for at in spring)


def test_several_stretches_of_hours_hold_each_by_itself() -> None:
    lunch_and_night = When(hours=(Hours(start=time(11), end=time(14)), NIGHT))
    held = [hour for hour in range(24) if lunch_and_night.holds_at(_at(f"2026-11-20 {hour:02}:00"), RIGA)]
    assert held == [0, 1, 11, 12, 13, 22, 23]


def test_hours_that_begin_as_they_end_are_refused() -> None:
    with pytest.raises(InvalidCampaign):
        Hours(start=time(9), end=time(9))


@pytest.mark.parametrize(
    ("release", "ready", "usable"),
    [
        (Release(), "2026-11-20 10:17", "2026-11-20 10:17"),
        (Release(at=time(6)), "2026-11-20 05:59", "2026-11-20 06:00"),
        (Release(at=time(6)), "2026-11-20 06:00", "2026-11-20 06:00"),
        (Release(at=time(6)), "2026-11-20 06:01", "2026-11-21 06:00"),
        (Release(at=time(6), days=1), "2026-11-20 05:59", "2026-11-21 06:00"),
        (Release(at=time(6), days=1), "2026-11-20 23:59", "2026-11-21 06:00"),
        (Release(at=time(6), weekday=FRIDAY), "2026-11-20 06:00", "2026-11-20 06:00"),
        (Release(at=time(6), weekday=FRIDAY), "2026-11-20 06:01", "2026-11-27 06:00"),
        (Release(at=time(6), weekday=FRIDAY, days=1), "2026-11-20 05:00", "2026-11-27 06:00"),
        (Release(at=time(0), weekday=1), "2026-11-22 23:59", "2026-11-23 00:00"),
        # 29 March 2026 has no 03:30 in Riga: it comes an hour later. The night is an hour shorter.
        (Release(at=time(3, 30)), "2026-03-29 01:00", "2026-03-29 04:30"),
        (Release(at=time(6)), "2026-03-28 12:00", "2026-03-29 06:00"),
    ],
)
def test_points_can_be_spent_at_the_next_such_time(release: Release, ready: str, usable: str) -> None:
    assert release.after(_at(ready), RIGA) == _at(usable)


def test_six_in_the_morning_is_six_by_the_clock_whether_or_not_clocks_changed_in_the_night() -> None:
    six = Release(at=time(6))
    spring, autumn = datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 10, 24, 20, tzinfo=UTC)
    assert six.after(spring, RIGA) - spring == timedelta(hours=7)  # 22:00 at +2 to 06:00 at +3
    assert six.after(autumn, RIGA) - autumn == timedelta(hours=8)  # 23:00 at +3 to 06:00 at +2
    assert six.after(spring, RIGA).tzinfo is UTC


def test_of_a_time_that_comes_twice_the_first_counts_and_later_that_night_the_next_days() -> None:
    half_past_three = Release(at=time(3, 30))
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert half_past_three.after(datetime(2026, 10, 24, 22, tzinfo=UTC), RIGA) == first
    assert half_past_three.after(first + timedelta(minutes=1), RIGA) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekday": 5},
        {"days": 1},
        {"at": time(6), "weekday": 8},
        {"at": time(6), "days": -1},
        {"at": time(6), "days": 32},
    ],
)
def test_a_release_without_a_time_of_day_or_beyond_a_month_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidCampaign):
        Release(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("period", "at", "name"),
    [
        (Period.DAY, "2026-12-31 23:59", "2026-12-31"),
        (Period.WEEK, "2026-12-31 23:59", "2026-W53"),  # a Thursday, so the week is 2026's
        (Period.WEEK, "2027-01-03 23:59", "2026-W53"),
        (Period.WEEK, "2027-01-04 00:00", "2027-W01"),
        (Period.WEEK, "2024-12-30 00:00", "2025-W01"),
        (Period.MONTH, "2026-02-28 23:59", "2026-02"),
        (Period.QUARTER, "2026-03-31 23:59", "2026-Q1"),
        (Period.QUARTER, "2026-04-01 00:00", "2026-Q2"),
        (Period.QUARTER, "2026-12-31 23:59", "2026-Q4"),
        (Period.YEAR, "2027-01-01 00:00", "2027"),
        (None, "2027-01-01 00:00", ""),
    ],
)
def test_a_moment_lies_in_the_period_of_its_local_day(period: Period | None, at: str, name: str) -> None:
    assert period_of(period, _at(at), RIGA) == name


def test_a_period_begins_at_midnight_of_the_zone() -> None:
    new_year_in_riga = datetime(2026, 12, 31, 22, tzinfo=UTC)
    assert period_of(Period.YEAR, new_year_in_riga, RIGA) == "2027"
    assert period_of(Period.YEAR, new_year_in_riga, ZoneInfo("UTC")) == "2026"
