"""Invoices and statements as documents, and the lines that count a posting."""

from __future__ import annotations

from uuid import UUID

from domain.invoicing import queries
from domain.invoicing.models import Invoice
from domain.invoicing.queries import InvoiceView, StatementPaper
from domain.settlement import counting
from domain.settlement.counting import CountedPart
from domain.settlement.queries import StatementView
from resolvers.context import Context


async def invoice(ctx: Context, invoice_id: UUID) -> Invoice:
    """A document that the viewer may see. Raises: InvoiceNotFound."""
    return await ctx.read(queries.invoice_by_id, invoice_id)


async def invoices_of(ctx: Context, view: StatementView) -> list[Invoice]:
    """The documents behind a statement; none before they are issued, and none for an account of the house."""
    partner_id = view.balance.party.partner_id
    return [] if partner_id is None else await ctx.read(queries.invoices_of, view.cycle.cycle_id, partner_id)


async def invoice_view(ctx: Context, invoice_id: UUID) -> InvoiceView:
    """A document with all that stands on it. Raises: InvoiceNotFound."""
    return await ctx.read(queries.invoice_view, invoice_id)


async def statement_paper(ctx: Context, statement_id: UUID) -> StatementPaper:
    """A statement with all that its paper says. Raises: StatementNotFound, InvoiceNotFound."""
    return await ctx.read(queries.statement_paper, statement_id)


async def parts_of(ctx: Context, wallet_id: UUID, entry_id: UUID) -> list[CountedPart]:
    """What an entry adds to which statement lines, of those the viewer is a side of."""
    return await ctx.read(counting.lines_counting, wallet_id, entry_id)
