"""`hansa dispute`: what partners do not agree with; the coalition answers for the house, and decides."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(
    name="dispute",
    no_args_is_help=True,
    help="Disputes of statement lines: look at them, answer for the house, decide.",
)

Which = Annotated[
    str,
    typer.Argument(metavar="DISPUTE", help="The dispute, by its id as `list` shows it: its last digits are enough."),
]
As = Annotated[str, typer.Option("--as", help="Who does it: the e-mail address of one of the coalition's people.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command("list", epilog="Example: hansa dispute list --overdue")
def list_(
    cycle: Annotated[str | None, typer.Option("--cycle", help="Only disputes of this cycle's lines.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Also those that are decided or withdrawn.")] = False,
    overdue: Annotated[bool, typer.Option(help="Only those whose next stage is late.")] = False,
    json: Json = False,
) -> None:
    """List the disputes that are open, newest first: who disputes what, how far it has come, and until when."""
    from hansa.commands.dispute import work

    at_desk(work.listed, cycle, every=every, overdue=overdue, json=json)


@app.command(epilog="Example: hansa dispute show 3f9a12bc")
def show(dispute: Which, *, json: Json = False) -> None:
    """Show a dispute: the line, what both sides say, the evidence, every step, and what was decided."""
    from hansa.commands.dispute import work

    at_desk(work.shown, dispute, json=json)


@app.command(epilog="Example: hansa dispute answer 3f9a12bc --as anna@hansa.example --words 'As the contract says'")
def answer(
    dispute: Which,
    person: As,
    words: Annotated[str, typer.Option(help="What the house says.")],
    conceded: Annotated[str, typer.Option(help="How much of it the house agrees to.")] = "0",
    *,
    json: Json = False,
) -> None:
    """Answer for the house, where the other side of the line is one of its accounts."""
    from hansa.commands.dispute import work

    at_desk(work.answered, dispute, person, words, conceded, json=json)


@app.command(epilog="Example: hansa dispute escalate 3f9a12bc --as anna@hansa.example")
def escalate(dispute: Which, person: As, *, json: Json = False) -> None:
    """Take an answered dispute to its decision, without waiting for who raised it."""
    from hansa.commands.dispute import work

    at_desk(work.escalated, dispute, person, json=json)


@app.command(
    epilog="Example: hansa dispute decide 3f9a12bc --as bert@hansa.example --upheld 12.40 --reasons 'Charged twice'"
)
def decide(
    dispute: Which,
    person: As,
    upheld: Annotated[str, typer.Option(help="How much is upheld; 0 rejects it.")],
    reasons: Annotated[str, typer.Option(help="Why; both sides read it.")],
    *,
    json: Json = False,
) -> None:
    """Decide an escalated dispute. It takes somebody who neither prepared the cycle nor answered."""
    from hansa.commands.dispute import work

    at_desk(work.decided, dispute, person, upheld, reasons, json=json)


@app.command(epilog="Example: hansa dispute evidence 3f9a12bc --out ./evidence")
def evidence(
    dispute: Which,
    out: Annotated[Path, typer.Option(help="The folder to write the files to.")],
    *,
    json: Json = False,
) -> None:
    """Save the files of a dispute, each checked against the hash it was kept under."""
    from hansa.commands.dispute import work

    at_desk(work.saved, dispute, out, json=json)
