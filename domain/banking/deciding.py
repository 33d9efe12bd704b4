"""What two persons decide about money: giving up what is left of a payment, and using what a partner paid too much."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import col, select

from domain.banking import working_days
from domain.banking.desk import take_turns
from domain.banking.ending import settle_where_done
from domain.banking.errors import CreditSpent, DecisionNotFound, PaymentEnded, PaymentNotFound
from domain.banking.models import PartnerCredit, Payment, WriteOff
from domain.banking.states import CreditState, PaymentKind, PaymentState
from domain.coalition.models import Partner
from domain.errors import NotFound
from domain.ids import PartnerId, PersonId, new_id
from domain.settlement import adjustments
from domain.settlement.adjustment_models import AdjustmentReason
from domain.settlement.adjustments import Adjustment
from domain.settlement.errors import SecondPersonNeeded
from domain.settlement.parties import OPERATOR, partner
from domain.settlement.references import OPERATOR_NUMBER, reference
from domain.settlement.steps import cycle_of
from domain.storage import ReadSession, WriteSession
from domain.values import check_text

LONGEST_REASON = 500


class CreditUse(StrEnum):
    """What is done with money a partner paid too much."""

    ADJUST = "ADJUST"
    """It lowers what the partner owes in the next cycle that is computed."""
    PAY_BACK = "PAY_BACK"
    """It is paid back to the partner's account."""


async def ask_to_write_off(
    session: WriteSession, payment_id: UUID, *, reason: str, by: PersonId, now: datetime
) -> WriteOff:
    """Ask to give up what is left of a payment; asked again, it is the same question.

    Raises: PaymentNotFound, PaymentEnded, InvalidValue.
    """
    check_text("reason", reason, LONGEST_REASON)
    await take_turns(session)
    payment = await _payment(session, payment_id)
    asked = await _asked(session, payment_id)
    if asked is not None and asked.agreed_at is None and asked.amount == payment.open:
        return asked
    if not payment.open:
        raise PaymentEnded(payment.reference, payment.state)
    if asked is not None:
        asked.dropped_by, asked.dropped_at = by, now  # some has been paid since: it is another question now
        await session.flush()
    asked = WriteOff(
        write_off_id=new_id(),
        payment_id=payment_id,
        amount=payment.open,
        reason=reason,
        asked_by=by,
        asked_at=now,
    )
    session.add(asked)
    return asked


async def write_off(session: WriteSession, payment_id: UUID, *, by: PersonId, now: datetime) -> Payment:
    """A second person agrees to give up what is left. A partner that was to get it from another has it of the operator.

    Raises: PaymentNotFound, DecisionNotFound, SecondPersonNeeded, PaymentEnded.
    """
    await take_turns(session)
    payment, asked = await _payment(session, payment_id), await _asked(session, payment_id)
    if asked is None:
        raise DecisionNotFound(f"payment {payment.reference} to be written off")
    if asked.agreed_by == by:
        return payment
    if asked.agreed_by is not None or payment.open != asked.amount:
        raise PaymentEnded(payment.reference, payment.state)
    if asked.asked_by == by:
        raise SecondPersonNeeded(f"the write-off of payment {payment.reference}", by)
    payment.written_off, payment.state = payment.open, PaymentState.WRITTEN_OFF
    payment.ended_at = payment.changed_at = now
    asked.agreed_by, asked.agreed_at = by, now
    if payment.payer_id is not None and payment.payee_id is not None:
        asked.adjustment_id = await _adjusted(
            session,
            payment,
            Adjustment(
                reason=AdjustmentReason.WRITE_OFF,
                debtor=OPERATOR,
                creditor=partner(PartnerId(payment.payee_id)),
                amount=asked.amount,
                adjusts_cycle_id=payment.cycle_id,
                subject_id=payment.payment_id,
                note=asked.reason,
            ),
            asked_by=PersonId(asked.asked_by),
            by=by,
            now=now,
        )
    await settle_where_done(session, [payment.cycle_id], now=now)
    return payment


async def ask_to_use_credit(
    session: WriteSession, credit_id: UUID, use: CreditUse, *, by: PersonId, now: datetime
) -> PartnerCredit:
    """Ask what is to become of money a partner paid too much. Raises: NotFound, CreditSpent."""
    await take_turns(session)
    credit = await _credit(session, credit_id)
    if credit.state not in {CreditState.HELD, CreditState.ASKED}:
        raise CreditSpent(credit.state)
    if (credit.state, credit.use) != (CreditState.ASKED, use):
        credit.state, credit.use, credit.asked_by, credit.asked_at = CreditState.ASKED, use, by, now
    return credit


async def use_credit(session: WriteSession, credit_id: UUID, *, by: PersonId, now: datetime) -> PartnerCredit:
    """A second person agrees to what is to become of it.

    Raises: NotFound, DecisionNotFound, SecondPersonNeeded, CreditSpent.
    """
    await take_turns(session)
    credit = await _credit(session, credit_id)
    if credit.agreed_by == by and credit.state in {CreditState.ADJUSTED, CreditState.PAID_BACK}:
        return credit
    if credit.state == CreditState.HELD:
        raise DecisionNotFound("this credit to be used")
    if credit.state != CreditState.ASKED:
        raise CreditSpent(credit.state)
    if credit.asked_by == by:
        raise SecondPersonNeeded("the use of a credit", by)
    assert credit.asked_by is not None
    credit.agreed_by, credit.agreed_at = by, now
    payment = await _payment(session, credit.payment_id)
    if credit.use == CreditUse.PAY_BACK:
        credit.pay_back_id = await _pay_back(session, credit, payment, by=PersonId(credit.asked_by), now=now)
        credit.state = CreditState.PAID_BACK
        return credit
    credit.adjustment_id = await _adjusted(
        session,
        payment,
        Adjustment(
            reason=AdjustmentReason.CORRECTION,
            debtor=OPERATOR,
            creditor=partner(PartnerId(credit.partner_id)),
            amount=credit.amount,
            adjusts_cycle_id=payment.cycle_id,
            subject_id=credit.credit_id,
            note=f"Paid too much with {payment.reference}",
        ),
        asked_by=PersonId(credit.asked_by),
        by=by,
        now=now,
    )
    credit.state = CreditState.ADJUSTED
    return credit


async def _adjusted(
    session: WriteSession, payment: Payment, adjustment: Adjustment, *, asked_by: PersonId, by: PersonId, now: datetime
) -> UUID:
    key = f"{adjustment.reason}-{adjustment.subject_id or payment.payment_id}"
    made = await adjustments.adjust(session, adjustment, by=asked_by, now=now, key=key)
    await adjustments.agree(session, made.adjustment_id, by=by, now=now)
    return made.adjustment_id


async def _pay_back(
    session: WriteSession, credit: PartnerCredit, payment: Payment, *, by: PersonId, now: datetime
) -> UUID:
    """A payment that waits to be released like any other; under the reference nobody uses, as nets go one way."""
    whose = await session.get(Partner, credit.partner_id)
    cycle = await cycle_of(session, payment.cycle_id)
    assert whose is not None
    named = reference(cycle.number, OPERATOR_NUMBER, whose.number or 0)
    taken = await session.scalars(select(Payment).where(Payment.reference == named))
    if taken.first() is not None:
        raise CreditSpent("of a cycle in which the partner is paid already; let it lower what it owes instead")
    back = Payment(
        payment_id=new_id(),
        cycle_id=payment.cycle_id,
        kind=PaymentKind.PAY_BACK,
        plan=payment.plan,
        payer_id=None,
        payee_id=credit.partner_id,
        amount=credit.amount,
        currency=credit.currency,
        reference=named,
        due_on=working_days.on_or_after(now.date()),
        state=PaymentState.PLANNED,
        instructed_by=by,
        planned_at=now,
        changed_at=now,
    )
    session.add(back)
    await session.flush()  # the credit refers to it
    return back.payment_id


async def _payment(session: ReadSession, payment_id: UUID) -> Payment:
    payment = await session.get(Payment, payment_id)
    if payment is None:
        raise PaymentNotFound
    return payment


async def _asked(session: ReadSession, payment_id: UUID) -> WriteOff | None:
    query = select(WriteOff).where(WriteOff.payment_id == payment_id, col(WriteOff.dropped_at).is_(None))
    return (await session.scalars(query)).first()


async def _credit(session: ReadSession, credit_id: UUID) -> PartnerCredit:
    credit = await session.get(PartnerCredit, credit_id)
    if credit is None:
        raise NotFound("there is no such credit", path=("credit",))
    return credit
