"""An example for each root field about joint activities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from tests.isolation.names import Names
from tests.isolation.shop import NOW

Build = Callable[[Names, Names, str], dict[str, Any]]


def _terms(whose: Names, key: str, **more: Any) -> dict[str, Any]:
    usual = {
        "name": f"Tasting {key}",
        "kind": "TASTING",
        "hosts": [whose.partner],
        "address": "Old Mill",
        "startsAt": (NOW + timedelta(days=5)).isoformat(),
        "endsAt": (NOW + timedelta(days=6)).isoformat(),
        "places": 5,
        "shares": [{"partner": whose.partner}],
    }
    return usual | more


def _step(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"input": {"activity": theirs.joint_activity}}


ACTIVITIES: Mapping[str, Mapping[str, Build]] = {
    "Query.jointActivities": {"": lambda *_: {"first": 20, "states": ["DRAFT", "LIVE"]}},
    "Query.jointActivity": {"": lambda _mine, theirs, _key: {"id": theirs.joint_activity}},
    "Query.activityPlaces": {
        "": lambda _mine, theirs, _key: {"activity": theirs.joint_activity, "first": 10},
        "accepted": lambda _mine, theirs, _key: {
            "activity": theirs.joint_activity,
            "first": 10,
            "states": ["ACCEPTED"],
        },
    },
    "Query.activityReport": {"": lambda _mine, theirs, _key: {"activity": theirs.joint_activity}},
    "Query.activityHostCode": {"": lambda _mine, theirs, _key: {"activity": theirs.joint_activity}},
    "Query.myActivities": {"": lambda *_: {}},
    "Mutation.activityDraft": {
        "": lambda mine, _theirs, key: {"input": {"terms": _terms(mine, key)}},
        "for another's segment": lambda mine, theirs, key: {
            "input": {"terms": _terms(mine, key, segments=[theirs.segment])}
        },
    },
    "Mutation.activityChange": {
        "": lambda mine, theirs, key: {"input": {"activity": theirs.joint_activity, "terms": _terms(mine, key)}}
    },
    "Mutation.activityAgree": {
        "": lambda _mine, theirs, _key: {"input": {"activity": theirs.joint_activity, "fingerprint": "00"}}
    },
    "Mutation.activityInvite": {
        "": lambda _mine, theirs, _key: {
            "input": {"activity": theirs.joint_activity, "members": [{"id": theirs.member}]}
        },
        "a segment": lambda mine, theirs, _key: {"input": {"activity": mine.joint_activity, "segment": theirs.list}},
    },
    "Mutation.activityCostEnter": {
        "": lambda _mine, theirs, key: {
            "input": {
                "idempotencyKey": f"{key}-cost",
                "activity": theirs.joint_activity,
                "kind": "PLAN",
                "label": "Cheese",
                "money": {"amount": "10.00", "currency": "USD"},
            }
        }
    },
    "Mutation.myActivityAnswer": {
        "": lambda _mine, theirs, _key: {"input": {"activity": theirs.joint_activity, "answer": "ACCEPT"}}
    },
    "Mutation.myAttendance": {
        "": lambda _mine, theirs, _key: {"input": {"activity": theirs.joint_activity, "code": "AAAAAAAAAAAAAAAA"}}
    },
    "Mutation.attendanceRecord": {
        "": lambda _mine, theirs, _key: {"input": {"activity": theirs.joint_activity, "member": {"id": theirs.member}}},
        "by a code": lambda mine, _theirs, _key: {"input": {"activity": mine.joint_activity, "code": "AAAA"}},
    },
    "Mutation.activityPause": {"": _step},
    "Mutation.activityResume": {"": _step},
    "Mutation.activityPublish": {"": _step},
    "Mutation.activityEnd": {"": _step},
}
