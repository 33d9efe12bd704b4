"""What the commands about papers do: find what is meant, make the file, say where it is."""

from __future__ import annotations

import asyncio
import json as plain_json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from rich import box
from rich.table import Table
from sqlmodel import select

from domain.errors import InvalidValue
from domain.invoicing.errors import InvoiceNotFound
from domain.invoicing.issuing import issued_of, lacking
from domain.invoicing.models import DocumentKind, Invoice
from domain.settlement import queries
from domain.settlement.models import Cycle, CycleState
from domain.storage import ReadSession
from hansa import files, reporting
from hansa.commands.desk import Desk
from hansa.commands.settle import tables
from hansa.files import Make
from hansa.paper import sayings
from hansa.paper.tables import Form
from hansa.paper.words import words_in
from hansa.settings import load

OPERATOR = "operator"
COMPUTED = tuple(state for state in CycleState if state not in {CycleState.OPEN, CycleState.CUT_OFF})


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file that was written."""

    file: Path
    bytes: int


async def statement(
    desk: Desk, cycle: str | None, slug: str, form: str, out: Path | None, *, transfers: bool, json: bool
) -> None:
    """A partner's statement, or what is under its lines."""
    whose = desk.partner(slug)
    chosen = await desk.cycle(cycle, *COMPUTED)
    view = await desk.ctx.read(queries.statement, chosen.cycle_id, whose)
    make = files.MAKERS["transfers" if transfers else "statements", "Statement"][form]
    _tell(await _write(desk, make, view.statement_id, out), json=json)


async def invoice(desk: Desk, number: str, out: Path | None, *, json: bool) -> None:
    """A numbered document."""
    found = await desk.ctx.read(_numbered, number)
    _tell(await _write(desk, files.invoice_pdf, found.invoice_id, out), json=json)


async def journal(
    desk: Desk, cycle: str | None, whose: str, form: str, out: Path | None, accounts: Path | None, *, json: bool
) -> None:
    """The bookings of a cycle."""
    chosen = await desk.cycle(cycle, *COMPUTED)
    own_codes = await asyncio.to_thread(_codes, accounts)
    make = files.journal_in(Form(form), operators=whose == OPERATOR, own_codes=own_codes)
    _tell(await _write(desk, make, await _journal_of(desk, chosen, whose), out), json=json)


async def invoices(desk: Desk, cycle: str | None, *, json: bool) -> None:
    """The documents of a cycle."""
    chosen = await desk.cycle(cycle, *COMPUTED)
    found = await desk.ctx.read(issued_of, chosen.cycle_id)
    if json:
        return reporting.as_json([_plain(desk, one) for one in found])
    if not found:
        return await _before_issue(desk, chosen)
    return tables.show(tables.rail(chosen), _table(desk, found))


async def _before_issue(desk: Desk, cycle: Cycle) -> None:
    """What is still to be done before documents can be numbered."""
    reporting.say(f"{cycle.name} is {cycle.state.lower()}: documents are numbered when it is instructed.")
    for refusal in await desk.ctx.read(lacking, cycle):
        reporting.say(f"{refusal.company} lacks {', '.join(refusal.lacking)}.")


async def _journal_of(desk: Desk, cycle: Cycle, whose: str) -> UUID:
    if whose == OPERATOR:
        return cycle.cycle_id
    view = await desk.ctx.read(queries.statement, cycle.cycle_id, desk.partner(whose))
    return view.statement_id


async def _write(desk: Desk, make: Make, thing: UUID, out: Path | None) -> Written:
    """Make the file beside its place, then put it there whole."""
    folder = out.parent if out is not None else Path()
    with tempfile.TemporaryDirectory(prefix=".hansa-", dir=folder) as made_in:
        path = Path(made_in) / "file"
        made = await make(desk.ctx, thing, path, load().issuer)
        place = out if out is not None else Path(made.name)
        path.replace(place)
    return Written(file=place, bytes=place.stat().st_size)


async def _numbered(session: ReadSession, number: str) -> Invoice:
    found = (await session.scalars(select(Invoice).where(Invoice.number == number))).first()
    if found is None:
        raise InvoiceNotFound
    return found


def _codes(accounts: Path | None) -> Mapping[str, str]:
    """Own codes for accounts, from a file. Raises: InvalidValue."""
    if accounts is None:
        return {}
    try:
        found = plain_json.loads(accounts.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise InvalidValue(f"{accounts} is not JSON: {problem}", path=("accounts",)) from None
    if not isinstance(found, dict) or not all(isinstance(code, str) for code in found.values()):
        raise InvalidValue('write your accounts as {"FEES": "8400"}, codes in quotes', path=("accounts",))
    return found


def _plain(desk: Desk, invoice: Invoice) -> dict[str, object]:
    names = ("number", "kind", "issued_on", "due_on", "currency", "net", "tax", "gross")
    return {"partner": desk.partners[invoice.partner_id].slug, **{name: getattr(invoice, name) for name in names}}


def _table(desk: Desk, found: list[Invoice]) -> Table:
    shown = Table("partner", "document", "number", "due", box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for heading in ("without tax", "tax", "total"):
        shown.add_column(heading, justify="right")
    words = words_in("en")
    for one in found:
        figures = [tables.money(amount, desk.digits) for amount in (one.net, one.tax, one.gross)]
        kind = sayings.document(words, DocumentKind(one.kind))
        shown.add_row(desk.partners[one.partner_id].name, kind, one.number, str(one.due_on), *figures)
    shown.add_section()
    sums = [sum((getattr(one, name) for one in found), Decimal(0)) for name in ("net", "tax", "gross")]
    shown.add_row("all together", "", "", "", *(tables.money(amount, desk.digits) for amount in sums))
    return shown


def _tell(written: Written, *, json: bool) -> None:
    if json:
        return reporting.as_json({"file": written.file, "bytes": written.bytes})
    return reporting.say(f"{written.file} ({written.bytes:,} bytes)")
