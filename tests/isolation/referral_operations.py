"""An example for each root field about referral and surprises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.isolation.names import Names
from tests.isolation.shop import NOW

Build = Callable[[Names, Names, str], dict[str, Any]]


def _terms(key: str, **more: Any) -> dict[str, Any]:
    return {"name": f"Friends {key}", "startsAt": NOW.isoformat(), **more}


def _programme(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"input": {"programme": theirs.referral_programme}}


def _surprise(**said: str) -> dict[str, Any]:
    return {"input": {"occasion": "First snow", **said}}


REFERRALS: Mapping[str, Mapping[str, Build]] = {
    "Query.myReferral": {
        "": lambda *_: {},
        "of a programme": lambda mine, _theirs, _key: {"programme": mine.referral_programme},
    },
    "Query.referralProgrammes": {"": lambda *_: {"first": 10}},
    "Query.referralProgramme": {"": lambda _mine, theirs, _key: {"id": theirs.referral_programme}},
    "Query.referrals": {
        "": lambda *_: {"first": 10},
        "of a programme": lambda _mine, theirs, _key: {"first": 10, "programme": theirs.referral_programme},
        "refused": lambda *_: {"first": 10, "states": ["REFUSED"]},
    },
    "Query.referralRefusals": {
        "": lambda *_: {},
        "of a programme": lambda _mine, theirs, _key: {"programme": theirs.referral_programme},
    },
    "Mutation.myReferralAccept": {"": lambda *_: {"input": {"code": "ABCD-EFGH"}}},
    "Mutation.referralProgrammeDrawUp": {
        "": lambda mine, _theirs, key: {"input": {"terms": _terms(key, host=mine.partner)}},
        "at another": lambda _mine, theirs, key: {"input": {"terms": _terms(key, host=theirs.partner)}},
        "of another": lambda mine, theirs, key: {
            "input": {"terms": _terms(key, host=mine.partner), "programme": theirs.referral_programme}
        },
        "without another's segment": lambda mine, theirs, key: {
            "input": {"terms": _terms(key, host=mine.partner, notSegments=[theirs.segment])}
        },
    },
    "Mutation.referralProgrammePublish": {"": _programme},
    "Mutation.referralProgrammeEnd": {"": _programme},
    "Mutation.surpriseGive": {"": lambda _mine, theirs, _key: _surprise(segment=theirs.list)},
    "Mutation.surpriseGiveMember": {
        "": lambda _mine, theirs, _key: {"input": {"occasion": "First snow", "member": {"id": theirs.member}}}
    },
}
