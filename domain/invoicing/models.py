"""Rows of invoicing: documents, their lines and their tax. Issued once, they are never changed or taken away."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)
Amount: Any = Numeric()
"""As many digits as it takes."""


class DocumentKind(StrEnum):
    """What a document is before the law."""

    INVOICE = "INVOICE"
    """What the operator supplied to the partner."""
    CREDIT_NOTE = "CREDIT_NOTE"
    """The same, when more is given back than was supplied."""
    SELF_BILLED_INVOICE = "SELF_BILLED_INVOICE"
    """What the partner supplied to the operator, written by the operator in its name."""
    SELF_BILLED_CREDIT_NOTE = "SELF_BILLED_CREDIT_NOTE"
    """The same, when more is given back than was supplied."""
    INVOICE_REQUEST = "INVOICE_REQUEST"
    """Asks a partner that is not self-billed for its own invoice over these amounts."""
    SETTLEMENT_NOTE = "SETTLEMENT_NOTE"
    """What is settled without being a supply: breakage, adjustments, rounding."""

    @property
    def is_invoice(self) -> bool:
        """Whether it is an invoice before tax law (Directive 2006/112/EC, articles 218 to 226)."""
        return self not in {DocumentKind.INVOICE_REQUEST, DocumentKind.SETTLEMENT_NOTE}

    @property
    def by_partner(self) -> bool:
        """Whether the partner is the one who supplies."""
        return self in {
            DocumentKind.SELF_BILLED_INVOICE,
            DocumentKind.SELF_BILLED_CREDIT_NOTE,
            DocumentKind.INVOICE_REQUEST,
        }

    @property
    def self_billed(self) -> bool:
        """Whether it is written by who is supplied."""
        return self in {DocumentKind.SELF_BILLED_INVOICE, DocumentKind.SELF_BILLED_CREDIT_NOTE}

    @property
    def prefix(self) -> str:
        """How its numbers begin."""
        return _PREFIXES[self]

    @property
    def face(self) -> int:
        """1 where the document's total is what the partner receives, -1 where it is what the partner pays."""
        return -1 if self in {DocumentKind.INVOICE, DocumentKind.SELF_BILLED_CREDIT_NOTE} else 1


_PREFIXES = {
    DocumentKind.INVOICE: "I",
    DocumentKind.CREDIT_NOTE: "C",
    DocumentKind.SELF_BILLED_INVOICE: "SI",
    DocumentKind.SELF_BILLED_CREDIT_NOTE: "SC",
    DocumentKind.INVOICE_REQUEST: "R",
    DocumentKind.SETTLEMENT_NOTE: "N",
}

KINDS = (
    "('INVOICE', 'CREDIT_NOTE', 'SELF_BILLED_INVOICE', 'SELF_BILLED_CREDIT_NOTE', 'INVOICE_REQUEST', 'SETTLEMENT_NOTE')"
)


class InvoiceCounter(Row, table=True):
    """The last number of a series; who issues takes the next and holds the row until its transaction ends."""

    __tablename__ = "invoice_counter"
    issuer_number: int = Field(primary_key=True)
    """The number of the partner in whose name it is issued; 0: the operator."""
    year: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    taken: int
    """How many numbers were given; the last one."""

    __table_args__ = (
        CheckConstraint("taken > 0", name="taken"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
    )


class Invoice(Row, table=True):
    """A numbered document of a cycle between the operator and one partner; amounts: positive is received by it."""

    __tablename__ = "invoice"
    invoice_id: UUID = Field(primary_key=True)
    cycle_id: UUID = Field(foreign_key="cycle.cycle_id")
    revision: int
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    kind: str
    issuer_number: int
    """In whose series it is counted: a partner's number, or 0 for the operator's."""
    year: int
    counted: int
    """Its place in the series of its issuer, year and kind, from one without a gap."""
    number: str
    issued_at: datetime = Field(sa_type=Instant)
    issued_by: UUID
    issued_on: date
    """The day of issue in the coalition's time zone."""
    supplied_on: date
    """The last day of the cycle: until then it was supplied."""
    due_on: date
    currency: str
    language: str
    seller: dict[str, Any] = Field(sa_type=JSONB)
    """Who supplied, as the company stood at the issue: name, address, registration, tax number, bank account."""
    buyer: dict[str, Any] = Field(sa_type=JSONB)
    net: Decimal = Field(sa_type=Amount)
    tax: Decimal = Field(sa_type=Amount)
    gross: Decimal = Field(sa_type=Amount)

    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("issuer_number", "year", "kind", "counted"),
        UniqueConstraint("cycle_id", "partner_id", "kind"),
        Index(None, "partner_id"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint("gross = net + tax", name="gross"),
        CheckConstraint("counted > 0", name="counted"),
        CheckConstraint("due_on >= issued_on", name="due_after_issue"),
    )


class InvoiceLine(Row, table=True):
    """One side of a money line as it stands on a document; positive is received by the partner."""

    __tablename__ = "invoice_line"
    invoice_id: UUID = Field(primary_key=True, foreign_key="invoice.invoice_id")
    number: int = Field(primary_key=True)
    line_id: UUID = Field(foreign_key="statement_line.line_id")
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    amount: Decimal = Field(sa_type=Amount)

    __table_args__ = (Index(None, "line_id"),)


class InvoiceTax(Row, table=True):
    """What is taxed alike on a document: its exact base, the rate, and the tax, rounded once."""

    __tablename__ = "invoice_tax"
    invoice_id: UUID = Field(primary_key=True, foreign_key="invoice.invoice_id")
    tax_rule: str = Field(primary_key=True)
    rate: Decimal = Field(primary_key=True, sa_type=Amount)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    base: Decimal = Field(sa_type=Amount)
    """The exact sum of what the tax was figured on."""
    net: Decimal = Field(sa_type=Amount)
    """The sum of the lines as they were rounded."""
    tax: Decimal = Field(sa_type=Amount)

    __table_args__ = (
        CheckConstraint("tax_rule IN ('STANDARD', 'REVERSE_CHARGE', 'EXEMPT')", name="tax_rule"),
        CheckConstraint("tax_rule = 'STANDARD' OR (rate = 0 AND tax = 0)", name="no_rate_without_tax"),
        CheckConstraint("rate >= 0", name="rate"),
    )
