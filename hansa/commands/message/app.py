"""`hansa message`: what members and partners' people are told."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(name="message", no_args_is_help=True, help="What members and partners' people are told, and by mail.")

Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command(epilog="Example: hansa message preview POINTS_EXPIRING --language lv")
def preview(
    topic: Annotated[str, typer.Argument(help="A topic, such as POINTS_EARNED or SETTLEMENT_READY.")],
    language: Annotated[str, typer.Option(help="One of en, lv, bg, fi, hu.")] = "en",
    folder: Annotated[Path, typer.Option(help="Where to write the mail.")] = Path(),
    *,
    json: Json = False,
) -> None:
    """Write the mail of a topic with made-up values, as text and as a page to look at."""
    from hansa.commands.message import work

    work.preview(topic, language, folder, json=json)


@app.command(epilog="Example: hansa message outbox --state WAITING")
def outbox(
    state: Annotated[str | None, typer.Option(help="Only mails in this state, such as WAITING or UNCLEAR.")] = None,
    most: Annotated[int, typer.Option(min=1, max=100, help="So many at most, the newest first.")] = 20,
    *,
    json: Json = False,
) -> None:
    """List mails on their way and those that have gone; of none it is told what it says."""
    from hansa.commands.message import work

    at_desk(work.outbox, state, most, json=json)


@app.command(epilog="Example: hansa message policy --marketing-most 2 --marketing-days 7")
def policy(
    marketing_most: Annotated[int | None, typer.Option(min=0, help="So many messages of marketing …")] = None,
    marketing_days: Annotated[int | None, typer.Option(min=1, help="… within so many days.")] = None,
    days_ahead: Annotated[
        list[int] | None, typer.Option(help="Tell so many days before points end; may be repeated.")
    ] = None,
    digest_at: Annotated[str | None, typer.Option(help="When a day's mail goes, such as 08:00.")] = None,
    kept_days: Annotated[int | None, typer.Option(min=30, help="For how many days inboxes keep messages.")] = None,
    *,
    json: Json = False,
) -> None:
    """Show how the programme writes to members, or change it."""
    from hansa.commands.message import work

    at_desk(work.policy, marketing_most, marketing_days, days_ahead, digest_at, kept_days, json=json)


@app.command(epilog="Example: hansa message tell")
def tell(*, json: Json = False) -> None:
    """Do one turn of the worker now: write what is to be told, plan mails, send what is due."""
    from hansa.commands.message import work

    at_desk(work.tell, json=json)
