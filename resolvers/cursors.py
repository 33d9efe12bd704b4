"""Cursors: where a page ended, sealed, and good only for the list and the order it was cut from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.errors import InvalidValue
from resolvers.seals import BrokenSealError, Seal

Key = tuple[Any, ...]

_MADE_OF: Mapping[str, Callable[[str], object]] = {
    "uuid": UUID,
    "instant": datetime.fromisoformat,
    "day": date.fromisoformat,
    "decimal": Decimal,
}


class Cursors:
    """Writes and reads the cursors of one viewer."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def encode(self, order: str, key: Key) -> str:
        """The cursor after the row with this key."""
        content = json.dumps([_plain(part) for part in key], separators=(",", ":"))
        return self._seal.close(content.encode(), _purpose(order))

    def decode(self, order: str, text: str) -> Key:
        """The key a cursor of this list and order stands for.

        Raises: InvalidValue.
        """
        try:
            content = self._seal.open(text, _purpose(order))
        except BrokenSealError:
            raise InvalidValue(
                "after is a cursor of this very list, as an earlier page gave it", path=("after",)
            ) from None
        return tuple(_made(part) for part in json.loads(content))


def _purpose(order: str) -> str:
    return f"cursor {order}"


def _plain(part: object) -> object:
    """A part of a key in JSON; what JSON has no form for is named."""
    match part:
        case None | bool() | str():
            return part
        case int():
            return int(part)
        case UUID():
            return {"uuid": part.hex}
        case datetime():
            return {"instant": part.isoformat()}
        case date():
            return {"day": part.isoformat()}
        case Decimal():
            return {"decimal": str(part)}
    raise TypeError(f"a key of a page cannot hold {part!r}")


def _made(part: Any) -> object:
    if isinstance(part, dict):
        ((kind, text),) = part.items()
        return _MADE_OF[kind](text)
    return part
