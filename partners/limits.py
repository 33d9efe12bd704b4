"""How much each caller may still ask: a bucket for each client, member, person and address that fills up by time."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

KEPT = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So much in so long, for each caller apart."""

    name: str
    """What is limited, as answers and settings name it."""
    amount: int
    """The most a bucket holds."""
    period: timedelta
    """How long an empty bucket takes to fill."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a caller has left."""

    limit: int
    """The most the bucket holds."""
    remaining: int
    """What may be spent at once."""
    reset_seconds: int
    """How long until the bucket is full again."""


class Throttled(Exception):  # it reads as what happened to the caller
    """The caller asked for more than its allowance has left."""

    def __init__(self, allowance: Allowance, retry_after: int) -> None:
        self.allowance = allowance
        self.retry_after = retry_after
        super().__init__(f"wait {retry_after} s")


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Limits:
    """The buckets of all callers."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[tuple[str, str], _Bucket] = OrderedDict()

    async def spend(self, limit: Limit, caller: str, cost: int = 1, *, at: float) -> Allowance:
        """Take a cost out of the caller's bucket; `at` is a clock in seconds that never goes back.

        Raises: Throttled, when the bucket holds less, and nothing is taken.
        """
        bucket = self._filled(limit, caller, at)
        if bucket.left < cost:
            missing = min(cost, limit.amount) - bucket.left
            raise Throttled(_left(limit, bucket), max(1, ceil(missing * _seconds(limit) / limit.amount)))
        bucket.left -= cost
        return _left(limit, bucket)

    async def drain(self, limit: Limit, caller: str, cost: int, *, at: float) -> None:
        """Take a cost out of the caller's bucket, or what is left of it: for work that is already done."""
        bucket = self._filled(limit, caller, at)
        bucket.left = max(0.0, bucket.left - cost)

    def _filled(self, limit: Limit, caller: str, at: float) -> _Bucket:
        key = limit.name, caller
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(limit.amount, at)
            if len(self._buckets) > KEPT:
                self._buckets.popitem(last=False)
            return bucket
        self._buckets.move_to_end(key)
        bucket.left = min(limit.amount, bucket.left + (at - bucket.at) * limit.amount / _seconds(limit))
        bucket.at = at
        return bucket


def _seconds(limit: Limit) -> float:
    return limit.period.total_seconds()


def _left(limit: Limit, bucket: _Bucket) -> Allowance:
    missing = limit.amount - bucket.left
    return Allowance(limit.amount, int(bucket.left), ceil(missing * _seconds(limit) / limit.amount))
