"""Whether times lie apart as those of another time zone do, and which zone that would be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

FEWEST = 3
"""Fewer records than these lie apart by chance."""
MOST_OF = 80
"""Out of a hundred records that have a counterpart, so many lie apart alike."""
HOUR = 60

Histogram = Mapping[UUID | None, Counter[int]]
"""By outlet: how many records lie so many minutes after the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset:
    """Times that lie apart alike."""

    outlet_id: UUID | None
    """None: those of all outlets."""
    minutes: tuple[int, ...]
    """After the ledger; negative before it. Two of them where the clocks changed on the way."""
    records: int


def named_offsets(histogram: Histogram) -> list[Offset]:
    """What explains most of the differences: of the whole file, or else of single outlets."""
    whole = sum(histogram.values(), Counter[int]())
    found = _explaining(whole)
    if found:
        return [Offset(outlet_id=None, minutes=found, records=sum(whole[minutes] for minutes in found))]
    offsets = []
    for outlet_id, counts in histogram.items():
        minutes = _explaining(counts)
        if outlet_id is not None and minutes:
            records = sum(counts[one] for one in minutes)
            offsets.append(Offset(outlet_id=outlet_id, minutes=minutes, records=records))
    return offsets


def _explaining(counts: Counter[int]) -> tuple[int, ...]:
    """The offset, or the two an hour apart, that most records share; nothing where that is none at all."""
    total = sum(counts.values())
    (best, count), *_ = counts.most_common(1) or [(0, 0)]
    beside = max((best - HOUR, best + HOUR), key=lambda minutes: counts[minutes])
    for chosen in ((best,), (best, beside)):
        explained = sum(counts[minutes] for minutes in chosen)
        if explained * 100 >= total * MOST_OF:
            apart = tuple(minutes for minutes in chosen if counts[minutes])
            return apart if 0 not in apart and count >= FEWEST else ()
    return ()


def sentence(offset: Offset, *, total: int, zone: str, zones: Iterable[str], at: datetime, place: str = "") -> str:
    """The finding in words: how far, and in which zone the file would have to be written."""
    apart = " and ".join(_span(minutes) for minutes in offset.minutes)
    who = f"all {offset.records:,}" if offset.records == total else f"{offset.records:,} of {total:,}"
    way = "ahead" if offset.minutes[0] > 0 else "behind"
    meant = likely_zone(offset.minutes[0], zone=zone, zones=zones, at=at)
    guess = f"is the file in {meant}?" if meant else "is the file in another time zone?"
    return f"{who} records{place} lie {apart} {way}: {guess}"


def likely_zone(minutes: int, *, zone: str, zones: Iterable[str], at: datetime) -> str | None:
    """The zone whose clocks would have shown these times, when read in the mapping's zone they lie so far off."""
    mapped = at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    wanted = mapped + timedelta(minutes=minutes)
    for candidate in ("UTC", *zones):
        if at.astimezone(ZoneInfo(candidate)).utcoffset() == wanted and candidate != zone:
            return candidate
    if not -timedelta(hours=12) <= wanted <= timedelta(hours=14):
        return None
    hours, rest = divmod(abs(int(wanted.total_seconds()) // 60), HOUR)
    return f"UTC{'-' if wanted < timedelta(0) else '+'}{hours}{f':{rest:02}' if rest else ''}"


def _span(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), HOUR)
    return f"{hours} h {rest} min" if hours and rest else f"{hours} h" if hours else f"{rest} min"


def middle(first: datetime, last: datetime) -> datetime:
    """An instant by which to name the zone."""
    return (first + (last - first) / 2).astimezone(UTC)
