"""What the commands about activities do: a question at the desk, then a table or JSON."""

from __future__ import annotations

from domain.activities import queries, reporting
from domain.activities.errors import ActivityNotFound
from domain.activities.terms import Activity
from hansa import reporting as pages
from hansa.commands.activity import tables
from hansa.commands.desk import Desk
from hansa.commands.settle.tables import show


async def list_activities(desk: Desk, *, json: bool) -> None:
    """All activities, each in its latest version."""
    found = await _latest(desk)
    if json:
        return pages.as_json([tables.plain(desk, one) for one in found])
    if not found:
        return pages.say("There are no activities yet; a partner draws one up over the API.")
    return show(tables.activities_table(desk, found))


async def show_activity(desk: Desk, name: str, *, json: bool) -> None:
    """One activity, part by part."""
    activity = await _named(desk, name)
    if json:
        return pages.as_json(tables.plain(desk, activity))
    return show(tables.activity_part(desk, activity))


async def report(desk: Desk, name: str, *, json: bool) -> None:
    """How it went."""
    activity = await _named(desk, name)
    told = await desk.ctx.read(reporting.report, None, activity.activity_id, now=desk.ctx.now)
    if json:
        return pages.as_json(tables.plain_report(desk, told))
    return show(tables.numbers_table(desk, told), tables.shares_table(desk, told))


async def _named(desk: Desk, name: str) -> Activity:
    """The latest activity of that name. Raises: ActivityNotFound."""
    found = [one for one in await _latest(desk) if one.terms.name == name]
    if not found:
        raise ActivityNotFound
    return found[0]


async def _latest(desk: Desk) -> list[Activity]:
    versions = await desk.whole(queries.activities_page)
    return list({one.activity_id: one for one in reversed(versions)}.values())[::-1]
