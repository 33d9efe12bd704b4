"""Taking a file's rows in: block by block, each with the place to go on from in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from domain.errors import DomainError
from domain.reconciliation import files, turns
from domain.reconciliation.cells import Record, Sums
from domain.reconciliation.errors import ControlTotalsDiffer, FileTaken, SequenceGap
from domain.reconciliation.models import PartnerFile
from domain.reconciliation.words import FileState, Phase
from domain.storage import WriteSession

BLOCK = 20_000

STAGE = text(
    """
    CREATE TEMP TABLE staged_record (row bigint, identity uuid, reference text, kind text, outlet_code text,
        occurred_at timestamptz, or_at timestamptz, points bigint, amount bigint, member bytea, reason text, cell text,
        detail text) ON COMMIT DROP
    """
)

# Tables behind a wall take no COPY, so rows come by way of a table of the moment.
TAKE_IN = text(
    """
    INSERT INTO partner_record (file_id, partner_id, row, identity, reference, kind, outlet_code, outlet_id,
        occurred_at, or_at, points, amount, member, outcome, reason, cell, detail)
    SELECT CAST(:file AS uuid), CAST(:partner AS uuid), s.row, s.identity, s.reference, s.kind, s.outlet_code,
        o.outlet_id, s.occurred_at, s.or_at, s.points, s.amount, s.member,
        CASE WHEN s.reason IS NOT NULL OR b.unknown THEN 'REJECTED' END,
        CASE WHEN b.unknown THEN 'OUTLET_UNKNOWN' ELSE s.reason END, CASE WHEN b.unknown THEN 'outlet' ELSE s.cell END,
        CASE WHEN b.unknown THEN 'there is no outlet ' || s.outlet_code ELSE s.detail END
    FROM staged_record s
    LEFT JOIN outlet o ON o.partner_id = CAST(:partner AS uuid) AND o.code = s.outlet_code
    CROSS JOIN LATERAL (SELECT s.reason IS NULL AND s.outlet_code IS NOT NULL AND o.outlet_id IS NULL AS unknown) b
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some rows of a file, and the places before and after them."""

    before: int
    after: int
    next_row: int
    records: Sequence[Record]
    sums: Sums


async def waiting(session: WriteSession) -> list[PartnerFile]:
    """The files that are to go on, of each partner the first in line."""
    states = (FileState.RECEIVED, FileState.READING, FileState.MATCHING)
    query = (
        select(PartnerFile)
        .where(col(PartnerFile.state).in_(states))
        .order_by(col(PartnerFile.partner_id), col(PartnerFile.dry_run), col(PartnerFile.sequence))
    )
    first: dict[tuple[UUID, bool], PartnerFile] = {}
    for file in await session.scalars(query):
        first.setdefault((file.partner_id, file.dry_run), file)
    return list(first.values())


async def start(session: WriteSession, file_id: UUID) -> PartnerFile:
    """Begin to read a file, or go on. Raises: FileTaken, PartnerFileNotFound, SequenceGap."""
    file = await turns.taken(session, file_id)
    if file.state == FileState.RECEIVED:
        await _refuse_gap(session, file)
        file.state = FileState.READING
    return file


async def take_in(session: WriteSession, file_id: UUID, block: Block) -> PartnerFile:
    """Take rows in, if nobody else took them. Raises: FileTaken, PartnerFileNotFound."""
    file = await turns.taken(session, file_id)
    if file.state != FileState.READING or file.position != block.before:
        raise FileTaken
    await session.execute(STAGE)
    driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    await driver.copy_records_to_table("staged_record", records=block.records)
    await session.execute(TAKE_IN, {"file": file_id, "partner": file.partner_id})
    file.position, file.next_row = block.after, block.next_row
    file.rows_read += block.sums.rows
    file.points_read += block.sums.points
    file.amount_read += block.sums.amount
    return file


async def finish(session: WriteSession, file_id: UUID, told: dict[str, str]) -> PartnerFile:
    """All rows are in: the totals are compared, and matching begins.

    Raises: ControlTotalsDiffer, SequenceGap, FileTaken.
    """
    file = await turns.taken(session, file_id)
    if file.state != FileState.READING:
        raise FileTaken
    sequence = told.pop("sequence", None)
    if sequence is not None and Decimal(sequence) != file.sequence:
        raise ControlTotalsDiffer(f"the file says that it is number {sequence}, but was handed in as {file.sequence}")
    file.told = {**told, **file.told}
    for given in (told, file.told):
        _compare(file, given)
    file.state, file.phase = FileState.MATCHING, Phase.GATHER
    return file


async def refuse(session: WriteSession, file_id: UUID, why: DomainError, *, now: datetime) -> PartnerFile:
    """The file does not count. Raises: FileTaken, PartnerFileNotFound."""
    file = await turns.taken(session, file_id)
    await files.refuse(session, file, why, now=now)
    return file


def _compare(file: PartnerFile, given: dict[str, str]) -> None:
    found = {"rows": Decimal(file.rows_read), "points": file.points_read, "amount": file.amount_read}
    differ = [
        f"{name}: told {given[name]}, found {figure:f}"
        for name, figure in found.items()
        if name in given and Decimal(given[name]) != figure
    ]
    if differ:
        raise ControlTotalsDiffer("; ".join(differ))


async def _refuse_gap(session: WriteSession, file: PartnerFile) -> None:
    """The file before was not refused since this one was announced, or came again."""
    before = select(PartnerFile).where(
        PartnerFile.partner_id == file.partner_id,
        ~col(PartnerFile.dry_run),
        PartnerFile.sequence == file.sequence - 1,
    )
    found = list(await session.scalars(before))
    lost = [one for one in found if one.ended_at is not None and one.ended_at >= file.begun_at]
    if not file.dry_run and lost and all(one.state == FileState.REFUSED for one in found):
        raise SequenceGap(file.sequence, file.sequence - 1)
