"""When cycles are cut off by themselves: at the midnights of a calendar, in the coalition's time zone. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.settlement.policy_models import Calendar

SECOND_HALF = 16
"""The day of the month on which its second half begins."""

_BEGINS: Mapping[Calendar, Callable[[date], bool]] = {
    Calendar.MONTH: lambda day: day.day == 1,
    Calendar.HALF_MONTH: lambda day: day.day in {1, SECOND_HALF},
    Calendar.WEEK: lambda day: day.isoweekday() == 1,
    Calendar.BY_HAND: lambda _day: False,
}
LONGEST_CYCLE_DAYS = 31


def next_cut_off(opened_at: datetime, calendar: Calendar, zone: ZoneInfo) -> datetime | None:
    """The first instant after the opening at which the calendar begins a new cycle; None where it is done by hand."""
    first = next((day for day in _days_from(opened_at, zone) if _BEGINS[calendar](day)), None)
    return None if first is None else midnight(first, zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day, also where clocks skip midnight or strike it twice."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _days_from(instant: datetime, zone: ZoneInfo) -> Iterator[date]:
    """The days after the one of the instant, as many as the longest cycle has."""
    today = instant.astimezone(zone).date()
    return (today + timedelta(days=ahead) for ahead in range(1, LONGEST_CYCLE_DAYS + 1))
