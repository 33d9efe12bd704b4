"""Members answer: a page at a time or all at once; each survey once, or once each time it was asked.

Other contexts that ask something on their way (codes, trials, activities) check what was said with `prepared`, and hand
the draft to `keep_response` in the transaction of their own posting; or let `answer` keep it for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.errors import IdempotencyConflict
from domain.idempotency import checked_key, fingerprint
from domain.ids import PartnerId
from domain.ledger.errors import Busy
from domain.members.errors import MemberNotFound
from domain.surveys.answers import Answer, Answers, Response, answers_of
from domain.surveys.checking import check, continued
from domain.surveys.errors import AlreadyAnswered, AskingNotFound, SurveyNotFound, SurveyNotOpen
from domain.surveys.keeping import About, Circumstances, Kept, Offer, Standing, Via, response_draft, standing
from domain.surveys.queries import surveys_recorded
from domain.surveys.terms import Survey, SurveyId

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

ATTEMPTS = 5

_KEEP = "SELECT * FROM keep_response($1::jsonb, $2)"
_RESPONSE = "SELECT * FROM response_of($1, $2)"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSurvey:
    """A member answers a survey, or a page of it."""

    survey_id: SurveyId
    member_id: UUID
    answers: Answers
    complete: bool = True
    """That was all; else a page, and more is to come."""
    asking_id: UUID | None = None
    """The offer that is answered; None: the one the member has, or none."""
    idempotency_key: str
    through: PartnerId | None = None
    """The partner in whose page it is answered; None: the member's own."""
    via: Via = Via.SURVEY
    occasion: str | None = None
    """What it is answered for, where another context asks; None: the survey's own."""
    about: About = field(default_factory=About)

    def __post_init__(self) -> None:
        checked_key(self.idempotency_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A response that was kept."""

    response_id: UUID
    survey: Survey
    answers: Mapping[str, Answer]
    complete: bool
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A response that fits, with the draft that `keep_response` takes; or what was answered before."""

    survey: Survey
    response: Response
    draft: dict[str, Any]
    before: Kept | None = None
    """Completed already: there is nothing to keep."""


async def answered(pool: Pool, survey_id: SurveyId, member_id: UUID) -> Response | None:
    """What a member answered to a survey, without its own words; None: it did not complete it. Follows merges."""
    row = await pool.fetchrow(_RESPONSE, survey_id, member_id)
    return None if row is None else Response(answers_of(orjson.loads(row["answers"]), {}), complete=True)


async def answer(pool: Pool, command: AnswerSurvey, *, personal_key: bytes, now: datetime) -> Answered:
    """Keep a member's answers; the same request again is answered as before.

    Completed by the survey itself (Via.SURVEY), the worker or `rewarding.reward` records its SURVEY action; else it is
    done with, and what it is worth is the caller's.
    Raises: SurveyNotFound, SurveyNotOpen, AskingNotFound, AlreadyAnswered, InvalidAnswer, IdempotencyConflict,
    MemberNotFound, Busy.
    """
    for _attempt in range(ATTEMPTS):
        ready = await prepared(pool, command, personal_key=personal_key, now=now)
        if ready.before is not None:
            return _again(command, ready, ready.before)
        (row,) = await pool.fetch(_KEEP, orjson.dumps(ready.draft).decode(), now)
        if row["outcome"] == "GONE":
            raise MemberNotFound
        if row["outcome"] in ("KEPT", "SAVED"):
            return Answered(
                response_id=row["response_id"],
                survey=ready.survey,
                answers=ready.response.answers,
                complete=command.complete,
                replayed=False,
            )
        # Somebody was quicker: what stands there now says what becomes of this.
    raise Busy


async def prepared(pool: Pool, command: AnswerSurvey, *, personal_key: bytes, now: datetime) -> Prepared:
    """Hold answers to the very version that was asked, and make the draft of a response; nothing is written.

    Raises: SurveyNotFound, SurveyNotOpen, AskingNotFound, InvalidAnswer, MemberNotFound.
    """
    who = await standing(
        pool, command.survey_id, command.member_id, asking_id=command.asking_id, personal_key=personal_key
    )
    offer = _offer(command, who, now)
    begun = _sent_before(command, who) or offer
    survey, live = await _version(pool, who, command.survey_id, None if begun is None else begun.version)
    if command.via is Via.SURVEY and not who.may_read(survey):
        raise SurveyNotFound
    occasion = _occasion(command, survey, offer)
    before = _sent_before(command, who) or who.on(occasion)
    if before is not None and before.version != survey.version:
        survey, live = await _version(pool, who, command.survey_id, before.version)
    if before is not None and before.complete:
        return Prepared(survey=survey, response=Response(before.answers, complete=True), draft={}, before=before)
    if not live or not survey.terms.open_at(now):
        raise SurveyNotOpen("it is over, or rests")
    if offer is None and before is None and command.via is Via.SURVEY and not survey.terms.uninvited:
        raise AskingNotFound
    said = command.answers if before is None else continued(survey.terms, before.answers, command.answers)
    response = check(survey.terms, said, complete=command.complete)
    how = Circumstances(
        occasion=occasion,
        via=command.via,
        through=command.through,
        about=command.about if offer is None else offer.about,
        asking_id=None if offer is None else offer.asking_id,
        key=command.idempotency_key,
        fingerprint=_fingerprint(command),
    )
    draft = response_draft(survey, response, who, how, personal_key=personal_key)
    return Prepared(survey=survey, response=response, draft=draft)


async def _version(pool: Pool, who: Standing, survey_id: SurveyId, version: int | None) -> tuple[Survey, bool]:
    """A version, the live one where none is named; and whether one is live at all."""
    found = await surveys_recorded(pool, [(survey_id, None), (survey_id, version)])
    survey = found.get((survey_id, version))
    if survey is None:
        raise SurveyNotOpen("it is over, or rests") if who.responses else SurveyNotFound
    return survey, (survey_id, None) in found


def _offer(command: AnswerSurvey, who: Standing, now: datetime) -> Offer | None:
    """The offer that is answered. One that another context asks for itself is none of the survey's."""
    offer = who.offer if command.occasion is None else None
    if offer is not None and (offer.open_at(now) or _sent_before(command, who) is not None):
        return offer
    if command.asking_id is not None and (offer is None or offer.state != "ANSWERED"):
        raise AskingNotFound
    return offer if command.asking_id is not None else None


def _occasion(command: AnswerSurvey, survey: Survey, offer: Offer | None) -> str:
    if command.occasion is not None:
        return command.occasion
    return "" if survey.terms.once or offer is None else offer.asking_id.hex


def _sent_before(command: AnswerSurvey, who: Standing) -> Kept | None:
    """What the very same key completed, whatever has become of its offer."""
    same = (one for one in who.responses if one.complete and one.idempotency_key == command.idempotency_key)
    return next(same, None)


def _again(command: AnswerSurvey, ready: Prepared, before: Kept) -> Answered:
    if before.idempotency_key != command.idempotency_key:
        raise AlreadyAnswered
    if before.fingerprint != _fingerprint(command):
        raise IdempotencyConflict(
            "This idempotency key was used for other answers; they stand as they were given.", path=("idempotencyKey",)
        )
    return Answered(
        response_id=before.response_id, survey=ready.survey, answers=before.answers, complete=True, replayed=True
    )


def _fingerprint(command: AnswerSurvey) -> bytes:
    """A digest of what is said: the same request has the same, whatever became of the survey meanwhile."""
    return fingerprint(_Said(complete=command.complete, answers=dict(command.answers)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    complete: bool
    answers: dict[str, Answer]
