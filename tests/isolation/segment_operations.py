"""An example for each root field about segments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.isolation.names import Names

Build = Callable[[Names, Names, str], dict[str, Any]]

_PARTS: list[dict[str, Any]] = [{"recency": {"days": 30}}, {"spend": {"days": 90, "atLeast": "10.00"}}]


def _terms(key: str, **more: Any) -> dict[str, Any]:
    return {"name": f"Segment {key}", "parts": _PARTS, **more}


def _id(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"id": theirs.segment}


def _members(mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"input": {"segment": theirs.list, "members": [{"id": mine.member}]}}


def _anothers(mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"input": {"segment": mine.list, "members": [{"id": theirs.member}]}}


SEGMENTS: Mapping[str, Mapping[str, Build]] = {
    "Query.segments": {"": lambda *_: {"first": 20}, "retired": lambda *_: {"first": 20, "retired": True}},
    "Query.segment": {"": _id, "list": lambda _mine, theirs, _key: {"id": theirs.list}},
    "Query.segmentMembers": {
        "": lambda _mine, theirs, _key: {"segment": theirs.list, "first": 20},
        "of a rule": lambda _mine, theirs, _key: {"segment": theirs.segment, "first": 20},
    },
    "Query.segmentPreview": {
        "": lambda *_: {"parts": _PARTS},
        "at another's": lambda _mine, theirs, _key: {
            "parts": [{"recency": {"days": 30, "partners": [theirs.partner]}}]
        },
        "mix": lambda _mine, theirs, _key: {"parts": [{"partnerMix": {"days": 30, "partners": [theirs.partner]}}]},
    },
    "Query.campaignUplift": {"": lambda _mine, theirs, _key: {"campaign": theirs.campaign}},
    "Mutation.segmentDefine": {
        "": lambda _mine, _theirs, key: {"input": {"terms": _terms(key)}},
        "shared": lambda mine, _theirs, key: {"input": {"terms": _terms(f"{key} s", sharedWith=[mine.partner])}},
    },
    "Mutation.segmentChange": {
        "": lambda _mine, theirs, key: {"input": {"segment": theirs.segment, "terms": _terms(f"{key} c")}}
    },
    "Mutation.segmentAddMembers": {"": _members, "another's member": _anothers},
    "Mutation.segmentRemoveMembers": {"": _members, "another's member": _anothers},
    "Mutation.segmentRetire": {"": lambda _mine, theirs, _key: {"input": {"segment": theirs.segment}}},
}
