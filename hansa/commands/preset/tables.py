"""Presets for the eye: what there is, what one says, and what was made of it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from hansa.presets.loading import Loaded
from hansa.recipes.drawing import Recipe
from hansa.recipes.parts import Part

TOLD = ("about", "left_out", "assumed")
LISTED = 8
"""So many names stand on a line; more are counted."""


def facts(recipe: Recipe) -> dict[str, Any]:
    """What a file says of itself."""
    texts = {name: " ".join(recipe.parts[name].text().split()) for name in TOLD if name in recipe.parts}
    return {
        "programme": recipe.programme,
        "source": recipe.source,
        "as_of": recipe.as_of,
        "confidence": recipe.confidence,
        "currency": recipe.currency,
        "partners": list(recipe.partners),
        **texts,
    }


def presets_table(found: Mapping[str, Recipe]) -> Table:
    """Programmes, each on a line."""
    table = _table("Programmes", "name", "programme", "as of", "sure", "partners", "campaigns")
    for name, one in found.items():
        campaigns = len(one.parts["campaigns"].named())
        row = (name, one.programme, f"{one.as_of or ''}", one.confidence, f"{len(one.partners)}", f"{campaigns}")
        table.add_row(*row)
    return table


def preset_part(recipe: Recipe, counts: Mapping[str, int]) -> Table:
    """One programme, part by part."""
    table = _table(recipe.programme, "", "")
    table.show_header = False
    for what, words in facts(recipe).items():
        if words and what != "programme":
            table.add_row(what.replace("_", " "), ", ".join(words) if isinstance(words, list) else str(words))
    for what, count in counts.items():
        if count:
            table.add_row(what, f"{count}")
    for key, campaign in recipe.parts["campaigns"].named().items():
        table.add_row(f"campaign: {key}", _name(campaign))
    return table


def loaded_parts(done: Loaded) -> tuple[Table, Table]:
    """What was made, and the clients that may ask."""
    made = _table(f"{done.recipe.programme}, in a sandbox of its own", "what", "whose", "names", "")
    for (what, whose), several in groupby(done.made, key=lambda one: (one.what, one.whose)):
        each = list(several)
        names = ", ".join(one.name for one in each[:LISTED])
        more = f", and {len(each) - LISTED} more" if len(each) > LISTED else ""
        new = sum(one.new for one in each)
        state = Text("made", style="green") if new == len(each) else Text(f"{new} made, the rest was there")
        made.add_row(what, whose, names + more, state if new else Text("was there", style="dim"))
    clients = _table("Clients of the API (a secret is shown this once)", "whose", "client id", "secret")
    for one in done.clients:
        secret = one.secret or Text(f"shown when it was made; hansa client rotate {one.client_id}", style="dim")
        clients.add_row(one.whose or "the coalition", one.client_id, secret)
    return made, clients


def _name(campaign: Part) -> str:
    return campaign.named()["name"].text()


def _table(title: str, *headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
