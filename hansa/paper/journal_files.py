"""The bookings of a cycle as a file that accounting systems read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from domain.invoicing.accounts import OperatorAccount, PartnerAccount, mapped
from domain.invoicing.booking import Journal
from domain.invoicing.dividing import Section
from domain.invoicing.journal import Booking, Posting
from domain.values import minor_digits
from hansa.paper.tables import COUNT, TEXT, Column, Row, money_type


def columns(currency: str) -> tuple[Column, ...]:
    """The columns of a journal."""
    money = money_type(minor_digits(currency))
    return (
        Column("cycle", TEXT, "The cycle's name."),
        Column("booking", COUNT, "Postings of the same number belong together; their debits are their credits."),
        Column("booked_on", pa.date32(), "The last day of the cycle."),
        Column("account", TEXT, "The code of the account."),
        Column("account_name", TEXT, "Which account of the chart it is; docs/statements.md explains each."),
        Column("partner", TEXT, "The partner whose sub-account it is."),
        Column("debit", money, "Nothing or more."),
        Column("credit", money, "Nothing or more; one of the two is nothing."),
        Column("currency", TEXT, "The currency (ISO 4217)."),
        Column("document", TEXT, "The number of the document it is booked by; empty while the cycle is pro forma."),
        Column("line", COUNT, "The statement line it books; empty where documents are brought to settlement."),
        Column("kind", TEXT, "The heading of that line, or SETTLEMENT."),
        Column("source", TEXT, "What that line was counted from."),
    )


def rows(journal: Journal, own_codes: Mapping[str, str] | None = None) -> Iterator[Row]:
    """A row for each posting, under one's own codes where they are given. Raises: InvalidValue."""
    codes = mapped(journal.chart, own_codes or {})
    return (_row(journal, booking, one, codes) for booking in journal.bookings for one in booking.postings)


def _row(journal: Journal, booking: Booking, posting: Posting, codes: Mapping[str, str]) -> Row:
    line = booking.line
    return {
        "cycle": journal.cycle.name,
        "booking": booking.number,
        "booked_on": journal.booked_on,
        "account": codes[posting.account.name],
        "account_name": posting.account.name,
        "partner": None if posting.partner_id is None else journal.names[posting.partner_id],
        "debit": posting.debit,
        "credit": posting.credit,
        "currency": journal.currency,
        "document": _document(journal, booking, posting),
        "line": None if line is None else line.number,
        "kind": "SETTLEMENT" if line is None else line.money.kind.value,
        "source": None if line is None else line.money.origin.source.value,
    }


def _document(journal: Journal, booking: Booking, posting: Posting) -> str | None:
    whose = posting.partner_id if journal.whose is None else journal.whose.partner_id
    section = booking.document_section or _CONTROLLED[journal.chart].get(posting.account.name)
    return None if whose is None or section is None else journal.documents.get((whose, section))


_CONTROLLED: Mapping[type, Mapping[str, Section]] = {
    OperatorAccount: {"RECEIVABLE": Section.SUPPLIED, "PAYABLE": Section.CREDITED, "SETTLEMENT": Section.UNTAXED},
    PartnerAccount: {"PAYABLE": Section.SUPPLIED, "RECEIVABLE": Section.CREDITED, "SETTLEMENT": Section.UNTAXED},
}
"""Which documents stand behind an account; the others stand against them."""
