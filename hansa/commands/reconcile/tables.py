"""Reconciliation for the eye: a file beside the ledger, and what is to be cleared up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from domain.reconciliation.models import PartnerFile
from domain.reconciliation.queries import Exceptional
from domain.reconciliation.words import FileState, Outcome
from hansa.commands.desk import Desk
from hansa.commands.settle.tables import money

WELL, ILL, QUIET = "green", "red", "dim"
STYLES = {Outcome.MATCHED: WELL, Outcome.LATE: QUIET, Outcome.DUPLICATE: "yellow"}
WORDS = {
    Outcome.MATCHED: "On both sides",
    Outcome.AMOUNT_DIFFERS: "On both sides, and differs",
    Outcome.MISSING_IN_LEDGER: "In the file alone",
    Outcome.MISSING_IN_FILE: "In the ledger alone",
    Outcome.DUPLICATE: "Reported before",
    Outcome.LATE: "In another period",
    Outcome.REJECTED: "Cannot be read",
}
EXAMPLES = 10


def show(file: PartnerFile, desk: Desk) -> None:
    """A file that was worked off."""
    console = Console(highlight=False)
    if file.state == FileState.REFUSED:
        console.print(Text(f"{file.name} does not count: {file.refusal_says}", style=f"bold {ILL}"))
        return
    report: dict[str, Any] = file.report or {}
    run = " (dry run: nothing but this report is kept)" if file.dry_run else ""
    console.print(
        Text(f"{file.name}, file {file.sequence} of {desk.partners[file.partner_id].name}{run}\n", style="bold")
    )
    console.print(_outcomes(report, desk))
    ledger = report["ledger"]
    console.print(f"The ledger has {ledger['postings']:,} postings for the period, the file {file.rows_read:,} rows.")
    for finding in file.findings:
        console.print(Text(f"→ {finding['message']}", style="yellow"))
    shown = [one for one in report["examples"] if one["severity"] != "NOTE"]
    if shown:
        console.print(_examples(shown, desk))


def show_exceptions(found: Sequence[Exceptional], desk: Desk, *, more: bool) -> None:
    """The worklist."""
    table = _table("exception", "partner", "row", "number", "outcome", "state", "most likely", "because")
    for one in found:
        line = one.found
        table.add_row(
            str(line.exception_id),
            desk.partners[line.partner_id].slug,
            "" if line.row is None else f"{line.row:,}",
            Text(one.reference or ""),
            _what(line.outcome, line.reason),
            (line.resolution or line.state).replace("_", " ").lower(),
            line.suggestion.replace("_", " ").lower(),
            Text(line.because),
        )
    console = Console(highlight=False)
    console.print(table if found else "Nothing is to be cleared up.")
    if more:
        console.print(Text("There are more; --json lists them in pages, --partner narrows them down.", style=QUIET))


def _outcomes(report: dict[str, Any], desk: Desk) -> Table:
    table = _table("", "")
    for heading in ("rows", "points", "amount"):
        table.add_column(heading, justify="right")
    for one in report["outcomes"]:
        outcome = Outcome(one["outcome"])
        table.add_row(
            Text(WORDS[outcome], style=STYLES.get(outcome, ILL)),
            Text((one["reason"] or "").replace("_", " ").lower(), style=QUIET),
            f"{one['rows']:,}",
            f"{one['points']:,}",
            money(Decimal(one["amount"]).scaleb(-desk.digits), desk.digits, signed=False),
        )
    return table


def _examples(shown: Sequence[dict[str, Any]], desk: Desk) -> Table:
    table = _table("row", "number", "outcome", "because")
    for one in shown[:EXAMPLES]:
        row = "" if one["row"] is None else f"{one['row']:,}"
        table.add_row(row, Text(one["reference"] or ""), _what(one["outcome"], one["reason"]), Text(one["because"]))
    if len(shown) > EXAMPLES:
        table.caption = "and more: hansa exceptions list"
    table.title = f"To be cleared up, amounts in {desk.currency}"
    return table


def _what(outcome: str, reason: str | None) -> Text:
    words = outcome.replace("_", " ").lower() + (f", {reason.replace('_', ' ').lower()}" if reason else "")
    return Text(words, style=STYLES.get(Outcome(outcome), ILL))


def _table(*headings: str) -> Table:
    table = Table(*headings, box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", title_style="bold")
    table.title_justify = "left"
    return table
