"""The worker's turn at activities: invitations and reminders are told, attendances that a crash left are recorded."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from domain.activities.attending import Done, finish
from domain.activities.inviting import Told, tell
from domain.errors import NotFound
from domain.storage import COALITION, Database, ReadSession, WriteSession
from hansa.turns import in_turn_by_the_clock
from partners.keys import Keys
from resolvers.tills import fresh_caches

ONE_GATHERS = 0x48414E5365
"""The lock of the one that looks at activities."""

log = structlog.get_logger("hansa.worker")


async def gathering(database: Database, url: str, stopping: asyncio.Event, *, keys: Keys, every: timedelta) -> None:
    """Look at activities by the coalition's clock whenever it is this worker's turn, until stopping."""

    async def look(now: datetime) -> None:
        told, done = await gather_now(database, keys=keys, now=now)
        if told.invited or told.reminded or done.anything:
            log.info("Activities came further", now=now.isoformat(), invited=told.invited, recorded=done.recorded)

    await in_turn_by_the_clock(database, url, ONE_GATHERS, look, stopping, every=every)


async def gather_now(database: Database, *, keys: Keys, now: datetime) -> tuple[Told, Done]:
    """One turn: tell all that is to be told, record what waits. Nothing before the coalition is founded."""
    try:
        caches = await fresh_caches(database)
    except NotFound:
        return Told(0, 0), Done()
    invited = reminded = 0
    while True:
        async with database.session(COALITION) as session, session.begin():
            told = await tell(WriteSession(ReadSession(session)), now=now)
        invited, reminded = invited + told.invited, reminded + told.reminded
        if not told.invited and not told.reminded:
            break
    done = await finish(database.pool, caches=caches, lookup_key=keys.lookups, now=now)
    return Told(invited, reminded), done
