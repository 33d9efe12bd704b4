"""`hansa sides`: a firm as maker and as seller."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(name="sides", no_args_is_help=True, help="What a firm did as maker and as seller, in one cycle.")

Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command(epilog="Example: hansa sides show olla --cycle 2026-03")
def show(
    partner: Annotated[str, typer.Argument(help="The firm's short name.")],
    cycle: Annotated[str | None, typer.Option(help="The cycle; the newest by default.")] = None,
    *,
    json: Json = False,
) -> None:
    """Show both sides apart and together: goods, points, and the statement parted to the cent."""
    from hansa.commands.sides import work

    at_desk(work.show_sides, partner, cycle, json=json)


@app.callback()
def sides() -> None:
    """What a firm did as maker and as seller, in one cycle."""
