"""A survey's life: written, published, paused, ended. What was live stays as it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import col, select, update

from domain.coalition.models import Outlet, Partner
from domain.errors import Conflict
from domain.ids import PartnerId, new_id
from domain.storage import ReadSession, WriteSession
from domain.surveys.errors import InvalidSurvey, SurveyNameTaken, SurveyNotFound, SurveyStateConflict
from domain.surveys.models import SurveyPolicy, SurveyRow
from domain.surveys.queries import survey_of, versions_of
from domain.surveys.terms import Survey, SurveyId, SurveyTerms
from domain.versions import Life

LIFE: Life[Survey] = Life(
    row=SurveyRow,
    key="survey_id",
    read=survey_of,
    versions_of=versions_of,
    missing=SurveyNotFound,
    conflict=SurveyStateConflict,
    taken=lambda law: SurveyNameTaken() if law == "uq_survey_name" else None,
)


async def draft(session: WriteSession, owner: PartnerId | None, terms: SurveyTerms, *, now: datetime) -> Survey:
    """Write a new survey of a partner, or of the coalition (None). Raises: InvalidSurvey, SurveyNameTaken."""
    await _check_sound(session, owner, terms)
    return await LIFE.write(session, owner, new_id(), _columns(terms), now=now)


async def change(
    session: WriteSession, owner: PartnerId | None, survey_id: SurveyId, terms: SurveyTerms, *, now: datetime
) -> Survey:
    """Change a survey: its draft is rewritten; where it has been live, the change is the draft of its next version.

    Its name stays: campaigns and segments call it so. Raises: InvalidSurvey, SurveyNotFound, SurveyStateConflict.
    """
    await _check_sound(session, owner, terms)
    latest = await LIFE.changeable(session, owner, survey_id)
    if latest.key[1] > 1 or latest.live_from is not None:
        _check_follows(await versions_of(session, survey_id), terms)
    return await LIFE.rewrite(session, survey_id, latest, _columns(terms), now=now)


async def publish(session: WriteSession, owner: PartnerId | None, survey_id: SurveyId, *, now: datetime) -> Survey:
    """Let the draft be asked and answered from now on; a version that was live until now is followed by it.

    Raises: SurveyNotFound, SurveyStateConflict, InvalidSurvey.
    """
    survey = await LIFE.drafted(session, owner, survey_id)
    _check_publishable(survey, now)
    return await LIFE.publish(session, survey_id, survey, now=now)


async def pause(session: WriteSession, owner: PartnerId | None, survey_id: SurveyId, *, now: datetime) -> Survey:
    """Ask nobody and take no answers for now. Raises: SurveyNotFound, SurveyStateConflict."""
    return await LIFE.pause(session, owner, survey_id, now=now)


async def resume(session: WriteSession, owner: PartnerId | None, survey_id: SurveyId, *, now: datetime) -> Survey:
    """Go on with the same questions, as the next version.

    Raises: SurveyNotFound, SurveyStateConflict, InvalidSurvey.
    """
    paused = await LIFE.paused(session, owner, survey_id)
    _check_publishable(paused, now)
    return await LIFE.resume(session, survey_id, paused, _columns(paused.terms), now=now)


async def end(session: WriteSession, owner: PartnerId | None, survey_id: SurveyId, *, now: datetime) -> Survey:
    """End all versions; what was answered stays. Raises: SurveyNotFound, SurveyStateConflict."""
    return await LIFE.end(session, owner, survey_id, now=now)


async def policy_of(session: ReadSession) -> SurveyPolicy:
    """How often members are asked at most, over all surveys."""
    return (await session.scalars(select(SurveyPolicy))).one()


async def set_policy(session: WriteSession, asks_most: int, asks_days: int) -> SurveyPolicy:
    """Set how often members are asked at most; the coalition's to say. Raises: InvalidSurvey."""
    for name, value, highest in (("asksMost", asks_most, 100), ("asksDays", asks_days, 365)):
        if not 1 <= value <= highest:
            raise InvalidSurvey(f"{name} is 1 to {highest}", path=(name,))
    changed = update(SurveyPolicy).values(asks_most=asks_most, asks_days=asks_days).returning(SurveyPolicy)
    moved = (await session.scalars(changed, execution_options={"populate_existing": True})).one_or_none()
    if moved is None:
        message = "only the coalition says how often members are asked"
        raise Conflict(message)
    return moved


def _columns(terms: SurveyTerms) -> dict[str, Any]:
    return {
        "name": terms.name,
        "moments": sorted({moment.kind.value for moment in terms.moments}),
        "terms": terms.to_json(),
        "fingerprint": terms.fingerprint(),
    }


def _check_publishable(survey: Survey, now: datetime) -> None:
    terms = survey.terms
    if terms.ends_at is not None and terms.ends_at <= now:
        raise InvalidSurvey("the survey would be over before it begins", path=("terms", "ends_at"))
    try:
        terms.check_said({terms.base} | terms.languages)
    except InvalidSurvey as refused:
        raise refused.at("terms") from None


def _check_follows(versions: list[Survey], terms: SurveyTerms) -> None:
    """What has been live is called by its names: a survey's own, and those of its questions, each of one kind."""
    live = [one for one in versions if one.live_from is not None]
    if not live:
        return
    if live[-1].terms.name != terms.name:
        raise InvalidSurvey(f"its name stays {live[-1].terms.name!r}: it has been live", path=("terms", "name"))
    kinds = {question.key: question.kind for one in live for question in one.terms.questions}
    for question in terms.questions:
        if kinds.get(question.key, question.kind) is not question.kind:
            raise InvalidSurvey(
                f"{question.key} was asked as {kinds[question.key]}; a question of another kind has another key",
                path=("terms", "questions", question.key, "kind"),
            )


async def _check_sound(session: WriteSession, owner: PartnerId | None, terms: SurveyTerms) -> None:
    if owner is None and terms.host is None:
        raise InvalidSurvey("a survey of the coalition names the partner that hosts it", path=("terms", "host"))
    if owner is not None and terms.host not in (None, owner):
        raise InvalidSurvey("a partner hosts its own survey", path=("terms", "host"))
    named = {partner for moment in terms.moments for partner in moment.partners}
    hosts = set() if terms.host is None else {terms.host}
    known = set(await session.scalars(select(Partner.partner_id).where(col(Partner.partner_id).in_(named | hosts))))
    for part, wanted in (("moments", named), ("host", hosts)):
        if wanted - known:
            raise InvalidSurvey(f"{part} name partners of the coalition", path=("terms", part))
    outlets = {outlet for moment in terms.moments for outlet in moment.outlets}
    there = await session.scalars(select(Outlet.outlet_id).where(col(Outlet.outlet_id).in_(outlets)))
    if outlets - set(there):
        raise InvalidSurvey("outlets are outlets that you see", path=("terms", "moments"))
