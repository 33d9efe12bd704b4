"""Documents are issued once, numbered without gaps, and come to what the statements say."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import select

from domain.coalition.models import LegalEntity
from domain.invoicing import issuing
from domain.invoicing.errors import CompanyIncomplete
from domain.invoicing.models import DocumentKind, Invoice, InvoiceLine, InvoiceTax
from domain.settlement import cycles, finishing, queries
from domain.settlement.models import Cycle
from domain.settlement.parties import PartyRole
from domain.storage import Database, Sight, WriteSession
from tests.domain.settlement.trading import ANNA, BERT, HYBRID, Trading, a_coalition

TAXED = HYBRID | {"tax_supply": "0.21", "tax_credit": "0.21", "fee_fixed": "3.33", "breakage_redeemers": "0.25"}


async def a_month(database: Database) -> tuple[Trading, Cycle]:
    """A month of trade with taxes, approved."""
    trading = await a_coalition(database, P=TAXED, Q=TAXED | {"price": "0.0117"}, R=TAXED)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 33_333, "Q": 12_345}, benefits={"Q": "7.77"})
    redemption = await trading.redeem(member, "R", 20_101)
    await trading.reverse(member, "R", redemption, 1_001)
    await trading.redeem(member, "P", 777)
    cycle = await trading.close(trading.cycle)
    return trading, await trading.approve(cycle)


async def instructed(session: WriteSession, cycle_id: UUID, trading: Trading) -> list[Invoice]:
    """What instructing payments does, in one transaction."""
    cycle = await finishing.instruct(session, cycle_id, by=BERT, now=trading.now)
    return await issuing.issue(session, cycle, by=BERT, now=trading.now)


async def test_documents_come_to_the_net_of_each_statement(database: Database) -> None:
    trading, cycle = await a_month(database)
    issued = await trading.do(instructed, cycle.cycle_id, trading)
    sums: dict[UUID, Decimal] = defaultdict(Decimal)
    for invoice in issued:
        sums[invoice.partner_id] += invoice.gross
    balances = await trading.do(queries.balances, cycle.cycle_id)
    nets = {found.party.partner_id: found.net for found in balances if found.party.role is PartyRole.PARTNER}
    assert sums == nets
    assert all(found.opening + found.net == found.closing for found in balances)


async def test_lines_and_taxes_add_up_to_their_document(database: Database) -> None:
    trading, cycle = await a_month(database)
    for invoice in await trading.do(instructed, cycle.cycle_id, trading):
        async with trading.session() as session:
            lines = await session.scalars(select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.invoice_id))
            taxes = await session.scalars(select(InvoiceTax).where(InvoiceTax.invoice_id == invoice.invoice_id))
            assert sum(line.amount for line in lines) == invoice.net
            assert sum(part.tax for part in taxes) == invoice.tax


async def test_issuing_twice_finds_the_same_documents(database: Database) -> None:
    trading, cycle = await a_month(database)
    first = await trading.do(instructed, cycle.cycle_id, trading)
    stored = await trading.do(queries.cycle_named, cycle.name)
    again = await trading.do(issuing.issue, stored, by=BERT, now=trading.now + timedelta(days=400))
    assert [one.number for one in again] == [one.number for one in first] != []


async def test_numbers_follow_each_other_by_issuer_year_and_kind(database: Database) -> None:
    trading, cycle = await a_month(database)
    first = await trading.do(instructed, cycle.cycle_id, trading)
    assert [one.number for one in first if one.kind == DocumentKind.INVOICE] == [
        "I-2026-00001",
        "I-2026-00002",
        "I-2026-00003",
    ]
    assert {one.number for one in first if one.kind == DocumentKind.SELF_BILLED_INVOICE} <= {
        f"SI{number}-2026-00001" for number in (1, 2, 3)
    }
    member = await trading.join()
    await trading.earn(member, "P", {"P": 1_000})
    following = await trading.approve(await trading.close(trading.cycle))
    second = await trading.do(instructed, following.cycle_id, trading)
    assert min(one.number for one in second if one.kind == DocumentKind.INVOICE) == "I-2026-00004"


async def test_a_transaction_that_fails_leaves_no_gap(database: Database) -> None:
    trading, cycle = await a_month(database)

    async def fails(session: WriteSession) -> None:
        await instructed(session, cycle.cycle_id, trading)
        raise RuntimeError

    for _ in range(2):
        with pytest.raises(RuntimeError):
            await trading.do(fails)
    issued = await trading.do(instructed, cycle.cycle_id, trading)
    assert [one.counted for one in issued if one.kind == DocumentKind.INVOICE] == [1, 2, 3]


async def test_two_who_instruct_at_once_issue_once(database: Database) -> None:
    trading, cycle = await a_month(database)
    tried = await asyncio.gather(
        *(trading.do(instructed, cycle.cycle_id, trading) for _ in range(2)), return_exceptions=True
    )
    assert sum(isinstance(one, list) for one in tried) == 1
    async with trading.session() as session:
        counted = await session.execute(
            text("SELECT issuer_number, year, kind, counted FROM invoice ORDER BY 1, 2, 3, 4")
        )
        series: dict[tuple[int, int, str], list[int]] = defaultdict(list)
        for row in counted:
            series[row.issuer_number, row.year, row.kind].append(row.counted)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in series.values())


async def test_a_tax_document_without_an_address_or_tax_number_is_refused_by_name(database: Database) -> None:
    trading, cycle = await a_month(database)
    async with trading.session() as session:
        company = (
            await session.scalars(select(LegalEntity).where(LegalEntity.partner_id == trading.partner_ids["R"]))
        ).one()
        company.town, company.tax_number = None, None
    # The approval covers the companies too.
    await trading.do(cycles.void, cycle.cycle_id, by=ANNA, reason="another town", now=trading.now)
    await trading.approve(cycle)
    with pytest.raises(CompanyIncomplete, match="R SIA has no town"):
        await trading.do(instructed, cycle.cycle_id, trading)
    stored = await trading.do(queries.cycle_named, cycle.name)
    assert stored.state == "APPROVED"
    assert await trading.do(issuing.issued_of, cycle.cycle_id) == []


async def test_documents_are_due_when_the_contract_says_and_keep_the_names_of_their_day(database: Database) -> None:
    trading, cycle = await a_month(database)
    (first, *_) = await trading.do(instructed, cycle.cycle_id, trading)
    assert cycle.approved_at is not None
    assert first.due_on == (cycle.approved_at + timedelta(days=14)).date()
    async with trading.session() as session:
        for company in await session.scalars(select(LegalEntity)):
            company.name = "Renamed"
    (again, *_) = await trading.do(issuing.issued_of, cycle.cycle_id)
    assert {again.seller["name"], again.buyer["name"]} == {"Operator AS", "P SIA"}


async def test_a_partner_sees_its_own_documents_and_nobody_changes_any(database: Database) -> None:
    trading, cycle = await a_month(database)
    issued = await trading.do(instructed, cycle.cycle_id, trading)
    mine = trading.partner_ids["P"]
    async with trading.session(Sight.partner(mine)) as session:
        for table in ("invoice", "invoice_line", "invoice_tax"):
            whose = await session.scalars(text(f"SELECT DISTINCT partner_id FROM {table}"))
            assert set(whose) == {mine}
        assert (await session.scalars(text("SELECT count(*) FROM invoice_counter"))).one() == 0
    assert len({one.partner_id for one in issued}) == 3
    for statement in ("UPDATE invoice SET net = net", "DELETE FROM invoice", "DELETE FROM invoice_line"):
        with pytest.raises(Exception, match="permission denied"):
            async with trading.session() as session:
                await session.execute(text(statement))
