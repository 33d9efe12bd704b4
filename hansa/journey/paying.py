"""The demonstration's approved cycles are paid: orders go out, partners pay in time, and a made-up bank tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from domain.banking import importing, instructing, releasing
from domain.banking.errors import NothingToRelease
from domain.banking.models import BankStatement, Payment
from domain.banking.states import Place
from domain.coalition.founding import coalition_of
from domain.coalition.models import LegalEntity
from domain.ids import PersonId
from domain.settlement.policy import policy_of
from domain.settlement.policy_models import PaymentPlan
from domain.storage import ReadSession
from hansa.journey.bank import Booked, Told, told
from resolvers.context import Context

OPENING = Decimal("25000.00")
"""What the made-up account begins with."""

WAYS = (Place.END_TO_END_ID, Place.CREDITOR_REFERENCE, Place.REMITTANCE_TEXT, Place.INSTRUCTION_ID)
"""Where the reference of one payer or another comes back."""


async def pay(ctx: Context, cycle_id: UUID, *, preparer: PersonId, approver: PersonId) -> None:
    """Take an approved cycle to settled; what is done already stays done. Raises: BankDetailsMissing."""
    plan = PaymentPlan((await ctx.read(policy_of)).payment_plan)
    payments = await ctx.write(instructing.instruct, cycle_id, plan, by=preparer, now=ctx.now)
    with suppress(NothingToRelease):  # nobody is paid by the operator
        await ctx.write(releasing.release, cycle_id, by=approver, now=ctx.now)
    waiting = [one for one in payments if one.open and None in {one.payer_id, one.payee_id}]
    if waiting:
        today = ctx.now.astimezone(ZoneInfo("UTC")).date()
        await book(ctx, [booked_of(payment, place, today) for place, payment in enumerate(waiting)], by=preparer)


async def book(ctx: Context, booked: Sequence[Booked], *, by: PersonId) -> None:
    """The bank books these, and its fee; its statement is brought in."""
    statement = await ctx.read(next_statement, booked, ctx.now.astimezone(ZoneInfo("UTC")).date())
    await ctx.write(importing.bring_in, told(statement, message_id=statement.name), by=by, now=ctx.now)


async def next_statement(session: ReadSession, booked: Sequence[Booked], today: date) -> Told:
    """The next statement of the operator's account."""
    own = (await session.scalars(select(LegalEntity.iban).where(col(LegalEntity.partner_id).is_(None)))).one()
    before = select(BankStatement).order_by(col(BankStatement.closed_on).desc(), col(BankStatement.sequence).desc())
    last = (await session.scalars(before.limit(1))).first()
    number = 1 if last is None else (last.sequence or 0) + 1
    fee = Booked(amount=Decimal("-4.50"), on=today, words="Account fee", code=("ACMT", "MDOP", "CHRG"))
    return Told(
        iban=own or "",
        currency=(await coalition_of(session)).currency,
        name=f"{today.year}-{number:03}",
        sequence=number,
        opening=OPENING if last is None else last.closing,
        on=today,
        booked=[*booked, fee],
    )


def booked_of(payment: Payment, place: int, today: date) -> Booked:
    """How the bank tells of a payment; payers write its reference where they like."""
    inward = payment.payee_id is None
    way = WAYS[place % len(WAYS)] if inward else Place.END_TO_END_ID
    return Booked(
        amount=payment.open if inward else -payment.open,
        on=today,
        reference=payment.reference,
        place=way,
        words="points {} with thanks" if way is Place.REMITTANCE_TEXT else None,
        code=("PMNT", "RCDT", "ESCT") if inward else ("PMNT", "ICDT", "ESCT"),
    )
