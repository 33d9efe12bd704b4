"""What is paid to settle a statement, as the bank's side knows it."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import col, or_, select

from domain.banking.models import Payment as PlannedPayment
from domain.banking.states import PaymentKind
from domain.coalition.models import LegalEntity
from domain.invoicing.companies import Company, described, operators
from domain.invoicing.queries import names_of
from domain.storage import ReadSession, concerning, sight_of
from hansa.paper.statements import Payment


async def payments_of(session: ReadSession, cycle_id: UUID, partner_id: UUID) -> list[Payment]:
    """What a partner pays and is paid for a cycle, as far as the viewer may see it; what it pays comes first."""
    visible = concerning(sight_of(session), col(PlannedPayment.payer_id), col(PlannedPayment.payee_id))
    mine = or_(PlannedPayment.payer_id == partner_id, PlannedPayment.payee_id == partner_id)
    query = select(PlannedPayment).where(
        PlannedPayment.cycle_id == cycle_id, PlannedPayment.kind == PaymentKind.SETTLEMENT, mine, visible
    )
    planned = (await session.scalars(query.order_by(col(PlannedPayment.reference)))).all()
    found = [await _payment(session, one, outgoing=one.payer_id == partner_id) for one in planned]
    return sorted(found, key=lambda payment: not payment.outgoing)


async def _payment(session: ReadSession, planned: PlannedPayment, *, outgoing: bool) -> Payment:
    other = planned.payee_id if outgoing else planned.payer_id
    return Payment(
        outgoing=outgoing,
        other=await _company(session, other),
        amount=planned.amount,
        reference=planned.reference,
        due_on=planned.due_on,
    )


async def _company(session: ReadSession, partner_id: UUID | None) -> Company:
    """The other side's company: its account where the viewer may know it, its name where not."""
    if partner_id is None:
        return await operators(session)
    visible = concerning(sight_of(session), col(LegalEntity.partner_id))
    query = select(LegalEntity).where(LegalEntity.partner_id == partner_id, visible).limit(1)
    found = (await session.scalars(query)).first()
    return described(found) if found is not None else {"name": (await names_of(session))[partner_id]}
