"""Payments between partners pass the operator's bank by: the payee says that they arrived."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.banking import visible
from domain.banking.desk import take_turns
from domain.banking.ending import move, settle_where_done
from domain.banking.errors import MatchImpossible, PaymentEnded, PaymentNotFound
from domain.banking.models import Payment, PaymentConfirmation
from domain.errors import InvalidValue
from domain.ids import PartnerId, PersonId
from domain.storage import WriteSession, sight_of


async def confirm_received(
    session: WriteSession, payment_id: UUID, partner_id: PartnerId, *, received_on: date, by: PersonId, now: datetime
) -> Payment:
    """A partner says that another has paid it in full; the coalition's books take it over with `apply`.

    Raises: PaymentNotFound, MatchImpossible, PaymentEnded, InvalidValue.
    """
    query = select(Payment).where(Payment.payment_id == payment_id, visible.payments(sight_of(session)))
    payment = (await session.scalars(query)).first()
    if payment is None or payment.payee_id != partner_id:
        raise PaymentNotFound
    if payment.payer_id is None:
        raise MatchImpossible("what the operator pays is known by its own bank")
    if not payment.open:
        raise PaymentEnded(payment.reference, payment.state)
    if not payment.planned_at.date() <= received_on <= now.date():
        raise InvalidValue("a payment is received after it was planned and not in the future", path=("received_on",))
    said = insert(PaymentConfirmation).values(
        payment_id=payment_id, partner_id=partner_id, received_on=received_on, confirmed_by=by, confirmed_at=now
    )
    await session.execute(said.on_conflict_do_nothing())
    return payment


async def apply(session: WriteSession, *, now: datetime) -> list[UUID]:
    """Take over what payees said; the cycles that were settled by it. Read with the coalition's sight."""
    await take_turns(session)
    touched = []
    for said in await session.scalars(select(PaymentConfirmation).where(col(PaymentConfirmation.applied_at).is_(None))):
        payment = await session.get(Payment, said.payment_id)
        assert payment is not None, "a confirmation names a payment"
        if payment.open:
            move(payment, payment.open, now=now)
            touched.append(payment.cycle_id)
        said.applied_at = now
    return await settle_where_done(session, touched, now=now)
