"""`hansa case`: questions and troubles of members and customers, as far as the coalition sees them."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(name="case", no_args_is_help=True, help="Cases: who has to answer what, and how fast it is done.")

Whose = Annotated[str | None, typer.Option("--partner", help="The partner's short name; without, the coalition.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command("list", epilog="Example: hansa case list --partner olla --overdue")
def list_cases(
    partner: Annotated[str | None, typer.Option(help="Only those that this partner has to answer.")] = None,
    *,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those whose handler is late.")] = False,
    json: Json = False,
) -> None:
    """List cases that are not closed, the newest first: where they stand, and until when an answer is due."""
    from hansa.commands.case import work

    at_desk(work.list_cases, partner, overdue=overdue, json=json)


@app.command(epilog="Example: hansa case responses --partner olla --days 90")
def responses(
    partner: Whose = None,
    days: Annotated[int, typer.Option(min=1, max=3660, help="Of cases that came in so many days.")] = 90,
    *,
    json: Json = False,
) -> None:
    """Show how fast a house answers, by month and article, in its own working hours."""
    from hansa.commands.case import work

    at_desk(work.responses, partner, days, json=json)


@app.command(epilog="Example: hansa case hours hours.yaml --partner olla")
def hours(
    file: Annotated[Path | None, typer.Argument(help="YAML as docs/service.md shows it; without, show them.")] = None,
    partner: Whose = None,
    *,
    json: Json = False,
) -> None:
    """Show or set when a house works, and how fast it wants to answer."""
    from hansa.commands.case import work

    at_desk(work.hours, file, partner, json=json)


@app.command(epilog="Example: hansa case route WARRANTY MAKER")
def route(
    kind: Annotated[str, typer.Argument(help="QUESTION, HOTLINE, COMPLAINT or WARRANTY.")],
    answers: Annotated[str, typer.Argument(help="MAKER, SHOP or COALITION.")],
    partner: Whose = None,
    *,
    json: Json = False,
) -> None:
    """Say who answers cases of a kind: about a maker's products, or about all that have no rule of their own."""
    from hansa.commands.case import work

    at_desk(work.route, kind, answers, partner, json=json)


@app.command(epilog="Example: hansa case run")
def run(*, json: Json = False) -> None:
    """Do all that is due, as the worker does: registrations, late answers, recalls."""
    from hansa.commands.case import work

    at_desk(work.run, json=json)
