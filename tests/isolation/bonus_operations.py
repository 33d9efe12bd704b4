"""An example for each root field about business members and their bonuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.isolation.names import Names
from tests.isolation.shop import NOW

Build = Callable[[Names, Names, str], dict[str, Any]]

TOKEN = "A-token-that-nobody-was-given"


def _terms(key: str, **more: Any) -> dict[str, Any]:
    bands = [{"from": "0", "rate": "0.01"}, {"from": "100000", "rate": "0.02"}]
    return {"name": f"Bonus {key}", "startsOn": "2026-10-01", "bands": bands, **more}


def _firm(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"input": {"business": theirs.business}}


def _scheme(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"input": {"scheme": theirs.bonus_scheme}}


def _register(key: str) -> dict[str, Any]:
    named = {"name": "Corner shop", "registrationNumber": key[:12], "customerNumber": f"C-{key}"}
    return {"input": {"idempotencyKey": key, "kind": "RETAILER", **named}}


def _sold(firm: str, key: str) -> dict[str, Any]:
    value = {"amount": "12.00", "currency": "USD"}
    row = {"firm": firm, "reference": key, "sku": "milk", "day": NOW.date().isoformat(), "quantity": "2"}
    return {"input": {"name": f"Report {key}", "rows": [{**row, "value": value}]}}


BUSINESS: Mapping[str, Mapping[str, Build]] = {
    "Query.businesses": {
        "": lambda *_: {"first": 10},
        "offices": lambda *_: {"first": 10, "kinds": ["OFFICE"], "states": ["ACTIVE"]},
    },
    "Query.business": {"": lambda _mine, theirs, _key: {"id": theirs.business}},
    "Query.businessGroups": {"": lambda *_: {}},
    "Query.myBusinesses": {"": lambda *_: {}},
    "Query.myBusiness": {"": lambda _mine, theirs, _key: {"id": theirs.my_business}},
    "Mutation.businessRegister": {"": lambda _mine, _theirs, key: _register(key)},
    "Mutation.businessApprove": {"": _firm},
    "Mutation.businessEnd": {"": _firm},
    "Mutation.businessBuyerName": {
        "": lambda _mine, theirs, _key: {"input": {"purchase": theirs.purchase, "buyer": {"id": theirs.member}}},
        "by a card": lambda _mine, theirs, _key: {
            "input": {"purchase": theirs.purchase, "buyer": {"cardNumber": theirs.card}}
        },
    },
    "Mutation.businessGroupDefine": {
        "": lambda _mine, _theirs, key: {"input": {"name": f"Group {key}", "kinds": ["OFFICE"]}}
    },
    "Mutation.businessGroupChange": {
        "": lambda _mine, theirs, _key: {"input": {"group": theirs.business_group, "kinds": ["RETAILER"]}},
        "with another's firm": lambda mine, theirs, _key: {
            "input": {"group": mine.business_group, "putIn": [theirs.business]}
        },
    },
    "Mutation.businessInvite": {
        "": lambda _mine, theirs, key: {
            "input": {"business": theirs.business, "role": "BUYER", "called": f"Buyer {key}"}
        },
        "by a user": lambda _mine, theirs, key: {
            "input": {"business": theirs.my_business, "role": "BUYER", "called": f"Buyer {key}"}
        },
    },
    "Mutation.businessJoin": {"": lambda *_: {"input": {"token": TOKEN}}},
    "Mutation.businessUserChange": {
        "": lambda _mine, theirs, _key: {"input": {"user": theirs.business_user, "role": "OWNER"}}
    },
    "Mutation.businessRewardRedeem": {
        "": lambda _mine, theirs, key: {
            "input": {"business": theirs.my_business, "reward": theirs.reward, "idempotencyKey": key}
        }
    },
}

BONUSES: Mapping[str, Mapping[str, Build]] = {
    "Query.bonusSchemes": {
        "": lambda *_: {"first": 10},
        "live": lambda *_: {"first": 10, "states": ["LIVE"]},
    },
    "Query.bonusScheme": {"": lambda _mine, theirs, _key: {"id": theirs.bonus_scheme}},
    "Query.bonusStatements": {
        "": lambda *_: {"first": 10},
        "of a scheme": lambda _mine, theirs, _key: {"first": 10, "scheme": theirs.bonus_scheme},
        "of a period": lambda *_: {"first": 10, "starts": "2026-10-01", "states": ["CHECKED"]},
    },
    "Query.soldOnReports": {"": lambda *_: {"first": 10}},
    "Mutation.bonusSchemeDraft": {
        "": lambda _mine, _theirs, key: {"input": {"terms": _terms(key)}},
        "for another's group": lambda _mine, theirs, key: {
            "input": {"terms": _terms(key, groups=[theirs.business_group])}
        },
    },
    "Mutation.bonusSchemeChange": {
        "": lambda _mine, theirs, key: {"input": {"scheme": theirs.bonus_scheme, "terms": _terms(key)}}
    },
    "Mutation.bonusSchemeAgree": {
        "": lambda _mine, theirs, _key: {"input": {"scheme": theirs.bonus_scheme, "fingerprint": "00" * 32}}
    },
    "Mutation.bonusSchemePublish": {"": _scheme},
    "Mutation.bonusSchemePause": {"": _scheme},
    "Mutation.bonusSchemeResume": {"": _scheme},
    "Mutation.bonusSchemeEnd": {"": _scheme},
    "Mutation.bonusStatementsCheck": {
        "": lambda _mine, theirs, _key: {"input": {"statements": [theirs.bonus_statement]}}
    },
    "Mutation.soldOnReport": {"": lambda _mine, theirs, key: _sold(theirs.external_id, key)},
}
