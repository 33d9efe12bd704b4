"""The commands of people: `hansa person …`, for the first admin of an installation and for whoever is locked out."""

# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from hansa import reporting
from hansa.settings import load

app = typer.Typer(help="People: invite, list, invite again, let go.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]
Partner = Annotated[str | None, typer.Option(help="The short name of the partner they work for.")]
Email = Annotated[str, typer.Option(help="Their e-mail address.")]


def register(root: typer.Typer) -> None:
    """Add these commands to the command line."""
    root.add_typer(app, name="person")


@app.command(epilog="Example: hansa person invite --name Līga --email liga@amber.example --role COALITION_ADMIN")
def invite(
    name: Annotated[str, typer.Option(help="Their name.")],
    email: Email,
    role: Annotated[list[str], typer.Option(help="A role; may be repeated. docs/access.md has them.")],
    partner: Partner = None,
    *,
    json: Json = False,
) -> None:
    """Let somebody in, with a link that is good once within seven days."""
    from hansa.commands.staffing import invite_person
    from hansa.embedding import with_database

    with with_database(load()) as settings:
        link = asyncio.run(invite_person(settings, name=name, email=email, roles=role, partner=partner))
    reporting.as_json({"link": link}) if json else reporting.say(link)


@app.command("list", epilog="Example: hansa person list --json")
def listed(partner: Partner = None, *, json: Json = False) -> None:
    """List the people of the coalition, or of a partner."""
    from hansa.commands.staffing import list_people
    from hansa.embedding import with_database

    with with_database(load()) as settings:
        found = asyncio.run(list_people(settings, partner=partner))
    reporting.table(found, json_wanted=json)


@app.command("invite-again", epilog="Example: hansa person invite-again --email liga@amber.example")
def invite_again(email: Email, partner: Partner = None, *, json: Json = False) -> None:
    """Give somebody a new link, and make an end of all they signed in with before."""
    from hansa.commands.staffing import invite_person_again
    from hansa.embedding import with_database

    with with_database(load()) as settings:
        link = asyncio.run(invite_person_again(settings, email=email, partner=partner))
    reporting.as_json({"link": link}) if json else reporting.say(link)


@app.command("let-go", epilog="Example: hansa person let-go --email liga@amber.example")
def let_go(email: Email, partner: Partner = None) -> None:
    """Let somebody in no more; their sessions end at once."""
    from hansa.commands.staffing import let_person_go
    from hansa.embedding import with_database

    with with_database(load()) as settings:
        asyncio.run(let_person_go(settings, email=email, partner=partner))
    reporting.say(f"{email} is let in no more.")
