"""`hansa coupon`: money off at the till, from the draft to its last voucher."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(
    name="coupon",
    no_args_is_help=True,
    help="Money off at the till: draw up, agree, publish, bring codes in, give vouchers; and what became of them.",
)
codes = typer.Typer(name="codes", no_args_is_help=True, help="Codes of a coupon's pool.")
app.add_typer(codes)

Named = Annotated[str, typer.Argument(help="The coupon's name, or its id as `hansa coupon list` shows it.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command("list", epilog="Example: hansa coupon list --partner olla --state LIVE")
def list_coupons(
    partner: Annotated[str | None, typer.Option(help="Those that this partner owns, pays for or takes.")] = None,
    state: Annotated[str | None, typer.Option(help="DRAFT, LIVE, PAUSED or ENDED; all by default.")] = None,
    *,
    json: Json = False,
) -> None:
    """List coupons: whose, what they take off, who pays, how many vouchers are out."""
    from hansa.commands.coupon import work

    at_desk(work.list_coupons, partner, state, json=json)


@app.command(epilog="Example: hansa coupon show '5 off'")
def show(name: Named, *, json: Json = False) -> None:
    """Show all that a coupon says, in words, and what became of its vouchers."""
    from hansa.commands.coupon import work

    at_desk(work.show_coupon, name, json=json)


@app.command("draw-up", epilog="Example: hansa coupon draw-up coupons.yaml --as shop=olla")
def draw_up(
    file: Annotated[Path, typer.Argument(help="Coupons as YAML, as docs/vouchers.md says.")],
    meant: Annotated[
        list[str] | None,
        typer.Option("--as", help="name=slug: who is meant by a partner's name in the file; the slug of that name."),
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Draft the coupons of a file, or change the drafts and coupons of their owners that are called so."""
    from hansa.commands.coupon import work

    at_desk(work.draw_up, file, meant or [], json=json)


@app.command(epilog="Example: hansa coupon agree '5 off' --sponsor quill")
def agree(
    name: Named, sponsor: Annotated[str, typer.Option(help="The sponsor's short name.")], *, json: Json = False
) -> None:
    """Agree for a sponsor to the terms as they are now."""
    from hansa.commands.coupon import work

    at_desk(work.agree, name, sponsor, json=json)


@app.command(epilog="Example: hansa coupon publish '5 off'")
def publish(name: Named, *, json: Json = False) -> None:
    """Let vouchers of a draft be given and taken from now on."""
    from hansa.commands.coupon import work

    at_desk(work.publish, name, json=json)


@app.command(epilog="Example: hansa coupon pause '5 off'")
def pause(name: Named, *, json: Json = False) -> None:
    """Give no vouchers for now, and take none."""
    from hansa.commands.coupon import work

    at_desk(work.step, name, "pause", json=json)


@app.command(epilog="Example: hansa coupon resume '5 off'")
def resume(name: Named, *, json: Json = False) -> None:
    """Go on under the same terms."""
    from hansa.commands.coupon import work

    at_desk(work.resume, name, json=json)


@app.command(epilog="Example: hansa coupon end '5 off'")
def end(name: Named, *, json: Json = False) -> None:
    """Give no vouchers any more; those that are out stay good for their term."""
    from hansa.commands.coupon import work

    at_desk(work.step, name, "end", json=json)


@app.command(epilog="Example: hansa coupon give '5 off' --card 9000001 --count 2 --key birthday-2026-9000001")
def give(
    name: Named,
    card: Annotated[str, typer.Option(help="The member's card.")],
    count: Annotated[int, typer.Option(help="How many vouchers.")] = 1,
    key: Annotated[str | None, typer.Option(help="Given again with the same key, the same vouchers are told.")] = None,
    *,
    json: Json = False,
) -> None:
    """Give a member vouchers, and show their codes."""
    from hansa.commands.coupon import work

    at_desk(work.give, name, card, count, key, json=json)


@codes.command("import", epilog="Example: hansa coupon codes import '5 off' codes.csv")
def import_codes(
    name: Named,
    file: Annotated[Path, typer.Argument(help="CSV: the column `code`, or else the first one.")],
    *,
    json: Json = False,
) -> None:
    """Bring codes into a coupon's pool; lines that bring none in are refused one by one."""
    from hansa.commands.coupon import work

    at_desk(work.import_codes, name, file, json=json)


@codes.command("make", epilog="Example: hansa coupon codes make '5 off' 10000 --to codes.csv")
def make_codes(
    name: Named,
    count: Annotated[int, typer.Argument(help="How many.")],
    to: Annotated[Path, typer.Option("--to", help="The file to write them to; they are told this once.")],
    *,
    json: Json = False,
) -> None:
    """Make codes for a coupon's pool, to be printed."""
    from hansa.commands.coupon import work

    at_desk(work.make_codes, name, count, to, json=json)
