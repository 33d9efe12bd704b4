"""`hansa reconcile` and `hansa exceptions`: a partner's file against the ledger, and what is to be cleared up."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

exceptions = typer.Typer(
    name="exceptions",
    no_args_is_help=True,
    help="What partners' files and the ledger do not agree on: look at it, clear it up alone or by two.",
)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The partner's file.")]
PartnerSlug = Annotated[str, typer.Option("--partner", help="Whose file it is: the partner's short name.")]
MappingName = Annotated[
    str, typer.Option("--mapping", help="The mapping's name, or a JSON file with it, which is kept under its name.")
]
Which = Annotated[str, typer.Argument(metavar="EXCEPTION", help="Its id as `list` shows it.")]
As = Annotated[str, typer.Option("--as", help="Who does it: the e-mail address of one of the coalition's people.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: hansa reconcile november.csv --partner olla --mapping tills --cycle 2026-11")(
        reconcile
    )
    app.add_typer(exceptions)


def reconcile(  # noqa: PLR0913 - as many words as there are to say
    file: File,
    partner: PartnerSlug,
    mapping: MappingName,
    cycle: Annotated[str | None, typer.Option(help="The cycle it is held against; by default the newest.")] = None,
    starts: Annotated[datetime | None, typer.Option("--from", help="Or a period: from when (UTC),")] = None,
    ends: Annotated[datetime | None, typer.Option("--until", help="until when (UTC).")] = None,
    sequence: Annotated[int | None, typer.Option(help="The file's number; the next by default.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write the exceptions to this CSV.")] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compute everything, and keep the report alone.")] = False,
    json: Json = False,
) -> None:
    """Hold a partner's file against the ledger: what is on both sides, on one alone, or differs."""
    from hansa.commands.reconcile import work

    wish = work.Wish(
        path=file,
        partner=partner,
        mapping=mapping,
        cycle=cycle,
        starts=starts,
        ends=ends,
        sequence=sequence,
        dry_run=dry_run,
        report=report,
    )
    at_desk(work.reconcile, wish, json=json)


@exceptions.command("list", epilog="Example: hansa exceptions list --partner olla")
def list_(
    partner: Annotated[str | None, typer.Option(help="Only of this partner, by its short name.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Also those that are resolved.")] = False,
    json: Json = False,
) -> None:
    """List what is to be cleared up, each with what is most likely to be done about it."""
    from hansa.commands.reconcile import work

    at_desk(work.listed, partner, every=every, json=json)


@exceptions.command(epilog="Example: hansa exceptions resolve 3f9a… --as anna@hansa.example --how ACCEPTED")
def resolve(
    exception: Which,
    person: As,
    how: Annotated[str, typer.Option(help="ACCEPTED or CORRECT_IN_NEXT_FILE.")] = "ACCEPTED",
    note: Annotated[str | None, typer.Option(help="What to write down with it.")] = None,
    *,
    json: Json = False,
) -> None:
    """Clear an exception up."""
    from hansa.commands.reconcile import work

    at_desk(work.resolved, exception, person, how, note, json=json)


@exceptions.command(epilog="Example: hansa exceptions propose 3f9a… --as anna@hansa.example --note 'typing error'")
def propose(
    exception: Which,
    person: As,
    note: Annotated[str, typer.Option(help="Why.")],
    how: Annotated[str, typer.Option(help="FORCE_MATCHED or WRITTEN_OFF.")] = "FORCE_MATCHED",
    *,
    json: Json = False,
) -> None:
    """Propose to match an exception with its suggested counterpart, or to write it off; another person confirms."""
    from hansa.commands.reconcile import work

    at_desk(work.proposed, exception, person, how, note, json=json)


@exceptions.command(epilog="Example: hansa exceptions confirm 3f9a… --as bert@hansa.example")
def confirm(exception: Which, person: As, *, json: Json = False) -> None:
    """Confirm what another person proposed."""
    from hansa.commands.reconcile import work

    at_desk(work.confirmed, exception, person, json=json)
