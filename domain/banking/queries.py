"""What banking shows: payments, files, statements with their entries, what waits for a person, credits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select

from domain.banking import visible
from domain.banking.errors import BankEntryNotFound, BankFileNotFound, PaymentNotFound
from domain.banking.models import (
    BankEntry,
    BankFile,
    BankMatch,
    BankStatement,
    PartnerCredit,
    Payment,
    PaymentInstruction,
    WriteOff,
)
from domain.banking.states import Direction, EntryOutcome, FileKind, MatchState, PaymentState
from domain.paging import Page, PageRequest
from domain.settlement.exact import ZERO
from domain.storage import ReadSession, sight_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Where the money that came in and went out is: every entry's amount stands in exactly one column."""

    money_in: Decimal
    money_out: Decimal
    matched: Decimal
    """Belongs to payments, returns included."""
    credited: Decimal
    """Is kept for partners."""
    out_of_band: Decimal
    """The bank's own."""
    waiting: Decimal
    """Belongs to nothing yet."""


async def payments(
    session: ReadSession,
    page: PageRequest,
    *,
    cycle_id: UUID | None = None,
    states: Collection[PaymentState] = (),
) -> Page[Payment]:
    """Payments in pages, the newest first."""
    query = select(Payment).where(visible.payments(sight_of(session)))
    if cycle_id is not None:
        query = query.where(Payment.cycle_id == cycle_id)
    if states:
        query = query.where(col(Payment.state).in_(states))
    if page.after is not None:
        query = query.where(col(Payment.payment_id) < page.after[0])
    query = query.order_by(col(Payment.payment_id).desc()).limit(page.first + 1)
    return Page.of(list(await session.scalars(query)), page, key=lambda payment: (payment.payment_id,))


async def payment_by_id(session: ReadSession, payment_id: UUID) -> Payment:
    """A payment that the viewer makes or gets. Raises: PaymentNotFound."""
    return _found(
        (
            await session.scalars(
                select(Payment).where(Payment.payment_id == payment_id, visible.payments(sight_of(session)))
            )
        ).first()
    )


async def payments_by_ids(session: ReadSession, payment_ids: Sequence[UUID]) -> list[Payment | None]:
    """Payments in the order of their ids; None for those the viewer may not see."""
    query = select(Payment).where(col(Payment.payment_id).in_(payment_ids), visible.payments(sight_of(session)))
    found = {payment.payment_id: payment for payment in await session.scalars(query)}
    return [found.get(payment_id) for payment_id in payment_ids]


async def payment_named(session: ReadSession, reference: str) -> Payment:
    """The payment with that reference, spaces or none. Raises: PaymentNotFound."""
    return _found(next(iter(await payments_of_reference(session, reference)), None))


async def payments_of_reference(session: ReadSession, reference: str) -> list[Payment]:
    """The payment with that reference, if the viewer makes or gets it."""
    plain = reference.replace(" ", "").upper()
    return list(
        await session.scalars(select(Payment).where(Payment.reference == plain, visible.payments(sight_of(session))))
    )


async def files_of(session: ReadSession, cycle_id: UUID) -> list[BankFile]:
    """The orders made for a cycle, those of the viewer's own account."""
    query = select(BankFile).where(
        BankFile.cycle_id == cycle_id, BankFile.kind == FileKind.PAIN_001.value, visible.files(sight_of(session))
    )
    return list(await session.scalars(query.order_by(col(BankFile.message_id))))


async def file_by_id(session: ReadSession, file_id: UUID) -> BankFile:
    """A file for the viewer's own bank. Raises: BankFileNotFound."""
    query = select(BankFile).where(BankFile.file_id == file_id, visible.files(sight_of(session)))
    found = (await session.scalars(query)).first()
    if found is None:
        raise BankFileNotFound
    return found


async def instructions_of(session: ReadSession, payment_id: UUID) -> list[PaymentInstruction]:
    """The orders that a payment was part of, the first attempt first; none that the viewer may not see."""
    payment = await payment_by_id(session, payment_id)
    if visible_partner(session) not in {None, payment.payer_id}:
        return []
    query = select(PaymentInstruction).where(PaymentInstruction.payment_id == payment_id)
    return list(await session.scalars(query.order_by(col(PaymentInstruction.attempt))))


def visible_partner(session: ReadSession) -> UUID | None:
    """The one partner that looks; None for the coalition."""
    return sight_of(session).partner_id


async def statements(session: ReadSession, page: PageRequest) -> Page[BankStatement]:
    """The statements of the operator's account in pages, the newest first."""
    query = select(BankStatement).where(_coalitions(session))
    if page.after is not None:
        query = query.where(col(BankStatement.bank_statement_id) < page.after[0])
    query = query.order_by(col(BankStatement.bank_statement_id).desc()).limit(page.first + 1)
    return Page.of(list(await session.scalars(query)), page, key=lambda row: (row.bank_statement_id,))


async def entries_of(session: ReadSession, bank_statement_id: UUID, page: PageRequest) -> Page[BankEntry]:
    """The entries of a statement in its order."""
    query = select(BankEntry).where(BankEntry.bank_statement_id == bank_statement_id, _coalitions(session))
    if page.after is not None:
        query = query.where(col(BankEntry.number) > page.after[0])
    query = query.order_by(col(BankEntry.number)).limit(page.first + 1)
    return Page.of(list(await session.scalars(query)), page, key=lambda row: (row.number,))


async def worklist(session: ReadSession, page: PageRequest) -> Page[BankEntry]:
    """Entries that wait for a person, the oldest first."""
    waiting = (EntryOutcome.AMBIGUOUS, EntryOutcome.UNMATCHED)
    query = select(BankEntry).where(col(BankEntry.outcome).in_(waiting), _coalitions(session))
    if page.after is not None:
        query = query.where(col(BankEntry.entry_id) > page.after[0])
    query = query.order_by(col(BankEntry.entry_id)).limit(page.first + 1)
    return Page.of(list(await session.scalars(query)), page, key=lambda row: (row.entry_id,))


async def entry_by_id(session: ReadSession, entry_id: UUID) -> BankEntry:
    """An entry of the operator's account. Raises: BankEntryNotFound."""
    query = select(BankEntry).where(BankEntry.entry_id == entry_id, _coalitions(session))
    found = (await session.scalars(query)).first()
    if found is None:
        raise BankEntryNotFound
    return found


async def entries_of_reference(session: ReadSession, reference: str, most: int) -> list[BankEntry]:
    """Entries of the operator's account that bear a creditor's or the bank's reference, the newest first."""
    plain = reference.replace(" ", "").upper()
    named = or_(col(BankEntry.creditor_reference) == plain, col(BankEntry.bank_reference) == reference)
    query = select(BankEntry).where(named, _coalitions(session))
    return list(await session.scalars(query.order_by(col(BankEntry.entry_id).desc()).limit(most)))


async def matches_of_entry(session: ReadSession, entry_id: UUID) -> list[BankMatch]:
    """What an entry belongs to, or did."""
    query = select(BankMatch).where(BankMatch.entry_id == entry_id, _coalitions(session))
    return list(await session.scalars(query.order_by(col(BankMatch.match_id))))


async def partner_credits(session: ReadSession) -> list[PartnerCredit]:
    """What partners paid too much, the oldest first."""
    query = select(PartnerCredit).where(visible.partner_credits(sight_of(session)))
    return list(await session.scalars(query.order_by(col(PartnerCredit.credit_id))))


async def write_offs(session: ReadSession) -> list[WriteOff]:
    """Write-offs that wait for a second person, the oldest first."""
    query = select(WriteOff).where(
        col(WriteOff.agreed_at).is_(None), col(WriteOff.dropped_at).is_(None), _coalitions(session)
    )
    return list(await session.scalars(query.order_by(col(WriteOff.write_off_id))))


async def proposed(session: ReadSession) -> list[BankMatch]:
    """Matches that wait for a second person, the oldest first."""
    query = select(BankMatch).where(BankMatch.state == MatchState.PROPOSED.value, _coalitions(session))
    return list(await session.scalars(query.order_by(col(BankMatch.match_id))))


async def books(session: ReadSession) -> Books:
    """Where all the money of the account's entries is; read with the coalition's sight."""
    sums = dict.fromkeys(("money_in", "money_out", "matched", "credited", "out_of_band", "waiting"), ZERO)
    for entry in await session.scalars(select(BankEntry).where(_coalitions(session))):
        sums["money_in" if entry.direction == Direction.IN else "money_out"] += entry.amount
        sums["matched"] += entry.matched
        sums["credited"] += entry.credited
        sums["out_of_band" if entry.outcome == EntryOutcome.OUT_OF_BAND else "waiting"] += entry.left
    return Books(**sums)


def _coalitions(session: ReadSession) -> ColumnElement[bool]:
    return visible.coalitions(sight_of(session))


def _found(payment: Payment | None) -> Payment:
    if payment is None:
        raise PaymentNotFound
    return payment
