"""What sellers buy where they sell themselves: it is recorded, and earns nothing, unless their employer wants it to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

import asyncpg

from domain.ids import PartnerId

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
At: TypeAlias = tuple[PartnerId, UUID, UUID, str | None]
"""Whose till, which wallet, at which outlet, and who stood at it as the till says."""

CHECK_EVERY = timedelta(seconds=5)

_BLOCKING = "SELECT partner_id FROM blocking_own_sales()"
_OWN = "SELECT place FROM own_sales($1::uuid[], $2::uuid[], $3::uuid[], $4::text[])"


class OwnSales:
    """Remembers for a moment which partners have sellers at all, so that the tills of all others pay nothing for it."""

    def __init__(self) -> None:
        self._partners: frozenset[UUID] = frozenset()
        self._checked_at: datetime | None = None

    async def among(self, pool: Pool, asked: Sequence[At | None], *, now: datetime) -> set[int]:
        """The places of those purchases that are a seller's own; None: nobody is known who buys."""
        await self._refresh(pool, now)
        places = [place for place, one in enumerate(asked) if one is not None and one[0] in self._partners]
        if not places:
            return set()
        columns = zip(*(one for place in places if (one := asked[place]) is not None), strict=True)
        return {places[row["place"] - 1] for row in await pool.fetch(_OWN, *map(list, columns))}

    async def _refresh(self, pool: Pool, now: datetime) -> None:
        if self._checked_at is None or not self._checked_at <= now < self._checked_at + CHECK_EVERY:
            self._checked_at = now
            self._partners = frozenset(row["partner_id"] for row in await pool.fetch(_BLOCKING))
