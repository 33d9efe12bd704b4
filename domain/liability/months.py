"""Calendar months of the coalition, counted from one: the month of its first cycle, to the one that runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Months:
    """The months from the first to the one an instant lies in; all but the last are complete."""

    first: date
    count: int
    time_zone: str

    @classmethod
    def between(cls, first: datetime, last: datetime, time_zone: str) -> Months:
        """The months from one instant's to another's, as the coalition's calendar has them."""
        zone = ZoneInfo(time_zone)
        start, end = first.astimezone(zone).date().replace(day=1), last.astimezone(zone).date()
        return cls(start, max(1, (end.year - start.year) * 12 + end.month - start.month + 1), time_zone)

    @property
    def complete(self) -> int:
        """How many of them are over."""
        return self.count - 1

    def label(self, month: int) -> date:
        """The first day of a month counted from one."""
        years, index = divmod(self.first.month - 1 + month - 1, 12)
        return date(self.first.year + years, index + 1, 1)

    @property
    def starts(self) -> list[datetime]:
        """The first instant of each."""
        return [start_of(self.label(month), self.time_zone) for month in range(1, self.count + 1)]


def start_of(day: date, time_zone: str) -> datetime:
    """The first instant of a day by the coalition's calendar."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(time_zone)).astimezone(UTC)
