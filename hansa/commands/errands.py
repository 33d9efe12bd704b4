"""Errands at the coalition's desk: what they need is loaded when they run, so that the command line starts quickly."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any


def at_desk(work: Callable[..., Awaitable[None]], *words: Any, **options: Any) -> None:
    """Do some work at the desk, with the words and options that were given."""
    from hansa.commands import desk  # noqa: PLC0415 -- it brings the database along, which --help can do without

    desk.at_desk(lambda own: work(own, *words, **options))
