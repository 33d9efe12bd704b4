"""A worker as a process of its own, that tells how far it is, so that a test can kill it: database address, partner."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from domain.reconciliation import reading
from domain.reconciliation.models import PartnerFile
from domain.storage import opened
from resolvers import reconciling
from resolvers.context import Context
from tests.builders.graphql import KEYS

BLOCK = 50


async def main(url: str) -> None:
    """Work off what waits, in small blocks."""
    reconciling.BLOCK = BLOCK  # type: ignore[attr-defined]

    def say(file: PartnerFile) -> None:
        sys.stdout.write(f"{file.state} {file.phase} {file.rows_read}\n")
        sys.stdout.flush()

    now = datetime(2026, 12, 1, tzinfo=UTC)
    async with opened(url, connections=2) as database, Context.for_coalition(database, now, keys=KEYS) as ctx:
        await reconciling.work_off(ctx, say=say)


if __name__ == "__main__":
    assert reading.BLOCK > BLOCK
    asyncio.run(main(sys.argv[1]))
