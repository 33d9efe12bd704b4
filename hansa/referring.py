"""The worker's turn at referral: friends who have bought are found, both rewarded, and rewards taken back."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from domain.coalition.founding import coalition_of
from domain.earning.tills import Caches
from domain.errors import NotFound
from domain.members.enrolment import MemberKeys
from domain.referral.qualifying import Done, qualify, reward
from domain.referral.taking_back import take_back
from domain.storage import COALITION, Database, ReadSession
from hansa.clocks import CoalitionClock
from hansa.turns import in_turn
from partners.keys import Keys

ONE_REFERS = 0x48414E5346
"""The lock of the one that looks at referrals."""

log = structlog.get_logger("hansa.worker")


async def referring(database: Database, url: str, stopping: asyncio.Event, *, keys: Keys, every: timedelta) -> None:
    """Look at referrals by the coalition's clock whenever it is this worker's turn, until stopping."""
    clock = CoalitionClock(database)

    async def look() -> None:
        await clock.look()
        for done in await refer_now(database, keys=keys, now=clock()):
            if done.anything:
                told = {name: getattr(done, name) for name in done.__dataclass_fields__}
                log.info("Referrals came further", now=clock().isoformat(), **told)

    await in_turn(url, ONE_REFERS, look, stopping, every=every)


async def refer_now(database: Database, *, keys: Keys, now: datetime) -> list[Done]:
    """One turn: qualify, reward, take back. Nothing before the coalition is founded."""
    async with database.session(COALITION) as session:
        try:
            founded = await coalition_of(ReadSession(session))
        except NotFound:
            return []
    caches = Caches.fresh(founded.currency, founded.time_zone, standard_price=founded.standard_price)
    sealing = MemberKeys(lookup=keys.lookups, personal=keys.personal_data)
    return [
        await qualify(database.pool, keys=sealing, now=now),
        await reward(database.pool, caches=caches, lookup_key=keys.lookups, now=now),
        await take_back(database.pool, now=now),
    ]
