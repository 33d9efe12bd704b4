"""In which segments members are: the tills' question, for many members in one call."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg

from domain.ids import PartnerId, SegmentId

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

Shopper: TypeAlias = tuple[PartnerId, UUID, UUID]
"""A member at a partner's till: partner, wallet, member."""

_HELD = "SELECT * FROM segments_held($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5)"


async def segments_of(
    pool: Pool, shoppers: Sequence[Shopper], segment_ids: Collection[SegmentId], *, at: datetime | None = None
) -> dict[Shopper, frozenset[SegmentId]]:
    """In which of these segments each member is, now or as it was at an instant.

    A partner's own segments count at its tills. Any other counts there only for members who allow that partner offers
    (consent OFFERS): what they earn at its till would tell it of them.
    """
    asked = list(dict.fromkeys(shoppers))
    held: dict[Shopper, set[SegmentId]] = {shopper: set() for shopper in asked}
    if asked and segment_ids:
        partners, wallets, members = zip(*asked, strict=True)
        for row in await pool.fetch(_HELD, partners, wallets, members, list(segment_ids), at):
            held[asked[row["place"] - 1]].add(SegmentId(row["segment_id"]))
    return {shopper: frozenset(found) for shopper, found in held.items()}
