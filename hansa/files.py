"""Statements, their transfers, invoices and bookings as files: the one place that makes them, for HTTP and the desk.

A file is made anew whenever it is asked for, from what is stored; the same state gives the same bytes, so a client may
keep it by its ETag.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from domain.errors import NotFound
from domain.invoicing import booking
from domain.invoicing.queries import StatementPaper, invoice_view, statement_paper
from domain.settlement import counting, queries
from domain.storage import ReadSession
from hansa.file_requests import NOT_THERE, guarded
from hansa.paper import invoices, journal_files, statement_files, statements, tables, typesetting
from hansa.paper.paying import payments_of
from hansa.paper.sheet import Sheet
from hansa.paper.tables import Form
from partners.scopes import Scope
from resolvers.context import Context

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was made, and what it is called."""

    name: str
    media: str


Make = Callable[[Context, UUID, Path, str], Awaitable[Made]]
"""Makes a file of something at a path, for somebody who reads at an address."""


async def statement_pdf(ctx: Context, statement_id: UUID, path: Path, issuer: str) -> Made:
    """A statement on paper. Raises: StatementNotFound, InvoiceNotFound."""
    paper = await ctx.read(statement_paper, statement_id)
    paid = await ctx.read(payments_of, paper.view.cycle.cycle_id, paper.partner.partner_id)
    sheet = statements.sheet(paper, payments=paid, issuer=issuer)
    cycle = paper.view.cycle
    made_at = paper.invoices[0].issued_at if paper.invoices else cycle.computed_at or cycle.opened_at
    await asyncio.to_thread(_set, path, sheet, made_at)
    return Made(_name("statement", paper, "pdf"), PDF)


async def invoice_pdf(ctx: Context, invoice_id: UUID, path: Path, issuer: str) -> Made:
    """A numbered document on paper. Raises: InvoiceNotFound."""
    view = await ctx.read(invoice_view, invoice_id)
    paid = await ctx.read(payments_of, view.cycle.cycle_id, view.partner.partner_id)
    sheet = invoices.sheet(view, references=[payment.reference for payment in paid], issuer=issuer)
    await asyncio.to_thread(_set, path, sheet, view.invoice.issued_at)
    return Made(f"{_safe(view.invoice.number)}.pdf", PDF)


def lines_in(form: Form) -> Make:
    """A statement's lines. The maker raises: StatementNotFound, InvoiceNotFound."""

    async def make(ctx: Context, statement_id: UUID, path: Path, _issuer: str) -> Made:
        paper = await ctx.read(statement_paper, statement_id)
        columns = statement_files.line_columns(paper.view.currency)
        await asyncio.to_thread(tables.write, path, form, columns, statement_files.line_rows(paper))
        return Made(_name("statement", paper, form), form.media)

    return make


def transfers_in(form: Form) -> Make:
    """Every movement under a statement's lines. The maker raises: StatementNotFound, InvoiceNotFound."""

    async def make(ctx: Context, statement_id: UUID, path: Path, _issuer: str) -> Made:
        paper = await ctx.read(statement_paper, statement_id)
        await ctx.read(_pour_transfers, ctx, paper, path, form)
        return Made(_name("transfers", paper, form), form.media)

    return make


def journal_in(form: Form, *, operators: bool, own_codes: Mapping[str, str] | None = None) -> Make:
    """A partner's bookings by its statement's id, or the operator's by the cycle's.

    The maker raises: StatementNotFound, CycleNotFound, InvalidValue.
    """

    async def make(ctx: Context, whose: UUID, path: Path, _issuer: str) -> Made:
        journal = await ctx.read(booking.operators_journal if operators else booking.partners_journal, whose)
        rows = journal_files.rows(journal, own_codes)
        await asyncio.to_thread(tables.write, path, form, journal_files.columns(journal.currency), rows)
        slug = "operator" if journal.whose is None else journal.whose.slug
        return Made(f"journal-{_safe(journal.cycle.name)}-{_safe(slug)}.{form}", form.media)

    return make


def _each_form(made: Callable[[Form], Make]) -> dict[str, Make]:
    return {form.value: made(form) for form in Form}


MAKERS: Mapping[tuple[str, str], Mapping[str, Make]] = {
    ("statements", "Statement"): {"pdf": statement_pdf, **_each_form(lines_in)},
    ("transfers", "Statement"): _each_form(transfers_in),
    ("invoices", "Invoice"): {"pdf": invoice_pdf},
    ("journal", "Statement"): _each_form(lambda form: journal_in(form, operators=False)),
    ("journal", "Cycle"): _each_form(lambda form: journal_in(form, operators=True)),
}
"""What is kept in each folder, of things of which type, and in which forms."""


async def download(ctx: Context, request: Request) -> Response:
    """A file by its address, /files/<folder>/<global id>.<form>. Raises: NotFound."""
    thing, _, form = request.path_params["name"].rpartition(".")
    type_name = ctx.global_ids.type_of(thing)
    make = MAKERS.get((request.path_params["folder"], type_name), {}).get(form)
    if make is None:
        raise NotFound(NOT_THERE)
    (key,) = ctx.global_ids.decode(type_name, thing)
    with tempfile.NamedTemporaryFile(prefix="hansa-", delete=False) as kept:
        path = Path(kept.name)
    try:
        made = await make(ctx, key, path, request.state.access.issuer.url)
        return await _response(request, path, made)
    except BaseException:
        _forget(path)
        raise


def routes() -> list[Route]:
    """The addresses of all files."""
    return [Route("/files/{folder}/{name}", guarded(download, Scope.SETTLEMENT_READ))]


async def _response(request: Request, path: Path, made: Made) -> Response:
    tag = f'"{await asyncio.to_thread(_digest, path)}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "authorization, cookie, origin"}
    if tag in re.split(r"\s*,\s*", request.headers.get("if-none-match", "")):
        _forget(path)
        return Response(status_code=304, headers=headers)
    return FileResponse(
        path, headers=headers, media_type=made.media, filename=made.name, background=BackgroundTask(_forget, path)
    )


def _set(path: Path, sheet: Sheet, made_at: datetime) -> None:
    path.write_bytes(typesetting.pdf(sheet, made_at=made_at))


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)


async def _pour_transfers(session: ReadSession, ctx: Context, paper: StatementPaper, path: Path, form: Form) -> None:
    lines = await queries.every_line(session, paper.view.cycle, paper.view.balance.party)
    moved = counting.every_transfer(session, lines)
    rows = statement_files.transfer_rows(paper, moved, ctx.global_ids.encode)
    await tables.pour(path, form, statement_files.TRANSFER_COLUMNS, rows)


def _name(what: str, paper: StatementPaper, form: str) -> str:
    return f"{what}-{_safe(paper.view.cycle.name)}-{_safe(paper.partner.slug)}.{form}"


def _safe(word: str) -> str:
    """A name as part of a file's name on any system."""
    return re.sub(r"[^\w.-]+", "-", word).strip("-.") or "unnamed"
