"""The worker's part of reconciliation: what waits is worked off, and put down between two blocks when it stops."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from domain.reconciliation.models import PartnerFile
from domain.reconciliation.words import FileState
from domain.storage import Database
from hansa.clocks import CoalitionClock
from hansa.turns import in_turn
from partners.keys import Keys
from resolvers.context import Context
from resolvers.reconciling import work_off

ONE_RECONCILES = 0x48414E5352
"""The lock of the one that works files off."""

log = structlog.get_logger("hansa.commands.reconcile.app")


class PutDown(Exception):
    """The worker is to stop; the file goes on where it stands when another takes it up."""


async def reconciling(database: Database, url: str, keys: Keys, stopping: asyncio.Event, *, every: timedelta) -> None:
    """Work files off whenever it is this worker's turn, until stopping."""
    clock = CoalitionClock(database)

    def say(file: PartnerFile) -> None:
        if file.state in {FileState.DONE, FileState.REFUSED}:
            log.info("Reconciled a file", file=str(file.file_id), state=file.state, rows=file.rows_read)
        if stopping.is_set():
            raise PutDown

    async def once() -> None:
        await clock.look()
        async with Context.for_coalition(database, clock(), keys=keys) as ctx:
            try:
                await work_off(ctx, say=say)
            except PutDown:
                log.info("Put a file down, to be taken up again")

    await in_turn(url, ONE_RECONCILES, once, stopping, every=every)
