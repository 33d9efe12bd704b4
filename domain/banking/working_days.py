"""The days on which euro payments move between banks, by the rule of the TARGET calendar."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

GOOD_FRIDAY, EASTER_MONDAY = -2, 1
"""Days from Easter Sunday."""

FRIDAY = 4

_ONE_DAY = timedelta(days=1)


@cache
def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876, after Butcher)."""
    golden, century, rest = year % 19, year // 100, year % 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int) -> frozenset[date]:
    """The closing days beside weekends: New Year, Good Friday, Easter Monday, 1 May, 25 and 26 December (ECB, 2000)."""
    fixed = {date(year, 1, 1), date(year, 5, 1), date(year, 12, 25), date(year, 12, 26)}
    return frozenset(fixed | {easter(year) + timedelta(days=away) for away in (GOOD_FRIDAY, EASTER_MONDAY)})


def is_working_day(day: date) -> bool:
    """Whether euro payments settle on a day."""
    return day.weekday() <= FRIDAY and day not in holidays(day.year)


def on_or_after(day: date) -> date:
    """The first working day that is not earlier."""
    while not is_working_day(day):
        day += _ONE_DAY
    return day
