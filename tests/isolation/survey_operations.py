"""An example for each root field about surveys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.isolation.names import Names

Build = Callable[[Names, Names, str], dict[str, Any]]

TASTE = [{"question": "taste", "number": 5}]


def _terms(key: str, **more: Any) -> dict[str, Any]:
    said = [{"language": "en", "text": "How was it?"}]
    questions = [{"key": "taste", "kind": "CSAT", "text": said}]
    name = "s" + "".join(sign for sign in key.lower() if sign.isalnum())[:30]
    return {"terms": {"name": name, "title": said, "questions": questions, **more}}


def _survey(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"input": {"survey": theirs.survey}}


def _answered(theirs: Names, key: str, **more: Any) -> dict[str, Any]:
    return {"input": {"survey": theirs.survey, "answers": TASTE, "idempotencyKey": key, **more}}


def _reported(by: str | None) -> Build:
    return lambda _mine, theirs, _key: {"survey": theirs.survey} | ({"by": by} if by else {})


SURVEYS: Mapping[str, Mapping[str, Build]] = {
    "Query.surveys": {"": lambda *_: {"first": 10}, "live": lambda *_: {"first": 10, "states": ["LIVE"]}},
    "Query.survey": {"": lambda _mine, theirs, _key: {"id": theirs.survey}},
    "Query.surveyPolicy": {"": lambda *_: {}},
    "Query.surveyForm": {"": lambda _mine, theirs, _key: {"survey": theirs.survey}},
    "Query.mySurveys": {"": lambda *_: {}},
    "Query.memberSurveys": {"": lambda _mine, theirs, _key: {"member": {"id": theirs.member}}},
    "Query.surveyReport": {"": _reported(None), "by partner": _reported("PARTNER"), "by month": _reported("MONTH")},
    "Query.productQuality": {"": lambda *_: {}},
    "Mutation.surveyDraft": {
        "": lambda _mine, _theirs, key: {"input": _terms(key)},
        "hosted": lambda _mine, theirs, key: {"input": _terms(key, host=theirs.partner)},
    },
    "Mutation.surveyChange": {"": lambda _mine, theirs, key: {"input": {"survey": theirs.survey, **_terms(key)}}},
    "Mutation.surveyPublish": {"": _survey},
    "Mutation.surveyPause": {"": _survey},
    "Mutation.surveyResume": {"": _survey},
    "Mutation.surveyEnd": {"": _survey},
    "Mutation.surveyPolicySet": {"": lambda *_: {"input": {"asksMost": 2, "asksDays": 7}}},
    "Mutation.mySurveyAnswer": {
        "": lambda _mine, theirs, key: _answered(theirs, key),
        "an offer": lambda _mine, theirs, key: _answered(theirs, key, offer=theirs.survey_offer),
    },
    "Mutation.surveyAnswer": {
        "": lambda _mine, theirs, key: _answered(theirs, key, member={"id": theirs.member}),
        "for its own": lambda mine, theirs, key: _answered(
            theirs, key, member={"id": mine.member}, offer=theirs.survey_offer
        ),
    },
    "Mutation.mySurveyDecline": {"": lambda _mine, theirs, _key: {"input": {"offer": theirs.survey_offer}}},
    "Mutation.surveyDecline": {
        "": lambda _mine, theirs, _key: {"input": {"member": {"id": theirs.member}, "offer": theirs.survey_offer}}
    },
}
