"""Payments go out: a second person releases them, and files of orders are made, each payment in one at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import col, select

from domain.banking import pain001, working_days
from domain.banking.companies import Settling, account, refuse_unpayable, settling
from domain.banking.desk import take_turns
from domain.banking.errors import NothingToRelease
from domain.banking.models import BankFile, Payment, PaymentInstruction
from domain.banking.states import FileKind, PaymentState
from domain.coalition.founding import coalition_of
from domain.ids import PersonId, new_id
from domain.settlement.errors import SecondPersonNeeded
from domain.settlement.exact import total
from domain.settlement.models import Cycle
from domain.settlement.steps import cycle_of
from domain.storage import ReadSession, WriteSession

WAITING = (PaymentState.PLANNED, PaymentState.RETURNED)
"""What is to go out: for the first time, or again after a bank rejected it or sent it back."""


async def release(session: WriteSession, cycle_id: UUID, *, by: PersonId, now: datetime) -> list[BankFile]:
    """Make the orders for what waits in a cycle, one file for each account that pays.

    Released again by the same person, what went out is found again. Raises: CycleNotFound, NothingToRelease,
    SecondPersonNeeded, BankDetailsMissing, OrderInvalid.
    """
    await take_turns(session)
    cycle = await cycle_of(session, cycle_id)
    payments = await _waiting(session, cycle_id)
    if not payments:
        return await _released_before(session, cycle, by=by)
    if any(payment.instructed_by == by for payment in payments):
        raise SecondPersonNeeded(f"the payments of cycle {cycle.name}", by)
    parties = await settling(session, cycle)
    concerned = {payment.payer_id for payment in payments} | {payment.payee_id for payment in payments}
    refuse_unpayable(sorted((parties[one] for one in concerned), key=lambda party: party.number))
    files = []
    payments.sort(key=lambda payment: parties[payment.payer_id].number)
    for payer_id, owed in groupby(payments, key=lambda payment: payment.payer_id):
        files.append(await _file(session, cycle, payer_id, list(owed), parties, by=by, now=now))
    return files


async def _waiting(session: ReadSession, cycle_id: UUID) -> list[Payment]:
    """What goes out by a file: what the operator pays, and what partners pay each other."""
    query = select(Payment).where(Payment.cycle_id == cycle_id, col(Payment.state).in_(WAITING))
    rows = await session.scalars(query.order_by(col(Payment.reference)))
    return [row for row in rows if row.payer_id is None or row.payee_id is not None]


async def _released_before(session: ReadSession, cycle: Cycle, *, by: PersonId) -> list[BankFile]:
    query = select(BankFile).where(
        BankFile.cycle_id == cycle.cycle_id, BankFile.kind == FileKind.PAIN_001.value, BankFile.made_by == by
    )
    files = list(await session.scalars(query.order_by(col(BankFile.message_id))))
    if not files:
        raise NothingToRelease(cycle.name)
    return files


async def _file(
    session: WriteSession,
    cycle: Cycle,
    payer_id: UUID | None,
    payments: Sequence[Payment],
    parties: Mapping[UUID | None, Settling],
    *,
    by: PersonId,
    now: datetime,
) -> BankFile:
    coalition = await coalition_of(session)
    today = now.astimezone(ZoneInfo(coalition.time_zone)).date()
    attempts = await _attempts(session, payments)
    purpose = f"{coalition.name} {cycle.name}"
    orders = [
        pain001.Order(
            reference=payment.reference,
            attempt=attempts[payment.payment_id],
            payee=account(parties[payment.payee_id]),
            amount=payment.open,
            due_on=working_days.on_or_after(max(payment.due_on, today)),
            purpose=purpose,
        )
        for payment in payments
    ]
    file_id = new_id()
    message_id = f"HANSA-{cycle.number:05}-{parties[payer_id].number:04}-{file_id.hex[-12:].upper()}"
    content = pain001.written(message_id, account(parties[payer_id]), orders, currency=coalition.currency, now=now)
    made = BankFile(
        file_id=file_id,
        kind=FileKind.PAIN_001,
        message_id=message_id,
        partner_id=payer_id,
        cycle_id=cycle.cycle_id,
        content=content,
        sha256=hashlib.sha256(content).digest(),
        payments=len(orders),
        control_sum=total(order.amount for order in orders),
        made_by=by,
        made_at=now,
    )
    session.add(made)
    await session.flush()  # its instructions refer to it
    for payment in payments:
        session.add(_instruction(payment, made, attempts[payment.payment_id]))
        payment.state, payment.reason = _sent(payment), None
        payment.released_by, payment.released_at, payment.changed_at = by, now, now
    await session.flush()
    return made


def _sent(payment: Payment) -> PaymentState:
    return PaymentState.PART_PAID if payment.paid else PaymentState.INSTRUCTED


def _instruction(payment: Payment, made: BankFile, attempt: int) -> PaymentInstruction:
    return PaymentInstruction(
        payment_id=payment.payment_id,
        attempt=attempt,
        file_id=made.file_id,
        payer_id=payment.payer_id,
        amount=payment.open,
    )


async def _attempts(session: ReadSession, payments: Sequence[Payment]) -> dict[UUID, int]:
    """Which attempt it is for each payment, the first being 1."""
    ids = [payment.payment_id for payment in payments]
    query = select(PaymentInstruction.payment_id, func.max(PaymentInstruction.attempt))
    query = query.where(col(PaymentInstruction.payment_id).in_(ids)).group_by(col(PaymentInstruction.payment_id))
    before = {row[0]: row[1] for row in await session.execute(query)}
    return {payment_id: before.get(payment_id, 0) + 1 for payment_id in ids}
