"""Calendar periods, by which cards begin anew and caps are counted."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.earning.forms import choice


class Period(StrEnum):
    """A stretch of the calendar."""

    DAY = "DAY"
    """From midnight."""
    WEEK = "WEEK"
    """From Monday (ISO 8601)."""
    MONTH = "MONTH"
    """From its first day."""
    QUARTER = "QUARTER"
    """From the first of January, April, July or October."""
    YEAR = "YEAR"
    """From the first of January."""


PERIOD = choice(Period, "period").metadata


def period_of(period: Period | None, at: datetime, zone: ZoneInfo) -> str:
    """The name of the period a moment lies in, such as 2026-W47 or 2026-Q4; empty for all time."""
    if period is None:
        return ""
    day = at.astimezone(zone).date()
    match period:
        case Period.DAY:
            return day.isoformat()
        case Period.WEEK:
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02}"
        case Period.MONTH:
            return f"{day:%Y-%m}"
        case Period.QUARTER:
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case Period.YEAR:
            return str(day.year)
