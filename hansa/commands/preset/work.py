"""What the commands about presets do: files read, or a coalition made of one, then a table or JSON."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from domain.storage import opened
from hansa import reporting
from hansa.commands.preset import tables
from hansa.commands.settle.tables import show
from hansa.embedding import with_database
from hansa.presets import finding
from hansa.presets.loading import Loaded, read_whole
from hansa.presets.loading import load as make
from hansa.serving import prepare
from hansa.settings import Settings
from hansa.settings import load as settings_of
from partners.keys import derive


def list_presets(*, json: bool) -> None:
    """The programmes that come with Hansa."""
    found = {name: finding.find(name) for name in finding.names()}
    if json:
        return reporting.as_json([{"name": name, **tables.facts(one)} for name, one in found.items()])
    return show(tables.presets_table(found))


def show_preset(name: str, *, json: bool) -> None:
    """One programme: its facts, and how many there are of each of its parts."""
    recipe = finding.find(name)
    counts = read_whole(recipe)
    if json:
        return reporting.as_json(tables.facts(recipe) | {"parts": counts})
    return show(tables.preset_part(recipe, counts))


def check_preset(name: str, *, json: bool) -> None:
    """A file, read to the end."""
    counts = read_whole(finding.find(name))
    if json:
        return reporting.as_json(counts)
    told = ", ".join(f"{what}: {count}" for what, count in counts.items() if count)
    return reporting.say(f"{name} can be loaded ({told}).")


def load_preset(name: str, *, json: bool) -> None:
    """A coalition made of a programme, in the database that the settings name."""
    recipe, settings = finding.find(name), settings_of()
    keys = derive(settings.key())

    async def loaded(served: Settings) -> Loaded:
        await prepare(served)
        async with opened(served.database_url or "", connections=2) as database:
            return await make(database, recipe, keys=keys)

    with with_database(settings) as served:
        done = asyncio.run(loaded(served))
    if json:
        made, clients = [[asdict(one) for one in several] for several in (done.made, done.clients)]
        return reporting.as_json({"programme": recipe.programme, "made": made, "clients": clients})
    return show(*tables.loaded_parts(done))
