"""`hansa preset`: whole programmes as files, each a coalition to try things on."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    name="preset",
    no_args_is_help=True,
    help="Whole programmes as files: list, show, check, and load one into an empty sandbox.",
)

Name = Annotated[str, typer.Argument(help="A name that `hansa preset list` shows, or the path of a file of one's own.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command("list", epilog="Example: hansa preset list")
def list_presets(*, json: Json = False) -> None:
    """List the programmes that come with Hansa."""
    from hansa.commands.preset import work

    work.list_presets(json=json)


@app.command(epilog="Example: hansa preset show mine.yaml")
def show(name: Name, *, json: Json = False) -> None:
    """Show what a programme is made of, how sure its facts are, and what is left out."""
    from hansa.commands.preset import work

    work.show_preset(name, json=json)


@app.command(epilog="Example: hansa preset check mine.yaml")
def check(name: Name, *, json: Json = False) -> None:
    """Read a file to the end, and say where it cannot be read and what to write instead; nothing is written."""
    from hansa.commands.preset import work

    work.check_preset(name, json=json)


@app.command(epilog="Example: HANSA_HOME=sandbox hansa preset load mine.yaml")
def load(name: Name, *, json: Json = False) -> None:
    """Found an empty sandbox coalition of a programme; asked again, only what is missing is made."""
    from hansa.commands.preset import work

    work.load_preset(name, json=json)
