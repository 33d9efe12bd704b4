"""`hansa segment`: groups of members, of a partner's or of the coalition's."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(
    name="segment",
    no_args_is_help=True,
    help="Groups of members: by what they bought and told, or by list. Without --partner, the coalition's.",
)

Name = Annotated[str, typer.Argument(help="What the segment is called.")]
Whose = Annotated[str | None, typer.Option("--partner", help="The partner's short name; without, the coalition.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command("list", epilog="Example: hansa segment list --partner olla")
def list_segments(
    partner: Annotated[str | None, typer.Option(help="Only this partner's; everybody's by default.")] = None,
    *,
    retired: Annotated[bool, typer.Option("--retired", help="Those that are retired, too.")] = False,
    json: Json = False,
) -> None:
    """List segments: whose, how many members, when last looked at."""
    from hansa.commands.segment import work

    at_desk(work.list_segments, partner, retired=retired, json=json)


@app.command(epilog="Example: hansa segment show 'Lapsed' --partner olla")
def show(name: Name, partner: Whose = None, *, json: Json = False) -> None:
    """Show what a segment asks, and how many members it has."""
    from hansa.commands.segment import work

    at_desk(work.show_segment, name, partner, json=json)


@app.command(epilog="Example: hansa segment define lapsed.json --partner olla")
def define(
    file: Annotated[Path, typer.Argument(help="JSON with name, definition, and perhaps shared_with, refresh_hours.")],
    partner: Whose = None,
    *,
    preview: Annotated[bool, typer.Option("--preview", help="Only tell how many members it would mean.")] = False,
    json: Json = False,
) -> None:
    """Make a segment, or change the one that is called so. Partners are named by their short names."""
    from hansa.commands.segment import work

    at_desk(work.define, file, partner, preview=preview, json=json)


@app.command(epilog="Example: hansa segment retire 'Lapsed' --partner olla")
def retire(name: Name, partner: Whose = None, *, json: Json = False) -> None:
    """Let nobody be in a segment any more."""
    from hansa.commands.segment import work

    at_desk(work.retire, name, partner, json=json)


@app.command(epilog="Example: hansa segment refresh")
def refresh(
    name: Annotated[str | None, typer.Argument(help="Only the segment called so; all that are due by default.")] = None,
    partner: Whose = None,
    *,
    json: Json = False,
) -> None:
    """Look again who belongs, as the worker does from time to time."""
    from hansa.commands.segment import work

    at_desk(work.refresh, name, partner, json=json)


@app.command(epilog="Example: hansa segment members Staff --partner olla --add 9900001 --add 9900002")
def members(
    name: Name,
    partner: Whose = None,
    add: Annotated[list[str] | None, typer.Option(help="A card to put on the list; repeat it.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A card to take off the list; repeat it.")] = None,
    by: Annotated[
        str | None, typer.Option(help="The partner that reads the cards, for a list of the coalition's.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Show who is on a list, having put members on it or taken them off."""
    from hansa.commands.segment import work

    at_desk(work.members, name, partner, add or [], remove or [], by, json=json)


@app.command(epilog="Example: hansa segment surprise Regulars --partner olla --occasion 'First snow'")
def surprise(
    name: Name,
    partner: Annotated[str, typer.Option(help="The partner that surprises; campaigns of its own say what it brings.")],
    occasion: Annotated[str, typer.Option(help="What it is called; each member is surprised once for it.")],
    *,
    json: Json = False,
) -> None:
    """Surprise every member of a segment of the partner's, once for the occasion; again goes on where it stopped."""
    from hansa.commands.segment import surprising

    at_desk(surprising.surprise, name, partner, occasion, json=json)
