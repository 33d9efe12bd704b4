"""What invoicing shows: documents with their lines, and everything a statement on paper has to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from domain.coalition.founding import coalition_of
from domain.coalition.models import Coalition, LegalEntity, Partner
from domain.ids import CycleId, PartnerId
from domain.invoicing.companies import Company, companies_of, described, operators
from domain.invoicing.dividing import Draft, Item, divide, items_of
from domain.invoicing.errors import InvoiceNotFound
from domain.invoicing.issuing import contracts_in_force, tax_terms
from domain.invoicing.models import DocumentKind, Invoice, InvoiceLine, InvoiceTax
from domain.settlement import queries
from domain.settlement.adjustment_models import SettlementAdjustment
from domain.settlement.models import Cycle, CycleState, StatementLine
from domain.settlement.parties import PartyRole
from domain.settlement.queries import Line, StatementView
from domain.storage import ReadSession, concerning, sight_of

ISSUED = (CycleState.INSTRUCTED, CycleState.SETTLED, CycleState.CLOSED)
"""From when on a cycle's documents are numbered; before, a statement is pro forma."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """A line of a document; positive is received by the partner."""

    line: Line
    amount: Decimal
    corrects: tuple[str, ...] = ()
    """The numbers of the earlier documents that it puts right."""
    note: str | None = None
    """Why, where somebody wrote it down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceView:
    """A document with all that stands on it."""

    invoice: Invoice
    cycle: Cycle
    coalition: Coalition
    partner: Partner
    names: Mapping[UUID, str]
    """What partners are called."""
    lines: tuple[DocumentLine, ...]
    taxes: tuple[InvoiceTax, ...]

    @property
    def invoice_id(self) -> UUID:
        """Its id."""
        return self.invoice.invoice_id


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementItem:
    """One side of a line in a statement, with the document it stands on."""

    item: Item
    kind: DocumentKind
    number: str | None
    """None until the document is issued."""
    corrects: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPaper:
    """A partner's statement with all that a paper or file of it says."""

    view: StatementView
    coalition: Coalition
    partner: Partner
    operator: Company
    company: Company
    language: str
    names: Mapping[UUID, str]
    items: tuple[StatementItem, ...]
    drafts: tuple[Draft, ...]
    invoices: tuple[Invoice, ...]
    """In the order of their issue; none while it is pro forma."""

    @property
    def is_issued(self) -> bool:
        """Whether its documents are numbered."""
        return self.view.cycle.state in ISSUED

    @property
    def due_on(self) -> date | None:
        """When the balance is due, once that is certain."""
        return max((invoice.due_on for invoice in self.invoices), default=None)


async def invoice_by_id(session: ReadSession, invoice_id: UUID) -> Invoice:
    """A document that the viewer may see. Raises: InvoiceNotFound."""
    query = select(Invoice).where(Invoice.invoice_id == invoice_id, _visible(session))
    found = (await session.scalars(query)).first()
    if found is None:
        raise InvoiceNotFound
    return found


async def invoices_numbered(session: ReadSession, number: str) -> list[Invoice]:
    """The document with that number, if the viewer may see it."""
    return list(await session.scalars(select(Invoice).where(Invoice.number == number, _visible(session))))


async def invoices_of(session: ReadSession, cycle_id: UUID, partner_id: UUID) -> list[Invoice]:
    """A partner's documents of a cycle, in the order of their issue, as far as the viewer may see them."""
    query = select(Invoice).where(Invoice.cycle_id == cycle_id, Invoice.partner_id == partner_id, _visible(session))
    return list(await session.scalars(query.order_by(col(Invoice.invoice_id))))


async def invoice_view(session: ReadSession, invoice_id: UUID) -> InvoiceView:
    """A document with its lines and taxes. Raises: InvoiceNotFound."""
    invoice = await invoice_by_id(session, invoice_id)
    rows = await session.execute(
        select(InvoiceLine, StatementLine)
        .join(StatementLine, col(StatementLine.line_id) == InvoiceLine.line_id)
        .where(InvoiceLine.invoice_id == invoice_id)
        .order_by(col(InvoiceLine.number))
    )
    found = [(placed.amount, queries.shown(line)) for placed, line in rows]
    taxes = select(InvoiceTax).where(InvoiceTax.invoice_id == invoice_id)
    earlier = await _Earlier.of(session, invoice.cycle_id, invoice.partner_id, [line for _, line in found])
    cycle = await session.get_one(Cycle, invoice.cycle_id)
    return InvoiceView(
        invoice=invoice,
        cycle=cycle,
        coalition=await coalition_of(session),
        partner=await session.get_one(Partner, invoice.partner_id),
        names=await names_of(session),
        lines=tuple(
            DocumentLine(line=line, amount=amount, corrects=earlier.documents(line), note=earlier.note(line))
            for amount, line in found
        ),
        taxes=tuple(await session.scalars(taxes.order_by(InvoiceTax.tax_rule, col(InvoiceTax.rate)))),
    )


async def statement_paper(session: ReadSession, statement_id: UUID) -> StatementPaper:
    """A partner's statement with its lines, documents and companies. Raises: StatementNotFound, InvoiceNotFound."""
    view = await queries.statement_by_id(session, statement_id)
    if view.balance.party.role is not PartyRole.PARTNER or view.balance.party.partner_id is None:
        raise InvoiceNotFound  # an account of the house is written to nobody
    whose = await session.get_one(Partner, view.balance.party.partner_id)
    lines = await queries.every_line(session, view.cycle, view.balance.party)
    sides = items_of(lines, view.balance.party)
    drafts = divide(sides, await tax_terms(session, lines))
    invoices = await invoices_of(session, view.cycle.cycle_id, whose.partner_id)
    company, language = await _company(session, view.cycle, whose)
    return StatementPaper(
        view=view,
        coalition=await coalition_of(session),
        partner=whose,
        operator=await operators(session),
        company=company,
        language=language,
        names=await names_of(session),
        items=tuple(await _items(session, view.cycle, whose, lines, drafts, invoices)),
        drafts=tuple(drafts),
        invoices=tuple(invoices),
    )


async def names_of(session: ReadSession) -> dict[UUID, str]:
    """What partners are called; who takes part is known to all."""
    return {row.partner_id: row.name for row in await session.scalars(select(Partner))}


async def _items(
    session: ReadSession,
    cycle: Cycle,
    whose: Partner,
    lines: Sequence[Line],
    drafts: Sequence[Draft],
    invoices: Sequence[Invoice],
) -> list[StatementItem]:
    numbers = {DocumentKind(invoice.kind): invoice.number for invoice in invoices}
    earlier = await _Earlier.of(session, cycle.cycle_id, whose.partner_id, lines)
    by_id = {line.line_id: line for line in lines}
    found = [
        StatementItem(
            item=item,
            kind=draft.kind,
            number=numbers.get(draft.kind),
            corrects=earlier.documents(by_id[item.line_id]),
            note=earlier.note(by_id[item.line_id]),
        )
        for draft in drafts
        for item in (*draft.items, *draft.tax_items)
    ]
    return sorted(found, key=lambda one: (one.item.number, one.item.amount))


async def _company(session: ReadSession, cycle: Cycle, whose: Partner) -> tuple[Company, str]:
    contract = (await contracts_in_force(session, cycle)).get(PartnerId(whose.partner_id))
    found = (await companies_of(session, [contract])).get(whose.partner_id) if contract is not None else None
    found = found or await _any_company(session, whose.partner_id)
    return ({"name": whose.name}, "en") if found is None else (described(found), found.language)


async def _any_company(session: ReadSession, partner_id: UUID) -> LegalEntity | None:
    visible = concerning(sight_of(session), col(LegalEntity.partner_id))
    query = select(LegalEntity).where(LegalEntity.partner_id == partner_id, visible).limit(1)
    return (await session.scalars(query)).first()


def _visible(session: ReadSession) -> ColumnElement[bool]:
    return concerning(sight_of(session), col(Invoice.partner_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Earlier:
    """The documents of cycles that lines put right: what they give back was charged there, or an adjustment says so."""

    cycle_id: UUID
    numbers: Mapping[UUID, tuple[str, ...]]
    adjustments: Mapping[UUID, SettlementAdjustment]

    @classmethod
    async def of(cls, session: ReadSession, cycle_id: UUID, partner_id: UUID, lines: Sequence[Line]) -> _Earlier:
        named = {line.money.adjustment_id for line in lines} - {None}
        rows = select(SettlementAdjustment).where(col(SettlementAdjustment.adjustment_id).in_(named))
        adjustments = {row.adjustment_id: row for row in await session.scalars(rows)} if named else {}
        given_back = {cycle for line in lines if line.money.origin.source.gives_back for cycle in _accrued(line)}
        wanted = {row.adjusts_cycle_id for row in adjustments.values()} | given_back
        query = select(Invoice).where(
            col(Invoice.cycle_id).in_(wanted), Invoice.partner_id == partner_id, _visible(session)
        )
        numbers: dict[UUID, tuple[str, ...]] = {}
        for invoice in await session.scalars(query.order_by(col(Invoice.invoice_id))) if wanted else ():
            numbers[invoice.cycle_id] = (*numbers.get(invoice.cycle_id, ()), invoice.number)
        return cls(cycle_id=cycle_id, numbers=numbers, adjustments=adjustments)

    def documents(self, line: Line) -> tuple[str, ...]:
        """The numbers of the documents that a line puts right."""
        adjustment = self._adjustment(line)
        if adjustment is not None:
            return self.numbers.get(adjustment.adjusts_cycle_id, ())
        if not line.money.origin.source.gives_back:
            return ()
        earlier = [cycle for cycle in _accrued(line) if cycle != self.cycle_id]
        return tuple(number for cycle in earlier for number in self.numbers.get(cycle, ()))

    def note(self, line: Line) -> str | None:
        """Why it was adjusted."""
        adjustment = self._adjustment(line)
        return None if adjustment is None else adjustment.note

    def _adjustment(self, line: Line) -> SettlementAdjustment | None:
        named = line.money.adjustment_id
        return None if named is None else self.adjustments.get(named)


def _accrued(line: Line) -> tuple[CycleId, ...]:
    return line.money.accrual_cycle_ids
