"""`hansa campaign`: what partners promise, from the draft to what it has brought."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(
    name="campaign",
    no_args_is_help=True,
    help="What partners promise: draw up, agree, publish, pause, end; and what it came to.",
)

Named = Annotated[str, typer.Argument(help="The campaign's name, or its id as `hansa campaign list` shows it.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command("list", epilog="Example: hansa campaign list --partner olla --trigger PURCHASE")
def list_campaigns(
    partner: Annotated[str | None, typer.Option(help="Those that this partner owns, funds or earns under.")] = None,
    state: Annotated[str | None, typer.Option(help="DRAFT, LIVE, PAUSED or ENDED; all by default.")] = None,
    trigger: Annotated[str | None, typer.Option(help="Only those that answer this, such as VISIT.")] = None,
    *,
    json: Json = False,
) -> None:
    """List campaigns: whose, what they give, who pays, until when."""
    from hansa.commands.campaign import work

    at_desk(work.list_campaigns, partner, state, trigger, json=json)


@app.command(epilog="Example: hansa campaign show 'Happy hour'")
def show(name: Named, *, json: Json = False) -> None:
    """Show all that a campaign says, in words."""
    from hansa.commands.campaign import work

    at_desk(work.show_campaign, name, json=json)


@app.command("draw-up", epilog="Example: hansa campaign draw-up happy-hour.yaml --as shop=olla")
def draw_up(
    file: Annotated[Path, typer.Argument(help="Campaigns as YAML, as in docs/recipes.")],
    meant: Annotated[
        list[str] | None,
        typer.Option("--as", help="name=slug: who is meant by a partner's name in the file; the slug of that name."),
    ] = None,
    *,
    preview: Annotated[bool, typer.Option("--preview", help="Show what they say, and write nothing.")] = False,
    json: Json = False,
) -> None:
    """Draft the campaigns of a file, or change the drafts and campaigns of their owners that are called so."""
    from hansa.commands.campaign import work

    at_desk(work.draw_up, file, meant or [], preview=preview, json=json)


@app.command(epilog="Example: hansa campaign agree 'Happy hour' --sponsor quill")
def agree(
    name: Named, sponsor: Annotated[str, typer.Option(help="The sponsor's short name.")], *, json: Json = False
) -> None:
    """Agree for a sponsor to the terms as they are now."""
    from hansa.commands.campaign import work

    at_desk(work.agree, name, sponsor, json=json)


@app.command(epilog="Example: hansa campaign publish 'Happy hour'")
def publish(name: Named, *, json: Json = False) -> None:
    """Let a draft give from now on; its budget is opened."""
    from hansa.commands.campaign import work

    at_desk(work.publish, name, json=json)


@app.command(epilog="Example: hansa campaign pause 'Happy hour'")
def pause(name: Named, *, json: Json = False) -> None:
    """Give nothing for now."""
    from hansa.commands.campaign import work

    at_desk(work.step, name, "pause", json=json)


@app.command(epilog="Example: hansa campaign resume 'Happy hour'")
def resume(name: Named, *, json: Json = False) -> None:
    """Go on under the same terms."""
    from hansa.commands.campaign import work

    at_desk(work.step, name, "resume", json=json)


@app.command(epilog="Example: hansa campaign end 'Happy hour'")
def end(name: Named, *, json: Json = False) -> None:
    """Give nothing any more."""
    from hansa.commands.campaign import work

    at_desk(work.step, name, "end", json=json)


@app.command(epilog="Example: hansa campaign results 'Happy hour' --by HOUR")
def results(
    name: Named,
    by: Annotated[
        str | None, typer.Option(help="Over which time: HOUR, DAY or MONTH; by default days, of a long time months.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Show what a campaign has come to: members, awards, points, money, cost by sponsor, budget left."""
    from hansa.commands.campaign import work

    at_desk(work.results, name, by, json=json)


@app.command(epilog="Example: hansa campaign backtest 'Happy hour' --from 2026-01-01 --until 2026-10-31 --svg past.svg")
def backtest(
    name: Named,
    since: Annotated[str, typer.Option("--from", help="A day, or an instant with its offset.")],
    until: Annotated[str, typer.Option(help="A day (its end), or an instant with its offset; at most 400 days later.")],
    partner: Annotated[str | None, typer.Option(help="Only purchases at this partner's tills, for it to see.")] = None,
    svg: Annotated[Path | None, typer.Option("--svg", help="Draw it into this file as well.")] = None,
    *,
    json: Json = False,
) -> None:
    """Try a campaign on past purchases: whom it would have reached, what it would have cost whom, what would change."""
    from hansa.commands.campaign import backtest as trying

    at_desk(trying.backtest, name, since, until, partner, svg, json=json)


@app.command("reveal-seed", epilog="Example: hansa campaign reveal-seed 'Spin the wheel'")
def reveal_seed(name: Named, *, json: Json = False) -> None:
    """Open what the wheels of an ended campaign turned by, once no purchase for it can come any more."""
    from hansa.commands.campaign import work

    at_desk(work.step, name, "reveal", json=json)


@app.command(epilog="Example: hansa campaign turns 'Spin the wheel'")
def turns(name: Named, *, json: Json = False) -> None:
    """Work every turn of a campaign's wheels out again from its revealed seed, and hold it to what was given."""
    from hansa.commands.campaign import work

    at_desk(work.turns, name, json=json)


@app.command(epilog="Example: hansa campaign uplift 'Happy hour'")
def uplift(name: Named, *, json: Json = False) -> None:
    """Show what a campaign has brought: members it was for against those left out, with what it cost."""
    from hansa.commands.campaign import work

    at_desk(work.uplift, name, json=json)
