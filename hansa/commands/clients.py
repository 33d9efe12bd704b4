"""The commands of access: `hansa client …`, `hansa sign-in`, `hansa rotate-signing-key`."""

# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from hansa import reporting
from hansa.settings import load

app = typer.Typer(help="API clients: create, list, rotate, revoke.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]
KeySet = Annotated[Path | None, typer.Option(help="A file with the client's public keys, as a JWK Set.")]
KeySetUrl = Annotated[str | None, typer.Option(help="The https address where the client publishes its keys.")]
Redirect = Annotated[list[str] | None, typer.Option(help="Where members come back to, exactly; may be repeated.")]
Public = Annotated[bool, typer.Option("--public", help="It runs in its users' hands and can keep no secret.")]
Dpop = Annotated[
    bool | None, typer.Option("--dpop/--no-dpop", help="Whether its tokens count only with a proof of its key.")
]
Partner = Annotated[str | None, typer.Option(help="A partner's short name.")]


def register(root: typer.Typer) -> None:
    """Add these commands to the command line."""
    root.add_typer(app, name="client")
    root.command("sign-in", epilog="Example: hansa sign-in --person liga@amber.example")(sign_in)
    root.command("rotate-signing-key", epilog="Example: hansa rotate-signing-key")(rotate_signing_key)


@app.command(epilog="Example: hansa client create --name Till --partner kvass --scope purchases:write")
def create(  # noqa: PLR0913 - each is an option of the command
    name: Annotated[str, typer.Option(help="What the client is called.")],
    partner: Partner = None,
    scope: Annotated[list[str] | None, typer.Option(help="A scope; may be repeated. docs/access.md has them.")] = None,
    outlet: Annotated[str | None, typer.Option(help="The code of the one outlet it is bound to.")] = None,
    key_set: KeySet = None,
    key_set_url: KeySetUrl = None,
    redirect: Redirect = None,
    *,
    public: Public = False,
    dpop: Dpop = None,
    json: Json = False,
) -> None:
    """Register a client. Without keys, and unless it is public, it gets a secret, which is shown this once."""
    from hansa.commands.access import Wanted, create_client
    from hansa.embedding import with_database

    redirects = tuple(redirect or ())
    wanted = Wanted(key_set=key_set, key_set_url=key_set_url, public=public, redirects=redirects, dpop=dpop)
    with with_database(load()) as settings:
        made = asyncio.run(
            create_client(settings, name=name, scopes=scope or [], partner=partner, outlet=outlet, wanted=wanted)
        )
    reporting.table([made], json_wanted=json)


@app.command("list", epilog="Example: hansa client list --json")
def listed(partner: Partner = None, *, json: Json = False) -> None:
    """List the clients, oldest first."""
    from hansa.commands.access import list_clients
    from hansa.embedding import with_database

    with with_database(load()) as settings:
        found = asyncio.run(list_clients(settings, partner=partner))
    reporting.table(found, json_wanted=json)


@app.command(epilog="Example: hansa client rotate CLIENT_ID --grace-hours 24")
def rotate(
    client_id: Annotated[UUID, typer.Argument(help="The client.")],
    grace_hours: Annotated[int, typer.Option(min=0, help="How long the secret before stays good.")] = 0,
    key_set: KeySet = None,
    key_set_url: KeySetUrl = None,
    *,
    json: Json = False,
) -> None:
    """Give a client a new secret or new keys. Without a grace, its tokens end too."""
    from hansa.commands.access import rotate_client
    from hansa.embedding import with_database

    with with_database(load()) as settings:
        grace = timedelta(hours=grace_hours)
        made = asyncio.run(rotate_client(settings, client_id, grace=grace, key_set=key_set, key_set_url=key_set_url))
    reporting.table([made], json_wanted=json)


@app.command(epilog="Example: hansa client revoke CLIENT_ID")
def revoke(client_id: Annotated[UUID, typer.Argument(help="The client.")], *, json: Json = False) -> None:
    """End a client for good; its tokens count no more within five seconds."""
    from hansa.commands.access import revoke_client
    from hansa.embedding import with_database

    with with_database(load()) as settings:
        ended = asyncio.run(revoke_client(settings, client_id))
    reporting.table([ended], json_wanted=json)


def sign_in(
    person: Annotated[str | None, typer.Option(help="The e-mail address of a person.")] = None,
    member: Annotated[str | None, typer.Option(help="The card number of a member.")] = None,
    partner: Annotated[str | None, typer.Option(help="The partner that employs the person.")] = None,
    landing: Annotated[str, typer.Option(help="The path to go to once signed in.")] = "/",
    *,
    json: Json = False,
) -> None:
    """Print a link that signs one browser in, once, within fifteen minutes."""
    from hansa.commands.access import sign_in_link
    from hansa.embedding import with_database

    with with_database(load()) as settings:
        link = asyncio.run(sign_in_link(settings, person=person, member=member, partner=partner, landing=landing))
    reporting.as_json({"link": link}) if json else reporting.say(link)


def rotate_signing_key(
    *, leaked: Annotated[bool, typer.Option("--leaked", help="Withdraw the key and every token it signed.")] = False
) -> None:
    """Let the next signing key sign access tokens, and publish another behind it."""
    from hansa.commands.access import rotate_signing_key as run
    from hansa.embedding import with_database

    with with_database(load()) as settings:
        kid = asyncio.run(run(settings, leaked=leaked))
    reporting.say(f"Key {kid} signs from now on.")
