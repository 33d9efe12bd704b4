"""Says what a command found: a table for people, JSON for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed import DataclassInstance

_STYLES = {"well": "green", "note": "yellow", "ill": "red", "ok": "green", "wrong": "red"}


def say(sentence: str) -> None:
    """One sentence for people, on the standard output."""
    Console(highlight=False, soft_wrap=True).print(sentence, markup=False)


def complain(sentence: str) -> None:
    """One sentence about what went wrong, on the standard error."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(sentence, markup=False)


def as_json(value: object) -> None:
    """One value as JSON, with amounts and ids as strings."""
    print(json.dumps(value, indent=2, default=str, ensure_ascii=False))


def table(rows: Sequence[DataclassInstance], *, json_wanted: bool = False) -> None:
    """Rows of one kind, a column for each field."""
    plain: list[dict[str, Any]] = [asdict(row) for row in rows]
    if json_wanted:
        as_json(plain)
        return
    shown = Table(*(plain[0] if plain else ()), box=None, pad_edge=False, header_style="bold")
    for row in plain:
        shown.add_row(*(escape(str(value)) for value in row.values()), style=_STYLES.get(str(row.get("verdict")), ""))
    Console(highlight=False).print(shown)
