"""The documents of an instructed cycle are issued, numbered without gaps, in the transaction that instructs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.coalition.founding import coalition_of
from domain.coalition.models import Coalition, Contract, LegalEntity, Partner, TaxRule
from domain.ids import ContractId, PartnerId, PersonId, new_id
from domain.invoicing.companies import Company, companies_of, described, operators, refuse_incomplete
from domain.invoicing.dividing import Draft, TaxTerms, divide, items_of
from domain.invoicing.errors import CompanyIncomplete
from domain.invoicing.models import Invoice, InvoiceCounter, InvoiceLine, InvoiceTax
from domain.settlement.models import Cycle, Statement, StatementLine
from domain.settlement.parties import partner
from domain.settlement.queries import Line, shown
from domain.settlement.references import OPERATOR_NUMBER
from domain.storage import ReadSession, WriteSession, concerning, sight_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Issue:
    """What all documents of a cycle have in common."""

    cycle: Cycle
    coalition: Coalition
    operator: Company
    by: PersonId
    now: datetime

    def day(self, instant: datetime) -> date:
        """The day in the coalition's time zone."""
        return instant.astimezone(ZoneInfo(self.coalition.time_zone)).date()


async def issue(session: WriteSession, cycle: Cycle, *, by: PersonId, now: datetime) -> list[Invoice]:
    """Number the documents of a cycle whose payments are instructed; issuing again finds the same ones.

    The caller holds the cycle still. Raises: CompanyIncomplete.
    """
    issued = await issued_of(session, cycle.cycle_id)
    if issued:
        return issued
    common = _Issue(
        cycle=cycle, coalition=await coalition_of(session), operator=await operators(session), by=by, now=now
    )
    drafts = await drafts_of(session, cycle)
    in_force = await contracts_in_force(session, cycle)
    companies = await companies_of(session, in_force.values())
    for whose in await _partners_by_number(session, drafts):
        partner_id = PartnerId(whose.partner_id)
        company, contract = companies.get(partner_id), in_force.get(partner_id)
        for draft in drafts[partner_id]:
            await _issue_one(session, common, whose, draft, company, contract)
    return await issued_of(session, cycle.cycle_id)


async def issued_of(session: ReadSession, cycle_id: UUID) -> list[Invoice]:
    """The documents of a cycle, in the order of their issue."""
    query = select(Invoice).where(Invoice.cycle_id == cycle_id)
    return list(await session.scalars(query.order_by(col(Invoice.invoice_id))))


async def drafts_of(session: ReadSession, cycle: Cycle) -> dict[PartnerId, list[Draft]]:
    """What each partner's documents would hold, by the computation that stands; read with the coalition's sight."""
    rows = select(StatementLine).where(
        StatementLine.cycle_id == cycle.cycle_id, StatementLine.revision == cycle.revision
    )
    lines = [shown(row) for row in await session.scalars(rows.order_by(col(StatementLine.number)))]
    partners = select(Statement.partner_id).where(
        Statement.cycle_id == cycle.cycle_id,
        Statement.revision == cycle.revision,
        col(Statement.partner_id).is_not(None),
    )
    terms = await tax_terms(session, lines)
    found = [PartnerId(partner_id) for partner_id in await session.scalars(partners) if partner_id is not None]
    return {partner_id: divide(items_of(lines, partner(partner_id)), terms) for partner_id in found}


async def lacking(session: ReadSession, cycle: Cycle) -> list[CompanyIncomplete]:
    """What would stop the documents of a computed cycle from being issued, one for each company."""
    operator, drafts = await operators(session), await drafts_of(session, cycle)
    companies = await companies_of(session, (await contracts_in_force(session, cycle)).values())
    names = {row.partner_id: row.name for row in await session.scalars(select(Partner))}
    found: dict[str, CompanyIncomplete] = {}
    for partner_id, company in ((one, companies.get(one)) for one in drafts):
        own = described(company) if company is not None else {"name": names[partner_id]}
        for draft in drafts[partner_id]:
            seller, buyer = (own, operator) if draft.kind.by_partner else (operator, own)
            try:
                refuse_incomplete(draft, seller=seller, buyer=buyer)
            except CompanyIncomplete as refusal:
                found[refusal.company] = refusal
    return list(found.values())


async def tax_terms(session: ReadSession, lines: Sequence[Line]) -> dict[ContractId, TaxTerms]:
    """What the contract versions that lines name say about tax."""
    origins = [line.money.origin for line in lines]
    named = {origin.contract_id for origin in origins} | {origin.credit_contract_id for origin in origins}
    rows = await session.scalars(select(Contract).where(col(Contract.contract_id).in_(named - {None}), _own(session)))
    return {
        ContractId(row.contract_id): TaxTerms(
            rule=TaxRule(row.tax_rule), supply=row.tax_supply, credit=row.tax_credit, self_billing=row.self_billing
        )
        for row in rows
    }


async def contracts_in_force(session: ReadSession, cycle: Cycle) -> dict[PartnerId, Contract]:
    """Each partner's contract at the cut-off, as far as the viewer may see it."""
    assert cycle.cut_off_at is not None, "what is computed was cut off"
    signed = col(Contract.signed_at).is_not(None) & (col(Contract.valid_from) <= cycle.cut_off_at)
    query = select(Contract).where(signed, _own(session))
    return {PartnerId(row.partner_id): row for row in await session.scalars(query.order_by(col(Contract.version)))}


def _own(session: ReadSession) -> ColumnElement[bool]:
    return concerning(sight_of(session), col(Contract.partner_id))


async def _partners_by_number(session: ReadSession, drafts: dict[PartnerId, list[Draft]]) -> Sequence[Partner]:
    query = select(Partner).where(col(Partner.partner_id).in_(drafts)).order_by(col(Partner.number))
    return (await session.scalars(query)).all()


async def _issue_one(
    session: WriteSession,
    common: _Issue,
    whose: Partner,
    draft: Draft,
    company: LegalEntity | None,
    contract: Contract | None,
) -> None:
    described_partner = described(company) if company is not None else {"name": whose.name}
    seller, buyer = common.operator, described_partner
    if draft.kind.by_partner:
        seller, buyer = buyer, seller
    refuse_incomplete(draft, seller=seller, buyer=buyer)
    assert common.cycle.cut_off_at is not None, "what is instructed was cut off"
    assert common.cycle.approved_at is not None, "what is instructed was approved"
    assert whose.number is not None, "the database numbers partners"
    issued_on = common.day(common.now)
    waits = timedelta(days=contract.value_days if contract is not None else 0)
    counted = await _next_number(session, issuer := _issuer(draft, whose), issued_on.year, draft)
    invoice = Invoice(
        invoice_id=new_id(),
        cycle_id=common.cycle.cycle_id,
        revision=common.cycle.revision,
        partner_id=whose.partner_id,
        kind=draft.kind,
        issuer_number=issuer,
        year=issued_on.year,
        counted=counted,
        number=_number(draft, issuer, issued_on.year, counted),
        issued_at=common.now,
        issued_by=common.by,
        issued_on=issued_on,
        supplied_on=common.day(common.cycle.cut_off_at),
        due_on=max(issued_on, common.day(common.cycle.approved_at + waits)),
        currency=common.coalition.currency,
        language=company.language if company is not None else "en",
        seller=seller,
        buyer=buyer,
        net=draft.net,
        tax=draft.tax,
        gross=draft.gross,
    )
    session.add(invoice)
    await session.flush()  # its lines refer to it
    await _keep_parts(session, invoice, draft)


async def _keep_parts(session: WriteSession, invoice: Invoice, draft: Draft) -> None:
    place = {"invoice_id": invoice.invoice_id, "partner_id": invoice.partner_id}
    lines = [
        place | {"number": number, "line_id": item.line_id, "amount": item.amount}
        for number, item in enumerate(draft.items, start=1)
    ]
    taxes = [
        place | {"tax_rule": part.rule, "rate": part.rate, "base": part.base, "net": part.net, "tax": part.tax}
        for part in draft.taxes
    ]
    for table, rows in ((InvoiceLine, lines), (InvoiceTax, taxes)):
        if rows:
            await session.execute(plain_insert(table), rows)


def _issuer(draft: Draft, whose: Partner) -> int:
    """Self-billed invoices are numbered in a series of the partner's own (article 226 (2))."""
    return (whose.number or OPERATOR_NUMBER) if draft.kind.self_billed else OPERATOR_NUMBER


async def _next_number(session: WriteSession, issuer: int, year: int, draft: Draft) -> int:
    """The next number of a series; its row is held until this transaction ends, so that none is lost or given twice."""
    first = insert(InvoiceCounter).values(issuer_number=issuer, year=year, kind=draft.kind.value, taken=1)
    taken = first.on_conflict_do_update(
        index_elements=["issuer_number", "year", "kind"], set_={"taken": InvoiceCounter.taken + 1}
    )
    return int((await session.execute(taken.returning(col(InvoiceCounter.taken)))).scalar_one())


def _number(draft: Draft, issuer: int, year: int, counted: int) -> str:
    series = f"{draft.kind.prefix}{issuer}" if issuer else draft.kind.prefix
    return f"{series}-{year}-{counted:05}"
