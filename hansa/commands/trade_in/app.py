"""`hansa trade-in`: schemes by which members hand old items in, and what came of them."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(name="trade-in", no_args_is_help=True, help="Members hand old items in, and get credit for them.")

Name = Annotated[str, typer.Argument(help="What the scheme is called.")]
Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="From this day on; a year back by default.")]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Before this day; until now by default.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command("list", epilog="Example: hansa trade-in list")
def list_schemes(*, json: Json = False) -> None:
    """List schemes: whose, where they stand, what they give."""
    from hansa.commands.trade_in import work

    at_desk(work.list_schemes, json=json)


@app.command(epilog="Example: hansa trade-in show 'Old shoes for new'")
def show(name: Name, *, json: Json = False) -> None:
    """Show what a scheme takes, what that is worth, and who pays."""
    from hansa.commands.trade_in import work

    at_desk(work.show_scheme, name, json=json)


@app.command(epilog="Example: hansa trade-in report --since 2026-01-01")
def report(
    name: Annotated[str | None, typer.Argument(help="Only of the scheme called so; of all by default.")] = None,
    since: Since = None,
    until: Until = None,
    *,
    json: Json = False,
) -> None:
    """Count what was handed in, by category and grade, and tell what it cost whom."""
    from hansa.commands.trade_in import work

    at_desk(work.report, name, since, until, json=json)


@app.command(epilog="Example: hansa trade-in run")
def run(*, json: Json = False) -> None:
    """Look at all that is due, as the worker does: consignments whose time is over, credits that wait."""
    from hansa.commands.trade_in import work

    at_desk(work.run, json=json)
