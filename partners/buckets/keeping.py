"""Where the buckets of all callers are kept: in the database for all server processes, or in one process's memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from math import floor
from typing import Protocol

import asyncpg

from partners.buckets.models import Limit, Taken

MOST_KEPT = 50_000


class Buckets(Protocol):
    """Anything that keeps buckets."""

    async def take(self, limit: Limit, caller: str, *, wanted: int, least: int, at: float) -> Taken:
        """Take what is wanted out of a caller's bucket, or what is left unless it is less than `least`, or nothing."""


class OwnBuckets:
    """The buckets of one process, for what is not shared and for when the database does not answer."""

    def __init__(self) -> None:
        self._full: dict[tuple[str, str], float] = {}

    async def take(self, limit: Limit, caller: str, *, wanted: int, least: int, at: float) -> Taken:
        """Take from a bucket; `at` is in seconds that never go back."""
        return self.taken(limit, caller, wanted=wanted, least=least, at=at)

    def taken(
        self, limit: Limit, caller: str, *, wanted: int, least: int, at: float, known_full: float | None = None
    ) -> Taken:
        """The same at once; `known_full` is when the bucket will be full as far as somebody else knows."""
        full = max(self._full.get((limit.name, caller), at), at, at if known_full is None else known_full)
        # A clock's grain is no reason to refuse the last one.
        amount = min(wanted, floor((at + limit.seconds - full) * limit.rate + 1e-3))
        if amount < max(least, 1):
            return Taken(0, full - at)
        if len(self._full) >= MOST_KEPT:
            self._forget(at)
        self._full[limit.name, caller] = full + amount / limit.rate
        return Taken(amount, self._full[limit.name, caller] - at)

    def _forget(self, at: float) -> None:
        """Make room: a bucket that is full again is as good as none; after those the oldest half goes."""
        standing = {key: full for key, full in self._full.items() if full > at}
        surplus = max(0, len(standing) - MOST_KEPT // 2)
        self._full = dict(list(standing.items())[surplus:])


class SharedBuckets:
    """The buckets of all processes on one database."""

    def __init__(
        self, pool: asyncpg.Pool[asyncpg.Record], *, key: bytes, clock: Callable[[], datetime] | None = None
    ) -> None:
        self._pool = pool
        self._key = key
        self._clock = clock
        """The time; without one the database's own, by which all servers agree."""

    async def take(self, limit: Limit, caller: str, *, wanted: int, least: int, at: float) -> Taken:  # noqa: ARG002
        """Take from a bucket, in one round trip."""
        name = f"{limit.name}\0{caller}".encode("utf-8", "surrogatepass")
        named = blake2b(name, key=self._key, digest_size=16).digest()
        row = await self._pool.fetchrow(
            "SELECT * FROM take_from_bucket($1, $2, $3, $4, $5, $6)",
            *(named, limit.amount, limit.period, wanted, least, self._clock() if self._clock else None),
        )
        assert row is not None, "the function gives one row"
        return Taken(row["taken"], row["seconds_to_full"])
