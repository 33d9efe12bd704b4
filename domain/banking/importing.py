"""Files from the bank come in: statements checked, chained and kept once; reports on orders taken over."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import col, select

from domain.banking import camt053, pain002
from domain.banking.booking import Tally, match_waiting
from domain.banking.camt053 import ReadStatement
from domain.banking.companies import companies_of
from domain.banking.desk import take_turns
from domain.banking.errors import (
    BankFileUnreadable,
    ForeignStatement,
    ReportUnknown,
    StatementDiffers,
    StatementNotChained,
)
from domain.banking.models import BankEntry, BankFile, BankStatement, Payment, PaymentInstruction
from domain.banking.reading import elements
from domain.banking.states import Direction, EntryOutcome, FileKind, InstructionState, PaymentState
from domain.coalition.founding import coalition_of
from domain.ids import PersonId, new_id
from domain.settlement.exact import ZERO
from domain.storage import ReadSession, WriteSession

AT_ONCE = 1_000
"""Rows an INSERT."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Statements that are missing between two that are there."""

    after: str
    before: str
    missing: tuple[int, ...] = ()
    """Their sequence numbers, where the bank counts; otherwise the balances tell."""


@dataclass(slots=True, kw_only=True)
class Imported:
    """What came of a file."""

    kind: FileKind
    file_id: UUID
    known: bool = False
    """It was brought in before, and nothing was done now."""
    statements: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    """Statements that were there already, from another file."""
    gaps: list[Gap] = field(default_factory=list)
    """All that are known of."""
    tally: Tally = field(default_factory=Tally)
    accepted: int = 0
    rejected: int = 0


async def bring_in(session: WriteSession, content: bytes, *, by: PersonId | None, now: datetime) -> Imported:
    """Take a file of the bank's in: statements (camt.053) or a report on orders (pain.002), and match what it tells.

    Once more, it changes nothing. Raises: BankFileUnreadable, StatementUnbalanced, StatementNotChained,
    StatementDiffers, ForeignStatement, ReportUnknown.
    """
    await take_turns(session)
    kind = _kind(content)
    digest = hashlib.sha256(content).digest()
    before = await session.scalars(select(BankFile).where(BankFile.kind == kind.value, BankFile.sha256 == digest))
    if (file := before.first()) is not None:
        return Imported(kind=kind, file_id=file.file_id, known=True, gaps=await gaps_of(session))
    if kind is FileKind.PAIN_002:
        return await _reported(session, content, by=by, now=now)
    read = list(camt053.statements(content))
    done = Imported(kind=kind, file_id=await _kept(session, kind, read[0].message_id, content, by=by, now=now))
    for statement in read:
        await _one_statement(session, statement, done, by=by, now=now)
    done.gaps = await gaps_of(session)
    done.tally = await match_waiting(session, now=now)
    return done


async def gaps_of(session: ReadSession) -> list[Gap]:
    """Where statements are missing: numbers skipped, or a balance that does not follow from the one before."""
    rows = await _statements(session)
    return [gap for one, other in pairwise(rows) if (gap := _gap(one, other)) is not None]


def _kind(content: bytes) -> FileKind:
    message, _ = next(elements(content), ("an empty file", None))
    if message.startswith("camt.053."):
        return FileKind.CAMT_053
    if message.startswith("pain.002."):
        return FileKind.PAIN_002
    raise BankFileUnreadable(f"it is {message}; statements (camt.053) and reports (pain.002) are read")


async def _kept(
    session: WriteSession, kind: FileKind, message_id: str, content: bytes, *, by: PersonId | None, now: datetime
) -> UUID:
    file = BankFile(
        file_id=new_id(),
        kind=kind,
        message_id=message_id,
        content=content,
        sha256=hashlib.sha256(content).digest(),
        made_by=by,
        made_at=now,
    )
    session.add(file)
    await session.flush()  # its statements refer to it
    return file.file_id


async def _one_statement(
    session: WriteSession, read: ReadStatement, done: Imported, *, by: PersonId | None, now: datetime
) -> None:
    await _refuse_foreign(session, read)
    if await _is_known(session, read):
        done.duplicates.append(read.name)
        return
    rows = await _statements(session)
    row = BankStatement(
        bank_statement_id=new_id(),
        file_id=done.file_id,
        iban=read.iban,
        name=read.name,
        sequence=read.sequence,
        page=read.page,
        currency=read.currency,
        opening=read.opening,
        closing=read.closing,
        closed_on=read.closed_on,
        entries=len(read.entries),
        digest=read.digest,
        imported_by=by,
        imported_at=now,
    )
    _refuse_broken_chain(rows, row)
    session.add(row)
    await session.flush()  # its entries refer to it
    entries = [_entry(row.bank_statement_id, number, entry) for number, entry in enumerate(read.entries, start=1)]
    for start in range(0, len(entries), AT_ONCE):
        await session.execute(insert(BankEntry), entries[start : start + AT_ONCE])
    done.statements.append(read.name)


def _entry(statement_id: UUID, number: int, entry: camt053.ReadEntry) -> dict[str, Any]:
    return {
        "entry_id": new_id(),
        "bank_statement_id": statement_id,
        "number": number,
        "outcome": EntryOutcome.UNMATCHED.value,
        "matched": ZERO,
        "credited": ZERO,
        "candidates": [],
        "note": None,
        **asdict(entry),
        "direction": Direction(entry.direction).value,
    }


async def _refuse_foreign(session: ReadSession, read: ReadStatement) -> None:
    own = (await companies_of(session)).get(None)
    iban = "" if own is None else (own.iban or "").replace(" ", "").upper()
    if not iban:
        raise ForeignStatement(read.name, "cannot be placed: the operator's own company has no IBAN yet")
    if read.iban != iban:
        raise ForeignStatement(read.name, f"is of account {read.iban}, and the operator's is {iban}")
    currency = (await coalition_of(session)).currency
    if read.currency != currency:
        raise ForeignStatement(read.name, f"is in {read.currency}, and the coalition settles in {currency}")


async def _is_known(session: ReadSession, read: ReadStatement) -> bool:
    """Whether the statement is there already. Raises: StatementDiffers."""
    query = select(BankStatement).where(
        BankStatement.iban == read.iban,
        BankStatement.name == read.name,
        col(BankStatement.sequence).is_not_distinct_from(read.sequence),
        BankStatement.page == read.page,
    )
    there = (await session.scalars(query)).first()
    if there is not None and there.digest != read.digest:
        raise StatementDiffers(read.name, there.closed_on)
    return there is not None


async def _statements(session: ReadSession) -> list[BankStatement]:
    return sorted(await session.scalars(select(BankStatement)), key=_order)


def _order(row: BankStatement) -> tuple[date, int, int, str]:
    return (row.closed_on, row.sequence or 0, row.page, row.name)


def _refuse_broken_chain(rows: Sequence[BankStatement], row: BankStatement) -> None:
    """Whether it opens with what the one before left, and the next one with what it leaves."""
    earlier = [one for one in rows if _order(one) < _order(row)]
    later = [one for one in rows if _order(one) > _order(row)]
    for one, other in ((earlier[-1:], [row]), ([row], later[:1])):
        if one and other and _follows(one[0], other[0]) and one[0].closing != other[0].opening:
            raise StatementNotChained(one[0].name, one[0].closing, other[0].name, other[0].opening)


def _follows(one: BankStatement, other: BankStatement) -> bool:
    """Whether the bank's own count says that nothing is between them; banks begin anew with each year."""
    if one.sequence is None or other.sequence is None:
        return False
    if one.sequence == other.sequence:
        return other.page == one.page + 1
    next_year = other.sequence == 1 and other.closed_on.year == one.closed_on.year + 1
    return other.page == 1 and (other.sequence == one.sequence + 1 or next_year)


def _gap(one: BankStatement, other: BankStatement) -> Gap | None:
    if _follows(one, other):
        return None
    counted = one.sequence is not None and other.sequence is not None and other.sequence > one.sequence
    if counted and other.sequence != one.sequence:
        missing = tuple(range((one.sequence or 0) + 1, other.sequence or 0))
        return Gap(one.name, other.name, missing) if missing else None
    return Gap(one.name, other.name) if one.closing != other.opening else None


async def _reported(session: WriteSession, content: bytes, *, by: PersonId | None, now: datetime) -> Imported:
    """What the bank says of orders: those it rejects are open again, to be put right and released once more."""
    report = pain002.report(content)
    query = select(BankFile).where(BankFile.kind == FileKind.PAIN_001.value, BankFile.message_id == report.about)
    about = (await session.scalars(query)).first()
    if about is None:
        raise ReportUnknown(report.about)
    done = Imported(
        kind=FileKind.PAIN_002,
        file_id=await _kept(session, FileKind.PAIN_002, report.message_id, content, by=by, now=now),
    )
    rows = select(PaymentInstruction, Payment).join(Payment, col(Payment.payment_id) == PaymentInstruction.payment_id)
    for instruction, payment in (await session.execute(rows.where(PaymentInstruction.file_id == about.file_id))).all():
        verdict = report.by_reference.get(payment.reference, report.whole)
        if verdict is None or instruction.state == InstructionState.REJECTED:
            continue
        instruction.state, instruction.reason, instruction.answered_at = verdict.state, verdict.reason, now
        if verdict.state is InstructionState.ACCEPTED:
            done.accepted += 1
            continue
        done.rejected += 1
        if payment.state == PaymentState.INSTRUCTED:
            payment.state, payment.reason, payment.changed_at = PaymentState.RETURNED, verdict.reason, now
    return done
