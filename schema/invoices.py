"""Invoices, self-billed documents and notes behind a statement, and where each is kept as a file."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from urllib.parse import quote

import strawberry

from domain.invoicing import models
from domain.settlement import counting, queries
from domain.values import Money as DomainMoney
from domain.values import Points
from partners.scopes import Scope
from resolvers import invoices
from resolvers.context import Info
from schema.errors import or_null
from schema.ids import Node, identified
from schema.money import Money
from schema.nodes import findable
from schema.permissions import needs
from schema.shape import shows

READ = needs(Scope.SETTLEMENT_READ)
FILES = "/files"


def address(folder: str, name: str, form: str) -> str:
    """Where a file is kept, on this server."""
    return f"{FILES}/{folder}/{quote(name, safe='')}.{form}"


@strawberry.type
@shows(models.Invoice)
class Invoice(Node):
    """A numbered document between the operator and a partner; never changed once issued."""

    id: strawberry.ID = identified("invoice_id")
    kind: models.DocumentKind
    """What it is before the law."""
    number: str
    """Its number, without a gap in the series of its issuer, year and kind."""
    issued_at: datetime
    """When it was issued."""
    issued_on: date
    """The day of issue that it bears, in the coalition's time zone."""
    due_on: date
    """When the statement it is settled with is due."""
    language: str
    """The language it is written in."""

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def net(invoice: strawberry.Parent[models.Invoice]) -> DomainMoney:
        """Without tax; positive is received by the partner, negative is paid."""
        return DomainMoney(invoice.net, invoice.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def tax(invoice: strawberry.Parent[models.Invoice]) -> DomainMoney:
        """Tax; positive is received by the partner, negative is paid."""
        return DomainMoney(invoice.tax, invoice.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def gross(invoice: strawberry.Parent[models.Invoice]) -> DomainMoney:
        """All in all; the documents of a statement together are its net."""
        return DomainMoney(invoice.gross, invoice.currency)

    @strawberry.field
    @staticmethod
    def pdf(invoice: strawberry.Parent[models.Invoice], info: Info) -> str:
        """Where it is kept as PDF (PDF/A-2a, PDF/UA-1), on this server, with the same access token."""
        return address("invoices", info.context.global_ids.encode("Invoice", invoice.invoice_id), "pdf")


findable(Invoice, invoices.invoice, READ)


@strawberry.type
class StatementFiles:
    """Where a statement is kept as files, on this server, for the same access token."""

    pdf: str
    """On paper, in the partner's language (PDF/A-2a, PDF/UA-1); pro forma until its documents are numbered."""
    csv: str
    """Its lines as CSV (RFC 4180)."""
    parquet: str
    """Its lines as Parquet, with exact decimals."""
    transfers_csv: str
    """Every movement of points under each line, as CSV."""
    transfers_parquet: str
    """Every movement of points under each line, as Parquet."""
    journal_csv: str
    """The bookings of the cycle as the partner makes them, as CSV."""
    journal_parquet: str
    """The bookings of the cycle as the partner makes them, as Parquet."""


def files_of(view: queries.StatementView, info: Info) -> StatementFiles | None:
    """The addresses of a partner's statement; an account of the house has none."""
    if view.balance.party.partner_id is None:
        return None
    name = info.context.global_ids.encode("Statement", view.statement_id)
    return StatementFiles(
        pdf=address("statements", name, "pdf"),
        csv=address("statements", name, "csv"),
        parquet=address("statements", name, "parquet"),
        transfers_csv=address("transfers", name, "csv"),
        transfers_parquet=address("transfers", name, "parquet"),
        journal_csv=address("journal", name, "csv"),
        journal_parquet=address("journal", name, "parquet"),
    )


@strawberry.type
@shows(counting.CountedPart)
class CountedPart:
    """What one movement of points, or one benefit in money, adds to a line of a statement."""

    kind: str
    """What the movement did, or what was given."""
    points: Points | None
    """How many points moved; null for a benefit in money."""

    @strawberry.field(
        graphql_type=Annotated["StatementLine", strawberry.lazy("schema.statements")]  # noqa: F821
    )
    @staticmethod
    def line(part: strawberry.Parent[counting.CountedPart]) -> queries.Line:
        """The line."""
        return part.line

    @strawberry.field
    @staticmethod
    def exact(part: strawberry.Parent[counting.CountedPart]) -> str | None:
        """What it adds to the line, unrounded; null where the line counts many movements together."""
        return None if part.exact is None else _plain(part.exact)


def _plain(amount: Decimal) -> str:
    return format(amount, "f")


@strawberry.type
class InvoiceQuery:
    """Documents of settlement."""

    @strawberry.field(graphql_type=Invoice | None, extensions=[READ, or_null])
    @staticmethod
    async def invoice(
        info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The document's id.")]
    ) -> models.Invoice:
        """One document; null when there is none that you may see."""
        return await invoices.invoice(info.context, info.context.global_ids.one("Invoice", id))
