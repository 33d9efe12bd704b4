"""A course's life, and who reads it: its owner all of it, members without the right options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import asyncpg
import orjson
from sqlalchemy import case, func
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select

from domain.ids import PartnerId, new_id
from domain.paging import Page, PageRequest
from domain.selling.course_terms import Course, CourseId, CourseState, CourseTerms
from domain.selling.errors import CourseNotFound, CourseStateConflict
from domain.selling.models import CourseCertificate, CourseRow, QuizAttempt
from domain.storage import ReadSession, WriteSession, concerning, sight_of
from domain.versions import Life

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_LIVE = "SELECT * FROM courses_live($1)"
_AS_ASKED = "SELECT * FROM course_as_asked($1, $2)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How a course went, in numbers."""

    members: int
    """Who have answered its quiz at least once."""
    attempts: int
    passed: int
    """Attempts that passed."""
    certificates: int
    """That count now."""


NOT_TAKEN = Taken(members=0, attempts=0, passed=0, certificates=0)


def course_of(row: CourseRow) -> Course:
    """A row as the rules know it."""
    return Course(
        course_id=CourseId(row.course_id),
        version=row.version,
        partner_id=PartnerId(row.partner_id),
        state=CourseState(row.state),
        terms=CourseTerms.from_json(row.terms),
        created_at=row.created_at,
        live_from=row.live_from,
        live_until=row.live_until,
    )


async def versions_of(session: ReadSession, course_id: CourseId) -> list[Course]:
    """All versions of a course of the viewer's, the oldest first."""
    row = CourseRow
    found = select(row).where(col(row.course_id) == course_id, concerning(sight_of(session), col(row.partner_id)))
    ordered = found.order_by(col(row.version)).execution_options(populate_existing=True)
    return [course_of(one) for one in await session.scalars(ordered)]


LIFE: Life[Course] = Life(
    row=CourseRow,
    key="course_id",
    read=course_of,
    versions_of=versions_of,
    missing=CourseNotFound,
    conflict=CourseStateConflict,
)


async def draw_up(
    session: WriteSession,
    partner_id: PartnerId,
    terms: CourseTerms,
    *,
    course_id: CourseId | None = None,
    now: datetime,
) -> Course:
    """Write a course down, or the next version of one; a draft that is there is written anew.

    Raises: InvalidCourse, CourseNotFound, CourseStateConflict.
    """
    if course_id is None:
        return await LIFE.write(session, partner_id, new_id(), _columns(terms), now=now)
    latest = await LIFE.changeable(session, partner_id, course_id)
    return await LIFE.rewrite(session, course_id, latest, _columns(terms), now=now)


async def publish(session: WriteSession, partner_id: PartnerId, course_id: CourseId, *, now: datetime) -> Course:
    """Let members take the draft; what was live is followed by it. Raises: CourseNotFound, CourseStateConflict."""
    draft = await LIFE.drafted(session, partner_id, course_id)
    return await LIFE.publish(session, course_id, draft, now=now)


async def pause(session: WriteSession, partner_id: PartnerId, course_id: CourseId, *, now: datetime) -> Course:
    """Let nobody start its quiz for now. Raises: CourseNotFound, CourseStateConflict."""
    return await LIFE.pause(session, partner_id, course_id, now=now)


async def resume(session: WriteSession, partner_id: PartnerId, course_id: CourseId, *, now: datetime) -> Course:
    """Go on under the same terms, as the next version. Raises: CourseNotFound, CourseStateConflict."""
    paused = await LIFE.paused(session, partner_id, course_id)
    return await LIFE.resume(session, course_id, paused, _columns(paused.terms), now=now)


async def end(session: WriteSession, partner_id: PartnerId, course_id: CourseId, *, now: datetime) -> Course:
    """Let nobody take it any more. Raises: CourseNotFound, CourseStateConflict."""
    return await LIFE.end(session, partner_id, course_id, now=now)


async def courses_live(pool: Pool, course_id: CourseId | None = None) -> list[Course]:
    """What members can take now, the newest first; for the server, with the right options."""
    return [course_of(_row(row)) for row in await pool.fetch(_LIVE, course_id)]


async def course_live(pool: Pool, course_id: CourseId) -> Course:
    """A course that members can take now. Raises: CourseNotFound."""
    found = await courses_live(pool, course_id)
    if not found:
        raise CourseNotFound
    return found[0]


async def course_as_asked(pool: Pool, course_id: CourseId, version: int) -> Course:
    """The version that an attempt goes by. Raises: CourseNotFound."""
    row = await pool.fetchrow(_AS_ASKED, course_id, version)
    if row is None:
        raise CourseNotFound
    return course_of(_row(row))


async def course_by_id(session: ReadSession, course_id: CourseId) -> Course:
    """The newest version of a course of the viewer's. Raises: CourseNotFound."""
    versions = await versions_of(session, course_id)
    if not versions:
        raise CourseNotFound
    return versions[-1]


async def courses_page(session: ReadSession, request: PageRequest) -> Page[Course]:
    """The viewer's courses as they stand, the newest first."""
    row = CourseRow
    newest = (
        select(row)
        .ext(distinct_on(col(row.course_id)))
        .where(concerning(sight_of(session), col(row.partner_id)))
        .order_by(col(row.course_id).desc(), col(row.version).desc())
    )
    if request.after is not None:
        newest = newest.where(col(row.course_id) < request.after[0])
    rows = await session.scalars(newest.limit(request.first + 1))
    return Page.of([course_of(one) for one in rows], request, lambda one: (one.course_id,))


async def taken_by_ids(session: ReadSession, course_ids: Sequence[CourseId]) -> list[Taken]:
    """How courses of the viewer's went, in their order."""
    row, held = QuizAttempt, CourseCertificate
    seen = concerning(sight_of(session), col(row.partner_id))
    counted = (
        select(
            col(row.course_id),
            func.count(func.distinct(col(row.member_id))),
            func.count(),
            func.count(case((col(row.passed).is_(True), 1))),
        )
        .where(col(row.course_id).in_(course_ids), col(row.answered_at).is_not(None), seen)
        .group_by(col(row.course_id))
    )
    certificates = (
        select(col(held.course_id), func.count(func.distinct(col(held.member_id))))
        .where(
            col(held.course_id).in_(course_ids),
            col(held.valid_until).is_(None) | (col(held.valid_until) > func.coalition_time()),
            concerning(sight_of(session), col(held.partner_id)),
        )
        .group_by(col(held.course_id))
    )
    standing = {one[0]: int(one[1]) for one in await session.execute(certificates)}
    found = {
        one[0]: Taken(members=one[1], attempts=one[2], passed=one[3], certificates=standing.get(one[0], 0))
        for one in await session.execute(counted)
    }
    return [found.get(one, NOT_TAKEN) for one in course_ids]


def _columns(terms: CourseTerms) -> dict[str, Any]:
    return {"name": terms.name, "terms": terms.to_json(), "fingerprint": terms.fingerprint()}


def _row(found: asyncpg.Record) -> CourseRow:
    return CourseRow(**{**dict(found), "terms": orjson.loads(found["terms"])})
