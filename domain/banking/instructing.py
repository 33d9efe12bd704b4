"""A cycle's payments are planned in the very transaction that instructs it and issues its documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from domain.banking import ending, working_days
from domain.banking.companies import Settling, refuse_unpayable, settling
from domain.banking.desk import take_turns
from domain.banking.errors import PlanChosen
from domain.banking.models import Payment
from domain.banking.states import PaymentKind, PaymentState
from domain.coalition.founding import coalition_of
from domain.ids import PersonId, new_id
from domain.invoicing import issuing
from domain.settlement import finishing, queries
from domain.settlement.models import Cycle, CycleState
from domain.settlement.netting import Payment as Netted
from domain.settlement.parties import Party
from domain.settlement.policy_models import PaymentPlan
from domain.settlement.references import reference
from domain.settlement.steps import cycle_of
from domain.storage import ReadSession, WriteSession
from domain.values import Money


async def instruct(
    session: WriteSession, cycle_id: UUID, plan: PaymentPlan, *, by: PersonId, now: datetime
) -> list[Payment]:
    """Let an approved cycle be paid: its documents are issued, and each payment of the plan is planned.

    Instructing again finds the same payments. Raises: CycleNotFound, SettlementOutOfOrder, ApprovalNotStanding,
    BankDetailsMissing, CompanyIncomplete, PlanChosen.
    """
    await take_turns(session)
    planned = await payments_of(session, cycle_id)
    if planned:
        if any(payment.plan != plan for payment in planned):
            raise PlanChosen((await cycle_of(session, cycle_id)).name, planned[0].plan)
        return planned
    cycle = await cycle_of(session, cycle_id)
    if cycle.state in {CycleState.SETTLED, CycleState.CLOSED}:
        return []  # nobody owed anybody, so it was settled as it was instructed
    cycle = await finishing.instruct(session, cycle_id, by=by, now=now)
    await issuing.issue(session, cycle, by=by, now=now)
    netting = await queries.netting_of(session, cycle_id)
    netted = netting.through_operator if plan is PaymentPlan.THROUGH_OPERATOR else netting.peer_to_peer
    parties = await settling(session, cycle)
    refuse_unpayable(_concerned(netted, parties, plan))
    currency = (await coalition_of(session)).currency
    for payment in netted:
        session.add(await _planned(session, cycle, plan, payment, parties, currency=currency, by=by, now=now))
    await ending.settle_where_done(session, [cycle_id], now=now)
    return await payments_of(session, cycle_id)


async def payments_of(session: ReadSession, cycle_id: UUID) -> list[Payment]:
    """The payments that settle a cycle, in the order of their references."""
    query = select(Payment).where(Payment.cycle_id == cycle_id, Payment.kind == PaymentKind.SETTLEMENT.value)
    return list(await session.scalars(query.order_by(col(Payment.reference))))


def _concerned(
    payments: Sequence[Netted[Party]], parties: Mapping[UUID | None, Settling], plan: PaymentPlan
) -> list[Settling]:
    """The operator, everybody who is paid, and who pays others by a file made for it; nobody, for no payments."""
    if not payments:
        return []
    payers = {payment.payer.partner_id for payment in payments} if plan is PaymentPlan.PEER_TO_PEER else set()
    whose = {None} | payers | {payment.payee.partner_id for payment in payments}
    return sorted((parties[one] for one in whose), key=lambda party: party.number)


async def _planned(
    session: ReadSession,
    cycle: Cycle,
    plan: PaymentPlan,
    payment: Netted[Party],
    parties: Mapping[UUID | None, Settling],
    *,
    currency: str,
    by: PersonId,
    now: datetime,
) -> Payment:
    payer, payee = parties[payment.payer.partner_id], parties[payment.payee.partner_id]
    terms = payee if payment.payer.partner_id is None else payer
    by_file = plan is PaymentPlan.PEER_TO_PEER or payment.payer.partner_id is None
    return Payment(
        payment_id=new_id(),
        cycle_id=cycle.cycle_id,
        kind=PaymentKind.SETTLEMENT,
        plan=plan,
        payer_id=payment.payer.partner_id,
        payee_id=payment.payee.partner_id,
        amount=Money.of_minor(payment.amount, currency).amount,
        currency=currency,
        reference=reference(cycle.number, payer.number, payee.number),
        due_on=await _due_on(session, cycle, terms.value_days),
        state=PaymentState.PLANNED if by_file else PaymentState.INSTRUCTED,
        instructed_by=by,
        planned_at=now,
        changed_at=now,
    )


async def _due_on(session: ReadSession, cycle: Cycle, value_days: int) -> date:
    """So many days after the approval, or the next day that banks work."""
    assert cycle.approved_at is not None, "what is paid was approved"
    zone = ZoneInfo((await coalition_of(session)).time_zone)
    return working_days.on_or_after((cycle.approved_at + timedelta(days=value_days)).astimezone(zone).date())
