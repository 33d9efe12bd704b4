"""What the commands about courses do: a step or a question at the desk, then a table or JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

from domain.ids import PartnerId
from domain.selling import courses
from domain.selling.course_terms import Course, CourseTerms
from domain.selling.courses import Taken
from domain.selling.errors import CourseNotFound
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.meaning import part_of, reading_at
from hansa.commands.settle.tables import show
from hansa.recipes.sections import SECTIONS


async def list_courses(desk: Desk, *, json: bool) -> None:
    """All courses."""
    await _say(desk, await desk.whole(courses.courses_page), json=json)


async def draw_up(desk: Desk, file: Path, slug: str, *, json: bool) -> None:
    """A course out of a file: a new one, or the next version of the one that is called so."""
    owner = desk.partner(slug)
    terms: CourseTerms = SECTIONS["courses"](reading_at(desk), file.name, part_of(file))
    known = await _called(desk, owner, terms.name)
    course_id = known[0].course_id if known else None
    done = await desk.ctx.write(courses.draw_up, owner, terms, course_id=course_id, now=desk.ctx.now)
    await _say(desk, [done], json=json)


async def publish(desk: Desk, name: str, slug: str, *, json: bool) -> None:
    """Put its draft live."""
    await _step(desk, courses.publish, name, slug, json=json)


async def end(desk: Desk, name: str, slug: str, *, json: bool) -> None:
    """Let nobody take it any more."""
    await _step(desk, courses.end, name, slug, json=json)


async def _step(desk: Desk, step: Callable[..., Awaitable[Course]], name: str, slug: str, *, json: bool) -> None:
    owner = desk.partner(slug)
    known = await _called(desk, owner, name)
    if not known:
        raise CourseNotFound
    await _say(desk, [await desk.ctx.write(step, owner, known[0].course_id, now=desk.ctx.now)], json=json)


async def _called(desk: Desk, owner: PartnerId, name: str) -> list[Course]:
    """Those of that name that are not over, then those that are."""
    found = await desk.whole(courses.courses_page)
    named = [one for one in found if (one.partner_id, one.terms.name) == (owner, name)]
    return sorted(named, key=lambda one: one.state == "ENDED")


async def _say(desk: Desk, found: Sequence[Course], *, json: bool) -> None:
    taken = await desk.ctx.read(courses.taken_by_ids, [one.course_id for one in found])
    told = list(zip(found, taken, strict=True))
    if json:
        return reporting.as_json([_plain(desk, *one) for one in told])
    if not found:
        return reporting.say("There are no courses yet: hansa course draw-up FILE --partner NAME")
    table = Table(title="Courses", box=box.SIMPLE_HEAD, title_justify="left")
    for column in (
        "name",
        "whose",
        "state",
        "version",
        "asks",
        "passing",
        "members",
        "attempts",
        "passed",
        "certified",
    ):
        right = column in {"version", "members", "attempts", "passed", "certified"}
        table.add_column(column, justify="right" if right else "left")
    for course, one in told:
        terms = course.terms
        numbers = (one.members, one.attempts, one.passed, one.certificates)
        table.add_row(
            terms.name,
            desk.partners[course.partner_id].name,
            course.state.lower(),
            str(course.version),
            f"{terms.ask} of {len(terms.questions)}",
            str(terms.passing),
            *(f"{number:,}" for number in numbers),
        )
    return show(table)


def _plain(desk: Desk, course: Course, taken: Taken) -> dict[str, Any]:
    return {
        "id": str(course.course_id),
        "version": course.version,
        "partner": desk.partners[course.partner_id].slug,
        "state": course.state,
        "name": course.terms.name,
        **asdict(taken),
    }
