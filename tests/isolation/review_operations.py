"""An example for each root field about reviews and trials."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from tests.isolation.names import Names
from tests.isolation.shop import NOW

Build = Callable[[Names, Names, str], dict[str, Any]]

JAM = {"gtin": "4750000000024"}
GOOD = {"stars": 5, "words": "A very good jam"}
TASTE = [{"question": "taste", "number": 4}]


def _article(mine: Names) -> dict[str, Any]:
    return {"shop": mine.partner, "sku": "jam"}


def _review(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"input": {"review": theirs.review}}


def _comment(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"input": {"comment": theirs.review_comment}}


def _trial(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"input": {"trial": theirs.trial}}


def _terms(key: str, survey: str, **more: Any) -> dict[str, Any]:
    return {
        "name": f"Trial {key}",
        "products": ["jam"],
        "places": 5,
        "survey": survey,
        "applyFrom": NOW.isoformat(),
        "applyUntil": (NOW + timedelta(days=5)).isoformat(),
        "feedbackUntil": (NOW + timedelta(days=20)).isoformat(),
        "handing": "OUTLET",
        **more,
    }


REVIEWS: Mapping[str, Mapping[str, Build]] = {
    "Query.productReviewSummary": {
        "": lambda *_: {"product": JAM},
        "of an article": lambda mine, _theirs, _key: {"product": _article(mine)},
    },
    "Query.productReviews": {
        "": lambda *_: {"product": JAM, "first": 10},
        "best of an article": lambda mine, _theirs, _key: {"product": _article(mine), "first": 10, "order": "BEST"},
    },
    "Query.myReviews": {"": lambda *_: {"first": 10}},
    "Query.myReviewComments": {"": lambda *_: {"first": 10}},
    "Query.reviews": {"": lambda *_: {"first": 10}, "shown": lambda *_: {"first": 10, "states": ["PUBLISHED"]}},
    "Query.review": {"": lambda _mine, theirs, _key: {"id": theirs.review}},
    "Query.reviewComments": {"": lambda *_: {"first": 10}},
    "Query.reviewPolicies": {"": lambda *_: {}},
    "Query.reviewRefusals": {"": lambda *_: {}},
    "Mutation.myReviewWrite": {"": lambda *_: {"input": {"product": JAM, "opinion": GOOD}}},
    "Mutation.reviewWrite": {
        "": lambda _mine, theirs, _key: {"input": {"member": {"id": theirs.member}, "product": JAM, "opinion": GOOD}}
    },
    "Mutation.myReviewObject": {"": _review},
    "Mutation.myReviewCommentObject": {"": _comment},
    "Mutation.reviewCommentWrite": {
        "": lambda mine, _theirs, key: {"input": {"review": mine.shown_review, "words": f"Thank you {key}"}},
        "to what waits": lambda _mine, theirs, key: {"input": {"review": theirs.hidden_review, "words": f"Why {key}"}},
    },
    "Mutation.reviewCommentDecide": {
        "": lambda _mine, theirs, _key: {
            "input": {"comment": theirs.review_comment, "decision": "REFUSE", "reason": "INSULT"}
        }
    },
    "Mutation.reviewReport": {
        "": lambda mine, _theirs, _key: {"input": {"review": mine.shown_review, "reason": "ADVERTISING"}},
        "a comment": lambda mine, _theirs, _key: {"input": {"comment": mine.shown_comment, "reason": "INSULT"}},
        "what waits": lambda _mine, theirs, _key: {"input": {"review": theirs.hidden_review, "reason": "INSULT"}},
    },
    "Mutation.reviewDecide": {
        "": lambda _mine, theirs, _key: {
            "input": {"review": theirs.review, "version": 1, "decision": "REFUSE", "reason": "OFF_TOPIC"}
        }
    },
    "Mutation.myReviewWithdraw": {"": _review},
    "Mutation.reviewCommentWithdraw": {"": lambda _mine, theirs, _key: {"input": {"comment": theirs.review_answer}}},
    "Mutation.reviewPolicySet": {"": lambda *_: {"input": {"purchaseWanted": True}}},
    "Query.trials": {"": lambda *_: {"first": 10}},
    "Query.trial": {"": lambda _mine, theirs, _key: {"id": theirs.trial}},
    "Query.trialPlaces": {"": lambda _mine, theirs, _key: {"trial": theirs.trial, "first": 10}},
    "Query.trialReport": {"": lambda _mine, theirs, _key: {"trial": theirs.trial}},
    "Query.trialTickets": {"": lambda _mine, theirs, _key: {"trial": theirs.trial, "first": 10}},
    "Query.counterTrials": {"": lambda *_: {}},
    "Query.myTrials": {"": lambda *_: {}},
    "Mutation.trialDraft": {
        "": lambda mine, _theirs, key: {"input": {"terms": _terms(key, mine.survey)}},
        "asking another's survey": lambda _mine, theirs, key: {"input": {"terms": _terms(key, theirs.survey)}},
        "for another's segment": lambda mine, theirs, key: {
            "input": {"terms": _terms(key, mine.survey, segments=[theirs.segment])}
        },
        "of another's coupon": lambda mine, theirs, key: {
            "input": {"terms": _terms(key, mine.survey, handing="VOUCHER", coupon=theirs.coupon)}
        },
    },
    "Mutation.trialChange": {
        "": lambda mine, theirs, key: {"input": {"trial": theirs.trial, "terms": _terms(key, mine.survey)}}
    },
    "Mutation.trialSampleHand": {
        "": lambda mine, theirs, _key: {"input": {"trial": theirs.trial, "member": {"id": mine.member}}},
        "to another's member": lambda mine, theirs, _key: {
            "input": {"trial": mine.trial, "member": {"id": theirs.member}}
        },
    },
    "Mutation.trialPublish": {"": _trial},
    "Mutation.trialPause": {"": _trial},
    "Mutation.trialResume": {"": _trial},
    "Mutation.trialEnd": {"": _trial},
    "Mutation.myTrialApply": {"": _trial},
    "Mutation.myTrialTake": {"": _trial},
    "Mutation.myTrialAnswer": {
        "": lambda _mine, theirs, key: {"input": {"trial": theirs.trial, "answers": TASTE, "idempotencyKey": key}}
    },
    "Mutation.myTrialDecline": {"": _trial},
}
