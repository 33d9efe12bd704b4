"""The worker's turn at segments: those that are due are looked at again, one transaction each."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import structlog

from domain.segments import refreshing
from domain.segments.refreshing import Due, Refreshed
from domain.storage import COALITION, Database, ReadSession, WriteSession
from hansa.turns import in_turn_by_the_clock

ONE_REFRESHES = 0x48414E5347
"""The lock of the one that refreshes segments."""

log = structlog.get_logger("hansa.worker")


async def segmenting(
    database: Database, url: str, stopping: asyncio.Event, *, personal_key: bytes, every: timedelta
) -> None:
    """Refresh what is due by the coalition's clock whenever it is this worker's turn, until stopping."""

    async def look(now: datetime) -> None:
        for one in await refresh_due(database, personal_key=personal_key, now=now):
            if one.come or one.gone:
                told = {"size": one.size, "come": one.come, "gone": one.gone}
                log.info("A segment changed", segment=str(one.segment_id), now=now.isoformat(), **told)

    await in_turn_by_the_clock(database, url, ONE_REFRESHES, look, stopping, every=every)


async def refresh_due(database: Database, *, personal_key: bytes, now: datetime) -> Sequence[Refreshed]:
    """Refresh each segment that is due, the longest waiting first; what was done stays when it breaks off."""
    async with database.session(COALITION) as session:
        waiting = await refreshing.due(ReadSession(session), now=now)
    return await refresh(database, waiting, personal_key=personal_key, now=now)


async def refresh(
    database: Database, segments: Collection[Due], *, personal_key: bytes, now: datetime
) -> Sequence[Refreshed]:
    """Refresh these segments, each with its owner's sight."""
    done = []
    for one in segments:
        async with database.session(one.sight) as session, session.begin():
            found = await refreshing.refresh(
                WriteSession(ReadSession(session)), one.segment_id, personal_key=personal_key, now=now
            )
        if found is not None:
            done.append(found)
    return done
