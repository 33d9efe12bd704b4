"""Which journey there is: the year of real baskets where its package is installed, else a made-up month."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from hansa.journey.made_up import MadeUp
from hansa.journey.trips import Journey


def journey_for(home: Path) -> Journey:
    """The best journey this installation can tell."""
    if find_spec("polars") is not None:
        from hansa.journey import recorded  # noqa: PLC0415  # it needs polars

        source = recorded.available()
        if source is not None:
            return recorded.opened(source, home)
    return MadeUp()
