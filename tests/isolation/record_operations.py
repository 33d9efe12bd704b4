"""What one would ask for about receipts, partners' files and their exceptions, with the names of somebody's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from tests.isolation.names import Names
from tests.isolation.shop import NOW

Variables = dict[str, Any]
Build = Callable[[Names, Names, str], Variables]

SAMPLE = "receipt,at,points\nA1,2026-11-01T10:00:00Z,5\n"


def _mapping() -> Variables:
    names = {"REFERENCE": "receipt", "OCCURRED_AT": "at", "POINTS": "points"}
    columns = [{"field": field, "column": column} for field, column in names.items()]
    return {"columns": columns, "kind": "PURCHASE"}


def _records(key: str, theirs: Names) -> Variables:
    period = {"startsAt": (NOW - timedelta(days=9)).isoformat(), "endsAt": NOW.isoformat()}
    return {"mapping": "tills", "name": key, "sequence": 2, "dryRun": True, "partner": theirs.partner, **period}


def _put(**values: Any) -> Variables:
    return {"input": values}


RECORDS: Mapping[str, Mapping[str, Build]] = {
    "Query.purchaseToReturn": {
        "": lambda _mine, theirs, _key: {"receiptNumber": theirs.receipt_number},
        "of a member": lambda mine, theirs, _key: {
            "receiptNumber": theirs.receipt_number,
            "member": {"id": mine.member},
        },
    },
    "Query.find": {
        "by the beginning of names": lambda *_: {"text": "qu", "first": 100},
        "by a receipt": lambda _mine, theirs, _key: {"text": theirs.receipt_number},
        "by a card": lambda _mine, theirs, _key: {"text": theirs.card},
    },
    "Query.reconciliationMappings": {
        "own": lambda *_: {},
        "of a partner": lambda _mine, theirs, _key: {"partner": theirs.partner},
    },
    "Query.reconciliationFiles": {
        "own": lambda *_: {"first": 10},
        "of a partner": lambda _mine, theirs, _key: {"first": 10, "partner": theirs.partner},
    },
    "Query.reconciliationFile": {"": lambda _mine, theirs, _key: {"id": theirs.file}},
    "Query.reconciliationExceptions": {
        "own": lambda *_: {"first": 10},
        "of a file": lambda _mine, theirs, _key: {"first": 10, "filter": {"file": theirs.file}},
    },
    "Mutation.reconciliationMappingSave": {
        "own": lambda _mine, _theirs, key: _put(name=key[:20], content=_mapping()),
        "of a partner": lambda _mine, theirs, key: _put(name=key[:20], content=_mapping(), partner=theirs.partner),
    },
    "Mutation.reconciliationBegin": {"": lambda _mine, theirs, key: _put(**_records(key, theirs))},
    "Mutation.reconciliationSubmit": {
        "": lambda _mine, theirs, key: _put(**_records(key, theirs), content=SAMPLE),
    },
    "Mutation.exceptionAssign": {"": lambda _mine, theirs, _key: _put(exception=theirs.exception)},
    "Mutation.exceptionNote": {"": lambda _mine, theirs, _key: _put(exception=theirs.exception, note="Seen")},
    "Mutation.exceptionResolve": {
        "": lambda _mine, theirs, _key: _put(exception=theirs.exception, resolution="ACCEPTED")
    },
    "Mutation.exceptionPropose": {
        "": lambda _mine, theirs, _key: _put(exception=theirs.exception, resolution="WRITTEN_OFF", note="Small")
    },
    "Mutation.exceptionConfirm": {"": lambda _mine, theirs, _key: _put(exception=theirs.exception)},
    "Mutation.exceptionDecline": {"": lambda _mine, theirs, _key: _put(exception=theirs.exception, note="No")},
    "Mutation.reconciliationWithdraw": {"": lambda _mine, theirs, _key: _put(file=theirs.file)},
    "Mutation.reconciliationPreview": {"": lambda *_: _put(content=_mapping(), sample=f"{SAMPLE}A2,soon,1\n")},
}
