"""What bounds a campaign: caps for each member, a budget for all; and when its points can be spent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.earning.forms import RATE, TEXT, TIME, WHOLE, choice, fit
from domain.earning.periods import PERIOD, Period
from domain.values import Rate

LARGEST_CAP = 10**9
LARGEST_BUDGET = 10**12
LONGEST_HOURS = 24 * 31
MOST_ROLLING = 100
MOST_CAPS = 10
LONGEST_RELEASE = 31
NAME_FORM = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
MONDAY, SUNDAY = 1, 7


class CapOf(StrEnum):
    """What a cap counts."""

    POINTS = "POINTS"
    """Points of the campaign."""
    TIMES = "TIMES"
    """Purchases or actions to which the campaign applied."""


class CapPer(StrEnum):
    """Whose points or times a cap counts together."""

    MEMBER = "MEMBER"
    """One member's."""
    HOUSEHOLD = "HOUSEHOLD"
    """All members of one wallet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """At most so much for each member, or household, within a period; what no longer fits is cut to what does."""

    most: int = field(metadata=WHOLE.metadata)
    of: CapOf = field(default=CapOf.POINTS, metadata=choice(CapOf, "thing a cap counts").metadata)
    per: CapPer = field(default=CapPer.MEMBER, metadata=choice(CapPer, "owner of a cap").metadata)
    period: Period | None = field(default=None, metadata=PERIOD)
    """None: as long as the campaign goes on."""
    hours: int = field(default=0, metadata=WHOLE.metadata)
    """TIMES only: within so many hours, whenever they begin; 0: by the period."""
    shared: str | None = field(default=None, metadata=TEXT.metadata)
    """Campaigns of one owner whose caps bear the same name count together."""

    def __post_init__(self) -> None:
        fit("most", f"above 0 and at most {LARGEST_CAP}", holds=0 < self.most <= LARGEST_CAP)
        fit("hours", f"0 to {LONGEST_HOURS}", holds=0 <= self.hours <= LONGEST_HOURS)
        if self.hours:
            rolling = self.of is CapOf.TIMES and self.period is None and self.most <= MOST_ROLLING
            fit("hours", f"for at most {MOST_ROLLING} times, without a period", holds=rolling)
        named = self.shared is None or NAME_FORM.fullmatch(self.shared)
        fit("shared", "a name of small letters, digits and hyphens", holds=bool(named))


class Pacing(StrEnum):
    """How a budget becomes available."""

    AT_ONCE = "AT_ONCE"
    """All of it from the start."""
    EVEN = "EVEN"
    """Day by day, the same for each day of the campaign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a campaign may cost in all: in points, or in the money its sponsors owe for them and for its benefits."""

    points: int | None = field(default=None, metadata=WHOLE.metadata)
    money: int | None = field(default=None, metadata=WHOLE.metadata)
    """In minor units."""
    alert: Rate = field(default=Rate(4, 5), metadata=RATE.metadata)
    """When so much of it is used, its owner and sponsors are told."""
    pacing: Pacing = field(default=Pacing.AT_ONCE, metadata=choice(Pacing, "pacing").metadata)

    def __post_init__(self) -> None:
        one = (self.points is None) != (self.money is None)
        fit("budget", "in points or in money, one of them", holds=one, whole=True)
        fit("budget", f"above 0 and at most {LARGEST_BUDGET}", holds=0 < self.amount <= LARGEST_BUDGET, whole=True)
        fit("alert", "above 0 and at most 1", holds=0 < self.alert <= 1)

    @property
    def amount(self) -> int:
        """Points or minor units."""
        return self.points if self.points is not None else self.money or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """When points that wait no longer can be spent: at a time of day, on a weekday, some days later; or at once."""

    at: time | None = field(default=None, metadata=TIME.metadata)
    weekday: int = field(default=0, metadata=WHOLE.metadata)
    """1 for Monday to 7 for Sunday; 0: any day."""
    days: int = field(default=0, metadata=WHOLE.metadata)
    """Not before so many days of the calendar have begun; 1: from the next day on."""

    def __post_init__(self) -> None:
        fit("weekday", "0 (any), or 1 (Monday) to 7", holds=self.weekday == 0 or MONDAY <= self.weekday <= SUNDAY)
        fit("weekday", "0 without a time of day", holds=self.at is not None or not self.weekday)
        fit("days", f"0 to {LONGEST_RELEASE}; 0 without a time of day", holds=0 <= self.days <= self._longest)

    @property
    def _longest(self) -> int:
        return 0 if self.at is None else LONGEST_RELEASE

    def after(self, ready: datetime, zone: ZoneInfo) -> datetime:
        """The first such moment that is not before points are ready.

        By the clock of the zone: a time that a day skips comes an hour later, of one that comes twice the first counts.
        """
        if self.at is None:
            return ready
        local = ready.astimezone(zone)
        for days in range(self.days, self.days + 9):
            due = datetime.combine(local.date() + timedelta(days=days), self.at, zone).astimezone(UTC)
            if due >= ready and self.weekday in (0, due.astimezone(zone).isoweekday()):
                return due.astimezone(ready.tzinfo)
        raise AssertionError


AT_ONCE = Release()
