"""What a journey is: days of shopping trips, in order, and the articles that were bought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from domain.earning.basket import BasketLine

ZONE = ZoneInfo("America/New_York")
"""Whose days and months the journey counts: in it the data's year begins and ends with the calendar's."""

NEVER_RETURNED = frozenset({"FUEL", "COUPON/MISC ITEMS"})
"""Categories that nobody brings back."""


@dataclass(frozen=True, slots=True)
class Trip:
    """One basket of one household."""

    basket: int
    household: int
    store: int
    at: datetime
    lines: tuple[BasketLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What is known of an article that was bought."""

    sku: str
    name: str
    maker: int
    """The number of its manufacturer."""
    category: str | None
    department: str | None
    brand: str
    private_label: bool
    package: str | None


class Journey(Protocol):
    """Shopping trips of many households at many stores."""

    @property
    def origin(self) -> str:
        """Where the baskets come from, in a sentence."""

    @property
    def days(self) -> Sequence[date]:
        """All days, in order."""

    @property
    def stores(self) -> Sequence[int]:
        """The numbers of all stores."""

    def articles(self) -> list[Article]:
        """All articles that were bought and are known."""

    def trips(self, day: date, lane: int = 0, lanes: int = 1) -> list[Trip]:
        """The trips of a day, in order of time; of one lane, where the households are split over several."""

    def visits(self, day: date) -> Sequence[tuple[int, int, int]]:
        """Basket, household and store of a day's trips, in order of time."""

    def trip(self, day: date, basket: int) -> Trip:
        """One trip of a day."""

    def spent(self, first: date, last: date) -> dict[int, int]:
        """What each household spent from the first day to the last, in cents."""

    def most_frequent(self, count: int) -> list[int]:
        """The households that shopped most often in the first month, most first."""

    def totals(self, first: date, last: date) -> Totals:
        """What there is from the first day to the last, to hold against what was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How much of everything."""

    baskets: int
    lines: int
    cents: int
    idle_lines: int
    """Lines of quantity zero."""


def midnight(day: date) -> datetime:
    """The instant a day begins."""
    return datetime.combine(day, time(), ZONE)


def end_of(day: date) -> datetime:
    """The instant a day ends, which is when the next begins."""
    return midnight(day + timedelta(days=1))


def day_of(instant: datetime) -> date:
    """The day an instant belongs to."""
    return instant.astimezone(ZONE).date()
