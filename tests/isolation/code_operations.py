"""An example for each root field about codes in packs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.isolation.names import Names

Build = Callable[[Names, Names, str], dict[str, Any]]


def _batch(**more: Any) -> Build:
    return lambda _mine, theirs, _key: {"input": {"batch": theirs.code_batch, **more}}


def _order(sku: str) -> dict[str, Any]:
    return {"input": {"name": "Spring", "kind": "STATELESS", "products": [{"sku": sku, "count": 5}]}}


CODES: Mapping[str, Mapping[str, Build]] = {
    "Query.codeBatches": {"": lambda *_: {"first": 10}},
    "Query.codeBatch": {"": lambda _mine, theirs, _key: {"id": theirs.code_batch}},
    "Query.codeEntries": {"": lambda _mine, theirs, _key: {"batch": theirs.code_batch, "first": 10}},
    "Query.codeAlarms": {
        "": lambda *_: {"first": 10},
        "of a batch": lambda _mine, theirs, _key: {"first": 10, "batch": theirs.code_batch},
    },
    "Query.codeThresholds": {"": lambda *_: {}},
    "Mutation.codeCheck": {
        "": lambda mine, theirs, _key: {"input": {"code": mine.code, "member": {"id": theirs.member}}},
        "of nobody": lambda *_: {"input": {"code": "0000-0000-0000-00000"}},
    },
    "Mutation.myCodeCheck": {"": lambda mine, _theirs, _key: {"input": {"code": mine.code}}},
    "Mutation.codeEnter": {
        "": lambda mine, theirs, _key: {"input": {"code": mine.code, "member": {"id": theirs.member}}},
        "of nobody": lambda mine, _theirs, _key: {
            "input": {"code": "0000-0000-0000-00000", "member": {"id": mine.member}}
        },
    },
    "Mutation.myCodeEnter": {"": lambda *_: {"input": {"code": "0000-0000-0000-00000"}}},
    "Mutation.codeBatchOrder": {
        "": lambda *_: _order("QuAmberOwn"),
        "of another article": lambda *_: _order("ZyBirchOwn"),
    },
    "Mutation.codeBatchPrint": {"": _batch(reason="The first file was lost")},
    "Mutation.codeBatchPutLive": {"": _batch()},
    "Mutation.codeBatchHold": {"": _batch()},
    "Mutation.codeBatchRelease": {"": _batch()},
    "Mutation.codeThresholdsSet": {"": lambda *_: {"input": {"misses": 50}}},
    "Mutation.codeBatchEnd": {"": _batch()},
    "Mutation.codeBatchVoid": {
        "serials": _batch(reason="Stolen", serials={"first": 8, "last": 9}),
        "codes": lambda mine, theirs, _key: {
            "input": {"batch": theirs.code_batch, "reason": "Torn", "codes": [mine.code]}
        },
        "": _batch(reason="A fault in printing"),
    },
}
