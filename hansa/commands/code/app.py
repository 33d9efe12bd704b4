"""`hansa code`: codes in packs, from the order to what came of them."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(
    name="code",
    no_args_is_help=True,
    help="Codes in packs: order, print, put live, hold, void; what was entered, and alarms.",
)

Named = Annotated[str, typer.Argument(help="The batch's name, or its id as `hansa code list` shows it.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command("list", epilog="Example: hansa code list --partner olla")
def list_batches(
    partner: Annotated[str | None, typer.Option(help="Those of this maker; all by default.")] = None,
    *,
    json: Json = False,
) -> None:
    """List batches: whose, of what, how many, and how many were entered."""
    from hansa.commands.code import work

    at_desk(work.list_batches, partner, json=json)


@app.command(epilog="Example: hansa code show 'Spring milk'")
def show(name: Named, *, json: Json = False) -> None:
    """Show a batch, and what came of it by day, outlet and product."""
    from hansa.commands.code import work

    at_desk(work.show_batch, name, json=json)


@app.command(epilog="Example: hansa code order spring.yaml --partner olla")
def order(
    file: Annotated[Path, typer.Argument(help="The order as YAML, as docs/codes.md shows it.")],
    partner: Annotated[str, typer.Option(help="The maker's short name.")],
    *,
    json: Json = False,
) -> None:
    """Order codes for products of a maker."""
    from hansa.commands.code import work

    at_desk(work.order, file, partner, json=json)


@app.command("print", epilog="Example: hansa code print 'Spring milk' > codes.csv")
def print_codes(
    name: Named,
    reason: Annotated[str | None, typer.Option(help="Why again; needed from the second time on, and kept.")] = None,
) -> None:
    """Write the codes of a batch to standard output as CSV: serial, code, sku and the link for a QR code."""
    from hansa.commands.code import work

    at_desk(work.print_codes, name, reason)


@app.command("put-live", epilog="Example: hansa code put-live 'Spring milk'")
def put_live(name: Named, *, json: Json = False) -> None:
    """Say that the products are on their way: from now on their codes are accepted."""
    from hansa.commands.code import work

    at_desk(work.step, "put-live", name, json=json)


@app.command(epilog="Example: hansa code end 'Spring milk'")
def end(name: Named, *, json: Json = False) -> None:
    """Let no code of a batch be entered any more; what was entered stays."""
    from hansa.commands.code import work

    at_desk(work.step, "end", name, json=json)


@app.command(epilog="Example: hansa code hold 'Spring milk'")
def hold(name: Named, *, json: Json = False) -> None:
    """Let no code of a batch be entered for now."""
    from hansa.commands.code import work

    at_desk(work.step, "hold", name, json=json)


@app.command(epilog="Example: hansa code release 'Spring milk'")
def release(name: Named, *, json: Json = False) -> None:
    """Let codes of a batch on hold be entered again."""
    from hansa.commands.code import work

    at_desk(work.step, "release", name, json=json)


@app.command(epilog="Example: hansa code void 'Spring milk' --reason 'Stolen from the lorry' --serials 4000-4999")
def void(
    name: Named,
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    serials: Annotated[str | None, typer.Option(help="Only these: first-last.")] = None,
    file: Annotated[Path | None, typer.Option(help="Only the codes in this file, one on each line.")] = None,
    *,
    json: Json = False,
) -> None:
    """Void a whole batch, some of its serials, or codes that are listed; what was entered stays."""
    from hansa.commands.code import work

    at_desk(work.void, name, reason, serials, file, json=json)


@app.command(epilog="Example: hansa code alarms --partner olla")
def alarms(
    partner: Annotated[str | None, typer.Option(help="Those of this maker; all by default.")] = None,
    *,
    json: Json = False,
) -> None:
    """Look for what goes beyond what is usual, and list the alarms, the latest first."""
    from hansa.commands.code import work

    at_desk(work.alarms, partner, json=json)
