"""An example for each root field about claims, sellers, courses and sales."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from tests.isolation.names import Names
from tests.isolation.shop import NOW

Build = Callable[[Names, Names, str], dict[str, Any]]

_SPAN = {"since": (NOW - timedelta(days=90)).isoformat(), "until": (NOW + timedelta(days=1)).isoformat()}
_QUESTION = {
    "words": [{"language": "en", "text": "Which?"}],
    "options": [
        {"words": [{"language": "en", "text": "This"}], "right": True},
        {"words": [{"language": "en", "text": "That"}]},
    ],
}


def _put(**said: Any) -> dict[str, Any]:
    return {"input": said}


def _claimed(mine: Names, key: str, **more: Any) -> dict[str, Any]:
    return {
        "programme": mine.claim_programme,
        "idempotencyKey": key,
        "proof": {"serial": f"S{key[-12:]}"},
        "happenedAt": NOW.isoformat(),
        **more,
    }


def _terms(key: str, **more: Any) -> dict[str, Any]:
    return {"name": f"Claims {key}", "kind": "FITTING", "proofs": ["SERIAL"], **more}


def _course(key: str) -> dict[str, Any]:
    return {"name": f"Course {key}", "ask": 1, "questions": [_QUESTION]}


def _programme(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return _put(programme=theirs.claim_programme)


def _step(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return _put(course=theirs.course)


SELLING: Mapping[str, Mapping[str, Build]] = {
    "Query.claimProgrammes": {"": lambda *_: {"first": 10}},
    "Query.claimProgramme": {"": lambda _mine, theirs, _key: {"id": theirs.claim_programme}},
    "Query.claims": {
        "": lambda *_: {"first": 10},
        "under a programme": lambda _mine, theirs, _key: {"first": 10, "programme": theirs.claim_programme},
        "overdue": lambda *_: {"first": 10, "states": ["PENDING"], "overdue": True},
    },
    "Query.claim": {"": lambda _mine, theirs, _key: {"id": theirs.claim}},
    "Query.myClaimProgrammes": {"": lambda *_: {}},
    "Query.myClaims": {"": lambda *_: {"first": 10}},
    "Query.sellers": {"": lambda *_: {"first": 10}, "active": lambda *_: {"first": 10, "states": ["ACTIVE"]}},
    "Query.seller": {"": lambda _mine, theirs, _key: {"id": theirs.seller}},
    "Query.sellerPermissions": {"": lambda *_: {}},
    "Query.ownSalesEarn": {"": lambda *_: {}},
    "Query.mySellers": {"": lambda *_: {}},
    "Query.saleReport": {
        "": lambda *_: _SPAN,
        "under a programme": lambda _mine, theirs, _key: {**_SPAN, "programme": theirs.claim_programme},
    },
    "Query.staffRewards": {"": lambda *_: _SPAN},
    "Query.courses": {"": lambda *_: {"first": 10}},
    "Query.course": {"": lambda _mine, theirs, _key: {"id": theirs.course}},
    "Query.myCourses": {"": lambda *_: {}},
    "Query.myCourseCertificates": {"": lambda *_: {}},
    "Mutation.myClaimMake": {"": lambda mine, _theirs, key: _put(claim=_claimed(mine, key))},
    "Mutation.myClaimObject": {"": lambda _mine, theirs, _key: _put(claim=theirs.my_claim, words="It is true")},
    "Mutation.claimMake": {
        "": lambda mine, theirs, key: _put(member={"id": theirs.member}, claim=_claimed(mine, key)),
        "under another's": lambda mine, theirs, key: _put(
            member={"id": mine.member}, claim=_claimed(theirs, f"{key}-o"[:64])
        ),
    },
    "Mutation.claimApprove": {"": lambda _mine, theirs, _key: _put(claim=theirs.claim)},
    "Mutation.claimReject": {"": lambda _mine, theirs, _key: _put(claim=theirs.claim, reason="NOT_PROVEN")},
    "Mutation.claimTakeBack": {"": lambda _mine, theirs, _key: _put(claim=theirs.claim, reason="FRAUD")},
    "Mutation.claimProgrammeDrawUp": {
        "": lambda _mine, _theirs, key: _put(terms=_terms(key)),
        "of another": lambda _mine, theirs, key: _put(terms=_terms(key), programme=theirs.claim_programme),
    },
    "Mutation.claimSerialsAdd": {
        "": lambda _mine, theirs, key: _put(programme=theirs.claim_programme, serials=[f"L{key[-12:]}"])
    },
    "Mutation.claimProgrammePublish": {"": _programme},
    "Mutation.claimProgrammePause": {"": _programme},
    "Mutation.claimProgrammeResume": {"": _programme},
    "Mutation.claimProgrammeEnd": {"": _programme},
    "Mutation.sellerPropose": {
        "": lambda mine, theirs, _key: _put(member={"id": theirs.guest}, outletCode=mine.outlet_code)
    },
    "Mutation.sellerAgree": {"": lambda _mine, theirs, _key: _put(seller=theirs.seller)},
    "Mutation.sellerPermit": {"": lambda mine, _theirs, _key: _put(maker=mine.partner, mostUnits=5)},
    "Mutation.sellerRevoke": {"": lambda mine, _theirs, _key: _put(maker=mine.partner)},
    "Mutation.sellerSettingsSet": {"": lambda *_: _put(ownSalesEarn=True)},
    "Mutation.sellerEnd": {"": lambda _mine, theirs, _key: _put(seller=theirs.seller)},
    "Mutation.mySellerPropose": {
        "": lambda mine, _theirs, _key: _put(employer=mine.partner, outletCode=mine.outlet_code)
    },
    "Mutation.mySellerAgree": {"": lambda _mine, theirs, _key: _put(seller=theirs.my_seller)},
    "Mutation.mySellerEnd": {"": lambda _mine, theirs, _key: _put(seller=theirs.my_seller)},
    "Mutation.courseDrawUp": {
        "": lambda _mine, _theirs, key: _put(terms=_course(key)),
        "of another": lambda _mine, theirs, key: _put(terms=_course(key), course=theirs.course),
    },
    "Mutation.coursePublish": {"": _step},
    "Mutation.coursePause": {"": _step},
    "Mutation.courseResume": {"": _step},
    "Mutation.courseEnd": {"": _step},
    "Mutation.myQuizStart": {"": lambda mine, _theirs, _key: _put(course=mine.my_course)},
    "Mutation.myQuizAnswer": {"": lambda _mine, theirs, _key: _put(quiz=theirs.quiz, answers=[[0]])},
}
