"""`hansa prepaid` and `hansa exposure`: what sponsors pay before, and what they owe."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(
    name="prepaid",
    no_args_is_help=True,
    help="Packs of points that partners pay before they award them: order, pay, list.",
)

Slug = Annotated[str, typer.Argument(help="The partner's short name.")]
Number = Annotated[int, typer.Argument(help="The number of the partner's order, as `hansa prepaid list` shows it.")]
As = Annotated[str, typer.Option("--as", help="Who does it: the e-mail address of one of the coalition's people.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command(epilog="Example: hansa prepaid order olla --packs 2 --key spring-2027")
def order(
    slug: Slug,
    packs: Annotated[int, typer.Option(help="How many packs of the size in the contract.")] = 1,
    key: Annotated[
        str | None, typer.Option(help="Your name for this order: the same again orders once. A new one by default.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Order packs for a partner; its payment bears the reference that is shown."""
    from hansa.commands.prepaid import work

    at_desk(work.order, slug, packs, key, json=json)


@app.command(epilog="Example: hansa prepaid pay olla 3 --amount 121.00 --seen 'statement 41' --as anna@hansa.example")
def pay(
    slug: Slug,
    number: Number,
    person: As,
    amount: Annotated[str | None, typer.Option(help="What arrived, for the one who notes it first.")] = None,
    seen: Annotated[str | None, typer.Option(help="Where it was seen, such as the bank's statement.")] = None,
    *,
    json: Json = False,
) -> None:
    """Say that an order is paid: the first person notes amount and place, another one confirms it without them."""
    from hansa.commands.prepaid import work

    at_desk(work.pay, slug, number, amount, seen, person, json=json)


@app.command(epilog="Example: hansa prepaid cancel olla 3 --as anna@hansa.example")
def cancel(slug: Slug, number: Number, person: As, *, json: Json = False) -> None:
    """Give an order up that is not paid."""
    from hansa.commands.prepaid import work

    at_desk(work.cancel, slug, number, person, json=json)


@app.command("give-back", epilog="Example: hansa prepaid give-back olla --reason 'It leaves' --as anna@hansa.example")
def give_back(
    slug: Slug,
    person: As,
    reason: Annotated[str | None, typer.Option(help="Why, for the one who asks first.")] = None,
    *,
    json: Json = False,
) -> None:
    """Give back what is left of packs to a partner that leaves them: the first person asks, another one agrees."""
    from hansa.commands.prepaid import work

    at_desk(work.give_back, slug, reason, person, json=json)


@app.command("list", epilog="Example: hansa prepaid list")
def list_packs(
    slug: Annotated[str | None, typer.Argument(help="One partner; all by default.")] = None, *, json: Json = False
) -> None:
    """Show the orders, and what each partner has paid before and not used."""
    from hansa.commands.prepaid import work

    at_desk(work.list_packs, slug, json=json)


def exposure(
    slug: Annotated[str | None, typer.Argument(help="One partner; all that are bounded by default.")] = None,
    *,
    now: Annotated[
        bool, typer.Option("--set", help="Set every credit by it now; the worker does so twice a minute.")
    ] = False,
    json: Json = False,
) -> None:
    """Show what sponsors can still award: points of packs, what they owe beside their limit, and stops."""
    from hansa.commands.prepaid import work

    at_desk(work.exposure, slug, now, json=json)
