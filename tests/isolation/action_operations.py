"""An example for each root field about actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.isolation.names import Names

Build = Callable[[Names, Names, str], dict[str, Any]]


def _action(member: str, key: str, **more: Any) -> dict[str, Any]:
    said = [{"name": "sku", "text": "amber-made"}, {"name": "stars", "whole": 4}]
    return {"kind": "REVIEW", "member": {"id": member}, "idempotencyKey": key, "attributes": said, **more}


ACTIONS: Mapping[str, Mapping[str, Build]] = {
    "Query.action": {"": lambda _mine, theirs, _key: {"id": theirs.action}},
    "Query.actionTypes": {"": lambda *_: {}},
    "Mutation.actionRecord": {
        "": lambda _mine, theirs, key: {"input": _action(theirs.member, key)},
        "at a till": lambda mine, theirs, key: {"input": _action(mine.member, key, outletCode=theirs.outlet_code)},
        "of another's type": lambda mine, theirs, key: {
            "input": {"kind": theirs.action_type, "member": {"id": mine.member}, "idempotencyKey": key}
        },
    },
    "Mutation.actionsRecord": {
        "": lambda mine, theirs, key: {
            "input": {
                "actions": [
                    _action(theirs.guest, f"{key}-1"),
                    _action(theirs.member, f"{key}-2", outletCode=mine.outlet_code),
                ]
            }
        }
    },
    "Mutation.actionTypeDefine": {
        "": lambda _mine, _theirs, key: {
            "input": {"name": f"OWN_{key}", "fields": [{"name": "minutes", "kind": "WHOLE", "required": True}]}
        },
    },
    "Mutation.actionTypeRetire": {"": lambda _mine, theirs, _key: {"input": {"name": theirs.action_type}}},
}
