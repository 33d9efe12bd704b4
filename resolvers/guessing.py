"""Cards, addresses and codes that nobody has: each caller may name so many in an hour, so that none are walked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from domain.members.errors import AlreadyMember, MemberNotFound
from domain.referral.errors import ReferralCodeNotFound
from domain.vouchers.errors import VoucherNotFound
from partners.errors import GuessedTooOften
from partners.limits import Limit, Limits, Throttled
from partners.viewer import Viewer

AN_HOUR = timedelta(hours=1)

TELLING = (MemberNotFound, AlreadyMember, ReferralCodeNotFound, VoucherNotFound)
"""Refusals that tell whether somebody is known by what was named."""


def misses(amount: int) -> Limit:
    """So many misses in an hour."""
    return Limit(name="misses", amount=amount, period=AN_HOUR)


@dataclass(frozen=True, slots=True)
class Guessing:
    """Counts the misses of each client and person."""

    limits: Limits
    limit: Limit
    ticks: Callable[[], float]

    @asynccontextmanager
    async def by(self, viewer: Viewer) -> AsyncIterator[Misses]:
        """Work that tells whether somebody is known; a refusal that says so is a miss.

        Raises: GuessedTooOften, before the work: hits tell as much as misses do.
        """
        caller = str(viewer.client_id or viewer.person_id or "")
        try:
            self.limits.refuse_empty(self.limit, caller, at=self.ticks())
        except Throttled as throttled:
            raise GuessedTooOften(throttled.retry_after) from None
        misses = Misses()
        try:
            yield misses
        except TELLING:
            misses.count += 1
            raise
        finally:
            if misses.count:
                await self.limits.drain(self.limit, caller, misses.count, at=self.ticks())


@dataclass(slots=True)
class Misses:
    """How often the answer told whether somebody is known."""

    count: int = 0

    def among(self, answers: Iterable[object]) -> None:
        """Count those of many answers that are such refusals."""
        self.count += sum(isinstance(answer, TELLING) for answer in answers)
