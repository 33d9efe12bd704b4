"""`hansa settle`: close a cycle, look at what it comes to, approve it with a second person."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="settle",
    no_args_is_help=True,
    help="Close a cycle and settle it between the partners: cut off, compute, propose, approve.",
)

CycleName = Annotated[
    str | None, typer.Option("--cycle", help="The cycle's name; by default the one whose turn it is.")
]
As = Annotated[str, typer.Option("--as", help="Who does it: the e-mail address of one of the coalition's people.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command(epilog="Example: hansa settle status")
def status(*, json: Json = False) -> None:
    """Show the cycles, and where the open one stands: a forecast until it is cut off."""
    from hansa import settlement_work as work

    _at_desk(work.status, json=json)


@app.command("open", epilog="Example: hansa settle open")
def open_first(
    name: Annotated[str | None, typer.Option(help="The cycle's name; the month by default.")] = None,
    *,
    json: Json = False,
) -> None:
    """Open the first cycle of a coalition. Every later one opens by itself when the one before is cut off."""
    from hansa import settlement_work as work

    _at_desk(work.open_first, name, json=json)


@app.command("cut-off", epilog="Example: hansa settle cut-off --cycle 2026-11")
def cut_off(
    cycle: CycleName = None,
    next_name: Annotated[str | None, typer.Option("--next", help="What to call the next cycle.")] = None,
    *,
    json: Json = False,
) -> None:
    """Let no further posting into the open cycle, open the next one, and seal what came in."""
    from hansa import settlement_work as work

    _at_desk(work.cut_off, cycle, next_name, json=json)


@app.command(epilog="Example: hansa settle compute --de-minimis 5.00")
def compute(
    cycle: CycleName = None,
    de_minimis: Annotated[str, typer.Option(help="Balances smaller than this are carried forward.")] = "0",
    *,
    json: Json = False,
) -> None:
    """Price the cycle's transfers and draw up every statement. Repeat it as often as you like before proposing."""
    from hansa import settlement_work as work

    _at_desk(work.compute, cycle, de_minimis, json=json)


@app.command(epilog="Example: hansa settle propose --as anna@hansa.example")
def propose(
    person: As,
    cycle: CycleName = None,
    days: Annotated[int | None, typer.Option(help="Days to answer, 14 by default; silence is acceptance.")] = None,
    *,
    json: Json = False,
) -> None:
    """Lay the statements before the partners."""
    from hansa import settlement_work as work

    _at_desk(work.propose, cycle, person, days, json=json)


@app.command(epilog="Example: hansa settle approve --as bert@hansa.example")
def approve(person: As, cycle: CycleName = None, *, json: Json = False) -> None:
    """Approve what was proposed. It takes another person than the one who proposed it."""
    from hansa import settlement_work as work

    _at_desk(work.approve, cycle, person, json=json)


@app.command(epilog="Example: hansa settle void --as anna@hansa.example --reason 'wrong contract'")
def void(
    person: As,
    reason: Annotated[str, typer.Option(help="Why; it stays in the cycle's record.")],
    cycle: CycleName = None,
    *,
    json: Json = False,
) -> None:
    """Take a proposal or an approval back, so that the cycle can be computed again."""
    from hansa import settlement_work as work

    _at_desk(work.void, cycle, person, reason, json=json)


@app.command(epilog="Example: hansa settle statement olla --cycle 2026-11")
def statement(
    slug: Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's short name.")],
    cycle: CycleName = None,
    *,
    json: Json = False,
) -> None:
    """Show what a cycle comes to for one partner, line by line."""
    from hansa import settlement_work as work

    _at_desk(work.statement, cycle, slug, json=json)


@app.command(epilog="Example: hansa settle netting")
def netting(cycle: CycleName = None, *, json: Json = False) -> None:
    """Show who owes whom, what netting leaves of it, and the payments that settle it."""
    from hansa import settlement_work as work

    _at_desk(work.netting, cycle, json=json)


def _at_desk(work: Callable[..., Awaitable[None]], *words: Any, json: bool) -> None:
    from hansa.settlement_desk import at_desk

    at_desk(lambda desk: work(desk, *words, json=json))
