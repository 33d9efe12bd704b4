"""Payments and the bank for the eye: what is to be paid, what came of a file, what waits, what is overdue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from domain.banking.ageing import Age, Aged
from domain.banking.importing import Gap, Imported
from domain.banking.models import BankEntry, BankFile, BankMatch, PartnerCredit, Payment, WriteOff
from domain.banking.states import Direction, FileKind, PaymentState
from domain.ids import PartnerId
from domain.settlement.parties import OPERATOR, partner
from domain.settlement.prepaid.models import PrepaidPack
from domain.settlement.references import spaced
from hansa.commands.desk import Desk

QUIET, GOOD, BAD, WAITS = "dim", "green", "red", "yellow"
STYLES = {
    PaymentState.PAID: GOOD,
    PaymentState.RETURNED: BAD,
    PaymentState.PART_PAID: WAITS,
    PaymentState.WRITTEN_OFF: QUIET,
}
AGES = {
    Age.CURRENT: "not due",
    Age.TO_30: "1–30 days",
    Age.TO_60: "31–60",
    Age.TO_90: "61–90",
    Age.OVER_90: "over 90",
}


def payments_table(desk: Desk, payments: Sequence[Payment], *, title: str) -> Table:
    """Each payment on a line, and what is open of all in the last."""
    table = _table("reference", "pays", "to", title=f"{title}, in {desk.currency}")
    for heading in ("amount", "paid", "open"):
        table.add_column(heading, justify="right")
    for heading in ("due", "state", ""):
        table.add_column(heading)
    for payment in payments:
        state = PaymentState(payment.state)
        table.add_row(
            spaced(payment.reference),
            _name(desk, payment.payer_id),
            _name(desk, payment.payee_id),
            _figure(desk, payment.amount),
            _figure(desk, payment.paid),
            _figure(desk, payment.open),
            f"{payment.due_on}",
            Text(state.value.replace("_", " ").lower(), style=STYLES.get(state, "")),
            Text(payment.reason or "", style=BAD),
        )
    table.add_section()
    sums = [sum((getattr(one, name) for one in payments), Decimal(0)) for name in ("amount", "paid", "open")]
    table.add_row("all together", "", "", *(_figure(desk, one) for one in sums))
    return table


def files_table(desk: Desk, files: Sequence[BankFile]) -> Table:
    """The orders that were made."""
    table = _table("message", "account of", title="Orders (pain.001.001.09)")
    for heading in ("payments", "sum"):
        table.add_column(heading, justify="right")
    table.add_column("SHA-256")
    for file in files:
        control = _figure(desk, file.control_sum or Decimal(0))
        table.add_row(
            file.message_id, _name(desk, file.partner_id), str(file.payments), control, file.sha256.hex()[:16]
        )
    return table


def import_parts(desk: Desk, name: str, done: Imported) -> list[RenderableType]:
    """What came of a file."""
    if done.known:
        return [Text(f"{name} was taken in before; nothing changed.", style=WAITS), *gap_parts(done.gaps)]
    if done.kind is FileKind.PAIN_002:
        words = f"{name}: {done.accepted} orders accepted, {done.rejected} rejected."
        return [Text(words, style=BAD if done.rejected else GOOD)]
    table = _table("outcome", title=f"{name}: statements {', '.join(done.statements) or 'none'}")
    table.add_column("entries", justify="right")
    for outcome, count in sorted(done.tally.outcomes.items()):
        table.add_row(outcome.value.replace("_", " ").lower(), str(count))
    parts: list[RenderableType] = [table]
    if done.duplicates:
        parts.append(Text(f"There already: {', '.join(done.duplicates)}", style=WAITS))
    if done.tally.credited:
        parts.append(Text(f"Paid too much, kept for partners: {_figure(desk, done.tally.credited)}", style=WAITS))
    if done.tally.settled:
        parts.append(Text(f"{len(done.tally.settled)} cycle(s) settled by it.", style=GOOD))
    return [*parts, *gap_parts(done.gaps)]


def gap_parts(gaps: Iterable[Gap]) -> list[RenderableType]:
    """Statements that are missing."""
    return [
        Text(
            f"Between {gap.after} and {gap.before} "
            + (
                f"statements {', '.join(map(str, gap.missing))} are missing."
                if gap.missing
                else "something is missing."
            ),
            style=BAD,
        )
        for gap in gaps
    ]


def worklist_parts(
    desk: Desk, entries: Sequence[BankEntry], names: Mapping[str, str], meant: Mapping[str, Payment | PrepaidPack]
) -> list[RenderableType]:
    """Entries that wait, each with its best guesses below."""
    if not entries:
        return [Text("No entry waits for anybody.", style=GOOD)]
    table = _table("entry", "booked", title=f"{len(entries)} entries wait, in {desk.currency}")
    table.add_column("amount", justify="right")
    for heading in ("from or to", "says", "guess", "score", "why"):
        table.add_column(heading)
    for entry in entries:
        sign = "+" if entry.direction == Direction.IN else "−"
        first = [
            names.get(str(entry.entry_id), ""),
            f"{entry.booked_on}",
            f"{sign}{_figure(desk, entry.amount)}",
            entry.party_name or entry.party_iban or "",
            (entry.remittance_text or entry.end_to_end_id or entry.code or "")[:40],
        ]
        for guess in entry.candidates or [{"payment_ids": [], "pack_ids": [], "score": "", "why": [entry.note or ""]}]:
            ids = [*guess["payment_ids"], *guess["pack_ids"]]
            named = ", ".join(spaced(meant[one].reference) for one in ids if one in meant)
            table.add_row(*first, named or "none", str(guess["score"]), "; ".join(guess["why"]))
            first = [""] * len(first)
    return [table]


def waiting_parts(
    desk: Desk, kept: Sequence[PartnerCredit], asked: Sequence[WriteOff], payments: Mapping[UUID, Payment]
) -> list[RenderableType]:
    """What partners paid too much, and write-offs that wait for a second person."""
    parts: list[RenderableType] = []
    if kept:
        table = _table("credit", "of", "state", "use", title="Paid too much")
        table.add_column("amount", justify="right")
        for one in kept:
            figure = _figure(desk, one.amount)
            table.add_row(str(one.credit_id), _name(desk, one.partner_id), one.state.lower(), one.use or "", figure)
        parts.append(table)
    if asked:
        table = _table("payment", "why", title="To be written off, when a second person agrees")
        table.add_column("amount", justify="right")
        for row in asked:
            table.add_row(spaced(payments[row.payment_id].reference), row.reason, _figure(desk, row.amount))
        parts.append(table)
    return parts


def matches_table(
    desk: Desk, name: str, entry: BankEntry, matches: Sequence[BankMatch], payments: Mapping[UUID, Payment]
) -> Table:
    """What an entry belongs to."""
    outcome = entry.outcome.replace("_", " ").lower()
    table = _table("payment", "found in", "state", title=f"{name}: {_figure(desk, entry.amount)}, {outcome}")
    table.add_column("amount", justify="right")
    for match in matches:
        reference = spaced(payments[match.payment_id].reference)
        place = match.place.replace("_", " ").lower()
        table.add_row(reference, place, match.state.lower(), _figure(desk, match.amount))
    return table


def ageing_table(desk: Desk, rows: Sequence[Aged], today: date) -> Table:
    """Who has to pay what, and for how long it has been due; the last line is all that is open."""
    table = _table("pays", title=f"Open on {today}, in {desk.currency}")
    for heading in (*AGES.values(), "open"):
        table.add_column(heading, justify="right")
    table.add_column("oldest due")
    for row in rows:
        figures = [_aged(desk, row.by_age[age], late=age is not Age.CURRENT) for age in AGES]
        table.add_row(_name(desk, row.payer_id), *figures, _figure(desk, row.open), f"{row.oldest}")
    table.add_section()
    sums = [sum((row.by_age[age] for row in rows), Decimal(0)) for age in AGES]
    together = _figure(desk, sum(sums, Decimal(0)))
    table.add_row("all together", *(_figure(desk, one) for one in sums), together)
    return table


def _aged(desk: Desk, amount: Decimal, *, late: bool) -> Text:
    return Text(_figure(desk, amount), style=(BAD if late else "") if amount else QUIET)


def _name(desk: Desk, partner_id: UUID | None) -> str:
    return desk.name_of(OPERATOR if partner_id is None else partner(PartnerId(partner_id)))


def _figure(desk: Desk, amount: Decimal) -> str:
    return f"{amount:,.{desk.digits}f}" if amount else "·"


def _table(*headings: str, title: str) -> Table:
    shown = Table(*headings, title=title, box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", title_style="bold")
    shown.title_justify = "left"
    return shown
