"""`hansa seller`: members who sell for partners, and what makers may do for them."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(name="seller", no_args_is_help=True, help="Who sells where, and what makers may do for them.")

Employer = Annotated[str, typer.Option("--partner", help="The employer's short name.")]
Maker = Annotated[str, typer.Argument(help="The maker's short name.")]
Some = Annotated[str | None, typer.Option("--partner", help="Only the employer's with this short name.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command("list", epilog="Example: hansa seller list --partner olla")
def list_sellers(partner: Some = None, *, json: Json = False) -> None:
    """List sellers by employer and outlet; members go without names here."""
    from hansa.commands.seller import work

    at_desk(work.list_sellers, partner, json=json)


@app.command(epilog="Example: hansa seller permissions")
def permissions(*, json: Json = False) -> None:
    """List which makers may reward whose staff, for what, how much a month."""
    from hansa.commands.seller import work

    at_desk(work.permissions, json=json)


@app.command(epilog="Example: hansa seller permit creamery --partner olla --most 40")
def permit(
    maker: Maker,
    partner: Employer,
    sku: Annotated[list[str] | None, typer.Option("--sku", help="Only for this article; may be given again.")] = None,
    most: Annotated[int, typer.Option("--most", help="So many units a seller may register a month; 0: any.")] = 0,
    *,
    json: Json = False,
) -> None:
    """Let a maker reward an employer's staff; what it was let before ends."""
    from hansa.commands.seller import work

    at_desk(work.permit, maker, partner, sku or [], most, json=json)


@app.command(epilog="Example: hansa seller revoke creamery --partner olla")
def revoke(maker: Maker, partner: Employer, *, json: Json = False) -> None:
    """Let a maker reward an employer's staff no more: nothing is paid that is not paid yet."""
    from hansa.commands.seller import work

    at_desk(work.revoke, maker, partner, json=json)
