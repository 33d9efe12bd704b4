"""`hansa contract` and `hansa company`: what partners agree to, and the companies that settle."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from typing import Annotated

import typer

from hansa.commands.errands import at_desk

contract = typer.Typer(
    name="contract",
    no_args_is_help=True,
    help="Draw up contracts, hold them side by side, see what they would have cost, sign them with a second person.",
)
company = typer.Typer(
    name="company", no_args_is_help=True, help="The companies that settle: addresses, languages and accounts."
)

Slug = Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's short name.")]
Whose = Annotated[
    str | None, typer.Argument(metavar="[PARTNER]", help="The partner's short name; without, the operator.")
]
Version = Annotated[int, typer.Argument(help="The version, counted from one.")]
Chosen = Annotated[int | None, typer.Option("--version", help="The version; the newest by default.")]
Person = Annotated[
    str | None,
    typer.Option(
        "--as",
        help="Who does it: the e-mail address of one of the coalition's people. Needed once a cycle"
        " was cut off, outside a sandbox.",
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", help="A term, such as price=0.0095 or bands=250000:0.0098,500000:0.0095; repeat it."),
]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@contract.command(epilog="Example: hansa contract show northwind --version 2")
def show(slug: Slug, version: Chosen = None, *, json: Json = False) -> None:
    """Show a partner's versions, and all terms of one."""
    from hansa.commands.contract import work

    at_desk(work.show, slug, version, json=json)


@contract.command(
    "draw-up", epilog="Example: hansa contract draw-up northwind --valid-from 2027-01-01 --set price=0.0095"
)
def draw_up(
    slug: Slug,
    valid_from: Annotated[str, typer.Option(help="The day it begins, in the coalition's time zone, or a time.")],
    terms: Set = None,
    base: Annotated[int | None, typer.Option("--from", help="The version to begin with; the newest signed.")] = None,
    person: Person = None,
    *,
    json: Json = False,
) -> None:
    """Draw up the next version: the terms of an earlier one, with what is set."""
    from hansa.commands.contract import work

    at_desk(work.draw_up, slug, valid_from, terms or [], base, person, json=json)


@contract.command(epilog="Example: hansa contract change northwind 3 --set price=0.0094")
def change(slug: Slug, version: Version, terms: Set = None, person: Person = None, *, json: Json = False) -> None:
    """Change a draft; whoever changed it last cannot sign it."""
    from hansa.commands.contract import work

    at_desk(work.change, slug, version, terms or [], person, json=json)


@contract.command(epilog="Example: hansa contract withdraw northwind 3")
def withdraw(slug: Slug, version: Version, person: Person = None, *, json: Json = False) -> None:
    """Give a draft up."""
    from hansa.commands.contract import work

    at_desk(work.withdraw, slug, version, person, json=json)


@contract.command(epilog="Example: hansa contract diff northwind --version 3 --against 1")
def diff(
    slug: Slug,
    version: Chosen = None,
    against: Annotated[int | None, typer.Option(help="The version before; the one signed before it.")] = None,
    *,
    json: Json = False,
) -> None:
    """Hold two versions side by side, term by term."""
    from hansa.commands.contract import work

    at_desk(work.diff, slug, version, against, json=json)


@contract.command("what-if", epilog="Example: hansa contract what-if northwind --version 3 --cycle 2026-10")
def what_if(
    slug: Slug,
    version: Chosen = None,
    cycle: Annotated[str | None, typer.Option(help="The cycle; the newest that was cut off, or the open one.")] = None,
    *,
    always: Annotated[bool, typer.Option(help="As if points of earlier cycles were issued under it too.")] = False,
    json: Json = False,
) -> None:
    """Show what a cycle would have come to under a version. Nothing is written."""
    from hansa.commands.contract import work

    at_desk(work.what_if, slug, version, cycle, always=always, json=json)


@contract.command(epilog="Example: hansa contract sign northwind 3 --as bert@hansa.example")
def sign(slug: Slug, version: Version, person: Person = None, *, json: Json = False) -> None:
    """Bring a version into force. It takes another person than the one who drew it up."""
    from hansa.commands.contract import work

    at_desk(work.sign, slug, version, person, json=json)


@company.command("show", epilog="Example: hansa company show northwind")
def show_company(slug: Whose = None, *, json: Json = False) -> None:
    """Show a company, and the account that waits for a second person."""
    from hansa.commands.contract import work

    at_desk(work.show_company, slug, json=json)


@company.command("change", epilog="Example: hansa company change northwind --set town=Riga --set language=lv")
def change_company(slug: Whose = None, parts: Set = None, *, json: Json = False) -> None:
    """Change a company's name, address, e-mail or language; the operator's is entered this way too."""
    from hansa.commands.contract import work

    at_desk(work.change_company, slug, parts or [], json=json)


@company.command(
    "account", epilog="Example: hansa company account northwind LV80BANK0000435195001 --as anna@hansa.example"
)
def account(
    slug: Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's short name, or operator.")],
    iban: Annotated[str, typer.Argument(help="The account.")],
    bic: Annotated[str | None, typer.Option(help="The bank's code; found from the IBAN where it is known.")] = None,
    person: Person = None,
    *,
    json: Json = False,
) -> None:
    """Propose where a company is paid; nothing changes until somebody else confirms it."""
    from hansa.commands.contract import work

    at_desk(work.propose_account, slug, iban, bic, person, json=json)


@company.command("confirm", epilog="Example: hansa company confirm northwind --as bert@hansa.example")
def confirm(
    slug: Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's short name, or operator.")],
    person: Annotated[str, typer.Option("--as", help="Who decides: one of the coalition's people, by e-mail address.")],
    *,
    reject: Annotated[bool, typer.Option("--reject", help="Turn it down instead.")] = False,
    json: Json = False,
) -> None:
    """Confirm the account that waits, having asked the company by another way."""
    from hansa.commands.contract import work

    at_desk(work.decide_account, slug, person, reject=reject, json=json)
