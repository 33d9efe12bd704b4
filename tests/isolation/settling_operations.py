"""An example for each root field by which cycles are run: settings, adjustments in money, partners that fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.isolation.names import Names

Build = Callable[[Names, Names, str], dict[str, Any]]


def _about(which: str) -> Build:
    return lambda mine, theirs, _key: {
        "input": {"cycle": mine.cycles[which], "partner": theirs.partner, "reason": "insolvent"}
    }


def _adjustment(mine: Names, theirs: Names, key: str) -> dict[str, Any]:
    return {
        "input": {
            "idempotencyKey": key,
            "reason": "CORRECTION",
            "debtor": {"role": "PARTNER", "partner": theirs.partner},
            "creditor": {"role": "OPERATOR"},
            "amount": "1.00",
            "adjustsCycle": mine.cycles["settled"],
            "note": "counted twice",
        }
    }


SETTLING: Mapping[str, Mapping[str, Build]] = {
    "Query.settlementPolicy": {"": lambda *_: {}},
    "Query.moneyAdjustments": {
        "": lambda *_: {},
        "of a cycle": lambda mine, _theirs, _key: {"cycle": mine.cycles["settled"]},
    },
    "Mutation.settlementPolicyChange": {"": lambda *_: {"input": {"reminderDays": 4}}},
    "Mutation.moneyAdjustmentMake": {"": _adjustment},
    "Mutation.moneyAdjustmentAgree": {
        "": lambda _mine, theirs, _key: {"input": {"adjustment": theirs.money_adjustment}}
    },
    "Mutation.moneyAdjustmentWithdraw": {
        "": lambda _mine, theirs, _key: {"input": {"adjustment": theirs.money_adjustment}}
    },
    "Mutation.cyclePartnerSetAside": {"": _about("settled")},
    "Mutation.cyclePartnerTakeBack": {"": _about("settled")},
    "Mutation.cyclePartnerWriteOff": {"": _about("settled")},
    "Mutation.setAsideAgree": {"": lambda _mine, theirs, _key: {"input": {"setAside": theirs.set_aside}}},
    "Mutation.cycleClose": {"": lambda mine, _theirs, _key: {"input": {"cycle": mine.cycles["settled"]}}},
}
