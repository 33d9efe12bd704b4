"""`hansa tier`: tier programmes, of a partner or of the coalition, and who stands where."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(
    name="tier",
    no_args_is_help=True,
    help="Tier programmes and who stands where. Without --partner, the coalition's.",
)

Whose = Annotated[str | None, typer.Option("--partner", help="The partner's short name; without, the coalition.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]
Day = ["%Y-%m-%d"]


@app.command("list", epilog="Example: hansa tier list")
def list_programmes(
    *, ended: Annotated[bool, typer.Option("--ended", help="Those that have ended, too.")] = False, json: Json = False
) -> None:
    """List tier programmes: whose, what counts, and their tiers."""
    from hansa.commands.tier import work

    at_desk(work.list_programmes, ended=ended, json=json)


@app.command(epilog="Example: hansa tier show --partner olla")
def show(partner: Whose = None, *, json: Json = False) -> None:
    """Show what a programme promises, version by version, and how many members have each tier."""
    from hansa.commands.tier import work

    at_desk(work.show_programme, partner, json=json)


@app.command("draw-up", epilog="Example: hansa tier draw-up club.yaml --partner olla")
def draw_up(
    file: Annotated[Path, typer.Argument(help="YAML as docs/tiers.md says; partners by their short names.")],
    partner: Whose = None,
    *,
    json: Json = False,
) -> None:
    """Write the draft of a programme, or of its next version."""
    from hansa.commands.tier import work

    at_desk(work.draw_up, file, partner, json=json)


@app.command(epilog="Example: hansa tier publish --partner olla --from 2027-01-01")
def publish(
    partner: Whose = None,
    applies_from: Annotated[
        datetime | None,
        typer.Option("--from", formats=Day, help="The day from which it applies; at once, if not said."),
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Publish the draft; nobody falls by it before their term ends."""
    from hansa.commands.tier import work

    at_desk(work.publish, partner, applies_from and applies_from.date(), json=json)


@app.command(epilog="Example: hansa tier end --partner olla")
def end(partner: Whose = None, *, json: Json = False) -> None:
    """End a programme: from now on nobody has a tier in it."""
    from hansa.commands.tier import work

    at_desk(work.end, partner, json=json)


@app.command(epilog="Example: hansa tier standings Gold --partner olla")
def standings(
    tier: Annotated[str | None, typer.Argument(help="Only this tier; all above the lowest by default.")] = None,
    partner: Whose = None,
    most: Annotated[int, typer.Option(min=1, max=100, help="So many members at most.")] = 20,
    *,
    json: Json = False,
) -> None:
    """Show who has a tier, since when, until when, and why."""
    from hansa.commands.tier import work

    at_desk(work.standings, tier, partner, most, json=json)


@app.command(epilog="Example: hansa tier invite Gold 9900001 --partner olla --reason 'Opened the shop with us'")
def invite(
    tier: Annotated[str, typer.Argument(help="The tier.")],
    card: Annotated[str, typer.Argument(help="The member's card.")],
    reason: Annotated[str, typer.Option(help="Why, for the audit; not told to the member.")],
    partner: Whose = None,
    until: Annotated[
        datetime | None, typer.Option(formats=Day, help="The last day on which it holds; needed with --match.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="The partner that reads the card, for the coalition's.")] = None,
    *,
    match: Annotated[bool, typer.Option("--match", help="It honours a status that the member has elsewhere.")] = False,
    json: Json = False,
) -> None:
    """Invite a member into a tier, or honour a status of elsewhere."""
    from hansa.commands.tier import work

    given = {"tier": tier, "reason": reason, "until": until and until.date(), "matched": match}
    at_desk(work.invite, card, given, partner, by, json=json)


@app.command(epilog="Example: hansa tier recompute --partner olla")
def recompute(partner: Whose = None, *, json: Json = False) -> None:
    """Look at all members again, as the worker does for each version; what broke off goes on."""
    from hansa.commands.tier import work

    at_desk(work.recompute, partner, json=json)
