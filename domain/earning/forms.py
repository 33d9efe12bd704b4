"""How the parts of a campaign are written to JSON and read back, each by the codec in its field's metadata."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import time
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from domain.earning.errors import InvalidCampaign, InvalidRule
from domain.errors import DomainError
from domain.values import Rate

LARGEST_SET = 10_000
RATE_FORM = re.compile(r"\d{1,18}(\.\d{1,9}|/0*[1-9]\d{0,9})?", re.ASCII)
"""What people write, and what it is kept as: nine decimals are a ratio to at most ten digits."""
TIME_FORM = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)

T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)
_CALLED: dict[type[Any], str] = {str: "a text", int: "a whole number", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class Codec:
    """How a field is written to JSON and read back."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]

    @property
    def metadata(self) -> dict[str, Codec]:
        """As a dataclass field bears it."""
        return {"codec": self}


def plain(kind: type[T]) -> Codec:
    """A value that JSON has itself."""

    def read(value: Any) -> T:
        if type(value) is not kind:
            raise InvalidRule(f"{value!r} is not {_CALLED[kind]}")
        return value

    return Codec(write=lambda value: value, read=read)


def read_rate(value: Any) -> Rate:
    """An exact rate written as "1.5" or "3/2".

    Raises: InvalidRule.
    """
    if not isinstance(value, str) or not RATE_FORM.fullmatch(value):
        raise InvalidRule(f"{value!r} is not a rate such as 1.5 or 3/2")
    return Rate(value)


def _read_id(value: Any) -> UUID:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise InvalidRule(f"{value!r} is not an id") from None


def _read_time(value: Any) -> time:
    if not isinstance(value, str) or not TIME_FORM.fullmatch(value):
        raise InvalidRule(f"{value!r} is not a time of day such as 06:00")
    return time.fromisoformat(value)


def choice(kind: type[Choice], called: str) -> Codec:
    """One of an enumeration's values."""

    def read(value: Any) -> Choice:
        if not isinstance(value, str) or value not in kind.__members__:
            raise InvalidRule(f"{value!r} is no {called}")
        return kind(value)

    return Codec(write=str, read=read)


def listed(part: Codec) -> Codec:
    """A list, in its order."""

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) > LARGEST_SET:
            raise InvalidRule(f"a list has at most {LARGEST_SET} parts")
        return tuple(part.read(one) for one in value)

    return Codec(write=lambda parts: [part.write(one) for one in parts], read=read)


def set_of(part: Codec) -> Codec:
    """A set, written in order."""
    many = listed(part)
    return Codec(write=lambda parts: sorted(map(part.write, parts)), read=lambda value: frozenset(many.read(value)))


def parts_of(kind: type[Any]) -> Codec:
    """A dataclass whose fields have codecs: only what differs from the usual is written."""
    return Codec(write=written, read=lambda stored: read_parts(kind, stored))


TEXT = plain(str)
WHOLE = plain(int)
FLAG = plain(bool)
ID = Codec(write=str, read=_read_id)
RATE = Codec(write=str, read=read_rate)
TIME = Codec(write=lambda value: f"{value:%H:%M}", read=_read_time)


def written(source: Any) -> dict[str, Any]:
    """The fields of a dataclass that differ from the usual."""
    return {
        part.name: part.metadata["codec"].write(getattr(source, part.name))
        for part in fields(source)
        if part.metadata and getattr(source, part.name) != part.default
    }


def read_parts(kind: type[T], stored: Any) -> T:
    """A dataclass out of its stored form.

    Raises: InvalidRule, or InvalidCampaign as the dataclass refuses, naming the part.
    """
    if not isinstance(stored, Mapping):
        raise InvalidRule(f"{stored!r} is not an object")
    codecs = {part.name: part for part in fields(kind) if part.metadata}  # type: ignore[arg-type]
    for name in stored:
        if name not in codecs:
            raise InvalidRule(f"there is no part {name!r}", path=(str(name),))
    for name, part in codecs.items():
        if name not in stored and part.default is MISSING:
            raise InvalidRule(f"{name} is missing", path=(name,))
    return kind(**{name: named(name, codecs[name].metadata["codec"].read, value) for name, value in stored.items()})


def named(name: str, read: Callable[[Any], T], value: Any) -> T:
    """What is read of a part; a refusal names it. Raises: InvalidRule, InvalidCampaign, or what the reader refuses."""
    try:
        return read(value)
    except DomainError as refusal:
        raise refusal.at(name) from None


def check(part: str, allowed: str, *, holds: bool, whole: bool = False) -> None:
    """Hold a part, or the whole that is being made, to what is allowed. Raises: InvalidRule."""
    if not holds:
        raise InvalidRule(f"{part} is {allowed}", path=() if whole else (part,))


def fit(part: str, allowed: str, *, holds: bool, whole: bool = False) -> None:
    """Hold a part of a campaign's terms, or the whole, to what is allowed. Raises: InvalidCampaign."""
    if not holds:
        raise InvalidCampaign(f"{part} is {allowed}", path=() if whole else (part,))
