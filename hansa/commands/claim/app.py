"""`hansa claim`: programmes of partners, and what members claim under them."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(name="claim", no_args_is_help=True, help="What members ask to be paid for, with proof.")

Claim = Annotated[str, typer.Argument(help="The claim's id, or how it begins.")]
Name = Annotated[str, typer.Argument(help="What the programme is called.")]
Whose = Annotated[str, typer.Option("--partner", help="The owner's short name.")]
Some = Annotated[str | None, typer.Option("--partner", help="Only the owner's with this short name.")]
By = Annotated[
    str | None, typer.Option("--by", help="The address of the owner's person who decides; needed where two have to.")
]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command(epilog="Example: hansa claim programmes")
def programmes(partner: Some = None, *, json: Json = False) -> None:
    """List programmes and sale schemes: whose, for whom, by which proof."""
    from hansa.commands.claim import work

    at_desk(work.list_programmes, partner, json=json)


@app.command("draw-up", epilog="Example: hansa claim draw-up scheme.yaml --partner creamery")
def draw_up(
    file: Annotated[Path, typer.Argument(help="YAML as docs/claims.md shows it.")],
    partner: Whose,
    *,
    json: Json = False,
) -> None:
    """Write a programme down, or the next version of the one that is called so."""
    from hansa.commands.claim import work

    at_desk(work.draw_up, file, partner, json=json)


@app.command(epilog="Example: hansa claim publish 'Milk' --partner creamery")
def publish(name: Name, partner: Whose, *, json: Json = False) -> None:
    """Let members claim under the draft; the version before ends."""
    from hansa.commands.claim import work

    at_desk(work.publish, name, partner, json=json)


@app.command(epilog="Example: hansa claim end 'Milk' --partner creamery")
def end(name: Name, partner: Whose, *, json: Json = False) -> None:
    """Let nobody claim any more; what was claimed is decided and paid."""
    from hansa.commands.claim import work

    at_desk(work.end, name, partner, json=json)


@app.command("list", epilog="Example: hansa claim list --overdue")
def list_claims(
    partner: Some = None,
    *,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those that wait for a decision.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those that should have been decided.")] = False,
    json: Json = False,
) -> None:
    """List claims, newest first, with their age and until when they are to be decided."""
    from hansa.commands.claim import work

    at_desk(work.list_claims, partner, waiting=waiting, overdue=overdue, json=json)


@app.command(epilog="Example: hansa claim show 01a2")
def show(claim: Claim, *, json: Json = False) -> None:
    """Show a claim, its proof, and what was decided."""
    from hansa.commands.claim import work

    at_desk(work.show_claim, claim, json=json)


@app.command(epilog="Example: hansa claim approve 01a2 --by anna@creamery.example")
def approve(claim: Claim, by: By = None, *, json: Json = False) -> None:
    """Say that a claim is to be paid, and pay it where that was the last word it needed."""
    from hansa.commands.claim import work

    at_desk(work.approve, claim, by, json=json)


@app.command(epilog="Example: hansa claim reject 01a2 --reason not_proven")
def reject(
    claim: Claim,
    reason: Annotated[str, typer.Option("--reason", help="not_proven, not_covered or fraud; the member reads it.")],
    by: By = None,
    *,
    json: Json = False,
) -> None:
    """Say that a claim is not paid; one that was paid is taken back."""
    from hansa.commands.claim import work

    at_desk(work.reject, claim, reason, by, json=json)


@app.command(epilog="Example: hansa claim run")
def run(*, json: Json = False) -> None:
    """Look at all that is due, as the worker does: match, pay, take back, record who passed."""
    from hansa.commands.claim import work

    at_desk(work.run, json=json)
