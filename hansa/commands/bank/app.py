"""`hansa bank`: pay a cycle, give the orders to the bank, take its statements in, and decide what no rule decides."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(
    name="bank",
    no_args_is_help=True,
    help="Pay a cycle and match what the bank says: instruct, release, pay, import, worklist, match, ageing.",
)

CycleName = Annotated[
    str | None, typer.Option("--cycle", help="The cycle's name; by default the one whose turn it is.")
]
As = Annotated[str, typer.Option("--as", help="Who does it: the e-mail address of one of the coalition's people.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]
Reference = Annotated[str, typer.Argument(metavar="REFERENCE", help="The payment's reference, spaces or none.")]
EntryName = Annotated[
    str, typer.Argument(metavar="ENTRY", help="The statement and the entry's number in it, such as S-7/3.")
]


@app.command(epilog="Example: hansa bank instruct --as preparer@hansa.example --plan through-operator")
def instruct(
    person: As,
    cycle: CycleName = None,
    plan: Annotated[
        str | None, typer.Option(help="through-operator or peer-to-peer; by default what the settings say.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Plan the payments of an approved cycle and issue its documents. Nothing in it is taken back from then on."""
    from hansa.commands.bank import work

    at_desk(work.instruct, cycle, person, plan, json=json)


@app.command(epilog="Example: hansa bank release --as approver@hansa.example")
def release(person: As, cycle: CycleName = None, *, json: Json = False) -> None:
    """Let the payments go out. It takes another person than the one who instructed them."""
    from hansa.commands.bank import work

    at_desk(work.release, cycle, person, json=json)


@app.command(epilog="Example: hansa bank pay --out payments.xml")
def pay(
    out: Annotated[Path, typer.Option(help="Where to write the file for the bank.")],
    cycle: CycleName = None,
    partner: Annotated[
        str | None, typer.Option(help="The partner that pays, by its short name; the operator by default.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Write the released orders (pain.001.001.09) to a file, for the bank. Writing again gives the same bytes."""
    from hansa.commands.bank import work

    at_desk(work.pay, cycle, partner, out, json=json)


@app.command("import", epilog="Example: hansa bank import statement.xml --as preparer@hansa.example")
def bring_in(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A camt.053 or pain.002 of the bank.")],
    person: As,
    *,
    json: Json = False,
) -> None:
    """Take a bank's file in and match what it tells. Taken in again, it changes nothing."""
    from hansa.commands.bank import work

    at_desk(work.bring_in, file, person, json=json)


@app.command(epilog="Example: hansa bank payments --cycle 2026-11")
def payments(cycle: CycleName = None, *, json: Json = False) -> None:
    """Show payments, newest first: of one cycle, or the newest hundred."""
    from hansa.commands.bank import work

    at_desk(work.payments, cycle, json=json)


@app.command(epilog="Example: hansa bank worklist")
def worklist(*, json: Json = False) -> None:
    """Show what waits for a person: entries no rule could place, with the best guesses, and what others asked for."""
    from hansa.commands.bank import work

    at_desk(work.worklist, json=json)


@app.command(epilog="Example: hansa bank match S-7/3 RF18000010001000 --as preparer@hansa.example")
def match(
    entry: EntryName,
    references: Annotated[list[str], typer.Argument(metavar="REFERENCE...", help="The payments it belongs to.")],
    person: As,
    note: Annotated[str | None, typer.Option(help="Why, for whoever looks at it later.")] = None,
    *,
    json: Json = False,
) -> None:
    """Say what an entry belongs to. Where the amounts differ, a second person has to confirm it."""
    from hansa.commands.bank import work

    at_desk(work.match, entry, references, person, note, json=json)


@app.command(epilog="Example: hansa bank confirm S-7/3 --as approver@hansa.example")
def confirm(entry: EntryName, person: As, *, json: Json = False) -> None:
    """Agree, as a second person, to a match whose amounts differ."""
    from hansa.commands.bank import work

    at_desk(work.confirm, entry, person, json=json)


@app.command(epilog="Example: hansa bank unmatch S-7/3 --as preparer@hansa.example")
def unmatch(entry: EntryName, person: As, *, json: Json = False) -> None:
    """Take back what an entry belongs to; no rule makes it belong there again."""
    from hansa.commands.bank import work

    at_desk(work.unmatch, entry, person, json=json)


@app.command(
    "write-off",
    epilog="Example: hansa bank write-off RF18000010001000 --reason 'insolvent' --as preparer@hansa.example",
)
def write_off(
    reference: Reference,
    person: As,
    reason: Annotated[
        str | None, typer.Option(help="Why, for the one who asks; left out by the one who agrees.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Give up what is left of a payment: one person asks with a reason, another one agrees without."""
    from hansa.commands.bank import work

    at_desk(work.write_off, reference, person, reason, json=json)


@app.command(epilog="Example: hansa bank credit 01a2… --use adjust --as preparer@hansa.example")
def credit(
    credit: Annotated[str, typer.Argument(metavar="CREDIT", help="The credit's id, as the worklist shows it.")],
    person: As,
    use: Annotated[
        str | None, typer.Option(help="adjust or pay-back, for the one who asks; left out by the one who agrees.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Use what a partner paid too much: one person says how, another one agrees."""
    from hansa.commands.bank import work

    at_desk(work.credit, credit, person, use, json=json)


@app.command(epilog="Example: hansa bank ageing")
def ageing(*, json: Json = False) -> None:
    """Show what is open by who has to pay it and for how long it has been due."""
    from hansa.commands.bank import work

    at_desk(work.ageing, json=json)
