"""When nothing of a cycle is open any more, it is settled, in the transaction that moved the last of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel import col, select

from domain.banking.desk import take_turns
from domain.banking.errors import PaymentsOpen
from domain.banking.models import Payment
from domain.banking.states import PaymentKind, PaymentState
from domain.ids import PersonId
from domain.settlement import finishing
from domain.settlement.exact import ZERO
from domain.settlement.models import Cycle, CycleState
from domain.settlement.policy_models import PaymentPlan
from domain.settlement.steps import cycle_of
from domain.storage import WriteSession

ENDED = (PaymentState.PAID, PaymentState.WRITTEN_OFF)


async def settle_where_done(session: WriteSession, cycle_ids: Iterable[UUID], *, now: datetime) -> list[UUID]:
    """Settle those of the cycles whose every payment is paid or written off. What was settled stays settled."""
    await session.flush()
    settled = []
    for cycle_id in sorted(set(cycle_ids)):
        waiting = select(Payment.payment_id).where(
            Payment.cycle_id == cycle_id,
            Payment.kind == PaymentKind.SETTLEMENT.value,
            col(Payment.state).not_in(ENDED),
        )
        if (await session.scalars(waiting.limit(1))).first() is None:
            cycle = await cycle_of(session, cycle_id)
            if cycle.state == CycleState.INSTRUCTED:
                await finishing.settle(session, cycle_id, now=now)
                settled.append(cycle_id)
    return settled


async def close(session: WriteSession, cycle_id: UUID, *, by: PersonId, now: datetime) -> Cycle:
    """Put a settled cycle away, unless money of it is open again: sent back by a bank, or still to be paid back.

    Raises: CycleNotFound, SettlementOutOfOrder, PaymentsOpen.
    """
    await take_turns(session)
    cycle = await cycle_of(session, cycle_id)
    waiting = select(Payment.reference).where(Payment.cycle_id == cycle_id, col(Payment.state).not_in(ENDED))
    references = (await session.scalars(waiting.order_by(col(Payment.reference)))).all()
    if references and cycle.state == CycleState.SETTLED:
        raise PaymentsOpen(cycle.name, references)
    return await finishing.close(session, cycle_id, by=by, now=now)


def move(payment: Payment, amount: Decimal, *, now: datetime, returned: str | None = None) -> None:
    """So much more arrived for a payment; less than nothing went back, or turned out not to be for it."""
    payment.paid, payment.changed_at = payment.paid + amount, now
    payment.state = _state(payment, returned=returned is not None)
    payment.ended_at = (payment.ended_at or now) if payment.state in ENDED else None
    if returned is not None:
        payment.reason = returned or "no reason given"


def _state(payment: Payment, *, returned: bool) -> PaymentState:
    if payment.paid == payment.amount:
        return PaymentState.PAID
    if payment.written_off:
        return PaymentState.WRITTEN_OFF
    if returned:
        return PaymentState.RETURNED
    if payment.paid > ZERO:
        return PaymentState.PART_PAID
    waits = payment.released_at is None and (payment.payer_id is None or payment.plan == PaymentPlan.PEER_TO_PEER)
    return PaymentState.PLANNED if waits else PaymentState.INSTRUCTED
