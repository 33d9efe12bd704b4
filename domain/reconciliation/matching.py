"""A file against the ledger, phase by phase; each is a transaction of its own, so that a killed worker loses one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from domain.coalition.founding import coalition_of
from domain.reconciliation import turns
from domain.reconciliation.errors import FileTaken
from domain.reconciliation.files import forget_rows
from domain.reconciliation.gathering import gather, gather_elsewhere
from domain.reconciliation.leftovers import name_duplicates, name_leftovers
from domain.reconciliation.listing import list_exceptions
from domain.reconciliation.models import PartnerFile
from domain.reconciliation.pairing import by_differences, by_elsewhere, by_groups, by_reference, by_time
from domain.reconciliation.reporting import report_of
from domain.reconciliation.runs import HOUSE_RULES, Run, run_of
from domain.reconciliation.words import FileState, Phase
from domain.reconciliation.zoning import name_times, name_zones
from domain.storage import WriteSession
from domain.values import minor_digits


async def go_on(session: WriteSession, file_id: UUID, *, now: datetime) -> PartnerFile:
    """Do the phase that is next. Raises: FileTaken, PartnerFileNotFound."""
    file = await turns.taken(session, file_id)
    if file.state != FileState.MATCHING or file.phase is None:
        raise FileTaken
    phase = Phase(file.phase)
    run = await run_of(session, file)
    if phase not in {Phase.GATHER, Phase.ELSEWHERE}:  # those read the ledger, which the database knows well
        for rule in HOUSE_RULES:
            await session.execute(text(rule))
    if phase in _PHASES:
        await _PHASES[phase](run)
    elif phase is Phase.WORKLIST:
        currency = (await coalition_of(session)).currency
        await list_exceptions(run, currency=currency, digits=minor_digits(currency), now=now)
    else:
        await _end(run, now)
        return file
    following = list(Phase)[list(Phase).index(phase) + 1]
    file.phase = following
    return file


async def _end(run: Run, now: datetime) -> None:
    """Of a dry run nothing is kept but the report."""
    file = run.file
    file.report = await report_of(run)
    if file.dry_run:
        await forget_rows(run.session, file.file_id)
    file.state, file.phase, file.ended_at = FileState.DONE, None, now


async def _zones(run: Run) -> None:
    await name_zones(run)


async def _times(run: Run) -> None:
    await by_time(run)


async def _differences(run: Run) -> None:
    await by_differences(run)
    await name_times(run)


async def _elsewhere(run: Run) -> None:
    if await gather_elsewhere(run):
        await by_elsewhere(run)


_PHASES: dict[Phase, Callable[[Run], Awaitable[object]]] = {
    Phase.GATHER: gather,
    Phase.REFERENCE: by_reference,
    Phase.TIME_ZONE: _zones,
    Phase.OUTLET_TIME: _times,
    Phase.GROUPS: by_groups,
    Phase.DIFFERENCES: _differences,
    Phase.ELSEWHERE: _elsewhere,
    Phase.DUPLICATES: name_duplicates,
    Phase.LEFT_OVER: name_leftovers,
}
