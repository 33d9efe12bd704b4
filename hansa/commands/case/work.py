"""What the commands about cases do: a step or a question at the desk, then a table or JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from domain.errors import InvalidValue
from domain.paging import Page, PageRequest
from domain.service import case_queries, routing
from domain.service.case_models import CaseAnswerer, CaseKind, CaseState, ServiceCase
from domain.service.case_queries import Wanted
from domain.storage import ReadSession
from hansa import reporting
from hansa.attending import attend_now
from hansa.commands.case import tables
from hansa.commands.desk import Desk
from hansa.commands.meaning import part_of
from hansa.commands.settle.tables import show
from hansa.recipes.hours import hours_of

OPEN = (CaseState.OPEN, CaseState.WAITING, CaseState.ANSWERED)


async def list_cases(desk: Desk, slug: str | None, *, overdue: bool, json: bool) -> None:
    """Cases that are not closed."""
    wanted = Wanted(
        states=OPEN,
        handled_by=None if slug is None else (desk.partner(slug),),
        late_at=desk.ctx.now if overdue else None,
    )

    async def page(session: ReadSession, request: PageRequest) -> Page[ServiceCase]:
        return await case_queries.cases_page(session, wanted, request)

    found = [(case, await desk.ctx.read(case_queries.turn_of, case)) for case in await desk.whole(page)]
    if json:
        return reporting.as_json([tables.plain(desk, case, turn, desk.ctx.now) for case, turn in found])
    if not found:
        return reporting.say("No case is open.")
    return show(tables.cases_table(desk, found, desk.ctx.now))


async def responses(desk: Desk, slug: str | None, days: int, *, json: bool) -> None:
    """How fast a house answers."""
    whose = None if slug is None else desk.partner(slug)
    since, zone = desk.ctx.now - timedelta(days=days), desk.coalition.time_zone
    found = await desk.ctx.read(case_queries.response_figures, whose, since=since, until=desk.ctx.now, zone=zone)
    if json:
        return reporting.as_json([asdict(one) for one in found])
    if not found:
        return reporting.say("No case came in this time.")
    return show(tables.responses_table(found))


async def hours(desk: Desk, file: Path | None, slug: str | None, *, json: bool) -> None:
    """Show or set when a house works."""
    whose = None if slug is None else desk.partner(slug)
    if file is None:
        found = await desk.ctx.read(routing.hours_of, whose, at=desk.ctx.now)
    else:
        said = hours_of(part_of(file), desk.coalition.time_zone)
        found = await desk.ctx.write(routing.keep_hours, whose, said, now=desk.ctx.now)
    if json:
        return reporting.as_json(found.to_json())
    return show(tables.hours_table(desk, whose, found))


async def route(desk: Desk, kind: str, answers: str, slug: str | None, *, json: bool) -> None:
    """Say who answers."""
    try:
        said = CaseKind(kind.upper()), CaseAnswerer(answers.upper())
    except ValueError:
        known = f"{', '.join(CaseKind)}; {', '.join(CaseAnswerer)}"
        raise InvalidValue(f"say a kind and who answers: {known}", path=("kind",)) from None
    whose = None if slug is None else desk.partner(slug)
    row = await desk.ctx.write(routing.route, whose, *said, now=desk.ctx.now)
    if json:
        return reporting.as_json({"partner": slug, "kind": row.kind, "answers": row.answers})
    about = "all that have no rule of their own" if slug is None else f"the products of {tables.house(desk, whose)}"
    return reporting.say(f"{row.kind.capitalize()} cases about {about} go to the {row.answers.lower()}.")


async def run(desk: Desk, *, json: bool) -> None:
    """One turn of the worker."""
    done = asdict(await attend_now(desk.ctx.database, keys=desk.ctx.keys, now=desk.ctx.now))
    total: dict[str, int] = {**done.pop("worked"), **done}
    if json:
        return reporting.as_json(total)
    told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in total.items() if count)
    return reporting.say(f"{told}." if told else "Nothing is due.")
