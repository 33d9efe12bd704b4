"""How the parts of a definition are written to JSON and read back, each by the codec in its field's metadata."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar
from uuid import UUID

from domain.segments.errors import InvalidSegment

LARGEST_SET = 1_000

T = TypeVar("T")
_CALLED: dict[type[Any], str] = {str: "a text", int: "a whole number", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class Codec:
    """How a field is written to JSON and read back."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _plain(kind: type[T]) -> Callable[[Any], T]:
    def read(value: Any) -> T:
        if type(value) is not kind:
            raise InvalidSegment(f"{value!r} is not {_CALLED[kind]}")
        return value

    return read


def _read_id(value: Any) -> UUID:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise InvalidSegment(f"{value!r} is not an id") from None


def _set_of(read: Callable[[Any], T], write: Callable[[T], Any]) -> dict[str, Codec]:
    def read_set(value: Any) -> frozenset[T]:
        if not isinstance(value, list) or len(value) > LARGEST_SET:
            raise InvalidSegment(f"this is a list of at most {LARGEST_SET} parts")
        return frozenset(map(read, value))

    return {"codec": Codec(write=lambda parts: sorted(map(write, parts)), read=read_set)}


def _as_is(value: T) -> T:
    return value


TEXT = {"codec": Codec(write=_as_is, read=_plain(str))}
WHOLE = {"codec": Codec(write=_as_is, read=_plain(int))}
FLAG = {"codec": Codec(write=_as_is, read=_plain(bool))}
TEXTS = _set_of(_plain(str), _as_is)
WHOLES = _set_of(_plain(int), _as_is)
IDS = _set_of(_read_id, str)


def written(source: Any) -> dict[str, Any]:
    """The fields of a dataclass that differ from the usual."""
    return {
        part.name: part.metadata["codec"].write(getattr(source, part.name))
        for part in fields(source)
        if getattr(source, part.name) != part.default
    }


def read_parts(kind: type[T], stored: Mapping[str, Any]) -> T:
    """A dataclass out of its stored form. Raises: InvalidSegment, naming the part."""
    known = {part.name: part for part in fields(kind)}  # type: ignore[arg-type]
    for name in stored:
        if name not in known:
            raise InvalidSegment(f"there is no {name!r} here; there is {', '.join(known)}", path=(str(name),))
    for name, part in known.items():
        if name not in stored and part.default is MISSING:
            raise InvalidSegment(f"{name} is missing", path=(name,))
    return kind(**{name: named(name, known[name].metadata["codec"].read, value) for name, value in stored.items()})


def named(name: str, read: Callable[[Any], T], value: Any) -> T:
    """What is read of a part; a refusal names it. Raises: InvalidSegment."""
    try:
        return read(value)
    except InvalidSegment as refusal:
        raise refusal.at(name) from None


def check(part: str, allowed: str, *, holds: bool) -> None:
    """Hold a part to what is allowed. Raises: InvalidSegment."""
    if not holds:
        raise InvalidSegment(f"{part} is {allowed}", path=(part,))
