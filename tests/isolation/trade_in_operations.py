"""An example for each root field about trade-ins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.isolation.names import Names
from tests.isolation.shop import OPENED

Build = Callable[[Names, Names, str], dict[str, Any]]

_SHOES = [{"category": "SHOES", "grade": "GOOD"}]


def _terms(whose: Names, key: str, **more: Any) -> dict[str, Any]:
    usual = {
        "name": f"Shoes {key}",
        "partners": [whose.partner],
        "grades": ["NEW", "GOOD"],
        "prices": [{"category": "SHOES", "prices": [{"grade": "GOOD", "amount": "12.00"}]}],
        "form": "POINTS",
    }
    return usual | more


def _step(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"input": {"scheme": theirs.trade_in_scheme}}


def _hand_in(key: str, **more: Any) -> dict[str, Any]:
    return {"input": {"idempotencyKey": f"{key}-trade", "items": _SHOES} | more}


TRADE_INS: Mapping[str, Mapping[str, Build]] = {
    "Query.tradeInSchemes": {"": lambda *_: {"first": 20, "states": ["DRAFT", "LIVE"]}},
    "Query.tradeInScheme": {"": lambda _mine, theirs, _key: {"id": theirs.trade_in_scheme}},
    "Query.tradeInQuote": {
        "": lambda *_: {"items": _SHOES},
        "by a scheme": lambda _mine, theirs, _key: {"items": _SHOES, "scheme": theirs.trade_in_scheme},
    },
    "Query.tradeIns": {
        "": lambda *_: {"first": 10},
        "of a scheme": lambda _mine, theirs, _key: {"first": 10, "scheme": theirs.trade_in_scheme},
        "consigned": lambda *_: {"first": 10, "states": ["CONSIGNED"]},
    },
    "Query.tradeIn": {"": lambda _mine, theirs, _key: {"id": theirs.trade_in}},
    "Query.myTradeIns": {"": lambda *_: {"first": 10}},
    "Query.tradeInReport": {
        "": lambda *_: {"since": OPENED.isoformat()},
        "of a scheme": lambda _mine, theirs, _key: {"since": OPENED.isoformat(), "scheme": theirs.trade_in_scheme},
    },
    "Mutation.tradeInSchemeDraft": {
        "": lambda mine, _theirs, key: {"input": {"terms": _terms(mine, key)}},
        "with another's coupon": lambda mine, theirs, key: {
            "input": {"terms": _terms(mine, key, form="VOUCHER", coupon=theirs.coupon)}
        },
    },
    "Mutation.tradeInSchemeChange": {
        "": lambda mine, theirs, key: {"input": {"scheme": theirs.trade_in_scheme, "terms": _terms(mine, key)}}
    },
    "Mutation.tradeInSchemeAgree": {
        "": lambda _mine, theirs, _key: {"input": {"scheme": theirs.trade_in_scheme, "fingerprint": "00"}}
    },
    "Mutation.tradeInRecord": {
        "": lambda _mine, theirs, key: _hand_in(key, member={"id": theirs.member}),
        "by a scheme": lambda mine, theirs, key: _hand_in(
            key, member={"id": mine.member}, scheme=theirs.trade_in_scheme
        ),
    },
    "Mutation.consignmentSold": {
        "": lambda _mine, theirs, key: {
            "input": {
                "idempotencyKey": f"{key}-sold",
                "item": theirs.trade_in_item,
                "price": {"amount": "20.00", "currency": "USD"},
            }
        }
    },
    "Mutation.consignmentEnd": {
        "": lambda _mine, theirs, key: {
            "input": {"idempotencyKey": f"{key}-ends", "item": theirs.trade_in_item, "endsAs": "GIVEN_BACK"}
        }
    },
    "Mutation.tradeInReverse": {
        "": lambda _mine, theirs, key: {"input": {"idempotencyKey": f"{key}-back", "tradeIn": theirs.trade_in}}
    },
    "Mutation.tradeInSchemePause": {"": _step},
    "Mutation.tradeInSchemeResume": {"": _step},
    "Mutation.tradeInSchemePublish": {"": _step},
    "Mutation.tradeInSchemeEnd": {"": _step},
}
