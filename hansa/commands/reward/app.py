"""`hansa reward`: what members get for points, from the draft to what came of it."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(
    name="reward",
    no_args_is_help=True,
    help="What members get for points: draw up, agree, publish, stock, pause, end; draws and gifts.",
)

Named = Annotated[str, typer.Argument(help="The reward's name, or its id as `hansa reward list` shows it.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command("list", epilog="Example: hansa reward list --partner olla --kind DISCOUNT")
def list_rewards(
    partner: Annotated[str | None, typer.Option(help="Those that this partner owns, pays for or gives.")] = None,
    state: Annotated[str | None, typer.Option(help="DRAFT, LIVE, PAUSED or ENDED; all by default.")] = None,
    kind: Annotated[str | None, typer.Option(help="Such as DISCOUNT or CHARITY; all by default.")] = None,
    *,
    json: Json = False,
) -> None:
    """List rewards: whose, for how many points, how many are left, until when."""
    from hansa.commands.reward import work

    at_desk(work.list_rewards, partner, state, kind, json=json)


@app.command(epilog="Example: hansa reward show 'A mug'")
def show(name: Named, *, json: Json = False) -> None:
    """Show all that a reward promises, in words."""
    from hansa.commands.reward import work

    at_desk(work.show_reward, name, json=json)


@app.command("draw-up", epilog="Example: hansa reward draw-up mugs.yaml --as shop=olla")
def draw_up(
    file: Annotated[Path, typer.Argument(help="Rewards as YAML, as in docs/recipes.")],
    meant: Annotated[
        list[str] | None,
        typer.Option("--as", help="name=slug: who is meant by a partner's name in the file; the slug of that name."),
    ] = None,
    *,
    preview: Annotated[bool, typer.Option("--preview", help="Show what they say, and write nothing.")] = False,
    json: Json = False,
) -> None:
    """Draft the rewards of a file, or change the drafts and rewards of their owners that are called so."""
    from hansa.commands.reward import work

    at_desk(work.draw_up, file, meant or [], preview=preview, json=json)


@app.command(epilog="Example: hansa reward agree 'A mug' --sponsor quill")
def agree(
    name: Named, sponsor: Annotated[str, typer.Option(help="The sponsor's short name.")], *, json: Json = False
) -> None:
    """Agree, for one that pays beyond the points, to the terms as they are now."""
    from hansa.commands.reward import work

    at_desk(work.agree, name, sponsor, json=json)


@app.command(epilog="Example: hansa reward publish 'A mug'")
def publish(name: Named, *, json: Json = False) -> None:
    """Let a draft be had from now on; its stock is put in."""
    from hansa.commands.reward import work

    at_desk(work.publish, name, json=json)


@app.command(epilog="Example: hansa reward pause 'A mug'")
def pause(name: Named, *, json: Json = False) -> None:
    """Let nobody have it for now."""
    from hansa.commands.reward import work

    at_desk(work.step, name, "pause", json=json)


@app.command(epilog="Example: hansa reward resume 'A mug'")
def resume(name: Named, *, json: Json = False) -> None:
    """Go on under the same terms."""
    from hansa.commands.reward import work

    at_desk(work.step, name, "resume", json=json)


@app.command(epilog="Example: hansa reward end 'A mug'")
def end(name: Named, *, json: Json = False) -> None:
    """Let nobody have it any more."""
    from hansa.commands.reward import work

    at_desk(work.step, name, "end", json=json)


@app.command(epilog="Example: hansa reward stock 'A mug' --add 200")
def stock(
    name: Named,
    add: Annotated[int | None, typer.Option(help="Pieces to add; less than none takes out what is left.")] = None,
    *,
    json: Json = False,
) -> None:
    """Show how many pieces of a reward are left, or add some."""
    from hansa.commands.reward import work

    at_desk(work.stock, name, add, json=json)


@app.command(epilog="Example: hansa reward draw 'The harvest'")
def draw(
    name: Named,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Only draw again what was drawn, and say if it holds.")
    ] = False,
    json: Json = False,
) -> None:
    """Draw a sweepstake once its moment has passed, hand its prizes over, and prove the draw from what is published."""
    from hansa.commands.reward import work

    at_desk(work.draw, name, check=check, json=json)


@app.command(epilog="Example: hansa reward waiting --partner olla")
def waiting(
    partner: Annotated[str | None, typer.Option(help="Only what this partner gives, or whose reward it is.")] = None,
    *,
    json: Json = False,
) -> None:
    """List redeemed rewards that are still to be handed over, the oldest first."""
    from hansa.commands.reward import handing

    at_desk(handing.waiting, partner, json=json)


@app.command("hand-over", epilog="Example: hansa reward hand-over 019b… --state DONE --note 'Parcel 7'")
def hand_over(
    redemption: Annotated[str, typer.Argument(help="The redemption's id, as `hansa reward waiting` shows it.")],
    state: Annotated[str, typer.Option(help="READY, DONE, or back to TO_DO.")] = "DONE",
    note: Annotated[str | None, typer.Option(help="Such as the number of a parcel.")] = None,
    *,
    json: Json = False,
) -> None:
    """Note that a redeemed reward is ready, or that the member has it."""
    from hansa.commands.reward import handing

    at_desk(handing.hand_over, redemption, state, note, json=json)


@app.command(epilog="Example: hansa reward giving --charity 'The forest'")
def giving(
    charity: Annotated[str | None, typer.Option(help="Only this charity; all by default.")] = None,
    *,
    json: Json = False,
) -> None:
    """Show what came together for charities, and what partners added to it."""
    from hansa.commands.reward import work

    at_desk(work.giving, charity, json=json)
