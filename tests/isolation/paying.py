"""The settled cycle is paid: each shop's payment, what it paid too much, and the bank's entry that tells of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from schwifty import IBAN
from sqlmodel import col, select

from domain.banking import importing, instructing, sweeping
from domain.banking.models import BankEntry, PartnerCredit, Payment
from domain.coalition.models import LegalEntity
from domain.ids import PersonId, new_id
from domain.invoicing.models import Invoice
from domain.settlement.policy_models import PaymentPlan
from domain.storage import COALITION, Database, WriteSession
from hansa.journey.bank import Booked, Told, told
from tests.isolation.shop import Shop, acting

TOO_MUCH = Decimal("1.00")


async def pay(database: Database, cycle_id: UUID, shops: Iterable[Shop], *, by: PersonId, now: datetime) -> None:
    """Instruct the cycle; each shop pays late and a little too much, somebody unnamed pays as much as another owes."""
    shops, late = list(shops), now + timedelta(days=1)
    async with acting(database, COALITION) as session:
        account = select(LegalEntity.iban).where(col(LegalEntity.partner_id).is_(None))
        iban = (await session.scalars(account)).one() or ""
        payments = await instructing.instruct(session, cycle_id, PaymentPlan.THROUGH_OPERATOR, by=by, now=now)
    async with acting(database, COALITION) as session:
        await sweeping.sweep(session, now=late)
    own: dict[UUID, Shop] = {shop.partner_id: shop for shop in shops}
    paid = [(own[one.payer_id], one) for one in payments if one.payer_id in own]
    others = [payment for payment in payments if payment.payer_id not in {None, *own}]
    booked = [
        Booked(amount=one.amount + TOO_MUCH, on=late.date(), reference=one.reference, name=shop.secret("Payer"))
        for shop, one in paid
    ]
    booked += [Booked(amount=one.amount, on=late.date(), words="points") for one in others[:1]]
    statement = Told(
        iban=iban,
        currency="USD",
        name="B-1",
        sequence=1,
        opening=Decimal("100.00"),
        on=late.date(),
        booked=booked,
    )
    async with acting(database, COALITION) as session:
        await importing.bring_in(session, told(statement), by=by, now=late)
    async with acting(database, COALITION) as session:
        for shop in shops:
            await _remember(session, shop)


async def accounts(database: Database) -> None:
    """Everybody gets an account, the operator too."""
    async with acting(database, COALITION) as session:
        await _accounts(session)


async def _accounts(session: WriteSession) -> None:
    rows = (await session.scalars(select(LegalEntity).order_by(col(LegalEntity.name)))).all()
    if all(row.partner_id is not None for row in rows):
        own = LegalEntity(legal_entity_id=new_id(), name="Hansa Operator SIA", country="LV")
        session.add(own)
        rows = [*rows, own]
    for number, row in enumerate(rows):
        if not row.iban:
            row.iban = IBAN.generate("LV", bank_code="HABA", account_code=f"{number:013}")
        row.street, row.building, row.post_code, row.town = "Town street", "1", "LV-1010", "Riga"
        row.tax_number = row.tax_number or f"LV4000300{number:04}"


async def _remember(session: WriteSession, shop: Shop) -> None:
    own = shop.partner_id
    mine = (col(Payment.payer_id) == own) | (col(Payment.payee_id) == own)
    shop.made["payment"] = (await session.scalars(select(Payment).where(mine))).one().payment_id
    document = select(Invoice).where(Invoice.partner_id == own).order_by(col(Invoice.invoice_id)).limit(1)
    shop.made["invoice"] = (await session.scalars(document)).one().invoice_id
    credit = (await session.scalars(select(PartnerCredit).where(PartnerCredit.partner_id == own))).one()
    shop.made["credit"] = credit.credit_id
    entry = await session.scalars(select(BankEntry).where(BankEntry.entry_id == credit.entry_id))
    shop.made["bank entry"] = entry.one().entry_id
