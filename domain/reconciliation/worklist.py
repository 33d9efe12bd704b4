"""Clearing exceptions up: assigned, noted, accepted, sent right next time; matched by force or written off by two."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import select

from domain.errors import InvalidValue
from domain.ids import PersonId, new_id
from domain.reconciliation import turns
from domain.reconciliation.errors import ExceptionNotFound, ExceptionOutOfOrder, SecondPersonNeeded
from domain.reconciliation.models import (
    ExceptionStep,
    PartnerPosting,
    PartnerRecord,
    ReconciliationException,
)
from domain.reconciliation.visible import own
from domain.reconciliation.words import TWO_PERSONS, ExceptionState, Resolution
from domain.storage import WriteSession, sight_of
from domain.values import check_text

LONGEST_NOTE = 1_000
BY_ONE = (Resolution.ACCEPTED, Resolution.CORRECT_IN_NEXT_FILE)


async def assign(
    session: WriteSession, exception_id: UUID, to: PersonId | None, *, by: PersonId, now: datetime
) -> ReconciliationException:
    """Give an exception to somebody, or to nobody. Raises: ExceptionNotFound, ExceptionOutOfOrder."""
    found = await _standing(session, exception_id, ExceptionState.OPEN, ExceptionState.PROPOSED)
    found.assigned_to = to
    _leave_line(session, found, "ASSIGNED", by=by, now=now)
    return found


async def note(
    session: WriteSession, exception_id: UUID, text: str, *, by: PersonId, now: datetime
) -> ReconciliationException:
    """Write something down about an exception. Raises: ExceptionNotFound, InvalidValue."""
    found = await _held(session, exception_id)
    _leave_line(session, found, "NOTED", by=by, now=now, text=text)
    return found


async def resolve(
    session: WriteSession, exception_id: UUID, resolution: Resolution, *, text: str | None, by: PersonId, now: datetime
) -> ReconciliationException:
    """One person clears an exception up; the same again is the same.

    Raises: ExceptionNotFound, ExceptionOutOfOrder, InvalidValue.
    """
    if resolution not in BY_ONE:
        raise InvalidValue(
            "a match by force and a write-off are proposed, and confirmed by another", path=("resolution",)
        )
    found = await _held(session, exception_id)
    if found.state == ExceptionState.RESOLVED and (found.resolution, found.resolved_by) == (resolution, by):
        return found
    _check(found, ExceptionState.OPEN)
    found.state, found.resolution = ExceptionState.RESOLVED, resolution
    found.resolved_by, found.resolved_at = by, now
    _leave_line(session, found, resolution, by=by, now=now, text=text)
    return found


async def propose(
    session: WriteSession,
    exception_id: UUID,
    resolution: Resolution,
    *,
    text: str,
    row: int | None = None,
    number: int | None = None,
    by: PersonId,
    now: datetime,
) -> ReconciliationException:
    """A first person proposes a match by force, or a write-off, and says why.

    A row is matched with the `number` of a posting, a posting with a `row` of the file; what is suggested, if none is
    given. Raises: ExceptionNotFound, ExceptionOutOfOrder, InvalidValue.
    """
    if resolution not in TWO_PERSONS:
        raise InvalidValue("only a match by force or a write-off is proposed", path=("resolution",))
    found = await _standing(session, exception_id, ExceptionState.OPEN)
    if resolution is Resolution.FORCE_MATCHED:
        if row is None and number is None:
            row, number = found.suggested_row, found.suggested_number
        await _check_counterpart(session, found, row, number)
        found.counterpart_row, found.counterpart_number = row, number
    found.state, found.resolution, found.proposed_by = ExceptionState.PROPOSED, resolution, by
    _leave_line(session, found, f"{resolution}_PROPOSED", by=by, now=now, text=text)
    return found


async def confirm(session: WriteSession, exception_id: UUID, *, by: PersonId, now: datetime) -> ReconciliationException:
    """A second person agrees; both sides of a match by force are cleared up.

    Raises: ExceptionNotFound, ExceptionOutOfOrder, SecondPersonNeeded.
    """
    found = await _held(session, exception_id)
    if found.proposed_by == by:
        raise SecondPersonNeeded
    if found.state == ExceptionState.RESOLVED and found.resolved_by == by and found.resolution in TWO_PERSONS:
        return found
    _check(found, ExceptionState.PROPOSED)
    counterpart = await _other_side(session, found)
    for one in filter(None, (found, counterpart)):
        one.resolution, one.proposed_by = found.resolution, found.proposed_by
        one.state, one.resolved_by, one.resolved_at = ExceptionState.RESOLVED, by, now
        _leave_line(session, one, str(found.resolution), by=by, now=now)
    if counterpart is not None:
        counterpart.counterpart_row, counterpart.counterpart_number = found.row, found.number
    return found


async def decline(
    session: WriteSession, exception_id: UUID, *, text: str, by: PersonId, now: datetime
) -> ReconciliationException:
    """A proposal is declined, or taken back: the exception is open again.

    Raises: ExceptionNotFound, ExceptionOutOfOrder, InvalidValue.
    """
    found = await _standing(session, exception_id, ExceptionState.PROPOSED)
    found.state, found.resolution, found.proposed_by = ExceptionState.OPEN, None, None
    found.counterpart_row = found.counterpart_number = None
    _leave_line(session, found, "DECLINED", by=by, now=now, text=text)
    return found


async def _standing(session: WriteSession, exception_id: UUID, *states: ExceptionState) -> ReconciliationException:
    found = await _held(session, exception_id)
    _check(found, *states)
    return found


def _check(found: ReconciliationException, *states: ExceptionState) -> None:
    if found.state not in states:
        raise ExceptionOutOfOrder(f"the exception is {found.state}; this is done while it is {' or '.join(states)}")


async def _held(session: WriteSession, exception_id: UUID) -> ReconciliationException:
    """An exception of one's own; those of one file take turns, since two of them may belong together."""
    query = select(ReconciliationException).where(
        ReconciliationException.exception_id == exception_id, own(sight_of(session), ReconciliationException)
    )
    found = (await session.scalars(query)).first()
    if found is None:
        raise ExceptionNotFound
    await turns.wait_for(session, found.file_id)
    await session.refresh(found)
    return found


async def _check_counterpart(
    session: WriteSession, found: ReconciliationException, row: int | None, number: int | None
) -> None:
    """There is such a thing on the other side, and it has no counterpart yet."""
    if (row is None) == (found.row is None) or (number is None) == (found.number is None):
        side = "the number of a posting" if found.row is not None else "a row of the file"
        raise InvalidValue(f"name {side} to match it with", path=("counterpart",))
    there: PartnerRecord | PartnerPosting | None
    if row is not None:
        there = await session.get(PartnerRecord, (found.file_id, row))
    else:
        there = await session.get(PartnerPosting, (found.file_id, number))
    if there is None or (there.match is not None and there.match != found.row):
        raise InvalidValue("there is no such row or posting without a counterpart", path=("counterpart",))
    other = await _of_place(session, found.file_id, row, number)
    if other is not None and other.state != ExceptionState.OPEN:
        raise ExceptionOutOfOrder("the other side is being cleared up, or is cleared up already")


async def _other_side(session: WriteSession, found: ReconciliationException) -> ReconciliationException | None:
    if found.resolution != Resolution.FORCE_MATCHED:
        return None
    other = await _of_place(session, found.file_id, found.counterpart_row, found.counterpart_number)
    if other is not None:
        _check(other, ExceptionState.OPEN)
    return other


async def _of_place(
    session: WriteSession, file_id: UUID, row: int | None, number: int | None
) -> ReconciliationException | None:
    same = ReconciliationException.row == row if row is not None else ReconciliationException.number == number
    query = select(ReconciliationException).where(ReconciliationException.file_id == file_id, same)
    return (await session.scalars(query)).first()


def _leave_line(
    session: WriteSession,
    found: ReconciliationException,
    what: str,
    *,
    by: PersonId,
    now: datetime,
    text: str | None = None,
) -> None:
    if text is not None:
        check_text("note", text.replace("\n", " "), LONGEST_NOTE)
    session.add(
        ExceptionStep(
            step_id=new_id(),
            exception_id=found.exception_id,
            partner_id=found.partner_id,
            what=what,
            note=text,
            person_id=by,
            taken_at=now,
        )
    )
