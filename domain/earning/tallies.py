"""Counters of a wallet that rules go by: stamps of a card, uses of a cap, turns of a wheel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Tally:
    """One counter as a rating finds it, or leaves it."""

    counted: int = 0
    """Stamps, items, minor units, points or times so far."""
    rewarded: int = 0
    """Prizes given for them so far."""
    since: datetime | None = None
    """When the first of them came."""
    recent: tuple[datetime, ...] = ()
    """The latest times, where a cap counts within so many hours; the oldest first."""
    version: int = 0
    """How often it was written: a posting refuses to write over one that it did not read."""


NOTHING = Tally()


@dataclass(frozen=True, slots=True)
class Counting:
    """A tally moves by a purchase or an action: from what was found to what it leaves."""

    key: str
    before: Tally
    after: Tally


def key_of(subject: str, what: str, member_id: UUID | None, period: str) -> str:
    """The name of a tally: of whom or what it counts, what, whose (None: the whole wallet's), in which period."""
    return f"{subject}/{what}/{'' if member_id is None else member_id.hex}/{period}"
