"""An example for each root field about tiers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.isolation.names import Names

Build = Callable[[Names, Names, str], dict[str, Any]]


def _terms(key: str) -> dict[str, Any]:
    tiers = [{"name": f"Low {key}", "count": "0"}, {"name": f"High {key}", "count": "10", "benefits": "A seat"}]
    return {"name": f"Club {key}", "measure": "VISITS", "period": "ROLLING", "months": 12, "tiers": tiers}


def _of(theirs: Names) -> dict[str, Any]:
    return {"programme": theirs.tier_programme}


def _given(theirs: Names, member: Any, key: str, **more: Any) -> dict[str, Any]:
    return {"input": {**_of(theirs), "member": {"id": member}, "tier": "amber high", "reason": f"Reason {key}", **more}}


TIERS: Mapping[str, Mapping[str, Build]] = {
    "Query.tierProgrammes": {"": lambda *_: {}},
    "Query.tierProgramme": {"": lambda mine, _theirs, _key: {"id": mine.tier_programme}},  # public once it is live
    "Query.tierCounts": {"": lambda _mine, theirs, _key: _of(theirs)},
    "Query.myTiers": {"": lambda *_: {}},
    "Query.memberTiers": {
        "": lambda mine, _theirs, _key: {"member": {"id": mine.member}},
        "another's member": lambda _mine, theirs, _key: {"member": {"id": theirs.member}},
    },
    "Mutation.tierProgrammeDefine": {"": lambda _mine, _theirs, key: {"input": {"terms": _terms(key)}}},
    "Mutation.tierProgrammePublish": {"": lambda _mine, theirs, _key: {"input": _of(theirs)}},
    "Mutation.tierInvite": {
        "": lambda mine, theirs, key: _given(theirs, mine.member, key),
        "another's member": lambda mine, theirs, key: _given(mine, theirs.member, key),
    },
    "Mutation.tierMatch": {"": lambda mine, theirs, key: _given(theirs, mine.member, key, until="2027-12-31")},
    "Mutation.tierTakeBack": {
        "": lambda mine, theirs, _key: {"input": {**_of(theirs), "member": {"id": mine.member}}},
        "another's member": lambda mine, theirs, _key: {"input": {**_of(mine), "member": {"id": theirs.member}}},
    },
    "Mutation.tierProgrammeEnd": {"": lambda _mine, theirs, _key: {"input": _of(theirs)}},
}
