"""`hansa action`: the types of actions that partners record beside purchases."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(
    name="action",
    no_args_is_help=True,
    help="Types of actions that earn beside purchases: everybody's, and those a partner thought of.",
)

Slug = Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's short name.")]
Name = Annotated[str, typer.Argument(help="What the type is called, such as TEST_DRIVE.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command("list", epilog="Example: hansa action list olla")
def list_types(partner: Slug, *, json: Json = False) -> None:
    """List the types a partner may record, its own last, with what each carries."""
    from hansa.commands.action import work

    at_desk(work.list_types, partner, json=json)


@app.command(epilog="Example: hansa action define olla TEST_DRIVE --field model:TEXT --field minutes:WHOLE:required")
def define(
    partner: Slug,
    name: Name,
    field: Annotated[
        list[str] | None,
        typer.Option(help="name:kind, of TEXT, WHOLE, YES_NO and TIME; with :required if it must be there. Repeat it."),
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Let a partner record a type of its own."""
    from hansa.commands.action import work

    at_desk(work.define, partner, name, field or [], json=json)


@app.command(epilog="Example: hansa action retire olla TEST_DRIVE")
def retire(partner: Slug, name: Name, *, json: Json = False) -> None:
    """Let a type of a partner's own be recorded no more."""
    from hansa.commands.action import work

    at_desk(work.retire, partner, name, json=json)
