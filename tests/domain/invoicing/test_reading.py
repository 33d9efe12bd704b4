"""What documents and statements on paper are read from: earlier documents, tax rules, and whose they are."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import select

from domain.coalition.models import LegalEntity, TaxRule
from domain.errors import NotFound
from domain.invoicing import booking, issuing, queries
from domain.invoicing.errors import CompanyIncomplete, InvoiceNotFound
from domain.invoicing.models import DocumentKind, Invoice
from domain.settlement import cycles, finishing
from domain.settlement import queries as settlement_queries
from domain.settlement.adjustment_models import AdjustmentReason
from domain.settlement.adjustments import Adjustment, adjust
from domain.settlement.models import Cycle
from domain.settlement.parties import OPERATOR, partner
from domain.storage import Database, Sight, WriteSession
from tests.domain.settlement.trading import ANNA, BERT, HYBRID, Trading, a_coalition, anybody


async def issued(trading: Trading, cycle: Cycle) -> list[Invoice]:
    """The documents of a cycle that is computed."""
    await trading.approve(cycle)

    async def instruct(session: WriteSession) -> list[Invoice]:
        stands = await finishing.instruct(session, cycle.cycle_id, by=BERT, now=trading.now)
        return await issuing.issue(session, stands, by=BERT, now=trading.now)

    return await trading.do(instruct)


async def test_an_adjustment_and_what_is_given_back_name_the_earlier_documents(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    member = await trading.join()
    lot = await trading.earn(member, "P", {"P": 10_000}, waits=timedelta(days=90))
    earlier = await trading.close(trading.cycle)
    before = await issued(trading, earlier)
    await trading.give_back(member, "P", lot, 4_000)
    correction = Adjustment(
        reason=AdjustmentReason.DISPUTE_DECIDED,
        debtor=OPERATOR,
        creditor=partner(trading.partner_ids["P"]),
        amount=Decimal("12.34"),
        adjusts_cycle_id=earlier.cycle_id,
        note="Upheld: two receipts were counted twice",
    )
    await trading.do(adjust, correction, by=ANNA, now=trading.now)
    after = await issued(trading, await trading.close(trading.cycle))
    numbers = tuple(one.number for one in before if one.partner_id == trading.partner_ids["P"])
    assert numbers
    views = [await trading.do(queries.invoice_view, one.invoice_id) for one in after]
    by_kind = {view.invoice.kind: view for view in views if view.partner.slug == "p"}
    (given_back,) = by_kind[DocumentKind.CREDIT_NOTE].lines
    (adjusted,) = by_kind[DocumentKind.SETTLEMENT_NOTE].lines
    assert (given_back.amount, given_back.corrects) == (Decimal("16.00"), numbers)
    assert (adjusted.amount, adjusted.corrects) == (Decimal("12.34"), numbers)
    assert adjusted.note == "Upheld: two receipts were counted twice"


async def test_the_reverse_charge_needs_the_customers_number_and_bears_no_tax(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID | {"tax_rule": TaxRule.REVERSE_CHARGE}, R=HYBRID)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 10_000})
    cycle = await trading.close(trading.cycle)
    async with trading.session() as session:
        mine = select(LegalEntity).where(LegalEntity.partner_id == trading.partner_ids["P"])
        company = (await session.scalars(mine)).one()
        number, company.tax_number = company.tax_number, None
    (refusal,) = await trading.do(issuing.lacking, cycle)
    assert (refusal.company, refusal.lacking) == ("P SIA", ("tax number",))
    with pytest.raises(CompanyIncomplete, match="P SIA has no tax number"):
        await issued(trading, cycle)
    async with trading.session() as session:
        (await session.scalars(mine)).one().tax_number = number
    # The approval covers the companies too, so that nobody changes an account behind it.
    await trading.do(cycles.void, cycle.cycle_id, by=ANNA, reason="the tax number was lacking", now=trading.now)
    (invoice,) = [one for one in await issued(trading, cycle) if one.kind == DocumentKind.INVOICE]
    view = await trading.do(queries.invoice_view, invoice.invoice_id)
    assert [(part.tax_rule, part.rate, part.base, part.tax) for part in view.taxes] == [
        ("REVERSE_CHARGE", Decimal(0), Decimal(-40), Decimal(0))
    ]


async def test_a_statement_is_its_partners_own_and_papers_of_the_house_are_nobodys(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 10_000})
    await trading.redeem(member, "R", 4_000)
    cycle = await trading.close(trading.cycle)
    documents = await issued(trading, cycle)
    own = await trading.do(settlement_queries.statement, cycle.cycle_id, trading.partner_ids["P"])
    house = await trading.do(settlement_queries.party_statement, cycle.cycle_id, OPERATOR)
    with pytest.raises(InvoiceNotFound):
        await trading.do(queries.statement_paper, house.statement_id)
    async with trading.session(Sight.partner(trading.partner_ids["P"])) as session:
        paper = await queries.statement_paper(session, own.statement_id)
        assert {one.partner_id for one in paper.invoices} == {trading.partner_ids["P"]}
        assert paper.company["name"] == "P SIA"
        assert paper.due_on == documents[0].due_on
        assert sum(placed.item.amount for placed in paper.items) == own.balance.net
        assert (await booking.partners_journal(session, own.statement_id)).bookings
    for rival in (Sight.partner(trading.partner_ids["R"]), Sight.member(anybody())):
        async with trading.session(rival) as session:
            for refused in (
                queries.statement_paper(session, own.statement_id),
                booking.partners_journal(session, own.statement_id),
                booking.operators_journal(session, cycle.cycle_id),
            ):
                with pytest.raises(NotFound):
                    await refused
            for document in documents:
                if rival.partner_id != document.partner_id:
                    with pytest.raises(InvoiceNotFound):
                        await queries.invoice_view(session, document.invoice_id)
