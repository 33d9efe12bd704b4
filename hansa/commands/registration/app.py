"""`hansa registration`: what makers tell of products, and how many are registered."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(name="registration", no_args_is_help=True, help="Products that members register with their makers.")

Maker = Annotated[str, typer.Argument(help="The maker's short name.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command(epilog="Example: hansa registration counts olla")
def counts(maker: Maker, *, json: Json = False) -> None:
    """Count what is registered of a maker's articles, where at least ten members have."""
    from hansa.commands.registration import work

    at_desk(work.counts, maker, json=json)


@app.command(epilog="Example: hansa registration serials olla K1 serials.csv")
def serials(
    maker: Maker,
    article: Annotated[str, typer.Argument(help="The maker's own number.")],
    file: Annotated[Path, typer.Argument(help="One serial a line, and behind a comma its lot if it has one.")],
    *,
    json: Json = False,
) -> None:
    """Add serials to a maker's list; only digests of them are kept."""
    from hansa.commands.registration import work

    at_desk(work.serials, maker, article, file, json=json)
