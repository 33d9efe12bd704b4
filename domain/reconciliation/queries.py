"""What reconciliation shows: files and how far they are, exceptions in pages, and what became of each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, tuple_
from sqlmodel import col, select

from domain.ids import PartnerId, PersonId
from domain.paging import Page, PageRequest
from domain.reconciliation.errors import ExceptionNotFound, PartnerFileNotFound
from domain.reconciliation.models import (
    ExceptionStep,
    PartnerFile,
    PartnerPosting,
    PartnerRecord,
    ReconciliationException,
)
from domain.reconciliation.visible import own
from domain.reconciliation.words import (
    POSTINGS_PLACE,
    ExceptionState,
    FileState,
    Outcome,
    Phase,
    Severity,
)
from domain.storage import ReadSession, sight_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which exceptions; what is not said is not asked."""

    file_id: UUID | None = None
    partner_id: PartnerId | None = None
    states: Collection[ExceptionState] = ()
    outcomes: Collection[Outcome] = ()
    severities: Collection[Severity] = ()
    assigned_to: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptional:
    """An exception with what stands behind it, on the side of the file or of the ledger."""

    found: ReconciliationException
    record: PartnerRecord | None
    posting: PartnerPosting | None

    @property
    def exception_id(self) -> UUID:
        """Its id."""
        return self.found.exception_id

    @property
    def suggested_place(self) -> tuple[UUID, int] | None:
        """Where the most likely counterpart stands in the list."""
        found = self.found
        if found.suggested_row is not None:
            return found.file_id, found.suggested_row
        if found.suggested_number is not None:
            return found.file_id, POSTINGS_PLACE + found.suggested_number
        return None

    @property
    def reference(self) -> str | None:
        """The partner's number of it."""
        return self._side.reference

    @property
    def kind(self) -> str | None:
        """What it is about."""
        return self._side.kind

    @property
    def occurred_at(self) -> datetime | None:
        """When it took place."""
        return self._side.occurred_at

    @property
    def points(self) -> int | None:
        """As the member gets them."""
        return self._side.points

    @property
    def amount(self) -> int | None:
        """In minor units."""
        return self._side.amount

    @property
    def _side(self) -> PartnerRecord | PartnerPosting:
        side = self.record or self.posting
        assert side is not None, "an exception is about a row or a posting"
        return side


async def file_by_id(session: ReadSession, file_id: UUID) -> PartnerFile:
    """A file that the viewer may see. Raises: PartnerFileNotFound."""
    query = select(PartnerFile).where(PartnerFile.file_id == file_id, own(sight_of(session), PartnerFile))
    found = (await session.scalars(query.execution_options(populate_existing=True))).first()
    if found is None:
        raise PartnerFileNotFound
    return found


async def files_of(session: ReadSession, partner_id: PartnerId | None, page: PageRequest) -> Page[PartnerFile]:
    """The files of a partner, or of all that the viewer may see, newest first."""
    query = select(PartnerFile).where(own(sight_of(session), PartnerFile))
    if partner_id is not None:
        query = query.where(PartnerFile.partner_id == partner_id)
    if page.after is not None:
        query = query.where(col(PartnerFile.file_id) < page.after[0])
    rows = await session.scalars(query.order_by(col(PartnerFile.file_id).desc()).limit(page.first + 1))
    return Page.of(list(rows), page, key=lambda file: (file.file_id,))


async def exceptions_of(session: ReadSession, wanted: Wanted, page: PageRequest) -> Page[Exceptional]:
    """Exceptions in the order of files and their rows."""
    key = (col(ReconciliationException.file_id), col(ReconciliationException.place))
    query = _joined(session).where(*_conditions(wanted))
    if page.after is not None:
        query = query.where(tuple_(*key) > page.after)
    rows = (await session.execute(query.order_by(*key).limit(page.first + 1))).all()
    shown = [Exceptional(found=one, record=record, posting=posting) for one, record, posting in rows]
    return Page.of(shown, page, key=lambda one: (one.found.file_id, one.found.place))


async def exception_by_id(session: ReadSession, exception_id: UUID) -> Exceptional:
    """One exception that the viewer may see. Raises: ExceptionNotFound."""
    query = _joined(session).where(ReconciliationException.exception_id == exception_id)
    row = (await session.execute(query.execution_options(populate_existing=True))).first()
    if row is None:
        raise ExceptionNotFound
    return Exceptional(found=row[0], record=row[1], posting=row[2])


async def exceptions_at(session: ReadSession, places: Sequence[tuple[UUID, int]]) -> list[Exceptional | None]:
    """The exceptions at these places of files, in their order; None where there is none."""
    key = tuple_(col(ReconciliationException.file_id), col(ReconciliationException.place))
    rows = (await session.execute(_joined(session).where(key.in_(places)))).all()
    found = {
        (one.file_id, one.place): Exceptional(found=one, record=record, posting=posting)
        for one, record, posting in rows
    }
    return [found.get(place) for place in places]


async def files_by_ids(session: ReadSession, file_ids: Sequence[UUID]) -> list[PartnerFile]:
    """Files in the order of their ids. Raises: PartnerFileNotFound."""
    query = select(PartnerFile).where(col(PartnerFile.file_id).in_(file_ids), own(sight_of(session), PartnerFile))
    found = {file.file_id: file for file in await session.scalars(query)}
    if set(file_ids) - set(found):
        raise PartnerFileNotFound
    return [found[file_id] for file_id in file_ids]


async def steps_by_exceptions(session: ReadSession, exception_ids: Sequence[UUID]) -> list[list[ExceptionStep]]:
    """What was done about each of these exceptions, in order."""
    query = select(ExceptionStep).where(
        col(ExceptionStep.exception_id).in_(exception_ids), own(sight_of(session), ExceptionStep)
    )
    found: dict[UUID, list[ExceptionStep]] = {exception_id: [] for exception_id in exception_ids}
    for step in await session.scalars(query.order_by(col(ExceptionStep.taken_at), col(ExceptionStep.step_id))):
        found[step.exception_id].append(step)
    return list(found.values())


def done_of(file: PartnerFile) -> int:
    """How far a file is, out of a hundred: reading is half of it, each phase a part of the other."""
    match file.state:
        case FileState.DONE | FileState.REFUSED:
            return 100
        case FileState.READING:
            return min(50 * file.position // max(file.size or 1, 1), 50)
        case FileState.MATCHING:
            phases = list(Phase)
            return 50 + 50 * phases.index(Phase(file.phase or phases[0])) // len(phases)
    return 0


def _joined(session: ReadSession) -> Any:
    record = and_(
        col(PartnerRecord.file_id) == col(ReconciliationException.file_id),
        col(PartnerRecord.row) == col(ReconciliationException.row),
    )
    posting = and_(
        col(PartnerPosting.file_id) == col(ReconciliationException.file_id),
        col(PartnerPosting.number) == col(ReconciliationException.number),
    )
    return (
        select(ReconciliationException, PartnerRecord, PartnerPosting)
        .outerjoin(PartnerRecord, record)
        .outerjoin(PartnerPosting, posting)
        .where(own(sight_of(session), ReconciliationException))
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.file_id is not None:
        conditions.append(col(ReconciliationException.file_id) == wanted.file_id)
    if wanted.partner_id is not None:
        conditions.append(col(ReconciliationException.partner_id) == wanted.partner_id)
    for column, kinds in (
        (ReconciliationException.state, wanted.states),
        (ReconciliationException.outcome, wanted.outcomes),
        (ReconciliationException.severity, wanted.severities),
    ):
        if kinds:
            conditions.append(col(column).in_(list(kinds)))
    if wanted.assigned_to is not None:
        conditions.append(col(ReconciliationException.assigned_to) == wanted.assigned_to)
    return conditions
