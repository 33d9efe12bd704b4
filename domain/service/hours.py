"""When somebody works, and how fast it wants to answer; spans of time counted in these hours, to the second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.banking.working_days import holidays
from domain.service.errors import InvalidServiceHours

MIDNIGHT = time(0)
A_DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(1, 8))
LONGEST_MINUTES = 100_000
MOST_CLOSED = 400
LONGEST_REOPENING = 365


class HolidayCalendar(StrEnum):
    """Which holidays are free."""

    TARGET = "TARGET"
    """The closing days of euro payments: New Year, Good Friday, Easter Monday, 1 May, 25 and 26 December."""
    NONE = "NONE"
    """None but those that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceHours:
    """Working hours, the same on each working day, and the targets in them."""

    zone: str
    opens: time = time(9)
    closes: time = time(17)
    """00:00 is midnight, the end of the day."""
    days: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    """Monday is 1."""
    calendar: HolidayCalendar = HolidayCalendar.TARGET
    closed: frozenset[date] = frozenset()
    """Days that are free besides."""
    answer_minutes: int = 480
    """The first answer comes within so many working minutes."""
    resolve_minutes: int = 2_400
    """The case ends within so many, without the time in which nothing is asked of the handler."""
    reopen_days: int = 14
    """So many days after the end a word of who asked opens it again."""

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidServiceHours("zone is a time zone such as Europe/Riga", path=("zone",)) from None
        plain = all(one.second == one.microsecond == 0 and one.tzinfo is None for one in (self.opens, self.closes))
        _fit(
            "opens", "a time such as 09:00, before closes", holds=plain and (self.closes > self.opens or not self._late)
        )
        _fit("days", "at least one of 1 (Monday) to 7", holds=bool(self.days) and self.days <= EVERY_DAY)
        _fit("closed", f"at most {MOST_CLOSED} days", holds=len(self.closed) <= MOST_CLOSED)
        _fit("answer_minutes", f"1 to {LONGEST_MINUTES}", holds=1 <= self.answer_minutes <= LONGEST_MINUTES)
        _fit("resolve_minutes", f"1 to {LONGEST_MINUTES}", holds=1 <= self.resolve_minutes <= LONGEST_MINUTES)
        _fit("reopen_days", f"0 to {LONGEST_REOPENING}", holds=0 <= self.reopen_days <= LONGEST_REOPENING)

    @property
    def _late(self) -> bool:
        return self.closes != MIDNIGHT

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        free = day in self.closed or (self.calendar is HolidayCalendar.TARGET and day in holidays(day.year))
        return day.isoweekday() in self.days and not free

    def span(self, day: date) -> tuple[datetime, datetime]:
        """From when to when a working day is worked, in UTC: where the clock changes, it is an hour more or less."""
        zone = ZoneInfo(self.zone)
        last = day if self._late else day + A_DAY
        return (
            datetime.combine(day, self.opens, zone).astimezone(UTC),
            datetime.combine(last, self.closes, zone).astimezone(UTC),
        )

    def worked(self, since: datetime, until: datetime) -> int:
        """How many seconds are worked between two instants; whole ones, the rest is cut off."""
        day, last = self._day(since), self._day(until)
        total = timedelta(0)
        while day <= last:
            if self.works(day):
                begins, ends = self.span(day)
                total += max(min(ends, until) - max(begins, since), timedelta(0))
            day += A_DAY
        return total // timedelta(seconds=1)

    def after(self, since: datetime, seconds: int) -> datetime:
        """The first instant at which so many seconds have been worked since another."""
        left, day = timedelta(seconds=seconds), self._day(since)
        while True:
            if self.works(day):
                begins, ends = self.span(day)
                begins = max(begins, since)
                if begins < ends and ends - begins >= left:
                    return begins + left
                left -= max(ends - begins, timedelta(0))
            day += A_DAY

    def _day(self, instant: datetime) -> date:
        return instant.astimezone(ZoneInfo(self.zone)).date()

    def to_json(self) -> dict[str, Any]:
        """As stored."""
        return {
            "zone": self.zone,
            "opens": self.opens.isoformat("minutes"),
            "closes": self.closes.isoformat("minutes"),
            "days": sorted(self.days),
            "calendar": self.calendar.value,
            "closed": sorted(day.isoformat() for day in self.closed),
            "answer_minutes": self.answer_minutes,
            "resolve_minutes": self.resolve_minutes,
            "reopen_days": self.reopen_days,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ServiceHours:
        """Hours out of their stored form."""
        return cls(
            zone=stored["zone"],
            opens=time.fromisoformat(stored["opens"]),
            closes=time.fromisoformat(stored["closes"]),
            days=frozenset(stored["days"]),
            calendar=HolidayCalendar(stored["calendar"]),
            closed=frozenset(date.fromisoformat(day) for day in stored["closed"]),
            answer_minutes=stored["answer_minutes"],
            resolve_minutes=stored["resolve_minutes"],
            reopen_days=stored["reopen_days"],
        )


def _fit(part: str, allowed: str, *, holds: bool) -> None:
    if not holds:
        raise InvalidServiceHours(f"{part} is {allowed}", path=(part,))
