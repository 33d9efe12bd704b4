"""`hansa survey`: what members are asked, and what they answer; a partner's surveys or the coalition's."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(
    name="survey",
    no_args_is_help=True,
    help="What members are asked, and what they answer. Without --partner, the coalition's surveys.",
)

Name = Annotated[str, typer.Argument(help="What the survey is called.")]
Whose = Annotated[str | None, typer.Option("--partner", help="The partner's short name; without, the coalition.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]
Apart = Annotated[str | None, typer.Option("--by", help="Tell apart by product, partner, outlet or month.")]


@app.command("list", epilog="Example: hansa survey list")
def list_surveys(*, json: Json = False) -> None:
    """List surveys: whose, how they stand, and when members are asked."""
    from hansa.commands.survey import work

    at_desk(work.list_surveys, json=json)


@app.command(epilog="Example: hansa survey show milk --partner olla")
def show(name: Name, partner: Whose = None, *, json: Json = False) -> None:
    """Show a survey, question by question."""
    from hansa.commands.survey import work

    at_desk(work.show_survey, name, partner, json=json)


@app.command(epilog="Example: hansa survey draft milk.yaml --partner olla")
def draft(
    file: Annotated[Path, typer.Argument(help="YAML as docs/surveys.md shows it.")],
    partner: Whose = None,
    *,
    json: Json = False,
) -> None:
    """Write a survey down, or the next version of the one that is called so."""
    from hansa.commands.survey import work

    at_desk(work.draft, file, partner, json=json)


@app.command(epilog="Example: hansa survey publish milk --partner olla")
def publish(name: Name, partner: Whose = None, *, json: Json = False) -> None:
    """Ask and take answers from now on; the version before ends."""
    from hansa.commands.survey import work

    at_desk(work.publish, name, partner, json=json)


@app.command(epilog="Example: hansa survey pause milk --partner olla")
def pause(name: Name, partner: Whose = None, *, json: Json = False) -> None:
    """Ask nobody and take no answers for now."""
    from hansa.commands.survey import work

    at_desk(work.pause, name, partner, json=json)


@app.command(epilog="Example: hansa survey resume milk --partner olla")
def resume(name: Name, partner: Whose = None, *, json: Json = False) -> None:
    """Go on with the same questions."""
    from hansa.commands.survey import work

    at_desk(work.resume, name, partner, json=json)


@app.command(epilog="Example: hansa survey end milk --partner olla")
def end(name: Name, partner: Whose = None, *, json: Json = False) -> None:
    """End it; what was answered stays."""
    from hansa.commands.survey import work

    at_desk(work.end, name, partner, json=json)


@app.command(epilog="Example: hansa survey report milk --partner olla --by month")
def report(name: Name, partner: Whose = None, by: Apart = None, *, json: Json = False) -> None:
    """Tell what members answered, in sums over ten members or more."""
    from hansa.commands.survey import work

    at_desk(work.report, name, partner, by, json=json)


@app.command(epilog="Example: hansa survey export milk --partner olla > milk.csv")
def export(name: Name, partner: Whose = None) -> None:
    """Write complete responses as CSV, one on a line; by name only of members that allow it."""
    from hansa.commands.survey import work

    at_desk(work.export, name, partner)


@app.command(epilog="Example: hansa survey policy --most 1 --days 7")
def policy(
    most: Annotated[int | None, typer.Option("--most", help="Ask a member so often …")] = None,
    days: Annotated[int | None, typer.Option("--days", help="… within so many days, over all surveys.")] = None,
    *,
    json: Json = False,
) -> None:
    """Show how often a member is asked at most, or set it."""
    from hansa.commands.survey import work

    at_desk(work.policy, most, days, json=json)


@app.command(epilog="Example: hansa survey run")
def run(*, json: Json = False) -> None:
    """Ask who is to be asked and reward who answered, as the worker does."""
    from hansa.commands.survey import work

    at_desk(work.run, json=json)
