"""How much each caller may still ask: a bucket of cost that fills up by the minute, one for each client and member."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from math import ceil

from partners.viewer import Viewer

MINUTE = 60.0
KEPT = 50_000


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


class Allowances:
    """The buckets of one server process."""

    def __init__(self, a_minute: int) -> None:
        self.a_minute = a_minute
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def spend(self, caller: str, cost: int, *, at: float) -> Allowance:
        """Take a cost out of the caller's bucket; `at` is a clock in seconds that never goes back.

        Raises: Throttled, when the bucket holds less, and nothing is taken.
        """
        bucket = self._filled(caller, at)
        if bucket.left < cost:
            missing = min(cost, self.a_minute) - bucket.left
            raise Throttled(self._left(bucket), max(1, ceil(missing * MINUTE / self.a_minute)))
        bucket.left -= cost
        return self._left(bucket)

    def drain(self, caller: str, cost: int, *, at: float) -> None:
        """Take a cost out of the caller's bucket, or what is left of it: for work that is already done."""
        bucket = self._filled(caller, at)
        bucket.left = max(0.0, bucket.left - cost)

    def _filled(self, caller: str, at: float) -> _Bucket:
        bucket = self._buckets.get(caller)
        if bucket is None:
            bucket = self._buckets[caller] = _Bucket(self.a_minute, at)
            if len(self._buckets) > KEPT:
                self._buckets.popitem(last=False)
            return bucket
        self._buckets.move_to_end(caller)
        bucket.left = min(self.a_minute, bucket.left + (at - bucket.at) * self.a_minute / MINUTE)
        bucket.at = at
        return bucket

    def _left(self, bucket: _Bucket) -> Allowance:
        missing = self.a_minute - bucket.left
        return Allowance(self.a_minute, int(bucket.left), ceil(missing * MINUTE / self.a_minute))


def caller_of(viewer: Viewer, address: str) -> str:
    """Whose bucket a viewer spends from: a client's, a member's apart from it, and without either an address's."""
    named = [str(part) for part in (viewer.client_id, viewer.person_id, viewer.member_id) if part is not None]
    return " ".join(named) or address
