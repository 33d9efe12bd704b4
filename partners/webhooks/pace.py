"""How fast deliveries go: how long a request may take, when a failed one is tried again, when a webhook is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

_SECOND, _HOUR = timedelta(seconds=1), timedelta(hours=1)

JITTER = 5
"""An attempt comes up to one part in so many later, so that those that failed together do not return together."""
LONGEST_WAIT = timedelta(days=1)
"""What an endpoint may ask for by Retry-After at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The times of all deliveries; a lease outlasts the longest request by far, since clocks differ by seconds."""

    within: timedelta = 15 * _SECOND
    """How long one request may take in all."""
    rendering: timedelta = 10 * _SECOND
    """How long making a message may take."""
    later: timedelta = 30 * _SECOND
    """When what failed on our side is tried again."""
    lease: timedelta = 60 * _SECOND
    """How long a lane is one sender's own."""
    retries: tuple[timedelta, ...] = (
        5 * _SECOND,
        30 * _SECOND,
        120 * _SECOND,
        600 * _SECOND,
        1 * _HOUR,
        3 * _HOUR,
        8 * _HOUR,
        16 * _HOUR,
        24 * _HOUR,
        24 * _HOUR,
    )
    """How long after each failure of a delivery its next attempt is; about three days in all."""
    weary: int = 5
    """After so many failures in a row a webhook rests, and then gets one message at a time until one arrives."""
    rest: timedelta = 5 * _SECOND
    """The first rest; each failure after it doubles it."""
    longest_rest: timedelta = timedelta(minutes=5)
    patience: timedelta = timedelta(days=3)
    """After so long without a single success a webhook is not sent to any more."""

    def retry_at(self, failed: int, *, asked: timedelta | None, chance: float, now: datetime) -> datetime | None:
        """When the next attempt is after so many failures, None after the last; `chance` is from 0 to 1.

        What an endpoint asks for by Retry-After delays it, up to LONGEST_WAIT, and never hastens it.
        """
        if failed > len(self.retries):
            return None
        step = self.retries[failed - 1]
        return now + max(step + step * chance / JITTER, min(asked or timedelta(0), LONGEST_WAIT))


USUAL = Pace()
