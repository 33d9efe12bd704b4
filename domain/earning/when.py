"""When a campaign applies: on what, at which times, for whom."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from domain.earning.errors import InvalidCampaign
from domain.earning.forms import ID, RATE, TEXT, TIME, WHOLE, fit, listed, parts_of, set_of
from domain.values import Rate

PURCHASE = "PURCHASE"
TRIGGER_FORM = re.compile(r"[A-Z][A-Z0-9_]{0,39}", re.ASCII)
MOST_HOURS = 20
LONGEST_CONDITION = 2000
MONDAY, SUNDAY = 1, 7
COMES_ROUND = frozenset({"BIRTHDAY", "ANNIVERSARY"})
LONGEST_BEFORE, LONGEST_AFTER = 60, 180
TEXTS = set_of(TEXT).metadata
IDS = set_of(ID).metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Hours of a day, from one time until before another; past midnight where that is earlier."""

    start: time = field(metadata=TIME.metadata)
    end: time = field(metadata=TIME.metadata)

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise InvalidCampaign("hours begin and end at different times")

    def hold(self, at: time) -> bool:
        """Whether a time of day lies in them."""
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """On what, at which times and for whom a campaign applies; a part that names nothing asks nothing."""

    triggers: frozenset[str] = field(default=frozenset({PURCHASE}), metadata=TEXTS)
    """What it answers: purchases, or types of actions."""
    weekdays: frozenset[int] = field(default=frozenset(), metadata=set_of(WHOLE).metadata)
    """1 for Monday to 7 for Sunday (ISO 8601), by the local day."""
    hours: tuple[Hours, ...] = field(default=(), metadata=listed(parts_of(Hours)).metadata)
    time_zone: str | None = field(default=None, metadata=TEXT.metadata)
    """By whose clock; None: the coalition's."""
    channels: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    segments: frozenset[UUID] = field(default=frozenset(), metadata=IDS)
    """Only members of one of these segments."""
    not_segments: frozenset[UUID] = field(default=frozenset(), metadata=IDS)
    """No member of any of these."""
    condition: str | None = field(default=None, metadata=TEXT.metadata)
    """What else must hold, as an expression (docs/expressions.md)."""
    control: Rate = field(default=Rate(0), metadata=RATE.metadata)
    """The share of members who are left out, drawn by a stable hash, to compare with."""
    days_before: int = field(default=0, metadata=WHOLE.metadata)
    """BIRTHDAY, ANNIVERSARY: it opens so many days before the day."""
    days_after: int | None = field(default=None, metadata=WHOLE.metadata)
    """Things won for the day can be used to the end of so many days after it; None: as the prize itself says."""

    def __post_init__(self) -> None:
        fit("triggers", "PURCHASE, or types of actions", holds=_are_triggers(self.triggers))
        fit("weekdays", "days from 1 (Monday) to 7", holds=all(MONDAY <= day <= SUNDAY for day in self.weekdays))
        fit("hours", f"at most {MOST_HOURS} stretches", holds=len(self.hours) <= MOST_HOURS)
        known = self.time_zone is None or _is_zone(self.time_zone)
        fit("time_zone", "a name of the tz database, such as Europe/Riga", holds=known)
        fit(
            "condition", f"at most {LONGEST_CONDITION} characters", holds=len(self.condition or "") <= LONGEST_CONDITION
        )
        fit("control", "from 0 to below 1", holds=0 <= self.control < 1)
        fit("not_segments", "others than segments", holds=not self.segments & self.not_segments)
        fit("days_before", f"0 to {LONGEST_BEFORE}", holds=0 <= self.days_before <= LONGEST_BEFORE)
        fit("days_after", f"0 to {LONGEST_AFTER}", holds=0 <= (self.days_after or 0) <= LONGEST_AFTER)
        around = "days_before" if self.days_before else "days_after"
        windowed = self.days_before > 0 or self.days_after is not None
        fit(around, "for days that come round", holds=not windowed or self.triggers <= COMES_ROUND)

    @property
    def on_purchases(self) -> bool:
        """Whether purchases trigger it; else actions do."""
        return PURCHASE in self.triggers

    @property
    def timed(self) -> bool:
        """Whether it asks for a day of the week or a time of the day."""
        return bool(self.weekdays or self.hours)

    def holds_at(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether a moment is one of its days and hours; hours past midnight belong to the day they begin on."""
        local = at.astimezone(zone_of(self.time_zone, zone))
        now, day = local.time(), local.isoweekday()
        if not self.hours:
            return day in self.weekdays
        for hours in self.hours:
            if hours.hold(now):
                begun = day if hours.start < hours.end or now >= hours.start else (day - 2) % SUNDAY + 1
                if not self.weekdays or begun in self.weekdays:
                    return True
        return False


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def zone_of(name: str | None, usual: ZoneInfo) -> ZoneInfo:
    """The zone of a name, or the usual one."""
    return usual if name is None else _zone(name)


@lru_cache(maxsize=256)
def _is_zone(name: str) -> bool:
    return name in available_timezones()


def _are_triggers(triggers: frozenset[str]) -> bool:
    alone = PURCHASE not in triggers or len(triggers) == 1
    return bool(triggers) and alone and all(TRIGGER_FORM.fullmatch(trigger) for trigger in triggers)


ALWAYS = When()
