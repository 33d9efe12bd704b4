"""When points lapse."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from domain.earning.errors import InvalidCampaign

LONGEST_MONTHS = 120
MONTHS = 12


class ExpiryKind(StrEnum):
    """What the life of a point is counted by."""

    NEVER = "NEVER"
    """They do not expire."""
    MONTHS = "MONTHS"
    """To the end of the same day so many months on."""
    END_OF_MONTH = "END_OF_MONTH"
    """To the end of the month so many months on."""
    FIXED = "FIXED"
    """To the end of the first such day of a year by which the point is so many months old."""
    INACTIVITY = "INACTIVITY"
    """Until nothing has happened in the wallet for so many months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """The expiry policy of a campaign's points; days are days of the coalition's time zone."""

    kind: ExpiryKind = ExpiryKind.NEVER
    months: int = 0
    month: int = 0
    """FIXED: the month of the day, 1 to 12."""
    day: int = 0
    """FIXED: the day of the month."""

    def __post_init__(self) -> None:
        _check_kind(self)
        fixed = self.kind is ExpiryKind.FIXED
        if fixed != bool(self.month or self.day):
            raise InvalidCampaign("a day and a month belong to expiry on a fixed day, and only there", path=("expiry",))
        if fixed and not (1 <= self.month <= MONTHS and 1 <= self.day <= monthrange(2023, self.month)[1]):
            raise InvalidCampaign("expiry on a fixed day names a day that each year has", path=("expiry", "day"))

    def to_json(self) -> dict[str, Any]:
        """The policy as stored."""
        stored: dict[str, Any] = {"kind": self.kind.value}
        return stored | {name: getattr(self, name) for name in ("months", "month", "day") if getattr(self, name)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Expiry:
        """The policy out of its stored form.

        Raises: InvalidCampaign.
        """
        if not set(stored) <= {"kind", "months", "month", "day"}:
            raise InvalidCampaign("expiry has a kind, months, month and day", path=("expiry",))
        parts = {**stored}
        kind = parts.pop("kind", None)
        if not isinstance(kind, str) or kind not in ExpiryKind.__members__:
            raise InvalidCampaign(f"{kind!r} is no way of expiry", path=("expiry", "kind"))
        return cls(kind=ExpiryKind(kind), **parts)


def _check_kind(expiry: Expiry) -> None:
    for name in ("months", "month", "day"):
        if type(getattr(expiry, name)) is not int:
            raise InvalidCampaign(f"{name} is a whole number", path=("expiry", name))
    longest = 0 if expiry.kind is ExpiryKind.NEVER else LONGEST_MONTHS
    shortest = 1 if expiry.kind in (ExpiryKind.MONTHS, ExpiryKind.INACTIVITY) else 0
    if not shortest <= expiry.months <= longest:
        raise InvalidCampaign(
            f"{expiry.kind} has {shortest} to {longest} months, not {expiry.months}", path=("expiry", "months")
        )


NEVER = Expiry()


def expires_at(expiry: Expiry, earned_at: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant from which points earned then are gone; None where no date can be known in advance."""
    if expiry.kind in (ExpiryKind.NEVER, ExpiryKind.INACTIVITY):
        return None
    return _end_of(expiry, earned_at.astimezone(zone).date(), zone)


@lru_cache(maxsize=4096)
def _end_of(expiry: Expiry, earned_on: date, zone: ZoneInfo) -> datetime:
    last_day = _last_day(expiry, earned_on)
    return datetime.combine(last_day + timedelta(days=1), time(), zone).astimezone(UTC)


def _last_day(expiry: Expiry, earned_on: date) -> date:
    aged = months_after(earned_on, expiry.months)
    if expiry.kind is ExpiryKind.MONTHS:
        return aged
    if expiry.kind is ExpiryKind.END_OF_MONTH:
        return aged.replace(day=monthrange(aged.year, aged.month)[1])
    fixed = date(aged.year, expiry.month, expiry.day)
    return fixed if fixed >= aged else fixed.replace(year=aged.year + 1)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
