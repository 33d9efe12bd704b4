"""Reading cases: one's worklist, what was said, and how fast it was answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, text, true
from sqlmodel import and_, col, or_, select

from domain.paging import Page, PageRequest
from domain.service.case_models import CaseKind, CaseMessage, CaseState, CaseStep, CaseTurn, ServiceCase
from domain.service.errors import CaseNotFound
from domain.service.sealing import Words, key_of, unseal
from domain.storage import COALITION, ReadSession, Sight, sight_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases."""

    states: Collection[CaseState] | None = None
    kinds: Collection[CaseKind] | None = None
    handled_by: tuple[UUID | None] | None = None
    """Those that one partner, or the coalition (None), has to answer; None: all that the viewer sees."""
    late_at: datetime | None = None
    """Those whose handler is late then."""


@dataclass(frozen=True, slots=True)
class Told:
    """A step of a case with its words; None where there are none, or they are forgotten."""

    step: CaseMessage
    said: Words | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseFigures:
    """How fast cases were answered that came in a month, about one article; times in working seconds."""

    month: str
    article: str | None
    cases: int
    """Turns: a case that was handed over counts for each who had it."""
    answered: int
    answer_median: int | None
    answer_ninetieth: int | None
    answered_in_time: int
    resolved: int
    resolve_median: int | None
    resolve_ninetieth: int | None
    resolved_in_time: int


_FIGURES = text("""
    SELECT to_char(t.began_at AT TIME ZONE :zone, 'YYYY-MM') AS month, c.article, count(*) AS cases,
        count(t.answered_at) AS answered,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY t.answered_in) AS answer_median,
        percentile_disc(0.9) WITHIN GROUP (ORDER BY t.answered_in) AS answer_ninetieth,
        count(*) FILTER (WHERE t.answered_at <= t.answer_due_at) AS answered_in_time,
        count(t.resolved_at) AS resolved,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY t.resolved_in) AS resolve_median,
        percentile_disc(0.9) WITHIN GROUP (ORDER BY t.resolved_in) AS resolve_ninetieth,
        count(*) FILTER (WHERE t.resolved_in <= (t.hours ->> 'resolve_minutes')::bigint * 60) AS resolved_in_time
    FROM case_turn t JOIN service_case c ON c.case_id = t.case_id
    WHERE t.handler_id IS NOT DISTINCT FROM CAST(:handler AS uuid) AND t.began_at >= :since AND t.began_at < :until
        AND (CAST(:viewer AS uuid) IS NULL OR CAST(:viewer AS uuid) = ANY (c.parties))
    GROUP BY 1, 2 ORDER BY 1, 2 NULLS FIRST
""")


async def case_by_id(session: ReadSession, case_id: UUID) -> ServiceCase:
    """A case that the viewer takes part in. Raises: CaseNotFound."""
    row = (
        await session.scalars(
            select(ServiceCase)
            .where(col(ServiceCase.case_id) == case_id, _seen(sight_of(session)))
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    if row is None:
        raise CaseNotFound
    return row


async def cases_page(session: ReadSession, wanted: Wanted, request: PageRequest) -> Page[ServiceCase]:
    """Cases that the viewer takes part in, the newest first."""
    statement = select(ServiceCase).where(_seen(sight_of(session)))
    if wanted.states:
        statement = statement.where(col(ServiceCase.state).in_(wanted.states))
    if wanted.kinds:
        statement = statement.where(col(ServiceCase.kind).in_(wanted.kinds))
    if wanted.handled_by is not None:
        statement = statement.where(col(ServiceCase.handler_id).is_not_distinct_from(wanted.handled_by[0]))
    if wanted.late_at is not None:
        statement = statement.where(_late(wanted.late_at))
    if request.after is not None:
        statement = statement.where(col(ServiceCase.case_id) < request.after[0])
    rows = await session.scalars(statement.order_by(col(ServiceCase.case_id).desc()).limit(request.first + 1))
    return Page.of(list(rows), request, lambda one: (one.case_id,))


async def told_in(session: ReadSession, case: ServiceCase, *, master: bytes) -> list[Told]:
    """What was said and done in a case, in order; notes of one's own house alone."""
    sight = sight_of(session)
    whose = col(CaseMessage.by_partner_id)
    notes = whose.is_(None) if sight == COALITION else whose == sight.partner_id
    rows = await session.scalars(
        select(CaseMessage)
        .where(col(CaseMessage.case_id) == case.case_id, or_(col(CaseMessage.kind) != CaseStep.NOTE, notes))
        .order_by(col(CaseMessage.number))
    )
    key = await key_of(session, case, master)
    return [Told(row, _said(row, key)) for row in rows]


async def turn_of(session: ReadSession, case: ServiceCase) -> CaseTurn:
    """Whose turn it is in a case, or was last."""
    wanted = select(CaseTurn).where(col(CaseTurn.case_id) == case.case_id, col(CaseTurn.number) == case.turns)
    return (await session.scalars(wanted)).one()


async def cases_by_ids(session: ReadSession, case_ids: Sequence[UUID]) -> list[ServiceCase | None]:
    """Cases in the order asked for; None for those the viewer takes no part in."""
    rows = await session.scalars(
        select(ServiceCase).where(col(ServiceCase.case_id).in_(case_ids), _seen(sight_of(session)))
    )
    found = {row.case_id: row for row in rows}
    return [found.get(one) for one in case_ids]


async def response_figures(
    session: ReadSession, handler_id: UUID | None, *, since: datetime, until: datetime, zone: str
) -> list[ResponseFigures]:
    """How fast somebody answered the turns that began in a span, by month and article; nearest-rank percentiles."""
    sight = sight_of(session)
    if sight != COALITION and sight.partner_id is None:
        return []
    asked: dict[str, Any] = {"handler": handler_id, "since": since, "until": until, "zone": zone}
    rows = (await session.execute(_FIGURES, {**asked, "viewer": sight.partner_id})).mappings()
    return [ResponseFigures(**row) for row in rows]


def is_late(turn: CaseTurn, at: datetime) -> bool:
    """Whether a handler is late then: with its answer, or with the end."""
    if turn.ended_at is not None:
        return False
    unanswered = turn.answered_at is None and turn.answer_due_at <= at
    return unanswered or (turn.waiting_since is None and turn.resolve_due_at <= at)


def _late(at: datetime) -> ColumnElement[bool]:
    unanswered = and_(col(CaseTurn.answered_at).is_(None), col(CaseTurn.answer_due_at) <= at)
    unresolved = and_(col(CaseTurn.waiting_since).is_(None), col(CaseTurn.resolve_due_at) <= at)
    return exists().where(
        col(CaseTurn.case_id) == col(ServiceCase.case_id),
        col(CaseTurn.ended_at).is_(None),
        or_(unanswered, unresolved),
    )


def _seen(sight: Sight) -> ColumnElement[bool]:
    """The cases that the viewer takes part in: the queries' own wall."""
    if sight == COALITION:
        return true()
    kind, _, named = sight.value.partition(":")
    if kind == "member":
        return col(ServiceCase.member_id) == UUID(named)
    return col(ServiceCase.parties).contains([UUID(named)]) if kind == "partner" else false()


def _said(row: CaseMessage, key: bytes | None) -> Words | None:
    return None if row.sealed is None or key is None else unseal(key, row.sealed, row.case_id)
