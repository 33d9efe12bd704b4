"""`hansa settle`: close a cycle, look at what it comes to, approve it with a second person."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(
    name="settle",
    no_args_is_help=True,
    help="Close a cycle and settle it between the partners: cut off, compute, propose, approve, close.",
)

CycleName = Annotated[
    str | None, typer.Option("--cycle", help="The cycle's name; by default the one whose turn it is.")
]
As = Annotated[str, typer.Option("--as", help="Who does it: the e-mail address of one of the coalition's people.")]
Slug = Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's short name.")]
AdjustmentId = Annotated[str, typer.Argument(metavar="ADJUSTMENT", help="Its id, as the list shows it.")]
Reason = Annotated[str, typer.Option(help="Why; it stays on record.")]
PartnersPerson = Annotated[str, typer.Option("--as", help="Who does it: the e-mail address of one of its people.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command(epilog="Example: hansa settle status")
def status(*, json: Json = False) -> None:
    """Show the cycles, and where the open one stands: a forecast until it is cut off."""
    from hansa.commands.settle import work

    at_desk(work.status, json=json)


@app.command("open", epilog="Example: hansa settle open")
def open_first(
    name: Annotated[str | None, typer.Option(help="The cycle's name; the month by default.")] = None,
    *,
    json: Json = False,
) -> None:
    """Open the first cycle of a coalition. Every later one opens by itself when the one before is cut off."""
    from hansa.commands.settle import work

    at_desk(work.open_first, name, json=json)


@app.command("cut-off", epilog="Example: hansa settle cut-off --cycle 2026-11")
def cut_off(
    cycle: CycleName = None,
    next_name: Annotated[str | None, typer.Option("--next", help="What to call the next cycle.")] = None,
    *,
    json: Json = False,
) -> None:
    """Let no further posting into the open cycle, open the next one, and seal what came in."""
    from hansa.commands.settle import work

    at_desk(work.cut_off, cycle, next_name, json=json)


@app.command(epilog="Example: hansa settle compute --de-minimis 5.00")
def compute(
    cycle: CycleName = None,
    de_minimis: Annotated[
        str | None,
        typer.Option(help="Balances smaller than this are carried forward; by default the policy's."),
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Price the cycle's transfers and draw up every statement. Repeat it as often as you like before proposing."""
    from hansa.commands.settle import work

    at_desk(work.compute, cycle, de_minimis, json=json)


@app.command(epilog="Example: hansa settle propose --as anna@hansa.example")
def propose(
    person: As,
    cycle: CycleName = None,
    days: Annotated[
        int | None, typer.Option(help="Days to answer, as the policy says if not said; silence is acceptance.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Lay the statements before the partners."""
    from hansa.commands.settle import work

    at_desk(work.propose, cycle, person, days, json=json)


@app.command(epilog="Example: hansa settle approve --as bert@hansa.example")
def approve(person: As, cycle: CycleName = None, *, json: Json = False) -> None:
    """Approve what was proposed. It takes another person than the one who proposed it."""
    from hansa.commands.settle import work

    at_desk(work.approve, cycle, person, json=json)


@app.command(epilog="Example: hansa settle void --as anna@hansa.example --reason 'wrong contract'")
def void(
    person: As,
    reason: Annotated[str, typer.Option(help="Why; it stays in the cycle's record.")],
    cycle: CycleName = None,
    *,
    json: Json = False,
) -> None:
    """Take a proposal or an approval back, so that the cycle can be computed again."""
    from hansa.commands.settle import work

    at_desk(work.void, cycle, person, reason, json=json)


@app.command(epilog="Example: hansa settle close --as anna@hansa.example")
def close(person: As, cycle: CycleName = None, *, json: Json = False) -> None:
    """Put a settled cycle away: nothing more will happen to it."""
    from hansa.commands.settle import work

    at_desk(work.close, cycle, person, json=json)


@app.command(epilog="Example: hansa settle answers --cycle 2026-11")
def answers(cycle: CycleName = None, *, json: Json = False) -> None:
    """Show what each partner says to its statement, and until when it may."""
    from hansa.commands.settle import work

    at_desk(work.answers_of, cycle, json=json)


@app.command(epilog="Example: hansa settle answer olla --as ola@olla.example")
def answer(slug: Slug, person: PartnersPerson, cycle: CycleName = None, *, json: Json = False) -> None:
    """Accept a partner's statement, in the name of one of its own people. To dispute lines of it: hansa dispute."""
    from hansa.commands.settle import work

    at_desk(work.answer, cycle, slug, person, json=json)


@app.command("set-aside", epilog="Example: hansa settle set-aside olla --as anna@hansa.example --reason insolvent")
def set_aside(slug: Slug, person: As, reason: Reason, cycle: CycleName = None, *, json: Json = False) -> None:
    """Ask for a cycle to be settled without a partner that failed; it takes a second person: hansa settle agree."""
    from hansa.commands.settle import cases

    at_desk(cases.set_aside, cycle, slug, person, reason, json=json)


@app.command("take-back", epilog="Example: hansa settle take-back olla --as anna@hansa.example --reason 'it pays'")
def take_back(slug: Slug, person: As, reason: Reason, cycle: CycleName = None, *, json: Json = False) -> None:
    """Ask for what was set aside to be owed again; it takes a second person: hansa settle agree."""
    from hansa.commands.settle import cases

    at_desk(cases.take_back, cycle, slug, person, reason, json=json)


@app.command("write-off", epilog="Example: hansa settle write-off olla --as anna@hansa.example --reason bankrupt")
def write_off(slug: Slug, person: As, reason: Reason, cycle: CycleName = None, *, json: Json = False) -> None:
    """Ask for the operator to make good what was set aside; it takes a second person: hansa settle agree."""
    from hansa.commands.settle import cases

    at_desk(cases.write_off, cycle, slug, person, reason, json=json)


@app.command(epilog="Example: hansa settle agree olla --as bert@hansa.example")
def agree(slug: Slug, person: As, cycle: CycleName = None, *, json: Json = False) -> None:
    """Agree to what somebody else asks for about a partner in a cycle; it is done at once."""
    from hansa.commands.settle import cases

    at_desk(cases.agree, cycle, slug, person, json=json)


@app.command(epilog="Example: hansa settle policy calendar=MONTH days_to_answer=10 --as anna@hansa.example")
def policy(
    changes: Annotated[
        list[str] | None, typer.Argument(metavar="SETTING=VALUE", help="What to change; nothing: show it all.")
    ] = None,
    person: Annotated[str | None, typer.Option("--as", help="Who changes it: one of the programme's managers.")] = None,
    *,
    json: Json = False,
) -> None:
    """Show how the coalition settles, or change it for the steps taken from now on."""
    from hansa.commands.settle import cases

    at_desk(cases.policy, changes or [], person, json=json)


@app.command(epilog="Example: hansa settle statement olla --cycle 2026-11")
def statement(
    slug: Slug,
    cycle: CycleName = None,
    *,
    json: Json = False,
) -> None:
    """Show what a cycle comes to for one partner, line by line."""
    from hansa.commands.settle import work

    at_desk(work.statement, cycle, slug, json=json)


@app.command(epilog="Example: hansa settle netting")
def netting(cycle: CycleName = None, *, json: Json = False) -> None:
    """Show who owes whom, what netting leaves of it, and the payments that settle it."""
    from hansa.commands.settle import work

    at_desk(work.netting, cycle, json=json)


adjustments = typer.Typer(no_args_is_help=True, help="Adjustments in money, made by one person and agreed by another.")
app.add_typer(adjustments, name="adjust")


@adjustments.command("list", epilog="Example: hansa settle adjust list")
def adjustment_list(cycle: CycleName = None, *, json: Json = False) -> None:
    """Show the newest adjustments: of one cycle, or of all and those that wait."""
    from hansa.commands.settle import cases

    at_desk(cases.adjustments_of, cycle, json=json)


@adjustments.command(
    "make",
    epilog="Example: hansa settle adjust make olla operator 12.50 --adjusts 2026-11 --note 'counted twice'"
    " --as anna@hansa.example",
)
def adjustment_make(
    debtor: Annotated[str, typer.Argument(help="Who owes: a partner's short name, operator, charity or tax.")],
    creditor: Annotated[str, typer.Argument(help="Who is owed, likewise.")],
    amount: Annotated[str, typer.Argument(help="How much.")],
    adjusts: Annotated[str, typer.Option(help="The name of the cycle that it puts right.")],
    note: Annotated[str, typer.Option(help="Why, in words for both sides.")],
    person: As,
    reason: Annotated[str, typer.Option(help="CORRECTION, LATE or WRITE_OFF.")] = "CORRECTION",
    *,
    json: Json = False,
) -> None:
    """Make an adjustment by hand: a line of the next cycle that is computed once another person agrees."""
    from hansa.commands.settle import cases

    words = {"debtor": debtor, "creditor": creditor, "amount": amount, "adjusts": adjusts, "note": note}
    at_desk(cases.make_adjustment, words | {"reason": reason}, person, json=json)


@adjustments.command("agree", epilog="Example: hansa settle adjust agree 0194… --as bert@hansa.example")
def adjustment_agree(number: AdjustmentId, person: As, *, json: Json = False) -> None:
    """Agree to an adjustment that somebody else made."""
    from hansa.commands.settle import cases

    at_desk(cases.agree_adjustment, number, person, json=json)


@adjustments.command("withdraw", epilog="Example: hansa settle adjust withdraw 0194… --as anna@hansa.example")
def adjustment_withdraw(number: AdjustmentId, person: As, *, json: Json = False) -> None:
    """Give up an adjustment nobody has agreed to."""
    from hansa.commands.settle import cases

    at_desk(cases.withdraw_adjustment, number, person, json=json)
