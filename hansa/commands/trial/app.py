"""`hansa trial`: samples in the hands of members that were chosen, and what they say of them."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(name="trial", no_args_is_help=True, help="Samples in the hands of members that were chosen.")

Name = Annotated[str, typer.Argument(help="What the trial is called, or its id.")]
Whose = Annotated[str, typer.Option("--partner", help="The short name of the partner whose trial it is.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command("list", epilog="Example: hansa trial list")
def list_trials(*, json: Json = False) -> None:
    """List trials: whose, how many places, until when, and how far they are."""
    from hansa.commands.trial import work

    at_desk(work.list_trials, json=json)


@app.command(epilog="Example: hansa trial show 'New milk' --partner maker")
def show(name: Name, partner: Whose, *, json: Json = False) -> None:
    """Show what a trial is and what became of it, in sums."""
    from hansa.commands.trial import work

    at_desk(work.show_trial, name, partner, json=json)


@app.command(epilog="Example: hansa trial draft milk.yaml --partner maker")
def draft(
    file: Annotated[Path, typer.Argument(help="YAML as docs/trials.md shows it.")],
    partner: Whose,
    *,
    json: Json = False,
) -> None:
    """Write a trial down, or the next version of the one that is called so."""
    from hansa.commands.trial import work

    at_desk(work.draft, file, partner, json=json)


@app.command(epilog="Example: hansa trial publish 'New milk' --partner maker")
def publish(name: Name, partner: Whose, *, json: Json = False) -> None:
    """Let members apply; the seed of the draw is promised from then on."""
    from hansa.commands.trial import work

    at_desk(work.step, "publish", name, partner, json=json)


@app.command(epilog="Example: hansa trial pause 'New milk' --partner maker")
def pause(name: Name, partner: Whose, *, json: Json = False) -> None:
    """Let nobody apply for now."""
    from hansa.commands.trial import work

    at_desk(work.step, "pause", name, partner, json=json)


@app.command(epilog="Example: hansa trial resume 'New milk' --partner maker")
def resume(name: Name, partner: Whose, *, json: Json = False) -> None:
    """Let members apply again."""
    from hansa.commands.trial import work

    at_desk(work.step, "resume", name, partner, json=json)


@app.command(epilog="Example: hansa trial end 'New milk' --partner maker")
def end(name: Name, partner: Whose, *, json: Json = False) -> None:
    """Give out no further places."""
    from hansa.commands.trial import work

    at_desk(work.step, "end", name, partner, json=json)


@app.command(epilog="Example: hansa trial prove 'New milk' --partner maker")
def prove(name: Name, partner: Whose, *, json: Json = False) -> None:
    """Draw again by what is published, and say whether it was drawn as promised."""
    from hansa.commands.trial import work

    at_desk(work.prove, name, partner, json=json)
