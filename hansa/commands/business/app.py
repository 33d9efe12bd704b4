"""`hansa business`: firms as members, whom partners serve, and their groups."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(
    name="business", no_args_is_help=True, help="Firms as members: registered, approved and grouped by who serves them."
)

Whose = Annotated[str, typer.Option("--partner", help="The short name of the partner that serves them.")]
Customer = Annotated[str, typer.Argument(help="The partner's own number for the firm.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command("list", epilog="Example: hansa business list --partner olla")
def list_firms(partner: Whose, *, json: Json = False) -> None:
    """List the firms that a partner serves, has served or has registered."""
    from hansa.commands.business import work

    at_desk(work.list_firms, partner, json=json)


@app.command(
    epilog="Example: hansa business register --partner olla --kind RETAILER --name 'Corner shop' "
    "--registration 40003003001 --customer C1"
)
def register(
    partner: Whose,
    kind: Annotated[str, typer.Option(help="DISTRIBUTOR, WHOLESALER, RETAILER, CATERER, OFFICE or OTHER.")],
    name: Annotated[str, typer.Option(help="What it is called.")],
    registration: Annotated[str, typer.Option(help="Its number in the companies' register.")],
    customer: Annotated[str, typer.Option(help="The partner's own number for it.")],
    vat: Annotated[str | None, typer.Option(help="Its VAT number.")] = None,
    *,
    json: Json = False,
) -> None:
    """Make a firm a member, or meet one whose numbers are known; it waits to be approved."""
    from hansa.commands.business import work

    at_desk(work.register, partner, kind, name, registration, customer, vat, json=json)


@app.command(epilog="Example: hansa business approve C1 --partner olla")
def approve(customer: Customer, partner: Whose, *, json: Json = False) -> None:
    """Serve a firm: it comes into the partner's groups and schemes."""
    from hansa.commands.business import work

    at_desk(work.approve, customer, partner, json=json)


@app.command(epilog="Example: hansa business end C1 --partner olla")
def end(customer: Customer, partner: Whose, *, json: Json = False) -> None:
    """Refuse a firm, or serve it no more."""
    from hansa.commands.business import work

    at_desk(work.end, customer, partner, json=json)


@app.command(epilog="Example: hansa business group Retailers --partner olla --kind RETAILER")
def group(
    name: Annotated[str, typer.Argument(help="What the segment is called.")],
    partner: Whose,
    kind: Annotated[list[str] | None, typer.Option(help="All firms of this kind belong to it. Repeat it.")] = None,
    *,
    json: Json = False,
) -> None:
    """Make a group of firms: a segment that keeps itself, for campaigns and schemes to name."""
    from hansa.commands.business import work

    at_desk(work.group, name, partner, kind or [], json=json)
