"""Properties tried a few times whenever tests run, and many times among the slow ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

FEW, MANY = 25, 800
SLOW_TO_DRAW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

Check = Callable[..., None]


class Laws:
    """The laws of one module."""

    def __init__(self) -> None:
        self.all: list[Check] = []
        """Each with many examples."""

    def __call__(self, *drawn: SearchStrategy[Any]) -> Callable[[Check], Check]:
        """A law over what is drawn."""

        def made(check: Check) -> Check:
            self.all.append(_tried(MANY, given(*drawn)(check)))
            return _tried(FEW, given(*drawn)(check))

        return made


def _tried(times: int, check: Check) -> Check:
    return settings(max_examples=times, deadline=None, suppress_health_check=SLOW_TO_DRAW)(check)


def called(check: Check) -> str:
    """A law's name."""
    return check.__name__.removeprefix("test_")
