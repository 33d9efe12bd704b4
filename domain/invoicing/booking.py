"""The bookings of a cycle, read for who asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from domain.coalition.founding import coalition_of
from domain.coalition.models import Partner
from domain.invoicing.accounts import AccountKey, OperatorAccount, PartnerAccount
from domain.invoicing.dividing import Section
from domain.invoicing.journal import Booking, operators_bookings, partners_bookings
from domain.invoicing.models import DocumentKind, Invoice
from domain.invoicing.queries import names_of
from domain.settlement import queries
from domain.settlement.errors import StatementNotFound
from domain.settlement.models import Cycle, StatementLine
from domain.settlement.parties import OPERATOR, PartyRole
from domain.settlement.steps import cycle_of
from domain.storage import COALITION, ReadSession, concerning, sight_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """The bookings of a cycle from one point of view."""

    cycle: Cycle
    currency: str
    booked_on: date
    """The last day of the cycle in the coalition's time zone."""
    whose: Partner | None
    """None: the operator's."""
    chart: type[AccountKey]
    bookings: tuple[Booking, ...]
    names: Mapping[UUID, str]
    documents: Mapping[tuple[UUID, Section], str]
    """The numbers of each partner's documents of a section."""


async def operators_journal(session: ReadSession, cycle_id: UUID) -> Journal:
    """The operator's bookings; the coalition's alone to read. Raises: CycleNotFound, StatementNotFound."""
    if sight_of(session) != COALITION:
        raise StatementNotFound
    view = await queries.party_statement(session, cycle_id, OPERATOR)
    rows = select(StatementLine).where(
        StatementLine.cycle_id == cycle_id, StatementLine.revision == view.cycle.revision
    )
    lines = [queries.shown(row) for row in await session.scalars(rows.order_by(col(StatementLine.number)))]
    return await _journal(session, view.cycle.cycle_id, None, tuple(operators_bookings(lines)))


async def partners_journal(session: ReadSession, statement_id: UUID) -> Journal:
    """A partner's bookings of the cycle its statement is of. Raises: StatementNotFound."""
    view = await queries.statement_by_id(session, statement_id)
    party = view.balance.party
    if party.role is not PartyRole.PARTNER:
        raise StatementNotFound
    lines = await queries.every_line(session, view.cycle, party)
    whose = await session.get_one(Partner, party.partner_id)
    return await _journal(session, view.cycle.cycle_id, whose, tuple(partners_bookings(lines, party)))


async def _journal(
    session: ReadSession, cycle_id: UUID, whose: Partner | None, bookings: tuple[Booking, ...]
) -> Journal:
    cycle, coalition = await cycle_of(session, cycle_id), await coalition_of(session)
    assert cycle.cut_off_at is not None, "what has statements was cut off"
    visible = concerning(sight_of(session), col(Invoice.partner_id))
    issued = select(Invoice).where(Invoice.cycle_id == cycle_id, visible).order_by(col(Invoice.invoice_id))
    documents: dict[tuple[UUID, Section], str] = {}
    for invoice in await session.scalars(issued):
        key = (invoice.partner_id, _SECTIONS[DocumentKind(invoice.kind)])
        documents[key] = f"{documents[key]}, {invoice.number}" if key in documents else invoice.number
    return Journal(
        cycle=cycle,
        currency=coalition.currency,
        booked_on=cycle.cut_off_at.astimezone(ZoneInfo(coalition.time_zone)).date(),
        whose=whose,
        chart=OperatorAccount if whose is None else PartnerAccount,
        bookings=bookings,
        names=await names_of(session),
        documents=documents,
    )


_SECTIONS = {
    DocumentKind.INVOICE: Section.SUPPLIED,
    DocumentKind.CREDIT_NOTE: Section.SUPPLIED,
    DocumentKind.SELF_BILLED_INVOICE: Section.CREDITED,
    DocumentKind.SELF_BILLED_CREDIT_NOTE: Section.CREDITED,
    DocumentKind.INVOICE_REQUEST: Section.CREDITED,
    DocumentKind.SETTLEMENT_NOTE: Section.UNTAXED,
}
