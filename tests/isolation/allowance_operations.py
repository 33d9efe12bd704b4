"""An example for each root field about what sponsors can still award."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.isolation.names import Names

Build = Callable[[Names, Names, str], dict[str, Any]]


def _whose(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"partner": theirs.partner}


def _step(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"input": {"pack": theirs.pack}}


ALLOWANCES: Mapping[str, Mapping[str, Build]] = {
    "Query.sponsorMeans": {"": lambda *_: {}, "of a partner": _whose},
    "Query.boundedSponsors": {"": lambda *_: {}},
    "Query.prepaidPacks": {"": lambda *_: {}, "of a partner": _whose},
    "Mutation.prepaidPackOrder": {
        "": lambda _mine, _theirs, key: {"input": {"idempotencyKey": key}},
        "for a partner": lambda _mine, theirs, key: {"input": {"idempotencyKey": key, "partner": theirs.partner}},
    },
    "Mutation.prepaidPackNotePayment": {
        "": lambda _mine, theirs, _key: {"input": {"pack": theirs.pack, "amount": "1.00", "bankNote": "Statement 7"}}
    },
    "Mutation.prepaidPackConfirmPayment": {"": _step},
    "Mutation.prepaidPackCancel": {"": _step},
    "Query.prepaidRefunds": {"": lambda *_: {}, "of a partner": _whose},
    "Mutation.prepaidRefundAsk": {
        "": lambda _mine, theirs, _key: {"input": {"partner": theirs.partner, "note": "It leaves"}}
    },
    "Mutation.prepaidRefundAgree": {"": lambda _mine, theirs, _key: {"input": {"partner": theirs.partner}}},
    "Mutation.issuanceStop": {
        "": lambda _mine, theirs, _key: {"input": {"partner": theirs.partner, "note": "until it has paid"}}
    },
    "Mutation.issuanceLift": {"": lambda _mine, theirs, _key: {"input": {"partner": theirs.partner}}},
}
