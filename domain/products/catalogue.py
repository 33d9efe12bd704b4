"""The product master in memory, for the till: articles are read once and kept until the catalogue moves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import asyncpg

from domain.ids import PartnerId
from domain.products.facts import ProductFacts
from domain.products.queries import facts_by_sku, feed_versions

CAPACITY = 250_000
CHECK_EVERY = timedelta(seconds=5)

Article = tuple[PartnerId, str]
Shelf = dict[str, ProductFacts]


class Catalogue:
    """A bounded cache of articles; unknown numbers are kept too, so that they cost no second question.

    A change of a catalogue shows after `check_every` at the latest. When full, it starts anew.
    """

    def __init__(self, *, capacity: int = CAPACITY, check_every: timedelta = CHECK_EVERY) -> None:
        self._capacity = capacity
        self._check_every = check_every
        self._shelves: dict[PartnerId, Shelf] = {}
        self._versions: dict[PartnerId, int] = {}
        self._checked_at: datetime | None = None
        self._size = 0

    def __len__(self) -> int:
        return self._size

    async def resolve(
        self,
        pool: asyncpg.Pool[asyncpg.Record],
        wanted: Collection[Article],
        *,
        now: datetime,
    ) -> dict[PartnerId, Shelf]:
        """The articles of each partner, with at least those wanted; reads all that are missing at once."""
        await self._refresh(pool, now)
        missing = self._missing(wanted)
        while missing:
            versions = self._versions
            found = await facts_by_sku(pool, missing)
            # What was read under an older version is read again.
            if versions is self._versions:
                self._keep(missing, found)
            # Where the cache was started anew, here or by another task, all is read at once: nothing can be lacking.
            missing = set(wanted) if self._missing(wanted) else set()
        return self._shelves

    def _missing(self, wanted: Collection[Article]) -> set[Article]:
        shelves = self._shelves
        return {pair for pair in wanted if pair[1] not in shelves.get(pair[0], ())}

    def _keep(self, read: set[Article], found: dict[Article, ProductFacts]) -> None:
        if self._size + len(read) > self._capacity:
            self._shelves, self._size = {}, 0
        for partner_id, sku in read:
            shelf = self._shelves.setdefault(partner_id, {})
            self._size += sku not in shelf
            shelf[sku] = found.get((partner_id, sku)) or ProductFacts(sku=sku)

    async def _refresh(self, pool: asyncpg.Pool[asyncpg.Record], now: datetime) -> None:
        checked = self._checked_at
        if checked is not None and checked <= now < checked + self._check_every:
            return
        versions = await feed_versions(pool)
        # Callers may still hold the old mapping: it is replaced, not emptied.
        self._shelves = {
            partner_id: shelf
            for partner_id, shelf in self._shelves.items()
            if versions.get(partner_id) == self._versions.get(partner_id)
        }
        self._size = sum(map(len, self._shelves.values()))
        self._versions = versions
        self._checked_at = now
