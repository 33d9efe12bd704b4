"""Calendars: cycles turn at the midnights of the coalition's time zone, whatever clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.settlement.calendar import next_cut_off
from domain.settlement.policy_models import Calendar

RIGA = ZoneInfo("Europe/Riga")


@pytest.mark.parametrize(
    ("calendar", "zone", "opened", "due"),
    [
        (Calendar.MONTH, "Europe/Riga", "2026-02-10T12:00+00:00", "2026-02-28T22:00+00:00"),
        (Calendar.MONTH, "Europe/Riga", "2026-03-31T20:59+00:00", "2026-03-31T21:00+00:00"),
        (Calendar.MONTH, "Europe/Riga", "2026-03-31T21:00+00:00", "2026-04-30T21:00+00:00"),
        (Calendar.MONTH, "UTC", "2026-12-15T00:00+00:00", "2027-01-01T00:00+00:00"),
        (Calendar.HALF_MONTH, "Europe/Riga", "2026-11-01T12:00+00:00", "2026-11-15T22:00+00:00"),
        (Calendar.HALF_MONTH, "Europe/Riga", "2026-11-15T22:00+00:00", "2026-11-30T22:00+00:00"),
        (Calendar.WEEK, "Europe/Riga", "2026-11-22T12:00+00:00", "2026-11-22T22:00+00:00"),
        (Calendar.WEEK, "Europe/Riga", "2026-11-22T22:00+00:00", "2026-11-29T22:00+00:00"),
        # Clocks go forward on Sunday 29 March 2026 in Riga, and back on 25 October.
        (Calendar.WEEK, "Europe/Riga", "2026-03-22T22:00+00:00", "2026-03-29T21:00+00:00"),
        (Calendar.WEEK, "Europe/Riga", "2026-10-18T21:00+00:00", "2026-10-25T22:00+00:00"),
        # In Lebanon clocks skip the midnight of Sunday 29 March 2026.
        (Calendar.WEEK, "Asia/Beirut", "2026-03-24T00:00+00:00", "2026-03-29T21:00+00:00"),
        # In Cuba midnight strikes twice on 1 November 2026; the first counts.
        (Calendar.MONTH, "America/Havana", "2026-10-10T00:00+00:00", "2026-11-01T04:00+00:00"),
    ],
)
def test_a_cycle_turns_at_the_first_instant_of_its_day(calendar: Calendar, zone: str, opened: str, due: str) -> None:
    found = next_cut_off(datetime.fromisoformat(opened), calendar, ZoneInfo(zone))
    assert found == datetime.fromisoformat(due)


def test_by_hand_no_cycle_turns_by_itself() -> None:
    assert next_cut_off(datetime(2026, 1, 1, tzinfo=UTC), Calendar.BY_HAND, RIGA) is None


@given(
    calendar=st.sampled_from([Calendar.MONTH, Calendar.HALF_MONTH, Calendar.WEEK]),
    opened=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(["UTC", "Europe/Riga", "Asia/Beirut", "America/Havana", "Pacific/Apia", "America/Sao_Paulo"]),
)
def test_the_next_turn_is_later_and_the_first_of_its_kind(calendar: Calendar, opened: datetime, zone: str) -> None:
    place = ZoneInfo(zone)
    due = next_cut_off(opened, calendar, place)
    assert due is not None
    assert opened < due <= opened + timedelta(days=32)
    day, before = due.astimezone(place), (due - timedelta(microseconds=1)).astimezone(place)
    assert before.date() < day.date()
    starts = {Calendar.MONTH: day.day == 1, Calendar.HALF_MONTH: day.day in {1, 16}, Calendar.WEEK: day.weekday() == 0}
    assert starts[calendar]
    assert next_cut_off(due, calendar, place) != due
