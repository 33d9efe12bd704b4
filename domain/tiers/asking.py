"""Which tiers members have: the tills' question, for many members in one call; and looking again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

import asyncpg

from domain.ids import PartnerId, TierProgrammeId

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

Shopper: TypeAlias = tuple[PartnerId, UUID, UUID]
"""A member at a partner's till: partner, wallet, member."""

CHECK_EVERY = timedelta(seconds=5)
_LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""How a database says that it is not there, or that two clashed."""

_HELD = "SELECT * FROM tiers_held($1::uuid[], $2::uuid[], $3::uuid[], $4)"
_MEET = "SELECT * FROM meet_tiers($1::uuid[], $2::uuid[], $3)"
_LIVE = """
    SELECT p.programme_id, p.partner_id, v.terms ->> 'measure' AS measure,
        ARRAY(SELECT jsonb_array_elements_text(v.terms -> 'partners'))::uuid[] AS partners,
        ARRAY(SELECT t ->> 'name' FROM jsonb_array_elements(v.terms -> 'tiers') AS t) AS names
    FROM tier_programme p JOIN tier_version v ON v.programme_id = p.programme_id AND v.published_at IS NOT NULL
    WHERE p.state = 'LIVE'
"""


@dataclass(frozen=True, slots=True)
class Held:
    """A tier that counts for a member at a till."""

    programme_id: TierProgrammeId
    owner: PartnerId | None
    """Whose programme it is; None: the coalition's."""
    tier: str
    since: datetime | None
    """None: for as long as the member is one."""
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """A standing that changed."""

    programme_id: TierProgrammeId
    wallet_id: UUID
    member_id: UUID
    was: str | None
    tier: str | None


async def held_of(pool: Pool, shoppers: Sequence[Shopper], *, at: datetime) -> dict[Shopper, tuple[Held, ...]]:
    """The tiers that count for each member at its till: of the coalition's programme first, then of the partner's own.

    Where a term has ended and nobody has looked since, it is looked at first: tills are never behind the calendar.
    """
    asked = list(dict.fromkeys(shoppers))
    if not asked:
        return {}
    rows = await _held(pool, asked, at)
    overdue = {(row["programme_id"], asked[row["place"] - 1][1]) for row in rows if row["due"]}
    if overdue:
        await meet(pool, {programme for programme, _ in overdue}, {wallet for _, wallet in overdue}, at=at)
        rows = await _held(pool, asked, at)
    found: dict[Shopper, list[Held]] = {shopper: [] for shopper in asked}
    for row in rows:
        if row["tier"] is not None:
            held = Held(row["programme_id"], row["partner_id"], row["tier"], row["since"], row["until"])
            found[asked[row["place"] - 1]].append(held)
    return {shopper: tuple(held) for shopper, held in found.items()}


async def _held(pool: Pool, asked: Sequence[Shopper], at: datetime) -> list[asyncpg.Record]:
    partners, wallets, members = zip(*asked, strict=True)
    return await pool.fetch(_HELD, partners, wallets, members, at)


async def tiers_of(pool: Pool, shoppers: Sequence[Shopper], *, at: datetime) -> dict[Shopper, frozenset[str]]:
    """The names of the tiers that count for each member at its till."""
    held = await held_of(pool, shoppers, at=at)
    return {shopper: frozenset(one.tier for one in tiers) for shopper, tiers in held.items()}


async def meet(
    pool: Pool, programmes: Collection[TierProgrammeId], wallets: Collection[UUID], *, at: datetime
) -> list[Change]:
    """Look again at the members of wallets under programmes; which standings changed.

    It figures all anew from the books, so it may be done at any time and as often as one likes.
    """
    if not programmes or not wallets:
        return []
    rows = await pool.fetch(_MEET, sorted(programmes), sorted(wallets), at)
    return [Change(*row.values()) for row in rows]


@dataclass(frozen=True, slots=True)
class _Live:
    programme_id: TierProgrammeId
    partner_id: PartnerId | None
    measure: str
    partners: frozenset[UUID]
    names: frozenset[str]

    def counts(self, partner_id: PartnerId) -> bool:
        """Whether what happens at a partner counts towards it."""
        here = self.partner_id is None or self.partner_id == partner_id
        return here and self.measure != "INVITATION" and (not self.partners or partner_id in self.partners)


class ProgrammeBook:
    """The live programmes in memory, so that tills whose purchases count towards no tier pay nothing for tiers.

    A change shows after `check_every` at the latest.
    """

    def __init__(self, *, check_every: timedelta = CHECK_EVERY) -> None:
        self._check_every = check_every
        self._checked_at: datetime | None = None
        self._live: tuple[_Live, ...] = ()

    async def refresh(self, pool: Pool, *, now: datetime) -> None:
        """Look for changes; asked often, it looks now and then."""
        checked = self._checked_at
        if checked is not None and checked <= now < checked + self._check_every:
            return
        rows = await pool.fetch(_LIVE)
        self._live = tuple(
            _Live(
                programme_id=row["programme_id"],
                partner_id=row["partner_id"],
                measure=row["measure"],
                partners=frozenset(row["partners"]),
                names=frozenset(row["names"]),
            )
            for row in rows
        )
        self._checked_at = now

    def instead(self, tiers: tuple[str, ...], tier: str) -> tuple[str, ...]:
        """The tiers of a member with another one, which stands in place of the one of the same programme."""
        same = frozenset[str]().union(*(one.names for one in self._live if tier in one.names))
        return (*(tier if held in same else held for held in tiers), *([] if same & set(tiers) else [tier]))

    def forget(self) -> None:
        """Look again at the next question."""
        self._checked_at = None

    async def look_again(self, pool: Pool, posted: Iterable[tuple[PartnerId, UUID]], *, at: datetime) -> list[Change]:
        """Look again at wallets in which something was posted at partners, under the programmes that count it.

        What was posted stands, whatever happens here: when the database is lost now, the worker looks.
        """
        try:
            await self.refresh(pool, now=at)
            wallets: dict[TierProgrammeId, set[UUID]] = {}
            for partner_id, wallet_id in posted:
                for programme in self._live:
                    if programme.counts(partner_id):
                        wallets.setdefault(programme.programme_id, set()).add(wallet_id)
            changes = []
            for programme_id, looked in wallets.items():
                changes += await meet(pool, {programme_id}, looked, at=at)
        except _LOST:
            return []
        return changes
