"""One at a time: the door to the locks of reconciliation."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlmodel import select

from domain.reconciliation.errors import FileTaken, PartnerFileNotFound
from domain.reconciliation.models import PartnerFile
from domain.reconciliation.visible import own
from domain.storage import WriteSession, sight_of

WAIT = text("SELECT pg_advisory_xact_lock(hashtextextended('reconciliation ' || CAST(:of AS text), 0))")
TRY = text("SELECT pg_try_advisory_xact_lock(hashtextextended('reconciliation ' || CAST(:of AS text), 0))")


async def wait_for(session: WriteSession, of: UUID) -> None:
    """Wait until nobody else works on a partner's list of files, or on one file, and keep others waiting."""
    await session.execute(WAIT, {"of": str(of)})


async def taken(session: WriteSession, file_id: UUID) -> PartnerFile:
    """A file for oneself until the transaction ends, as it is now. Raises: FileTaken, PartnerFileNotFound."""
    if not await session.scalar(TRY, {"of": str(file_id)}):
        raise FileTaken
    return await _now(session, file_id)


async def awaited(session: WriteSession, file_id: UUID) -> PartnerFile:
    """The same, after whoever has it. Raises: PartnerFileNotFound."""
    await wait_for(session, file_id)
    return await _now(session, file_id)


async def _now(session: WriteSession, file_id: UUID) -> PartnerFile:
    query = select(PartnerFile).where(PartnerFile.file_id == file_id, own(sight_of(session), PartnerFile))
    file = (await session.scalars(query.execution_options(populate_existing=True))).first()
    if file is None:
        raise PartnerFileNotFound
    return file
