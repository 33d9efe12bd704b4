"""Handing files in: announced, sent part by part, whole; numbered without gaps, and never twice the same."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlmodel import col, select

from domain.errors import DomainError, InvalidValue
from domain.ids import CycleId, PartnerId, PersonId, new_id
from domain.reconciliation import keeping, turns
from domain.reconciliation.errors import (
    FileNotWhole,
    FileOutOfOrder,
    FileRepeated,
    FileWithdrawn,
    SequenceGap,
    SequenceRepeated,
    UploadOutOfPlace,
    UploadTooLarge,
)
from domain.reconciliation.models import (
    ExceptionStep,
    PartnerFile,
    PartnerFilePart,
    PartnerPosting,
    PartnerRecord,
    ReconciliationException,
)
from domain.reconciliation.visible import own
from domain.reconciliation.words import ExceptionState, FileState
from domain.settlement.steps import cycle_of
from domain.storage import ReadSession, WriteSession, sight_of
from domain.values import check_text

LONGEST_NAME = 200
LARGEST_PART = 1024**2
LARGEST_SEQUENCE = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTotals:
    """What a file is said to hold, as its figures stand in it; what is not given is not compared."""

    rows: int | None = None
    points: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginFile:
    """A file that is to come."""

    partner_id: PartnerId
    mapping: str
    """By its name; the newest version counts."""
    name: str
    sequence: int
    cycle_id: CycleId | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    """What it is held against: a cycle, or a period."""
    dry_run: bool = False
    totals: ControlTotals = ControlTotals()
    size: int | None = None
    sha256: bytes | None = None

    def __post_init__(self) -> None:
        check_text("name", self.name, LONGEST_NAME)
        if not 0 < self.sequence <= LARGEST_SEQUENCE:
            raise InvalidValue("the files of a partner are numbered from 1", path=("sequence",))
        if (self.cycle_id is None) == (self.starts_at is None or self.ends_at is None):
            raise InvalidValue("name a cycle, or the period from when until when", path=("cycle",))
        if self.starts_at is not None and self.ends_at is not None and self.ends_at <= self.starts_at:
            raise InvalidValue("the period ends after it began", path=("ends_at",))
        if self.sha256 is not None and len(self.sha256) != hashlib.sha256().digest_size:
            raise InvalidValue("a SHA-256 has 64 hexadecimal digits", path=("sha256",))
        if self.size is not None and self.size <= 0:
            raise InvalidValue("a file has at least one byte", path=("size",))


async def begin(
    session: WriteSession, command: BeginFile, *, most: int, by: PersonId | None, now: datetime
) -> PartnerFile:
    """Announce a file; it takes its number at once, unless it is a dry run.

    Raises: MappingNotFound, CycleNotFound, SequenceGap, SequenceRepeated, FileRepeated, UploadTooLarge.
    """
    if command.size is not None and command.size > most:
        raise UploadTooLarge(most)
    await turns.wait_for(session, command.partner_id)
    mapping = await keeping.named(session, command.partner_id, command.mapping)
    await _check_sequence(session, command.partner_id, command.sequence)
    if command.sha256 is not None:
        await _refuse_repeated(session, command.partner_id, command.sha256, dry_run=command.dry_run)
    starts_at, ends_at = await _period(session, command)
    totals = {name: getattr(command.totals, name) for name in ("rows", "points", "amount")}
    file = PartnerFile(
        file_id=new_id(),
        partner_id=command.partner_id,
        mapping_id=mapping.mapping_id,
        name=command.name,
        sequence=command.sequence,
        dry_run=command.dry_run,
        cycle_id=command.cycle_id,
        starts_at=starts_at,
        ends_at=ends_at,
        state=FileState.UPLOADING,
        size=command.size,
        digest=command.sha256,
        told={name: str(total) for name, total in totals.items() if total is not None},
        begun_by=by,
        begun_at=now,
    )
    session.add(file)
    return file


async def append(session: WriteSession, file_id: UUID, start: int, part: bytes, *, most: int) -> int:
    """Take the next bytes of a file; gives how many are here. Bytes that are here already are passed over.

    Raises: PartnerFileNotFound, FileOutOfOrder, UploadOutOfPlace, UploadTooLarge.
    """
    file = await _uploading(session, file_id, "sent more of")
    if start > file.received:
        raise UploadOutOfPlace(start, file.received)
    fresh = part[file.received - start :]
    if file.received + len(fresh) > most:
        raise UploadTooLarge(most)
    if file.size is not None and file.received + len(fresh) > file.size:
        raise FileNotWhole(f"{file.name} was announced with {file.size} bytes, and more came")
    for place in range(0, len(fresh), LARGEST_PART):
        piece = fresh[place : place + LARGEST_PART]
        session.add(
            PartnerFilePart(file_id=file_id, start=file.received + place, partner_id=file.partner_id, content=piece)
        )
    file.received += len(fresh)
    return file.received


async def complete(session: WriteSession, file_id: UUID, *, sha256: bytes | None = None, now: datetime) -> PartnerFile:
    """All of a file is here: it waits for its turn.

    Raises: FileNotWhole, FileOutOfOrder, FileRepeated, PartnerFileNotFound.
    """
    file = await _uploading(session, file_id, "completed")
    if not file.received or file.received != (file.size or file.received):
        raise FileNotWhole(f"{file.received} of {file.size or 'its'} bytes of {file.name} are here")
    digest = hashlib.sha256()
    async for part in parts(session, file_id):
        digest.update(part)
    expected = {one for one in (file.digest, sha256) if one is not None}
    if expected - {digest.digest()}:
        raise FileNotWhole(f"the SHA-256 of what came is {digest.hexdigest()}; withdraw the file and send it again")
    await turns.wait_for(session, file.partner_id)
    await _refuse_repeated(session, PartnerId(file.partner_id), digest.digest(), but=file_id, dry_run=file.dry_run)
    file.digest, file.size = digest.digest(), file.received
    file.state, file.received_at = FileState.RECEIVED, now
    return file


async def submit(
    session: WriteSession, command: BeginFile, content: bytes, *, most: int, by: PersonId | None, now: datetime
) -> PartnerFile:
    """Announce a file, send it and complete it at once. Raises: what these three do."""
    file = await begin(session, command, most=most, by=by, now=now)
    await session.flush()  # the file has to be there before its parts
    await append(session, file.file_id, 0, content, most=most)
    await session.flush()  # and the parts before they are read back
    return await complete(session, file.file_id, now=now)


async def withdraw(session: WriteSession, file_id: UUID, *, now: datetime) -> PartnerFile:
    """Take a file back: its number is free again, what it explained is open again, its rows are gone.

    Raises: PartnerFileNotFound, FileOutOfOrder.
    """
    file = await turns.awaited(session, file_id)
    await turns.wait_for(session, file.partner_id)
    if file.state == FileState.REFUSED:
        raise FileOutOfOrder(file.name, file.state, "withdrawn")
    if not file.dry_run and await _last_sequence(session, PartnerId(file.partner_id)) != file.sequence:
        raise FileOutOfOrder(file.name, "followed by another file", "withdrawn before that is")
    by_person = select(ReconciliationException.exception_id).where(
        ReconciliationException.file_id == file_id, col(ReconciliationException.resolved_by).is_not(None)
    )
    if (await session.scalars(by_person.limit(1))).first() is not None:
        raise FileOutOfOrder(file.name, "worked upon by people", "withdrawn")
    await refuse(session, file, FileWithdrawn(f"{file.name} was withdrawn"), now=now)
    return file


async def refuse(session: WriteSession, file: PartnerFile, why: DomainError, *, now: datetime) -> None:
    """A file does not count, and nothing of it is left but why."""
    await forget_rows(session, file.file_id)
    await session.execute(
        update(ReconciliationException)
        .where(col(ReconciliationException.explained_by) == file.file_id)
        .values(state=ExceptionState.OPEN, resolution=None, resolved_at=None, explained_by=None)
    )
    file.state, file.phase = FileState.REFUSED, None
    file.refusal, file.refusal_says, file.ended_at = why.code, why.message, now


async def forget_rows(session: WriteSession, file_id: UUID) -> None:
    """Throw away what a file held, the file's own line apart."""
    theirs = select(ReconciliationException.exception_id).where(ReconciliationException.file_id == file_id)
    await session.execute(delete(ExceptionStep).where(col(ExceptionStep.exception_id).in_(theirs)))
    for table in (ReconciliationException, PartnerPosting, PartnerRecord, PartnerFilePart):
        await session.execute(delete(table).where(col(table.file_id) == file_id))


async def next_sequence(session: ReadSession, partner_id: PartnerId) -> int:
    """The number that a partner's next file has."""
    return (await _last_sequence(session, partner_id) or 0) + 1


async def parts(session: ReadSession, file_id: UUID) -> AsyncIterator[bytes]:
    """The bytes of a file in order, a part at a time."""
    start = 0
    while True:
        query = select(PartnerFilePart.content).where(
            PartnerFilePart.file_id == file_id,
            PartnerFilePart.start == start,
            own(sight_of(session), PartnerFilePart),
        )
        part = (await session.scalars(query)).first()
        if part is None:
            return
        start += len(part)
        yield part


async def _uploading(session: WriteSession, file_id: UUID, step: str) -> PartnerFile:
    file = await turns.awaited(session, file_id)
    if file.state != FileState.UPLOADING:
        raise FileOutOfOrder(file.name, file.state, step)
    return file


async def _check_sequence(session: ReadSession, partner_id: PartnerId, sequence: int) -> None:
    """The number that follows the last, or that of a file which was refused; the first file may have any."""
    last = await _last_sequence(session, partner_id)
    if last is None or sequence == last + 1:
        return
    if sequence > last:
        raise SequenceGap(sequence, last + 1)
    before = select(PartnerFile.name).where(_counting(session, partner_id), PartnerFile.sequence == sequence)
    name = (await session.scalars(before)).first()
    if name is not None:
        raise SequenceRepeated(sequence, name)


async def _last_sequence(session: ReadSession, partner_id: PartnerId) -> int | None:
    query = select(func.max(PartnerFile.sequence)).where(_counting(session, partner_id))
    last: int | None = await session.scalar(query)
    return last


def _counting(session: ReadSession, partner_id: PartnerId) -> Any:
    counts = (col(PartnerFile.partner_id) == partner_id) & (col(PartnerFile.state) != FileState.REFUSED)
    return counts & ~col(PartnerFile.dry_run) & own(sight_of(session), PartnerFile)


async def _refuse_repeated(
    session: ReadSession, partner_id: PartnerId, digest: bytes, *, dry_run: bool, but: UUID | None = None
) -> None:
    if dry_run:
        return
    query = select(PartnerFile).where(_counting(session, partner_id), PartnerFile.digest == digest)
    before = (await session.scalars(query.where(col(PartnerFile.file_id).is_distinct_from(but)))).first()
    if before is not None:
        raise FileRepeated(before.name, before.sequence, before.file_id)


async def _period(session: ReadSession, command: BeginFile) -> tuple[datetime, datetime | None]:
    if command.cycle_id is not None:
        cycle = await cycle_of(session, command.cycle_id)
        return cycle.opened_at, cycle.cut_off_at
    assert command.starts_at is not None
    return command.starts_at, command.ends_at
