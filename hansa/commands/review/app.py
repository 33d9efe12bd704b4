"""`hansa review`: what members say of products, judged at the coalition's desk."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.commands.errands import at_desk

app = typer.Typer(name="review", no_args_is_help=True, help="What members say of products, and who lets it be read.")

Which = Annotated[str, typer.Argument(help="The review's or comment's id, as `hansa review list` shows it.")]
Why = Annotated[str, typer.Option("--reason", help="OFF_TOPIC, PERSONAL_DATA, INSULT, ADVERTISING, FAKE or OTHER.")]
Said = Annotated[str | None, typer.Option("--words", help="For the author; needed for OTHER.")]
Whose = Annotated[str | None, typer.Option("--partner", help="The partner's short name; without, the coalition.")]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@app.command("list", epilog="Example: hansa review list --state PUBLISHED")
def list_reviews(
    state: Annotated[
        str | None, typer.Option(help="Only those that stand so; else what waits or was reported.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """List reviews and comments that wait, the oldest first, with how long they have."""
    from hansa.commands.review import work

    at_desk(work.list_reviews, state, json=json)


@app.command(epilog="Example: hansa review show 0199…")
def show(review: Which, *, json: Json = False) -> None:
    """Show a review with all its versions."""
    from hansa.commands.review import work

    at_desk(work.show_review, review, json=json)


@app.command(epilog="Example: hansa review publish 0199…")
def publish(review: Which, *, json: Json = False) -> None:
    """Let everybody read it."""
    from hansa.commands.review import work

    at_desk(work.decide, review, "PUBLISH", None, None, json=json)


@app.command(epilog="Example: hansa review refuse 0199… --reason OFF_TOPIC")
def refuse(review: Which, reason: Why, words: Said = None, *, json: Json = False) -> None:
    """Do not publish what waits; few stars are no reason."""
    from hansa.commands.review import work

    at_desk(work.decide, review, "REFUSE", reason, words, json=json)


@app.command("take-down", epilog="Example: hansa review take-down 0199… --reason FAKE")
def take_down(review: Which, reason: Why, words: Said = None, *, json: Json = False) -> None:
    """Show it no more; what a FAKE earned is taken back."""
    from hansa.commands.review import work

    at_desk(work.decide, review, "TAKE_DOWN", reason, words, json=json)


@app.command(epilog="Example: hansa review product 4750000000017")
def product(gtin: Annotated[str, typer.Argument(help="The number in the bar code.")], *, json: Json = False) -> None:
    """Show how a product is judged: average, distribution, how many bought it, and the newest reviews."""
    from hansa.commands.review import work

    at_desk(work.show_product, gtin, json=json)


@app.command(epilog="Example: hansa review policy policy.yaml --partner maker")
def policy(
    file: Annotated[Path | None, typer.Argument(help="YAML as in docs/reviews.md; without, all policies.")] = None,
    partner: Whose = None,
    *,
    json: Json = False,
) -> None:
    """Set how reviews are taken from now on, or show how they are."""
    from hansa.commands.review import work

    at_desk(work.policy, file, partner, json=json)


@app.command(epilog="Example: hansa review refusals")
def refusals(*, json: Json = False) -> None:
    """Count what was refused or taken down, by moderator, stars and reason."""
    from hansa.commands.review import work

    at_desk(work.refusals, json=json)


@app.command(epilog="Example: hansa review run")
def run(*, json: Json = False) -> None:
    """Do what is due for reviews and trials, as the worker does."""
    from hansa.commands.review import work

    at_desk(work.run, json=json)
