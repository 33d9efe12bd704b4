"""How much each caller may still ask: a bucket for each client, member, person and address that fills up by time.

The buckets are shared by all server processes. Each takes slices of a fiftieth ahead and spends them in memory, so a
typical request asks nobody; limits of less than a hundred are spent one by one. What a process holds of a bucket counts
as taken and lapses as the bucket fills, so all processes together never spend more than one bucket allows.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil

import asyncpg

from partners.buckets.keeping import Buckets, OwnBuckets
from partners.buckets.models import Limit, Taken

__all__ = ["Allowance", "Limit", "Limits", "Throttled", "headers", "tightest"]

KEPT = 50_000
SLICES = 50
"""How many times a bucket is gone to while it is emptied."""
PATIENCE_SECONDS = 1.0
"""How long the database may take to answer."""
GRAIN = 0.01
"""How much of a unit a clock may be wrong by."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a caller has left, as far as this process knows."""

    limit: int
    """The most the bucket holds."""
    remaining: int
    """What may be spent at once."""
    reset_seconds: int
    """How long until the bucket is full again."""
    name: str = "default"
    """What is limited."""
    period_seconds: int = 60
    """How long an empty bucket takes to fill."""


class Throttled(Exception):  # it reads as what happened to the caller
    """The caller asked for more than its allowance has left."""

    def __init__(self, allowance: Allowance, retry_after: int) -> None:
        self.allowance = allowance
        self.retry_after = retry_after
        super().__init__(f"wait {retry_after} s")


@dataclass(slots=True)
class _Purse:
    """What this process holds of one caller's bucket, and what it knows of the rest."""

    taken: int = 0
    spent: float = 0.0
    lapses_from: float = 0.0
    """From when on the slice lapses: until then the bucket fills what was taken before it."""
    full: float | None = None
    """When the bucket is full again; None as long as it was never asked. Others can only put it off."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def held(self, limit: Limit, at: float) -> float:
        lapsed = (at - self.lapses_from) * limit.rate
        return max(0.0, self.taken - max(self.spent, lapsed))

    def beyond(self, limit: Limit, at: float) -> float:
        """The most the bucket may hold besides."""
        missing = 0.0 if self.full is None else max(0.0, self.full - at) * limit.rate
        return limit.amount - missing

    def spend(self, limit: Limit, cost: int, at: float) -> bool:
        if self.full is None or self.held(limit, at) + GRAIN < cost:
            return False
        # What has lapsed by now is gone before anything else is.
        self.spent = max(self.spent, (at - self.lapses_from) * limit.rate) + cost
        return True

    def fill(self, limit: Limit, got: Taken, spent: int, at: float) -> None:
        self.full = at + got.seconds_to_full
        if got.amount:
            self.taken, self.spent = got.amount, spent
            self.lapses_from = self.full - got.amount / limit.rate

    def left(self, limit: Limit, at: float) -> Allowance:
        remaining = min(limit.amount, int(self.held(limit, at) + GRAIN) + int(self.beyond(limit, at) + GRAIN))
        reset = 0.0 if self.full is None else max(0.0, self.full - at)
        return Allowance(limit.amount, max(0, remaining), ceil(reset - GRAIN), limit.name, round(limit.seconds))


class Limits:
    """The buckets of all callers, as one server process spends from them."""

    def __init__(self, buckets: Buckets | None = None, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._own = OwnBuckets()
        self._buckets: Buckets = buckets or self._own
        self._patience_seconds = patience_seconds
        self._purses: OrderedDict[tuple[str, str], _Purse] = OrderedDict()

    async def spend(self, limit: Limit, caller: str, cost: int = 1, *, at: float) -> Allowance:
        """Take a cost out of the caller's bucket; `at` is a clock in seconds that never goes back.

        Raises: Throttled, when the bucket holds less, and nothing is taken.
        """
        purse = self._purse(limit, caller)
        if not purse.spend(limit, cost, at):
            async with purse.turn:
                # Whoever waited for its turn finds what the one before brought.
                if not purse.spend(limit, cost, at):
                    await self._fetch(purse, limit, caller, cost, at)
        return purse.left(limit, at)

    async def drain(self, limit: Limit, caller: str, cost: int, *, at: float) -> None:
        """Take a cost out of the caller's bucket, or what is left of it: for work that is already done."""
        purse = self._purse(limit, caller)
        if purse.spend(limit, cost, at):
            return
        async with purse.turn:
            missing = cost - int(purse.held(limit, at) + GRAIN)
            purse.spent = purse.taken
            with suppress(Throttled):
                wanted = max(missing, limit.amount // SLICES)
                got = await self._take(purse, limit, caller, wanted=wanted, least=1, at=at)
                purse.fill(limit, got, min(missing, got.amount), at)

    def give_back(self, limit: Limit, caller: str, cost: int = 1) -> None:
        """Put back what was spent for nothing: this process may spend it again, until it lapses."""
        purse = self._purse(limit, caller)
        purse.spent = max(0.0, purse.spent - cost)

    def refuse_empty(self, limit: Limit, caller: str, *, at: float) -> None:
        """Turn away a caller whose bucket is known to be empty: before work whose cost is told only afterwards.

        Raises: Throttled.
        """
        purse = self._purse(limit, caller)
        if purse.held(limit, at) + purse.beyond(limit, at) + GRAIN < 1:
            raise self._throttled(purse, limit, 1, at)

    async def _fetch(self, purse: _Purse, limit: Limit, caller: str, cost: int, at: float) -> None:
        """Spend what is held and a new slice of the bucket together."""
        slice_ = limit.amount // SLICES
        # What is held belongs to this request while it waits: a slice lapses by itself, two in one could not.
        before, held = purse.spent, int(purse.held(limit, at) + GRAIN)
        missing = cost - held
        # The last crumbs are left alone: gathering them would take a round trip for each.
        least = max(missing, slice_ // 10)
        if purse.beyond(limit, at) + GRAIN < least:
            raise self._throttled(purse, limit, least, at)
        purse.spent = purse.taken
        got = Taken(0, 0.0)
        try:
            got = await self._take(purse, limit, caller, wanted=max(missing, slice_), least=least, at=at)
        finally:
            if not got.amount:
                purse.spent = before
        purse.fill(limit, got, missing, at)
        if not got.amount:
            raise self._throttled(purse, limit, least, at)

    async def _take(self, purse: _Purse, limit: Limit, caller: str, *, wanted: int, least: int, at: float) -> Taken:
        """Go to the bucket. While the database does not answer, a process counts by itself, or lets nobody through."""
        try:
            async with asyncio.timeout(self._patience_seconds):
                return await self._buckets.take(limit, caller, wanted=wanted, least=least, at=at)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
            log.warning("Nobody counts %s, each process by itself: %r", limit.name, problem)
        if limit.guards:
            raise Throttled(purse.left(limit, at), ceil(self._patience_seconds))
        return self._own.taken(limit, caller, wanted=wanted, least=least, at=at, known_full=purse.full)

    def _throttled(self, purse: _Purse, limit: Limit, least: int, at: float) -> Throttled:
        wait = (min(least, limit.amount) - purse.beyond(limit, at)) / limit.rate
        return Throttled(purse.left(limit, at), max(1, ceil(wait - GRAIN)))

    def _purse(self, limit: Limit, caller: str) -> _Purse:
        key = limit.name, caller
        purse = self._purses.get(key)
        if purse is None:
            purse = self._purses[key] = _Purse()
            if len(self._purses) > KEPT:
                self._purses.popitem(last=False)
        else:
            self._purses.move_to_end(key)
        return purse


def tightest(allowances: Iterable[Allowance]) -> Allowance | None:
    """The one that will run out first."""
    return min(allowances, key=lambda left: left.remaining / left.limit, default=None)


def headers(allowances: Iterable[Allowance]) -> dict[str, str]:
    """What is left and by which policies, as HTTP tells it (draft-ietf-httpapi-ratelimit-headers-10)."""
    told = list(allowances)
    if not told:
        return {}
    return {
        "ratelimit": ", ".join(f'"{left.name}";r={left.remaining};t={left.reset_seconds}' for left in told),
        "ratelimit-policy": ", ".join(f'"{left.name}";q={left.limit};w={left.period_seconds}' for left in told),
    }
