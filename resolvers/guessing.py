"""Cards, addresses and codes that nobody has: each caller may name so many in an hour, so that none are walked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from domain.codes.errors import CodeNotAccepted
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


CLIENTS, NETWORKS = 100, 10
"""How many times what a member may miss a client may, since many enter codes through it, and a network at home."""


def code_misses(amount: int, whose: str) -> Limit:
    """So many codes that are not accepted, in an hour."""
    return Limit(name=f"code-misses-{whose}", amount=amount, period=AN_HOUR, guards=True)


@dataclass(frozen=True, slots=True)
class Guessing:
    """Counts the misses of each client and person; of codes, those of each member and network too."""

    limits: Limits
    limit: Limit | None
    ticks: Callable[[], float]
    code_misses: int = 0
    """How many codes that are not accepted a member may name in an hour; 0 for no limit."""

    @asynccontextmanager
    async def by(self, viewer: Viewer) -> AsyncIterator[Misses]:
        """Work that tells whether somebody is known; a refusal that says so is a miss.

        Raises: GuessedTooOften, before the work: hits tell as much as misses do.
        """
        if self.limit is None:
            yield Misses()
            return
        caller = str(viewer.client_id or viewer.person_id or viewer.member_id or "")
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

    @asynccontextmanager
    async def of_codes(self, viewer: Viewer, member_id: UUID | None, network: str) -> AsyncIterator[None]:
        """Work that tells whether a code is real, for a member, by a caller, from a network: a miss counts for each.

        It is taken out of all their buckets beforehand and put back after a hit, so that whoever asks a hundred times
        at once learns no more than who asks one by one. Raises: GuessedTooOften, before the work.
        """
        drawn: list[tuple[Limit, str]] = []
        try:
            for limit, caller in self._of_codes(viewer, member_id, network):
                await self.limits.spend(limit, caller, at=self.ticks())
                drawn.append((limit, caller))
        except Throttled as throttled:
            self._give_back(drawn)
            raise GuessedTooOften(throttled.retry_after) from None
        try:
            yield
        except CodeNotAccepted:
            raise
        except BaseException:
            self._give_back(drawn)
            raise
        self._give_back(drawn)

    def _of_codes(self, viewer: Viewer, member_id: UUID | None, network: str) -> Iterator[tuple[Limit, str]]:
        """Whose buckets a try counts in. A server of a client's speaks for many: its network may miss as much."""
        if not self.code_misses:
            return
        if member_id is not None:
            yield code_misses(self.code_misses, "member"), str(member_id)
        caller = viewer.client_id or viewer.person_id
        if caller is not None:
            yield code_misses(self.code_misses * CLIENTS, "client"), str(caller)
        if network and viewer.client_id is None:
            yield code_misses(self.code_misses * NETWORKS, "network"), network
        elif network:
            yield code_misses(self.code_misses * CLIENTS, "server"), network

    def _give_back(self, drawn: Iterable[tuple[Limit, str]]) -> None:
        for limit, caller in drawn:
            self.limits.give_back(limit, caller)


@dataclass(slots=True)
class Misses:
    """How often the answer told whether somebody is known."""

    count: int = 0

    def among(self, answers: Iterable[object]) -> None:
        """Count those of many answers that are such refusals."""
        self.count += sum(isinstance(answer, TELLING) for answer in answers)
