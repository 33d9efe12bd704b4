"""Examples of asking for contracts, companies, exits and the end of a coalition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from tests.isolation.names import Names
from tests.isolation.shop import NOW

Build = Callable[[Names, Names, str], dict[str, Any]]

FINNISH = "FI2112345600000785"
LATER, LAST = (NOW + timedelta(days=1_200)).isoformat(), (NOW + timedelta(days=2_400)).isoformat()


def _put(**values: Any) -> dict[str, Any]:
    return {"input": values}


NAMELESS: Mapping[str, Mapping[str, Build]] = {
    "Query.exits": {"": lambda *_: {}},
    "Query.myNotices": {"": lambda *_: {}},
    "Query.windDown": {"": lambda *_: {}},
    "Query.concentration": {
        "": lambda *_: {},
        "of a cycle": lambda mine, _theirs, _key: {"cycle": mine.cycles["settled"]},
    },
    "Mutation.windDownAnnounce": {
        "": lambda *_: _put(earningEndsAt=LATER, spendingEndsAt=LAST, residual="SPONSORS", reason="Tests")
    },
    "Mutation.windDownStep": {"": lambda *_: _put(step="SETTLE")},
    "Mutation.windDownWithdraw": {"": lambda *_: _put(announcedAt="2026-11-01T00:00:00Z")},
}

NAMING: Mapping[str, Mapping[str, Build]] = {
    "Query.contractDiff": {
        "": lambda mine, theirs, _key: {"contract": theirs.contract, "against": mine.contract},
        "against another's": lambda mine, theirs, _key: {"contract": mine.contract, "against": theirs.contract},
    },
    "Query.contractWhatIf": {
        "": lambda mine, theirs, _key: {
            "contract": theirs.contract,
            "cycle": mine.cycles["settled"],
            "always": False,
        },
        "a draft cycle": lambda mine, theirs, _key: {
            "contract": theirs.contract,
            "cycle": mine.cycles["drafted"],
            "always": True,
        },
    },
    "Query.company": {
        "": lambda _mine, theirs, _key: {"partner": theirs.partner},
        "the operator's": lambda *_: {},
    },
    "Query.exit": {"": lambda _mine, theirs, _key: {"partner": theirs.partner}},
    "Mutation.contractDrawUp": {
        "": lambda _mine, theirs, _key: _put(partner=theirs.partner, validFrom=NOW.isoformat())
    },
    "Mutation.contractChange": {
        "": lambda _mine, theirs, _key: _put(contract=theirs.contract, validFrom=NOW.isoformat())
    },
    "Mutation.contractWithdraw": {"": lambda _mine, theirs, _key: _put(contract=theirs.contract)},
    "Mutation.contractSign": {"": lambda _mine, theirs, _key: _put(contract=theirs.contract)},
    "Mutation.companyChange": {
        "": lambda _mine, theirs, _key: _put(partner=theirs.partner, street="Main street"),
        "the operator's": lambda *_: _put(name="Operator AS", country="LV"),
    },
    "Mutation.accountPropose": {"": lambda _mine, theirs, _key: _put(partner=theirs.partner, iban=FINNISH)},
    "Mutation.accountDecide": {"": lambda _mine, theirs, _key: _put(change=theirs.contract, outcome="REJECTED")},
    "Mutation.exitNotice": {
        "": lambda _mine, theirs, _key: _put(partner=theirs.partner, exitAt=NOW.isoformat(), reason="Tests")
    },
    "Mutation.exitWithdraw": {"": lambda _mine, theirs, _key: _put(partner=theirs.partner)},
    "Mutation.exitRemainder": {"": lambda _mine, theirs, _key: _put(partner=theirs.partner, remainder="HONOUR")},
    "Mutation.exitStep": {"": lambda _mine, theirs, _key: _put(partner=theirs.partner, step="CLOSE")},
}
