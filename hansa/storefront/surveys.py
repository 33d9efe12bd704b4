"""Surveys in a shop's own page: what a member is asked there, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hansa.storefront.codes import answered
from hansa.storefront.errors import Refused
from hansa.storefront.front import Storefront
from hansa.storefront.values import Ref, new_key

_OFFERS = """query MemberSurveys($member: MemberRefInput!, $language: String) { memberSurveys(member: $member) {
    offer expiresAt form { survey title(language: $language) questions { key kind text(language: $language) required
        several other least greatest longest options { key text(language: $language) }
        onlyIf { question anyOf atLeast atMost answered } } } } }"""
_ANSWER = """mutation AnswerSurvey($input: SurveyAnswerForInput!, $language: String) { surveyAnswer(input: $input) {
    response { complete replayed points thanks(language: $language) } userErrors { code message path } } }"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyOffered:
    """What a member is asked now."""

    offer: str
    survey: str
    title: str
    expires_at: datetime | None
    questions: tuple[Mapping[str, Any], ...]
    """As the API tells them, in the language asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswered:
    """Answers that were kept."""

    complete: bool
    """That was all; else more pages are to come."""
    replayed: bool
    points: int | None
    """None: on their way, or another partner's to tell."""
    thanks: str | None


async def surveys_of(front: Storefront, member: Ref, *, language: str | None = None) -> list[SurveyOffered]:
    """The surveys that a member is asked now: yours, and those that follow from what happened at yours."""
    told = await front.ask(_OFFERS, {"member": member.input(), "language": language})
    return [
        SurveyOffered(
            offer=one["offer"],
            survey=one["form"]["survey"],
            title=one["form"]["title"],
            expires_at=one["expiresAt"] and datetime.fromisoformat(one["expiresAt"]),
            questions=tuple(one["form"]["questions"]),
        )
        for one in told["memberSurveys"]
    ]


async def answer_survey(
    front: Storefront,
    member: Ref,
    survey: str,
    answers: Mapping[str, Any],
    *,
    offer: str | None = None,
    complete: bool = True,
    key: str | None = None,
    language: str | None = None,
) -> SurveyAnswered:
    """Pass on what a member answers, or a page of it: by question, a number, a text, yes or no, or keys of options.

    Raises: Refused, whose path names the question.
    """
    said = {"member": member.input(), "survey": survey, "answers": answered(answers), "complete": complete}
    more = {"idempotencyKey": key or new_key()} | ({} if offer is None else {"offer": offer})
    payload = (await front.ask(_ANSWER, {"input": said | more, "language": language}))["surveyAnswer"]
    for error in payload["userErrors"][:1]:
        raise Refused(error["code"], error["message"], tuple(error["path"] or ()))
    response = payload["response"]
    return SurveyAnswered(
        complete=response["complete"],
        replayed=response["replayed"],
        points=None if response["points"] is None else int(response["points"]),
        thanks=response["thanks"],
    )
