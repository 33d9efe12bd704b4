"""An example for each root field about looks back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from tests.isolation.names import Names
from tests.isolation.shop import NOW

Build = Callable[[Names, Names, str], dict[str, Any]]

_PAST = {"since": (NOW - timedelta(days=90)).isoformat(), "until": NOW.isoformat()}


def _campaign(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"campaign": theirs.campaign}


BACKTESTS: Mapping[str, Mapping[str, Build]] = {
    "Query.campaignBacktests": {"": _campaign},
    "Query.campaignBacktestShares": {"": _campaign},
    "Mutation.campaignBacktest": {
        "": lambda _mine, theirs, _key: {"input": {"campaign": theirs.campaign, **_PAST}},
        "own": lambda mine, _theirs, _key: {"input": {"campaign": mine.campaign, **_PAST}},
    },
}
