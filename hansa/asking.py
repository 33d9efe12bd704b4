"""The worker's turn at surveys: members are asked at their moments, and answers that wait are rewarded."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import datetime, timedelta

import structlog

from domain.errors import NotFound
from domain.storage import COALITION, Database, ReadSession, WriteSession
from domain.surveys.asking import Asked, offer, plan
from domain.surveys.rewarding import Rewarded, reward
from hansa.turns import in_turn_by_the_clock
from partners.keys import Keys
from resolvers.tills import fresh_caches

ONE_ASKS = 0x48414E5362
"""The lock of the one that asks."""

log = structlog.get_logger("hansa.worker")


async def asking(database: Database, url: str, stopping: asyncio.Event, *, keys: Keys, every: timedelta) -> None:
    """Look at surveys by the coalition's clock whenever it is this worker's turn, until stopping."""

    async def look(now: datetime) -> None:
        for done in await ask_now(database, keys=keys, now=now):
            if done.anything:
                log.info("Surveys came further", now=now.isoformat(), **asdict(done))

    await in_turn_by_the_clock(database, url, ONE_ASKS, look, stopping, every=every)


async def ask_now(database: Database, *, keys: Keys, now: datetime) -> tuple[Asked, Rewarded]:
    """One turn: look at what happened, offer what is due, reward what was answered. Nothing before a coalition is."""
    done = Asked()
    try:
        caches = await fresh_caches(database)
    except NotFound:
        return done, Rewarded()
    more = True
    while more:
        async with database.session(COALITION) as session, session.begin():
            more = await plan(WriteSession(ReadSession(session)), database.pool, done, caches=caches, now=now)
    more = True
    while more:
        async with database.session(COALITION) as session, session.begin():
            more = await offer(WriteSession(ReadSession(session)), done, now=now)
    return done, await reward(database.pool, caches=caches, lookup_key=keys.lookups, now=now)
