"""The worker's turn at referral: friends who have bought are found, both rewarded, and rewards taken back."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import datetime, timedelta

import structlog

from domain.errors import NotFound
from domain.members.enrolment import MemberKeys
from domain.referral.qualifying import Done, qualify, reward
from domain.referral.taking_back import take_back
from domain.storage import Database
from hansa.turns import in_turn_by_the_clock
from partners.keys import Keys
from resolvers.tills import fresh_caches

ONE_REFERS = 0x48414E5346
"""The lock of the one that looks at referrals."""

log = structlog.get_logger("hansa.worker")


async def referring(database: Database, url: str, stopping: asyncio.Event, *, keys: Keys, every: timedelta) -> None:
    """Look at referrals by the coalition's clock whenever it is this worker's turn, until stopping."""

    async def look(now: datetime) -> None:
        for done in await refer_now(database, keys=keys, now=now):
            if done.anything:
                log.info("Referrals came further", now=now.isoformat(), **asdict(done))

    await in_turn_by_the_clock(database, url, ONE_REFERS, look, stopping, every=every)


async def refer_now(database: Database, *, keys: Keys, now: datetime) -> list[Done]:
    """One turn: qualify, reward, take back. Nothing before the coalition is founded."""
    try:
        caches = await fresh_caches(database)
    except NotFound:
        return []
    sealing = MemberKeys(lookup=keys.lookups, personal=keys.personal_data)
    return [
        await qualify(database.pool, keys=sealing, now=now),
        await reward(database.pool, caches=caches, lookup_key=keys.lookups, now=now),
        await take_back(database.pool, now=now),
    ]
