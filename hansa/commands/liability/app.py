"""`hansa liability`: cohorts, redemption rates, the reserve and its account, the roll-forward, deferred revenue."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(
    name="liability",
    no_args_is_help=True,
    help="What is owed to members: how many points are out, how many will be redeemed, and what covers them.",
)

AsOf = Annotated[
    str | None, typer.Option("--as-of", help="A day (its end) or an instant with its offset; now if not said.")
]
Sponsor = Annotated[str | None, typer.Option("--sponsor", help="A partner's short name; all of them if not said.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]
Svg = Annotated[Path | None, typer.Option("--svg", help="Draw it into this file as well.")]
As = Annotated[str, typer.Option("--as", help="Who does it: the e-mail address of one of the coalition's people.")]
Note = Annotated[str, typer.Option("--note", help="What for; it stays on record.")]
Day = Annotated[str | None, typer.Option("--value-on", help="The bank's value date; today if not said.")]
Key = Annotated[str | None, typer.Option("--key", help="The same key again books nothing twice.")]


@app.command(epilog="Example: hansa liability cohorts --sponsor olla")
def cohorts(as_of: AsOf = None, sponsor: Sponsor = None, svg: Svg = None, *, json: Json = False) -> None:
    """Show month by month what was issued, redeemed, expired and clawed back, and the triangle of redemptions."""
    from hansa.commands.liability import work

    at_desk(work.cohorts, as_of, sponsor, svg, json=json)


@app.command(epilog="Example: hansa liability urr --svg curves.svg")
def urr(as_of: AsOf = None, sponsor: Sponsor = None, svg: Svg = None, *, json: Json = False) -> None:
    """Show the ultimate redemption rate of each month and of all, as a range, and what it was developed from."""
    from hansa.commands.liability import work

    at_desk(work.urr, as_of, sponsor, svg, json=json)


@app.command(epilog="Example: hansa liability reserve --svg cover.svg")
def reserve(
    as_of: AsOf = None,
    rate: Annotated[str | None, typer.Option("--urr", help="Assume this redemption rate, 0 to 1.")] = None,
    leaves: Annotated[str | None, typer.Option(help="Show what it would be if this partner left.")] = None,
    svg: Svg = None,
    *,
    json: Json = False,
) -> None:
    """Show what has to be kept, what covers it, and how the usual scenarios would change that."""
    from hansa.commands.liability import work

    at_desk(work.reserve, as_of, rate, leaves, svg, json=json)


@app.command("roll-forward", epilog="Example: hansa liability roll-forward --sponsor olla")
def roll_forward(sponsor: Sponsor = None, *, json: Json = False) -> None:
    """Show how what was paid in for points moved on from cycle to cycle, and whether it ties."""
    from hansa.commands.liability import work

    at_desk(work.roll_forward, sponsor, json=json)


@app.command(epilog="Example: hansa liability deferred --sponsor olla --value 0.01")
def deferred(
    sponsor: Annotated[str, typer.Option("--sponsor", help="The partner that is principal, by its short name.")],
    value: Annotated[str | None, typer.Option(help="What a point is worth; the standard price if not said.")] = None,
    rate: Annotated[str | None, typer.Option("--urr", help="Assume this redemption rate, 0 to 1.")] = None,
    *,
    json: Json = False,
) -> None:
    """Show the deferred revenue of a partner, cycle by cycle (IFRS 15)."""
    from hansa.commands.liability import work

    at_desk(work.deferred, sponsor, value, rate, json=json)


@app.command(epilog="Example: hansa liability deposit 500.00 --note 'first reserve' --as anna@hansa.example")
def deposit(
    amount: Annotated[str, typer.Argument(help="How much, in the settlement currency.")],
    person: As,
    note: Note,
    value_on: Day = None,
    key: Key = None,
    *,
    json: Json = False,
) -> None:
    """Book money put into the reserve; the cover is judged at once."""
    from hansa.commands.liability import work

    at_desk(work.deposit, amount, person, note, value_on, key, json=json)


@app.command(epilog="Example: hansa liability release 100.00 --note 'to the operator' --as anna@hansa.example")
def release(
    amount: Annotated[str, typer.Argument(help="How much, in the settlement currency.")],
    person: As,
    note: Note,
    value_on: Day = None,
    key: Key = None,
    *,
    json: Json = False,
) -> None:
    """Ask for money to be taken out of the reserve; a second person has to agree."""
    from hansa.commands.liability import work

    at_desk(work.release, amount, person, note, value_on, key, json=json)


@app.command(epilog="Example: hansa liability approve-release 0192… --as bert@hansa.example")
def approve_release(
    movement: Annotated[str, typer.Argument(help="The release's id, as `hansa liability account` shows it.")],
    person: As,
    *,
    json: Json = False,
) -> None:
    """Agree to a release. It takes another person than the one who asked."""
    from hansa.commands.liability import work

    at_desk(work.approve_release, movement, person, json=json)


@app.command(epilog="Example: hansa liability account")
def account(*, json: Json = False) -> None:
    """Show the movements of the reserve's account, and what settled cycles left with the operator."""
    from hansa.commands.liability import work

    at_desk(work.account, json=json)


@app.command(epilog="Example: hansa liability evaluate --as anna@hansa.example")
def evaluate(person: As, *, json: Json = False) -> None:
    """Judge the cover now: unsecured issuance stops below the minimum, if the settings say so, or goes on."""
    from hansa.commands.liability import work

    at_desk(work.evaluate, person, json=json)
