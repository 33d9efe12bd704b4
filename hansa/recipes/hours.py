"""Service hours as a file says them: names and texts into what the domain takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import TypeVar

from domain.service.hours import HolidayCalendar, ServiceHours
from hansa.recipes.parts import Part

T = TypeVar("T")


def hours_of(part: Part, zone: str) -> ServiceHours:
    """Hours; what the file leaves out is as usual, and the zone is the coalition's. Raises: InvalidRecipe."""
    readers: dict[str, Callable[[Part], object]] = {
        "zone": Part.text,
        "opens": lambda one: _read(one, time.fromisoformat, "a time such as 09:00"),
        "closes": lambda one: _read(one, time.fromisoformat, "a time such as 17:00"),
        "days": lambda one: frozenset(_read(day, int, "a day of the week, Monday being 1") for day in one.many()),
        "calendar": lambda one: _read(one, HolidayCalendar, "TARGET or NONE"),
        "closed": lambda one: frozenset(
            _read(day, date.fromisoformat, "a day such as 2026-12-24") for day in one.many()
        ),
        **{
            name: lambda one: _read(one, int, "a whole number")
            for name in ("answer_minutes", "resolve_minutes", "reopen_days")
        },
    }
    said = {name: readers[name](one) for name, one in part.parts(*readers).items()}
    with part.minded():
        return ServiceHours(**{"zone": zone, **said})  # type: ignore[arg-type]


def _read(part: Part, read: Callable[[str], T], expected: str) -> T:
    try:
        return read(part.text())
    except ValueError:
        part.refuse(f"here stands {expected}")
