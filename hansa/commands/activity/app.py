"""`hansa activity`: tastings, presentations and events that partners hold together, and how they went."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(name="activity", no_args_is_help=True, help="Tastings, presentations and events held together.")

Name = Annotated[str, typer.Argument(help="What the activity is called.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command("list", epilog="Example: hansa activity list")
def list_activities(*, json: Json = False) -> None:
    """List activities: whose, when, and how many places they have."""
    from hansa.commands.activity import work

    at_desk(work.list_activities, json=json)


@app.command(epilog="Example: hansa activity show 'Cheese night'")
def show(name: Name, *, json: Json = False) -> None:
    """Show what an activity is, for whom, and who bears which share."""
    from hansa.commands.activity import work

    at_desk(work.show_activity, name, json=json)


@app.command(epilog="Example: hansa activity report 'Cheese night'")
def report(name: Name, *, json: Json = False) -> None:
    """Tell who was invited and came, what it cost, and who pays whom."""
    from hansa.commands.activity import work

    at_desk(work.report, name, json=json)
