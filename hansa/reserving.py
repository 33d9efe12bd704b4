"""The worker's watch over the reserve: each day's figures are kept, and unsecured issuance stops or goes on."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from domain.audit import owing
from domain.audit.findings import Finding
from domain.errors import NotFound
from domain.liability import evaluating, reading, securing
from domain.liability.errors import LiabilityNotKnown
from domain.settlement.steps import settled_since
from domain.storage import COALITION, Database, ReadSession, WriteSession
from hansa.clocks import CoalitionClock
from hansa.turns import in_turn

ONE_RESERVES = 0x48414E5356
"""The lock of the one that watches over the reserve."""

JUDGED_EVERY = timedelta(hours=1)
"""By the coalition's clock; besides, whenever a person moves money or asks."""

log = structlog.get_logger("hansa.worker")


async def reserving(database: Database, url: str, stopping: asyncio.Event, *, every: timedelta) -> None:
    """Watch over the reserve whenever it is this worker's turn, until stopping."""
    await in_turn(url, ONE_RESERVES, Watch(database).look, stopping, every=every)


async def untied(database: Database) -> list[Finding]:
    """What of the liability does not tie, by the coalition's clock and in one snapshot."""
    clock = CoalitionClock(database)
    await clock.look()
    async with database.session(COALITION) as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        try:
            return await owing.untied(ReadSession(session), now=clock())
        except NotFound:  # no coalition has been founded
            return []


class Watch:
    """Remembers when the cover was judged last."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._clock = CoalitionClock(database)
        self._judged_at: datetime | None = None

    async def look(self) -> None:
        """Keep the figures of the days that are due, and judge the cover now and then."""
        await self._clock.look()
        now = self._clock()
        with suppress(NotFound, LiabilityNotKnown):  # no coalition yet, or no cycle
            await self._remember(now)
            taken = await self._take_days(now)
            if taken or await self._is_due(now):
                await self._judge(now)
                self._judged_at = now

    async def _is_due(self, now: datetime) -> bool:
        """Whether nobody has judged for long, or a cycle was settled since; what payees say settles cycles too."""
        if self._judged_at is None or now - self._judged_at >= JUDGED_EVERY:
            return True
        async with self._database.session(COALITION) as session:
            return await settled_since(ReadSession(session), self._judged_at)

    async def _remember(self, now: datetime) -> None:
        """Cycles that were cut off are counted once, each in a transaction of its own."""
        async with self._database.session(COALITION) as session:
            waiting = await reading.forgotten(ReadSession(session))
        for cycle_id in waiting:
            async with self._database.session(COALITION) as session, session.begin():
                await reading.remember(WriteSession(ReadSession(session)), cycle_id, now=now)

    async def _take_days(self, now: datetime) -> int:
        async with self._database.session(COALITION) as session:
            due = await evaluating.days_due(ReadSession(session), now=now)
        taken = 0
        for day in due:  # each in a transaction of its own, so that what is done is done
            async with self._database.session(COALITION) as session, session.begin():
                finding = await evaluating.take_day(WriteSession(ReadSession(session)), day, now=now)
            if finding is not None:
                taken += 1
                log.info("Kept the reserve's figures", day=day.isoformat(), standing=finding.standing)
        return taken

    async def _judge(self, now: datetime) -> None:
        async with self._database.session(COALITION) as session, session.begin():
            secured = await securing.secure(WriteSession(ReadSession(session)), now=now)
        if secured.finding is not None:
            log.warning("Unsecured issuance", stopped=secured.stopped, cover=str(secured.found.cover.ratio))
