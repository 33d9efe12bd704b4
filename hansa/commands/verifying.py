"""`hansa verify`: prove the books, and say what is wrong with them; or check a proof that somebody holds."""
# ruff: noqa: PLC0415 - the command imports what it needs, so that --help answers at once

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from hansa import reporting
from hansa.commands import proofs

if TYPE_CHECKING:
    from domain.audit.findings import Report
    from domain.audit.verifying import Progress

FOUND = 1
SURROUNDINGS = 3


app = typer.Typer(name="verify", invoke_without_command=True, epilog="Example: hansa verify --json")
app.command("proof", epilog="Example: hansa verify proof line.json")(proofs.check)


@dataclass(frozen=True, kw_only=True)
class FindingLine:
    """A finding as it is listed."""

    wrong: str
    wallet: UUID | None
    entry: UUID | None
    what: str


@app.callback()
def verify(
    ctx: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")] = False,
) -> None:
    """Prove the books: replay every wallet from its transfers, follow its chain, compare all that is kept."""
    if ctx.invoked_subcommand is not None:
        return
    from hansa.embedding import with_database
    from hansa.settings import load

    with with_database(load()) as settings:
        report = asyncio.run(_verify(settings.database_url or "", shown=not json))
    if json:
        reporting.as_json({"sound": report.sound, **asdict(report)})
    else:
        _tell(report)
    if not report.sound:
        raise typer.Exit(FOUND)


async def _verify(url: str, *, shown: bool) -> Report:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("wallets"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown) as bar:
        task = bar.add_task("wallets", total=None)
        return await _prove(url, lambda done, every: bar.update(task, completed=done, total=every))


async def _prove(url: str, progress: Progress) -> Report:
    from domain.audit.verifying import verify as prove
    from domain.storage import opened
    from hansa.migrating import revisions
    from hansa.reserving import untied

    if not (await revisions(url)).up_to_date:
        reporting.complain("The database is not in the form that this version reads: `hansa migrate` brings it there.")
        raise typer.Exit(SURROUNDINGS)
    async with opened(url, connections=1) as database:
        async with database.pool.acquire() as connection:
            report = await prove(connection, progress=progress)
        for finding in await untied(database):
            report.add(finding)
    return report


def _tell(report: Report) -> None:
    reporting.say(
        f"{report.wallets:,} wallets, {report.entries:,} entries, {report.transfers:,} transfers, {report.lots:,} lots"
        f" and {report.baskets:,} baskets read, and {report.lines:,} lines of the audit trail."
    )
    if report.sound:
        reporting.say("Every wallet is what its transfers come to, and every chain of hashes holds.")
        reporting.say("What is owed to members is what the wallets hold, and the roll-forward of every cycle ties.")
        reporting.say("Every deed since there are events was told to its partner, as far as events are kept.")
        return
    reporting.table(
        [
            FindingLine(wrong=finding.wrong, wallet=finding.wallet_id, entry=finding.entry_id, what=finding.what)
            for finding in report.findings
        ]
    )
    unnamed = report.found - len(report.findings)
    reporting.complain(
        f"{report.found:,} findings" + (f", of which {unnamed:,} are not named here." if unnamed else ".")
    )
