"""An example for each root field about rewards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.isolation.names import Names
from tests.isolation.shop import NOW

Build = Callable[[Names, Names, str], dict[str, Any]]


def _terms(whose: Names, key: str, **more: Any) -> dict[str, Any]:
    usual = {
        "name": f"Reward {key}",
        "kind": "GIFT",
        "steps": [{"points": "100", "worth": {"thing": "A mug"}}],
        "partners": [whose.partner],
        "startsAt": NOW.isoformat(),
    }
    return usual | more


def _step(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"input": {"reward": theirs.reward}}


def _draft(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"input": {"reward": theirs.reward_draft}}


def _ask(theirs: Names, **more: Any) -> dict[str, Any]:
    return {"input": {"reward": theirs.reward, **more}}


def _fulfil(theirs: Names, state: str) -> dict[str, Any]:
    return {"input": {"redemption": theirs.redeemed, "state": state, "note": "Parcel 7"}}


REDEEMING: Mapping[str, Mapping[str, Build]] = {
    "Query.rewardQuote": {
        "": lambda mine, theirs, _key: _ask(theirs, member={"id": mine.member}),
        "for another's member": lambda mine, theirs, _key: _ask(mine, member={"id": theirs.member}),
        "at another's till": lambda mine, theirs, _key: _ask(
            mine, member={"id": mine.member}, outletCode=theirs.outlet_code, lines=[{"sku": "x", "amount": "5.00"}]
        ),
    },
    "Query.rewardFulfilments": {
        "": lambda *_: {"first": 20},
        "all": lambda *_: {"first": 20, "states": ["TO_DO", "READY", "DONE", "HELD", "CANCELLED"]},
    },
    "Query.myRedeemedRewards": {"": lambda *_: {"first": 20}, "waiting": lambda *_: {"states": ["TO_DO", "READY"]}},
    "Mutation.rewardRedeem": {
        "": lambda mine, theirs, key: _ask(theirs, member={"id": mine.member}, idempotencyKey=key),
        "for another's member": lambda mine, theirs, key: _ask(mine, member={"id": theirs.member}, idempotencyKey=key),
        "by a hold": lambda mine, theirs, key: _ask(
            mine, member={"id": theirs.guest}, idempotencyKey=key, holdMinutes=5
        ),
    },
    "Mutation.myRewardRedeem": {
        "": lambda _mine, theirs, key: _ask(theirs, idempotencyKey=key),
        "at a partner": lambda _mine, theirs, key: _ask(theirs, idempotencyKey=key, partner=theirs.partner),
    },
    "Mutation.rewardFulfil": {
        "": lambda _mine, theirs, _key: _fulfil(theirs, "READY"),
        "cancelled": lambda _mine, theirs, _key: _fulfil(theirs, "CANCELLED"),
        "a redemption of points": lambda _mine, theirs, _key: {
            "input": {"redemption": theirs.redemption, "state": "DONE"}
        },
    },
}

REWARDS: Mapping[str, Mapping[str, Build]] = {
    "Query.rewards": {
        "": lambda *_: {"first": 20},
        "at a partner": lambda _mine, theirs, _key: {
            "first": 20,
            "filter": {"partner": theirs.partner, "kinds": ["GIFT"], "mostPoints": "1000"},
        },
    },
    "Query.reward": {
        "": lambda _mine, theirs, _key: {"id": theirs.reward},
        "a draft": lambda _mine, theirs, _key: {"id": theirs.reward_draft},
    },
    "Query.myRewards": {"": lambda *_: {}, "only now": lambda *_: {"onlyNow": True, "first": 5}},
    "Query.partnerRewards": {"": lambda *_: {"first": 20, "states": ["DRAFT", "LIVE"]}},
    "Query.rewardAccess": {
        "": lambda mine, theirs, _key: {"reward": theirs.reward, "member": {"id": mine.member}},
        "another's member": lambda mine, theirs, _key: {"reward": mine.reward, "member": {"id": theirs.member}},
    },
    "Query.rewardTickets": {"": lambda _mine, theirs, _key: {"reward": theirs.reward}},
    "Query.rewardGiving": {"": lambda *_: {}, "to one": lambda *_: {"charity": "The forest"}},
    "Query.myRewardGiving": {"": lambda *_: {}},
    "Mutation.rewardDraft": {
        "": lambda mine, _theirs, key: {"input": {"terms": _terms(mine, key)}},
        "for another's segment": lambda mine, theirs, key: {
            "input": {"terms": _terms(mine, f"{key} s", segments=[theirs.segment])}
        },
        "paid by itself": lambda mine, _theirs, key: {
            "input": {"terms": _terms(mine, f"{key} p", sponsors=[{"partner": mine.partner}])}
        },
    },
    "Mutation.rewardChange": {
        "": lambda mine, theirs, key: {
            "input": {
                "reward": theirs.reward_draft,
                "terms": _terms(mine, key, sponsors=[{"partner": mine.partner}]),
            }
        }
    },
    "Mutation.rewardAgree": {
        "": lambda _mine, theirs, _key: {"input": {"reward": theirs.reward_draft, "fingerprint": "00"}}
    },
    "Mutation.rewardStockAdd": {
        "": lambda _mine, theirs, _key: {"input": {"reward": theirs.reward, "pieces": 1}},
    },
    "Mutation.rewardDraw": {"": _step},
    "Mutation.rewardPublish": {"": _draft},
    "Mutation.rewardPause": {"": _step},
    "Mutation.rewardResume": {"": _step},
    "Mutation.rewardEnd": {"": _step},
}
