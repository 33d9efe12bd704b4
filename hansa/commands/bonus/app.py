"""`hansa bonus`: bonus schemes, their statements, and what firms sold on."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(name="bonus", no_args_is_help=True, help="What firms get by bands for what they bought or sold on.")

Whose = Annotated[str, typer.Option("--partner", help="The short name of the partner whose schemes they are.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command("list", epilog="Example: hansa bonus list")
def list_schemes(*, json: Json = False) -> None:
    """List all schemes: whose, for what, and where they stand."""
    from hansa.commands.bonus import work

    at_desk(work.list_schemes, json=json)


@app.command(epilog="Example: hansa bonus statements --partner olla --starts 2026-10-01")
def statements(
    partner: Whose,
    starts: Annotated[str | None, typer.Option(help="Only of periods that begin on this day.")] = None,
    *,
    json: Json = False,
) -> None:
    """List statements: what each firm turned over, and what it is given."""
    from hansa.commands.bonus import work

    at_desk(work.list_statements, partner, starts, json=json)


@app.command(epilog="Example: hansa bonus check --partner olla --scheme 'Quarterly bonus'")
def check(
    partner: Whose,
    scheme: Annotated[str, typer.Option(help="What the scheme is called.")],
    *,
    json: Json = False,
) -> None:
    """Let all drafts of a scheme be given as they are."""
    from hansa.commands.bonus import work

    at_desk(work.check, partner, scheme, json=json)


@app.command("sold-on", epilog="Example: hansa bonus sold-on october.csv --partner olla")
def sold_on(
    file: Annotated[Path, typer.Argument(help="CSV: firm, reference, sku, day, quantity, value and customer.")],
    partner: Whose,
    *,
    json: Json = False,
) -> None:
    """Take in what firms sold on: sound rows count, others are told with number, field and reason."""
    from hansa.commands.bonus import work

    at_desk(work.sold_on, file, partner, json=json)


@app.command(epilog="Example: hansa bonus run")
def run(*, json: Json = False) -> None:
    """Look at all that is due, as the worker does: draw up, give."""
    from hansa.commands.bonus import work

    at_desk(work.run, json=json)
