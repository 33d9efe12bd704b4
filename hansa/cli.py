"""The command line: each command unpacks its words and hands over.

Exit codes: 0 all is well, 1 refused or something was found, 2 used wrongly, 3 the surroundings do not allow it.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from typing import Annotated

import asyncpg
import typer

from domain.errors import DomainError
from hansa import __version__, reporting
from hansa.commands import clients, proofs, staff, verifying
from hansa.commands.action import app as acting
from hansa.commands.activity import app as gathering
from hansa.commands.bank import app as banking
from hansa.commands.bonus import app as bonuses
from hansa.commands.business import app as business
from hansa.commands.campaign import app as campaigning
from hansa.commands.case import app as attending
from hansa.commands.claim import app as claiming
from hansa.commands.code import app as coding
from hansa.commands.contract import app as contracting
from hansa.commands.coupon import app as couponing
from hansa.commands.course import app as teaching
from hansa.commands.dispute import app as disputes
from hansa.commands.exit import app as leaving
from hansa.commands.liability import app as liability
from hansa.commands.message import app as messaging
from hansa.commands.papers import app as papers
from hansa.commands.prepaid import app as prepaying
from hansa.commands.preset import app as presetting
from hansa.commands.reconcile import app as reconciling
from hansa.commands.referral import app as referring
from hansa.commands.registration import app as registering
from hansa.commands.review import app as reviewing
from hansa.commands.reward import app as rewarding
from hansa.commands.segment import app as segmenting
from hansa.commands.seller import app as selling
from hansa.commands.settle import app as settling
from hansa.commands.sides import app as both_sides
from hansa.commands.survey import app as surveying
from hansa.commands.tier import app as tiering
from hansa.commands.trade_in import app as trading_in
from hansa.commands.trial import app as trials
from hansa.pooling import UnsafePooling
from hansa.postgres import PostgresUnavailable
from hansa.settings import InvalidSettings, UnsafeSecret, load
from migrations.roles import RolesMissing

REFUSED = 1
SURROUNDINGS = 3

_SURROUNDINGS = (
    InvalidSettings,
    PostgresUnavailable,
    RolesMissing,
    UnsafePooling,
    UnsafeSecret,
    OSError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.CannotConnectNowError,
)

app = typer.Typer(
    name="hansa",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 all is well, 1 refused or found, 2 used wrongly, 3 the surroundings do not allow it.",
)

Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.callback()
def hansa() -> None:
    """Hansa: many brands, one points currency, settled to the cent."""


@app.command(epilog="Example: hansa serve --port 9000")
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on; HANSA_HOST by default.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on; HANSA_PORT by default.")] = None,
) -> None:
    """Serve the API, on an embedded PostgreSQL unless HANSA_DATABASE_URL names another."""
    from hansa.serving import serve as run

    run(load(host=host, port=port))


@app.command(epilog="Example: HANSA_DATABASE_URL=postgresql://owner@host/coalition hansa migrate")
def migrate(*, json: Json = False) -> None:
    """Bring the database to the form this version needs. Safe to repeat, and to run from several places at once."""
    from hansa.embedding import with_database
    from hansa.migrating import migrate as run

    with with_database(load()) as settings:
        found = asyncio.run(run(settings.database_url or ""))
    reporting.table([found], json_wanted=json)


@app.command(epilog="Example: hansa doctor --json")
def doctor(*, json: Json = False) -> None:
    """Look at everything Hansa stands on: Python, disk, database, roles, migrations, Node.js, the data set."""
    from hansa.doctor import Verdict, examine

    findings = asyncio.run(examine(load()))
    reporting.table(findings, json_wanted=json)
    if any(finding.verdict is Verdict.ILL for finding in findings):
        raise typer.Exit(REFUSED)


@app.command(epilog="Example: hansa schema > schema.graphql")
def schema() -> None:
    """Print the GraphQL contract: every type, field and argument, with the scope each field needs."""
    from schema.root import printed

    typer.echo(printed(), nl=False)


@app.command(epilog="Example: hansa version")
def version(*, json: Json = False) -> None:
    """Say which version this is, and what its database looks like."""
    from hansa.migrating import head

    found = {"hansa": __version__, "migrations": head()}
    reporting.as_json(found) if json else reporting.say(f"hansa {found['hansa']}, migrations {found['migrations']}")


@app.command(epilog="Example: hansa demo")
def demo(
    port: Annotated[int | None, typer.Option(help="The port to listen on; HANSA_PORT by default.")] = None,
    days: Annotated[int, typer.Option(min=1, help="How many days of the year to live through.")] = 50,
    *,
    serve: Annotated[bool, typer.Option(help="Go on serving; without, the data is made and that is all.")] = True,
    json: Json = False,
) -> None:
    """Show a coalition that lives: real baskets, members, a month to settle, links to sign in, a question to ask."""
    from hansa.demo import demo as run

    run(load(port=port), days=days, serve=serve, as_json=json)


@app.command(epilog="Example: hansa mail")
def mail(*, json: Json = False) -> None:
    """Show the newest mail of a sandbox without a mail server."""
    from hansa.mailing import folder_of, newest, read

    kept = newest(folder_of(load()))
    if kept is None:
        reporting.complain("There is no mail yet.")
        raise typer.Exit(REFUSED)
    found = read(kept)
    reporting.as_json(asdict(found)) if json else reporting.say(f"{found.subject}\n{found.to}\n\n{found.text}")


@app.command(epilog="Example: hansa worker")
def worker() -> None:
    """Do what time brings, and send what waits for webhooks. Run as many as you like; they share the work."""
    from hansa.worker import work

    work(load())


@app.command(epilog="Example: hansa replay --months 2")
def replay(
    months: Annotated[int | None, typer.Option(help="How many months; the whole year by default.")] = None,
    database: Annotated[str | None, typer.Option(help="Keep it in a database of this name.")] = None,
    processes: Annotated[int, typer.Option(min=1, max=2, help="How many record purchases.")] = 2,
    *,
    go_on: Annotated[bool, typer.Option("--continue", help="Go on where that database stands.")] = False,
    http: Annotated[bool, typer.Option("--http", help="Send the first month's purchases over HTTP.")] = False,
    json: Json = False,
) -> None:
    """Live a year of real baskets month by month, settle each month, and prove that everything ties."""
    from hansa.replay import Wish
    from hansa.replay import replay as run

    wish = Wish(months=months, database=database, processes=processes, go_on=go_on, http=http)
    if not run(load(), wish, as_json=json):
        raise typer.Exit(REFUSED)


clients.register(app)
staff.register(app)
papers.register(app)
app.add_typer(settling.app)
app.add_typer(campaigning.app)
app.add_typer(business.app)
app.add_typer(bonuses.app)
app.add_typer(couponing.app)
app.add_typer(coding.app)
app.add_typer(attending.app)
app.add_typer(registering.app)
app.add_typer(both_sides.app)
app.add_typer(acting.app)
app.add_typer(contracting.contract)
app.add_typer(contracting.company)
app.add_typer(leaving.exits)
app.add_typer(leaving.wind_down)
app.add_typer(prepaying.app)
app.add_typer(presetting.app)
app.add_typer(referring.app)
app.add_typer(reviewing.app)
app.add_typer(trials.app)
app.add_typer(messaging.app)
app.add_typer(rewarding.app)
app.add_typer(segmenting.app)
app.add_typer(surveying.app)
app.add_typer(claiming.app)
app.add_typer(selling.app)
app.add_typer(teaching.app)
app.add_typer(tiering.app)
app.add_typer(trading_in.app)
app.add_typer(gathering.app)
app.command(epilog="Example: hansa exposure olla")(prepaying.exposure)
app.add_typer(liability.app)
app.add_typer(banking.app)
app.add_typer(disputes.app)
reconciling.register(app)
app.add_typer(verifying.app)
app.command("proof", epilog="Example: hansa proof 019abc… --out line.json")(proofs.prove)


def main() -> None:
    """Run the command line; what people can mend is said in a sentence, not in a traceback."""
    try:
        app()
    except DomainError as refusal:
        reporting.complain(f"{refusal.code}: {refusal}")
        sys.exit(REFUSED)
    except _SURROUNDINGS as problem:
        reporting.complain(str(problem) or type(problem).__name__)
        sys.exit(SURROUNDINGS)


if __name__ == "__main__":
    main()
