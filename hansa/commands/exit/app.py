"""`hansa exit` and `hansa wind-down`: a partner on its way out, and the end of the coalition."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from typing import Annotated

import typer

from domain.coalition.exit_words import ExitStep, Remainder, Residual, WindDownStep
from hansa.commands.errands import at_desk

exits = typer.Typer(
    name="exit",
    no_args_is_help=True,
    help="A partner leaves: notice, exit day, tail, last settlement, closed.",
)
wind_down = typer.Typer(
    name="wind-down",
    no_args_is_help=True,
    help="The coalition ends: announced by two people, a last day to earn, a last day to spend, closed.",
)

Slug = Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's short name.")]
As = Annotated[str, typer.Option("--as", help="Who does it: the e-mail address of one of the coalition's people.")]
Reason = Annotated[str, typer.Option(help="Why; it stays on record, and the partner reads it.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@exits.command("list", epilog="Example: hansa exit list")
def everybody(*, json: Json = False) -> None:
    """Show who is leaving or has left."""
    from hansa.commands.exit import work

    at_desk(work.everybody, json=json)


@exits.command(epilog="Example: hansa exit show northwind")
def show(slug: Slug, *, json: Json = False) -> None:
    """Show the steps of a partner's way out, what stands before the next, and what may become of its points."""
    from hansa.commands.exit import work

    at_desk(work.show, slug, json=json)


@exits.command(epilog="Example: hansa exit notice northwind --on 2027-03-31 --reason Moves --as anna@hansa.example")
def notice(
    slug: Slug,
    on: Annotated[str, typer.Option("--on", help="The exit day, in the coalition's time zone.")],
    reason: Reason,
    person: As,
    *,
    json: Json = False,
) -> None:
    """Give notice: everybody is told, and nothing changes until the exit day."""
    from hansa.commands.exit import work

    at_desk(work.notice, slug, on, reason, person, json=json)


@exits.command(epilog="Example: hansa exit withdraw northwind --as anna@hansa.example")
def withdraw(slug: Slug, person: As, *, json: Json = False) -> None:
    """Take notice back, until the exit day."""
    from hansa.commands.exit import work

    at_desk(work.withdraw, slug, person, json=json)


@exits.command(epilog="Example: hansa exit remainder northwind pay_out --as anna@hansa.example")
def remainder(
    slug: Slug,
    choice: Annotated[
        Remainder,
        typer.Argument(
            case_sensitive=False,
            help="honour: it pays as they are spent; pay_out: it pays now; take_over: the operator pays.",
        ),
    ],
    person: As,
    *,
    json: Json = False,
) -> None:
    """Say what becomes of points nobody has spent; it counts once a second person says the same."""
    from hansa.commands.exit import work

    at_desk(work.remainder, slug, choice, person, json=json)


@exits.command(epilog="Example: hansa exit step northwind settle --as anna@hansa.example")
def step(
    slug: Slug,
    what: Annotated[
        ExitStep, typer.Argument(case_sensitive=False, help="Which step; refused when it is not its turn.")
    ],
    person: As,
    *,
    json: Json = False,
) -> None:
    """Take the next step. Dated steps take themselves when their day has come."""
    from hansa.commands.exit import work

    at_desk(work.step, slug, what, person, json=json)


@wind_down.command("show", epilog="Example: hansa wind-down show")
def show_end(*, json: Json = False) -> None:
    """Show how far the end has come, and what stands before the next step."""
    from hansa.commands.exit import work

    at_desk(work.show_end, json=json)


@wind_down.command(
    epilog="Example: hansa wind-down announce --earning 2027-06-30 --spending 2027-12-31 --residual sponsors"
    " --reason 'Its time is over' --as anna@hansa.example"
)
def announce(
    earning: Annotated[str, typer.Option(help="From this day on nobody earns points.")],
    spending: Annotated[str, typer.Option(help="Until this day points can be spent.")],
    residual: Annotated[
        Residual, typer.Option(case_sensitive=False, help="Who gets what was paid in for points nobody spends.")
    ],
    reason: Reason,
    person: As,
    *,
    json: Json = False,
) -> None:
    """Announce the end; it begins, and everybody is told, once somebody else confirms."""
    from hansa.commands.exit import work

    at_desk(work.announce, earning, spending, residual, reason, person, json=json)


@wind_down.command("step", epilog="Example: hansa wind-down step announce --as bert@hansa.example")
def step_of_end(
    what: Annotated[
        WindDownStep, typer.Argument(case_sensitive=False, help="Which step; announce is the second person's word.")
    ],
    person: As,
    *,
    json: Json = False,
) -> None:
    """Take the next step of the end. Dated steps take themselves when their day has come."""
    from hansa.commands.exit import work

    at_desk(work.step_of_end, what, person, json=json)


@wind_down.command("withdraw", epilog="Example: hansa wind-down withdraw --as anna@hansa.example")
def withdraw_end(person: As, *, json: Json = False) -> None:
    """Take the end back before anybody's earning has stopped."""
    from hansa.commands.exit import work

    at_desk(work.withdraw_end, person, json=json)
