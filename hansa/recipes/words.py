"""Texts of a recipe as values: amounts, shares, days and times of day, exact to the last digit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from domain.earning.forms import RATE_FORM, TIME_FORM
from domain.values import Rate, minor_digits
from hansa.recipes.parts import Part

WHOLE_FORM = re.compile(r"\d{1,3}(,\d{3})+|\d{1,12}", re.ASCII)
AMOUNT_FORM = re.compile(r"\d{1,10}(\.\d{1,4})?", re.ASCII)
DAY_FORM = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
SHARE_FORM = re.compile(r"(.+?) ?%", re.ASCII)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip

Choice = TypeVar("Choice", bound=StrEnum)


def whole(part: Part) -> int:
    """A whole number, such as 100 or 1,000. Raises: InvalidRecipe."""
    if not WHOLE_FORM.fullmatch(part.text()):
        part.refuse(f"{part.text()!r} is not a whole number such as 100 or 1,000")
    return int(part.text().replace(",", ""))


def rate(part: Part) -> Rate:
    """An exact rate, such as 1.5, 3/2 or 15 %. Raises: InvalidRecipe."""
    text = part.text()
    share = SHARE_FORM.fullmatch(text)
    if not RATE_FORM.fullmatch(share[1] if share else text):
        part.refuse(f"{text!r} is not a number such as 1.5, 3/2 or 15 %")
    return Rate(Fraction(share[1]) / 100 if share else Fraction(text))


def amount(currency: str) -> Callable[[Part], int]:
    """How an amount of a currency is read, into minor units: 12.34 is 1234 cents."""
    digits = minor_digits(currency)

    def read(part: Part) -> int:
        units = Decimal(part.text()) if AMOUNT_FORM.fullmatch(part.text()) else Decimal("NaN")
        minor = units.scaleb(digits)
        if not minor.is_finite() or minor != minor.to_integral_value():
            part.refuse(f"{part.text()!r} is not an amount in {currency}, such as {Decimal(1234).scaleb(-digits)}")
        return int(minor)

    return read


def day(part: Part) -> date:
    """A day, such as 2016-02-29. Raises: InvalidRecipe."""
    if not DAY_FORM.fullmatch(part.text()):
        part.refuse(f"{part.text()!r} is not a day such as 2016-02-29")
    try:
        return date.fromisoformat(part.text())
    except ValueError:
        part.refuse(f"there is no day {part.text()!r}")


def moment(zone: ZoneInfo) -> Callable[[Part], datetime]:
    """How a moment is read, by the clock of a zone: a day alone is its beginning, with a time of day that time."""

    def read(part: Part) -> datetime:
        first, _, rest = part.text().partition(" ")
        on = day(Part(first, part.file, part.line, part.path))
        at = time_of_day(Part(rest, part.file, part.line, part.path)) if rest else time()
        return datetime.combine(on, at, zone)

    return read


def zone(part: Part) -> ZoneInfo:
    """A time zone by its name, such as Europe/Riga. Raises: InvalidRecipe."""
    if part.text() not in available_timezones():
        part.refuse(f"{part.text()!r} is not a name of the tz database, such as Europe/Riga")
    return ZoneInfo(part.text())


def next_day(moment: datetime) -> datetime:
    """The same time of day a day later, by the same clock."""
    return moment + timedelta(days=1)


def time_of_day(part: Part) -> time:
    """A time of day, such as 06:00. Raises: InvalidRecipe."""
    if not TIME_FORM.fullmatch(part.text()):
        part.refuse(f"{part.text()!r} is not a time of day such as 06:00")
    return time.fromisoformat(part.text())


def weekday(part: Part) -> int:
    """A day of the week by its English name: 1 for Monday to 7. Raises: InvalidRecipe."""
    if part.text().lower() not in WEEKDAYS:
        part.refuse(f"{part.text()!r} is not a day of the week such as friday")
    return WEEKDAYS.index(part.text().lower()) + 1


def day_of_year(part: Part) -> tuple[int, int]:
    """The month and the day of 31 December. Raises: InvalidRecipe."""
    number, _, month = part.text().partition(" ")
    if not number.isdecimal() or month.lower() not in MONTHS:
        part.refuse(f"{part.text()!r} is not a day of each year such as 31 December")
    return MONTHS.index(month.lower()) + 1, int(number)


def yes(part: Part) -> bool:
    """Yes or no. Raises: InvalidRecipe."""
    answers: Mapping[str, bool] = {"yes": True, "true": True, "no": False, "false": False}
    if part.text().lower() not in answers:
        part.refuse(f"{part.text()!r} is neither yes nor no")
    return answers[part.text().lower()]


def choice(kind: type[Choice]) -> Callable[[Part], Choice]:
    """How one of several words is read, in small letters or capitals."""

    def read(part: Part) -> Choice:
        name = part.text().upper().replace(" ", "_")
        if name not in kind.__members__:
            part.refuse(f"{part.text()!r} is none of {', '.join(one.lower() for one in kind)}")
        return kind[name]

    return read


def texts(part: Part) -> frozenset[str]:
    """One text or several."""
    return frozenset(one.text() for one in part.many())
