"""Reading surveys: an owner's versions, and what is live for whoever answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import asyncpg
import orjson
from sqlalchemy import ColumnElement, tuple_
from sqlmodel import col, select

from domain.ids import PartnerId
from domain.paging import Page, PageRequest
from domain.storage import ReadSession, Sight, concerning, sight_of
from domain.surveys.errors import SurveyNotFound
from domain.surveys.models import SurveyRow
from domain.surveys.terms import Survey, SurveyId, SurveyState, SurveyTerms

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Key: TypeAlias = tuple[SurveyId, int | None]
"""A survey, and a version of it; None: the one that is live."""

_LIVE = "SELECT * FROM surveys_live()"
_RECORDED = "SELECT * FROM surveys_recorded($1::uuid[], $2::int[])"


async def survey_by_id(session: ReadSession, survey_id: SurveyId) -> Survey:
    """The latest version of a survey that the viewer may see. Raises: SurveyNotFound."""
    versions = await versions_of(session, survey_id)
    if not versions:
        raise SurveyNotFound
    return versions[-1]


async def versions_of(session: ReadSession, survey_id: SurveyId) -> list[Survey]:
    """All versions of a survey that the viewer may see, in order."""
    found = select(SurveyRow).where(col(SurveyRow.survey_id) == survey_id, _owned(sight_of(session)))
    return [survey_of(row) for row in await session.scalars(found.order_by(col(SurveyRow.version)))]


async def survey_by_name(session: ReadSession, owner: PartnerId | None, name: str) -> Survey:
    """The latest version of an owner's survey of a name, whatever its state. Raises: SurveyNotFound."""
    found = select(SurveyRow).where(
        col(SurveyRow.partner_id).is_not_distinct_from(owner), col(SurveyRow.name) == name, _owned(sight_of(session))
    )
    latest = found.order_by(col(SurveyRow.survey_id).desc(), col(SurveyRow.version).desc()).limit(1)
    row = (await session.scalars(latest)).one_or_none()
    if row is None:
        raise SurveyNotFound
    return survey_of(row)


async def surveys_of(
    session: ReadSession, owner: PartnerId | None, request: PageRequest, *, states: Collection[SurveyState] = ()
) -> Page[Survey]:
    """The versions of an owner's surveys, the latest first; the coalition (None) reads everybody's."""
    key = (col(SurveyRow.survey_id), col(SurveyRow.version))
    found = select(SurveyRow).where(_owned(sight_of(session))).order_by(*(part.desc() for part in key))
    if owner is not None:
        found = found.where(col(SurveyRow.partner_id) == owner)
    if states:
        found = found.where(col(SurveyRow.state).in_(states))
    if request.after is not None:
        found = found.where(tuple_(*key) < request.after)
    rows = await session.scalars(found.limit(request.first + 1))
    return Page.of([survey_of(row) for row in rows], request, lambda survey: survey.key)


async def surveys_live(pool: Pool) -> list[Survey]:
    """All surveys that are live: what members may be asked."""
    return [_from_record(row) for row in await pool.fetch(_LIVE)]


async def surveys_recorded(pool: Pool, keys: Sequence[Key]) -> dict[Key, Survey]:
    """Versions of surveys that have been live, for whoever holds their ids; without a version, the one that is live."""
    asked = list(dict.fromkeys(keys))
    rows = await pool.fetch(_RECORDED, [key[0] for key in asked], [key[1] for key in asked])
    found = [_from_record(row) for row in rows]
    by_key: dict[Key, Survey] = {survey.key: survey for survey in found}
    live = {survey.survey_id: survey for survey in found if survey.state is SurveyState.LIVE}
    named = {key: by_key.get(key) if key[1] is not None else live.get(key[0]) for key in asked}
    return {key: survey for key, survey in named.items() if survey is not None}


def survey_of(row: SurveyRow) -> Survey:
    """A row as the rules know it."""
    return _survey(row.model_dump(), row.terms)


def _owned(sight: Sight) -> ColumnElement[bool]:
    return concerning(sight, col(SurveyRow.partner_id))


def _from_record(record: asyncpg.Record) -> Survey:
    return _survey(dict(record), orjson.loads(record["terms"]))


def _survey(stored: Mapping[str, Any], terms: Mapping[str, Any]) -> Survey:
    created: datetime = stored["created_at"]
    return Survey(
        survey_id=stored["survey_id"],
        version=stored["version"],
        partner_id=stored["partner_id"],
        state=SurveyState(stored["state"]),
        terms=SurveyTerms.from_json(terms),
        created_at=created,
        live_from=stored["live_from"],
        live_until=stored["live_until"],
    )
