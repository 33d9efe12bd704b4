"""A partner's statement on paper: all lines, what they come to, the documents behind it, and what is paid to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

import segno.helpers

from domain.invoicing.companies import Company
from domain.invoicing.dividing import Draft
from domain.invoicing.models import DocumentKind
from domain.invoicing.queries import StatementPaper
from domain.settlement.references import spaced
from hansa.paper import sayings
from hansa.paper.parts import PaperLine, Writing, in_fours, other_side
from hansa.paper.sheet import Fact, Grid, PaymentPart, Sheet, Total
from hansa.paper.words import PaperWords, words_in

EPC_CURRENCY = "EUR"
EPC_MOST = Decimal("999999999.99")
EPC_NAME = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What is paid to settle the statement."""

    outgoing: bool
    """Whether the partner pays; otherwise it is paid."""
    other: Company
    """Who is paid, or who pays."""
    amount: Decimal
    reference: str
    due_on: date


def sheet(paper: StatementPaper, *, payments: Sequence[Payment] = (), issuer: str) -> Sheet:
    """The paper of a statement, in the partner's language; pro forma until its documents are numbered."""
    words, view = words_in(paper.language), paper.view
    say = words.gettext
    writing = Writing(words=words, currency=view.currency, names=paper.names, issuer=issuer)
    party = view.balance.party
    lines = [
        PaperLine(
            money=placed.item.money,
            amount=placed.item.amount,
            other=other_side(placed.item.money, party),
            corrects=placed.corrects,
            note=placed.note,
        )
        for placed in paper.items
    ]
    taxes = [(sayings.document(words, draft.kind), part) for draft in paper.drafts for part in draft.taxes]
    return Sheet(
        language=words.language,
        house=str(paper.operator["name"]),
        title=say("Statement"),
        number=view.cycle.name,
        across=None if paper.is_issued else say("PRO FORMA"),
        seller=writing.side(say("Operator"), paper.operator),
        buyer=writing.side(say("Partner"), paper.company),
        facts=_facts(words, paper),
        remarks=tuple(_remarks(words, paper)),
        columns=writing.columns(),
        groups=writing.groups(lines),
        tax=writing.taxes(taxes) if taxes else None,
        totals=tuple(_totals(writing, paper)),
        documents=_documents(writing, paper),
        payments=tuple(_payment(writing, paper, payment) for payment in payments),
        proof_heading=say("Proof"),
        proof=(*writing.proof(view.cycle), writing.drill_down(view.cycle, paper.partner)),
        pages=say("Page %(page)s of %(pages)s"),
        keywords=(view.cycle.name, paper.partner.slug, view.currency),
        subject=f"{say('Statement')} {view.cycle.name}, {paper.partner.name}",
    )


def _facts(words: PaperWords, paper: StatementPaper) -> tuple[Fact, ...]:
    say, cycle = words.gettext, paper.view.cycle
    zone = ZoneInfo(paper.coalition.time_zone)
    assert cycle.cut_off_at is not None, "what has a statement was cut off"
    facts = [
        (say("Cycle"), cycle.name),
        (say("Period"), f"{words.day_of(cycle.opened_at, zone)} – {words.day_of(cycle.cut_off_at, zone)}"),
    ]
    if paper.invoices:
        facts.append((say("Date of issue"), words.day(paper.invoices[0].issued_on)))
    if paper.due_on is not None:
        facts.append((say("Due date"), words.day(paper.due_on)))
    elif cycle.answer_until is not None:
        facts.append((say("Please answer by"), words.day_of(cycle.answer_until, zone)))
    return tuple(facts)


def _remarks(words: PaperWords, paper: StatementPaper) -> list[str]:
    say = words.gettext
    remarks = []
    if not paper.is_issued:
        remarks.append(say("Pro forma: this is no invoice, and nothing is to be paid on it yet."))
    remarks.append(say("Amounts without a sign are in favour of the partner; amounts with a minus are paid by it."))
    return remarks


def _totals(writing: Writing, paper: StatementPaper) -> list[Total]:
    say, balance = writing.words.gettext, paper.view.balance

    def line(words: str, amount: Decimal, *, strong: bool = False) -> Total:
        return Total(words=words, amount=writing.words.money(amount, paper.view.currency), strong=strong)

    found = [
        line(say("Opening balance"), balance.opening),
        line(say("Net of this cycle"), balance.net),
        line(say("Closing balance"), balance.closing),
    ]
    if balance.carried:
        found.append(line(say("Carried forward to the next statement"), balance.carried))
    if balance.payable < 0:
        found.append(line(say("%(name)s pays") % {"name": paper.partner.name}, -balance.payable, strong=True))
    elif balance.payable > 0:
        found.append(line(say("%(name)s receives") % {"name": paper.partner.name}, balance.payable, strong=True))
    else:
        found.append(Total(words=say("Nothing is to be paid."), amount="", strong=True))
    return found


def _documents(writing: Writing, paper: StatementPaper) -> Grid | None:
    say = writing.words.gettext
    numbers = {DocumentKind(invoice.kind): invoice.number for invoice in paper.invoices}
    rows = [
        (sayings.document(writing.words, draft.kind), numbers.get(draft.kind, "–"), *_figures(writing, draft))
        for draft in paper.drafts
    ]
    columns = (say("Document"), say("Number"), say("Without VAT"), say("VAT"), say("Total"))
    return Grid(columns=columns, rows=tuple(rows)) if rows else None


def _figures(writing: Writing, draft: Draft) -> tuple[str, ...]:
    shown = [writing.words.amount(amount, writing.currency) for amount in (draft.net, draft.tax, draft.gross)]
    return tuple(shown) if draft.taxes else (shown[0], "", shown[2])


def _payment(writing: Writing, paper: StatementPaper, payment: Payment) -> PaymentPart:
    say, words = writing.words.gettext, writing.words
    name = str(payment.other["name"])
    account = (("IBAN", in_fours(payment.other.get("iban"))), ("BIC", payment.other.get("bic")))
    facts = [
        (say("To") if payment.outgoing else say("From"), name),
        *((label, value) for label, value in account if value and payment.outgoing),
        (say("Amount"), words.money(payment.amount, paper.view.currency)),
        (say("Reference"), spaced(payment.reference)),
        (say("Due date"), words.day(payment.due_on)),
    ]
    if not payment.outgoing and paper.company.get("iban"):
        facts.insert(1, (say("To your account"), in_fours(paper.company["iban"]) or ""))
    code = _code(payment, paper.view.currency) if payment.outgoing else None
    return PaymentPart(
        heading=say("Please pay") if payment.outgoing else say("You receive"),
        facts=tuple(facts),
        code=code,
        code_words=say("Payment code for banking apps (EPC QR)") if code else "",
    )


def _code(payment: Payment, currency: str) -> str | None:
    """The code that banking apps read (EPC069-12), for what it can say: euros, to an account that is known."""
    iban = payment.other.get("iban")
    if currency != EPC_CURRENCY or not iban or not 0 < payment.amount <= EPC_MOST:
        return None
    made = segno.helpers.make_epc_qr(
        name=str(payment.other["name"])[:EPC_NAME], iban=iban, amount=payment.amount, reference=payment.reference
    )
    drawn = BytesIO()
    made.save(drawn, kind="svg", xmldecl=False, border=0, dark="#0f2438")
    return drawn.getvalue().decode()
