"""The worker's turn at tiers: terms that end, what a crash left, and all members when a version comes into force."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from domain.ids import TierProgrammeId
from domain.storage import COALITION, Database, ReadSession, WriteSession
from domain.tiers import recomputing
from domain.tiers.recomputing import CHUNK, Come, Left
from hansa.turns import in_turn_by_the_clock

ONE_LOOKS = 0x48414E534C
"""The lock of the one that looks at tiers."""

log = structlog.get_logger("hansa.worker")


async def tiering(database: Database, url: str, stopping: asyncio.Event, *, every: timedelta) -> None:
    """Look at what is due by the coalition's clock whenever it is this worker's turn, until stopping."""

    async def look(now: datetime) -> None:
        changed = await look_around(database, now=now)
        if changed:
            log.info("Tiers changed", standings=changed, now=now.isoformat())

    await in_turn_by_the_clock(database, url, ONE_LOOKS, look, stopping, every=every)


async def look_around(database: Database, *, now: datetime) -> int:
    """Look at all that is due; how many standings changed. What was done stays when it breaks off."""
    changed = 0
    async with database.session(COALITION) as session:
        missed = await recomputing.missed(ReadSession(session), now=now)
        runs = await recomputing.runs_due(ReadSession(session), now=now)
    changed += await _looked(database, missed, now)
    async with database.session(COALITION) as session, session.begin():
        await recomputing.watched(WriteSession(ReadSession(session)), now=now)
    for programme_id in runs:
        changed += (await recompute(database, programme_id, now=now)).changed
    while True:
        async with database.session(COALITION) as session:
            left = await recomputing.overdue(ReadSession(session), now=now)
        if not left:
            return changed
        changed += await _looked(database, left, now)


async def recompute(
    database: Database,
    programme_id: TierProgrammeId,
    *,
    now: datetime,
    tell: Callable[[Come], None] = lambda _come: None,
    chunk: int = CHUNK,
) -> Come:
    """Look at all members again, each chunk in a transaction of its own; a run that broke off goes on.

    Raises: TierProgrammeNotFound, TierProgrammeNotLive.
    """
    async with database.session(COALITION) as session, session.begin():
        come = await recomputing.begin(WriteSession(ReadSession(session)), programme_id, now=now)
    tell(come)
    while not come.finished:
        async with database.session(COALITION) as session, session.begin():
            come = await recomputing.go_on(WriteSession(ReadSession(session)), come, now=now, most=chunk)
        tell(come)
    return come


async def _looked(database: Database, left: Left, now: datetime) -> int:
    changed = 0
    for programme_id, wallets in left.wallets.items():
        for start in range(0, len(wallets), CHUNK):
            part = wallets[start : start + CHUNK]
            async with database.session(COALITION) as session, session.begin():
                changed += await recomputing.look(WriteSession(ReadSession(session)), programme_id, part, now=now)
    return changed
