"""A numbered document on paper: an invoice that a finance department accepts (Directive 2006/112/EC, article 226)."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from domain.coalition.models import TaxRule
from domain.ids import PartnerId
from domain.invoicing.dividing import TaxPart
from domain.invoicing.models import DocumentKind, InvoiceTax
from domain.invoicing.queries import InvoiceView
from domain.settlement.parties import partner
from domain.settlement.references import spaced
from hansa.paper import sayings
from hansa.paper.parts import PaperLine, Writing, other_side
from hansa.paper.sheet import Fact, Sheet, Side, Total
from hansa.paper.words import PaperWords, words_in


def sheet(view: InvoiceView, *, references: Sequence[str] = (), issuer: str) -> Sheet:
    """The paper of a document, in the language it was issued in; the references are those its statement is paid by."""
    invoice, kind = view.invoice, DocumentKind(view.invoice.kind)
    words = words_in(invoice.language)
    writing = Writing(words=words, currency=invoice.currency, names=view.names, issuer=issuer)
    party = partner(PartnerId(view.partner.partner_id))
    lines = [
        PaperLine(
            money=placed.line.money,
            amount=kind.face * placed.amount,
            other=other_side(placed.line.money, party),
            corrects=placed.corrects,
            note=placed.note,
        )
        for placed in view.lines
    ]
    title = sayings.document(words, kind)
    seller, buyer = _sides(writing, view, kind)
    taxes = [("", _tax_part(part, kind)) for part in view.taxes]
    return Sheet(
        language=words.language,
        house=str((invoice.buyer if kind.by_partner else invoice.seller)["name"]),
        title=title,
        number=invoice.number,
        seller=seller,
        buyer=buyer,
        facts=_facts(words, view, references),
        laws=tuple(_laws(words, view, kind)),
        remarks=tuple(_remarks(words, kind)),
        columns=writing.columns(),
        groups=writing.groups(lines),
        tax=writing.taxes(taxes) if taxes else None,
        totals=_totals(writing, view, kind),
        proof_heading=words.gettext("Proof"),
        proof=(*writing.proof(view.cycle), writing.drill_down(view.cycle, view.partner)),
        pages=words.gettext("Page %(page)s of %(pages)s"),
        keywords=(invoice.number, view.cycle.name, invoice.currency),
        subject=f"{title} {invoice.number}",
    )


def _tax_part(part: InvoiceTax, kind: DocumentKind) -> TaxPart:
    """What is taxed alike, with the document's own sign."""
    base, net, tax = (kind.face * amount for amount in (part.base, part.net, part.tax))
    return TaxPart(rule=TaxRule(part.tax_rule), rate=part.rate, base=base, net=net, tax=tax)


def _sides(writing: Writing, view: InvoiceView, kind: DocumentKind) -> tuple[Side, Side]:
    say = writing.words.gettext
    if kind is DocumentKind.SETTLEMENT_NOTE:
        return writing.side(say("Operator"), view.invoice.seller), writing.side(say("Partner"), view.invoice.buyer)
    return writing.side(say("Seller"), view.invoice.seller), writing.side(say("Buyer"), view.invoice.buyer)


def _facts(words: PaperWords, view: InvoiceView, references: Sequence[str]) -> tuple[Fact, ...]:
    say, invoice = words.gettext, view.invoice
    zone = ZoneInfo(view.coalition.time_zone)
    period = f"{words.day_of(view.cycle.opened_at, zone)} – {words.day(invoice.supplied_on)}"
    return (
        (say("Number"), invoice.number),
        (say("Date of issue"), words.day(invoice.issued_on)),
        (say("Period of supply"), period),
        (say("Date of supply"), words.day(invoice.supplied_on)),
        (say("Due date"), words.day(invoice.due_on)),
        (say("Settled with"), f"{say('Statement')} {view.cycle.name}"),
        *((say("Payment reference"), spaced(reference)) for reference in references),
    )


def _laws(words: PaperWords, view: InvoiceView, kind: DocumentKind) -> list[str]:
    laws = [sayings.self_billing(words)] if kind.self_billed else []
    return laws + [sayings.tax(words, rule) for rule in TaxRule if rule != TaxRule.STANDARD and _has(view, rule)]


def _remarks(words: PaperWords, kind: DocumentKind) -> list[str]:
    say = words.gettext
    remarks = []
    if kind is DocumentKind.INVOICE_REQUEST:
        remarks.append(say("This is not an invoice. Please send your own invoice over these amounts to the operator."))
    if kind is DocumentKind.SETTLEMENT_NOTE:
        remarks.append(say("This is not an invoice. Nothing on it is a supply, and none of it bears VAT."))
    if kind.is_invoice or kind is DocumentKind.INVOICE_REQUEST:
        remarks.append(say("Each line is rounded by itself; VAT is figured once on the exact sum of the lines."))
    remarks.append(say("This document is not paid by itself: it is settled with the statement, where all are netted."))
    return remarks


def _has(view: InvoiceView, rule: TaxRule) -> bool:
    return any(part.tax_rule == rule for part in view.taxes)


def _totals(writing: Writing, view: InvoiceView, kind: DocumentKind) -> tuple[Total, ...]:
    say, invoice, money = writing.words.gettext, view.invoice, writing.words.money
    receives = kind.face * invoice.gross >= 0
    by_partner = (kind.face > 0) == receives
    whole = say("Total in favour of %(name)s") % {"name": view.partner.name} if by_partner else say("Total to pay")
    if not view.taxes:
        return (Total(words=whole, amount=money(kind.face * invoice.gross, invoice.currency), strong=True),)
    return (
        Total(words=say("Total without VAT"), amount=money(kind.face * invoice.net, invoice.currency)),
        Total(words=say("VAT"), amount=money(kind.face * invoice.tax, invoice.currency)),
        Total(words=whole, amount=money(kind.face * invoice.gross, invoice.currency), strong=True),
    )
