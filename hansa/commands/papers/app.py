"""`hansa statement`, `hansa invoices`, `hansa invoice`, `hansa journal`: what finance files, from the command line."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

CycleName = Annotated[str | None, typer.Option("--cycle", help="The cycle's name; by default the newest computed one.")]
Out = Annotated[Path | None, typer.Option("--out", help="Where to; by default here, under the file's own name.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]
Partner = Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's short name.")]


class PaperForm(StrEnum):
    """What a statement is written as."""

    PDF = "pdf"
    CSV = "csv"
    PARQUET = "parquet"


class TableForm(StrEnum):
    """What rows are written as."""

    CSV = "csv"
    PARQUET = "parquet"


def register(app: typer.Typer) -> None:
    """Put the commands on the command line."""
    app.command(epilog="Example: hansa statement olla --cycle 2026-11 --as pdf --out olla.pdf")(statement)
    app.command(epilog="Example: hansa invoices --cycle 2026-11")(invoices)
    app.command(epilog="Example: hansa invoice I-2026-00001")(invoice)
    app.command(epilog="Example: hansa journal --cycle 2026-11 --for operator --accounts our-chart.json")(journal)


def statement(
    partner: Partner,
    cycle: CycleName = None,
    form: Annotated[PaperForm, typer.Option("--as", help="On paper, or its lines for programs.")] = PaperForm.PDF,
    out: Out = None,
    *,
    transfers: Annotated[bool, typer.Option(help="Every movement under each line, in place of the lines.")] = False,
    json: Json = False,
) -> None:
    """Write a partner's statement to a file: pro forma until the cycle's payments are instructed."""
    from hansa.commands.papers import work

    if transfers and form is PaperForm.PDF:
        raise typer.BadParameter("Transfers are written as csv or parquet.", param_hint="--as")
    at_desk(work.statement, cycle, partner, form.value, out, transfers=transfers, json=json)


def invoices(cycle: CycleName = None, *, json: Json = False) -> None:
    """Show the numbered documents of a cycle, and what they come to."""
    from hansa.commands.papers import work

    at_desk(work.invoices, cycle, json=json)


def invoice(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The document's number, such as I-2026-00001.")],
    out: Out = None,
    *,
    json: Json = False,
) -> None:
    """Write a numbered document to a PDF."""
    from hansa.commands.papers import work

    at_desk(work.invoice, number, out, json=json)


def journal(
    cycle: CycleName = None,
    whose: Annotated[str, typer.Option("--for", help="`operator`, or a partner's short name.")] = "operator",
    form: Annotated[TableForm, typer.Option("--as", help="The form of the file.")] = TableForm.CSV,
    out: Out = None,
    accounts: Annotated[
        Path | None,
        typer.Option(help='Your own codes for accounts, as JSON: {"FEES": "8400"}; the others keep theirs.'),
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Write the double-entry bookings of a cycle for an accounting system."""
    from hansa.commands.papers import work

    at_desk(work.journal, cycle, whose, form.value, out, accounts, json=json)
