"""A recomputation as a process of its own, that tells how far it is, so that a test can kill it: address, programme."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from uuid import UUID

from domain.ids import TierProgrammeId
from domain.storage import opened
from domain.tiers.recomputing import Come
from hansa.tiering import recompute


async def main(url: str, programme: str, now: str) -> None:
    """Look at all members, three wallets at a time."""

    def tell(come: Come) -> None:
        sys.stdout.write(f"{come.wallets} {come.changed}\n")
        sys.stdout.flush()

    async with opened(url, connections=2) as database:
        at = datetime.fromisoformat(now)
        await recompute(database, TierProgrammeId(UUID(programme)), now=at, tell=tell, chunk=3)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
