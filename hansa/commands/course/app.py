"""`hansa course`: what sellers learn, and how it went."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(name="course", no_args_is_help=True, help="What sellers learn, and how it went.")

Name = Annotated[str, typer.Argument(help="What the course is called.")]
Whose = Annotated[str, typer.Option("--partner", help="The owner's short name.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command("list", epilog="Example: hansa course list")
def list_courses(*, json: Json = False) -> None:
    """List courses: whose, what passing takes, who has passed."""
    from hansa.commands.course import work

    at_desk(work.list_courses, json=json)


@app.command("draw-up", epilog="Example: hansa course draw-up school.yaml --partner creamery")
def draw_up(
    file: Annotated[Path, typer.Argument(help="YAML as docs/sellers.md shows it.")],
    partner: Whose,
    *,
    json: Json = False,
) -> None:
    """Write a course down, or the next version of the one that is called so."""
    from hansa.commands.course import work

    at_desk(work.draw_up, file, partner, json=json)


@app.command(epilog="Example: hansa course publish 'Milk school' --partner creamery")
def publish(name: Name, partner: Whose, *, json: Json = False) -> None:
    """Let members take the draft; the version before ends."""
    from hansa.commands.course import work

    at_desk(work.publish, name, partner, json=json)


@app.command(epilog="Example: hansa course end 'Milk school' --partner creamery")
def end(name: Name, partner: Whose, *, json: Json = False) -> None:
    """Let nobody take it any more; certificates count as long as they are valid."""
    from hansa.commands.course import work

    at_desk(work.end, name, partner, json=json)
