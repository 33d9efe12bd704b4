"""`hansa referral`: programmes by which members bring friends, a partner's or the coalition's."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(
    name="referral",
    no_args_is_help=True,
    help="Members bring friends. Without --partner, the coalition's programme.",
)

Name = Annotated[str, typer.Argument(help="What the programme is called.")]
Whose = Annotated[str | None, typer.Option("--partner", help="The partner's short name; without, the coalition.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command("list", epilog="Example: hansa referral list")
def list_programmes(*, json: Json = False) -> None:
    """List programmes: whose, what is asked of friends, and what came of them."""
    from hansa.commands.referral import work

    at_desk(work.list_programmes, json=json)


@app.command(epilog="Example: hansa referral show 'Bring a friend'")
def show(name: Name, partner: Whose = None, *, json: Json = False) -> None:
    """Show what a programme promises, and its latest referrals."""
    from hansa.commands.referral import work

    at_desk(work.show_programme, name, partner, json=json)


@app.command("draw-up", epilog="Example: hansa referral draw-up friends.yaml --partner olla")
def draw_up(
    file: Annotated[Path, typer.Argument(help="YAML as docs/referral.md shows it.")],
    partner: Whose = None,
    *,
    json: Json = False,
) -> None:
    """Write a programme down, or the next version of the one that is called so. Partners go by their short names."""
    from hansa.commands.referral import work

    at_desk(work.draw_up, file, partner, json=json)


@app.command(epilog="Example: hansa referral publish 'Bring a friend'")
def publish(name: Name, partner: Whose = None, *, json: Json = False) -> None:
    """Put the draft live; the version before ends."""
    from hansa.commands.referral import work

    at_desk(work.publish, name, partner, json=json)


@app.command(epilog="Example: hansa referral end 'Bring a friend'")
def end(name: Name, partner: Whose = None, *, json: Json = False) -> None:
    """Let nobody join under it any more; who has joined is still rewarded."""
    from hansa.commands.referral import work

    at_desk(work.end, name, partner, json=json)


@app.command(epilog="Example: hansa referral refusals")
def refusals(
    name: Annotated[str | None, typer.Argument(help="Only of the programme called so; of all by default.")] = None,
    partner: Whose = None,
    *,
    json: Json = False,
) -> None:
    """Count why referrals did not count."""
    from hansa.commands.referral import work

    at_desk(work.refusals, name, partner, json=json)


@app.command(epilog="Example: hansa referral run")
def run(*, json: Json = False) -> None:
    """Look at all that is due, as the worker does: qualify, reward, take back."""
    from hansa.commands.referral import work

    at_desk(work.run, json=json)
