"""What a member wrote is erased: its words, names and pictures go; its stars stay in the sums, which stay equal."""

from __future__ import annotations

from typing import TypeAlias
from uuid import UUID

import asyncpg

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_ERASE = "SELECT erase_reviews($1)"


async def erase(pool: Pool, member_id: UUID) -> int:
    """Erase all that a member wrote, every version; gives how many texts. A member that is closed is erased too."""
    return int(await pool.fetchval(_ERASE, member_id))
