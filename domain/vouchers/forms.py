"""How the terms of a coupon are written to JSON and read back: each field by the codec in its metadata."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from domain.values import Rate
from domain.vouchers.errors import InvalidCoupon

LARGEST_SET = 10_000
RATE_FORM = re.compile(r"\d{1,18}(\.\d{1,9}|/0*[1-9]\d{0,9})?", re.ASCII)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Codec:
    """How a value is written to JSON and read back."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]

    @property
    def metadata(self) -> dict[str, Codec]:
        """As a dataclass field bears it."""
        return {"codec": self}


def _plain(kind: type[Any], called: str) -> Codec:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise InvalidCoupon(f"{value!r} is not {called}")
        return value

    return Codec(write=lambda value: value, read=read)


def _parsed(parse: Callable[[str], Any], write: Callable[[Any], str], called: str) -> Codec:
    def read(value: Any) -> Any:
        try:
            return parse(value)
        except (ValueError, TypeError, AttributeError):
            raise InvalidCoupon(f"{value!r} is not {called}") from None

    return Codec(write=write, read=read)


def _rate(value: str) -> Rate:
    if not RATE_FORM.fullmatch(value):
        raise ValueError
    return Rate(value)


def _instant(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


def one_of(kind: type[StrEnum]) -> Codec:
    """One value of an enumeration."""
    return _parsed(kind, str, f"one of {', '.join(kind)}")


def listed(part: Codec) -> Codec:
    """A list, in its order."""

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) > LARGEST_SET:
            raise InvalidCoupon(f"a list has at most {LARGEST_SET} parts")
        return tuple(part.read(one) for one in value)

    return Codec(write=lambda parts: [part.write(one) for one in parts], read=read)


def set_of(part: Codec) -> Codec:
    """A set, written in order."""
    many = listed(part)
    return Codec(write=lambda parts: sorted(map(part.write, parts)), read=lambda value: frozenset(many.read(value)))


def parts_of(kind: type[Any]) -> Codec:
    """A dataclass whose fields have codecs."""
    return Codec(write=written, read=lambda stored: read_parts(kind, stored))


TEXT = _plain(str, "a text")
WHOLE = _plain(int, "a whole number")
FLAG = _plain(bool, "true or false")
ID = _parsed(UUID, str, "an id")
RATE = _parsed(_rate, str, "a rate such as 0.2 or 1/5")
INSTANT = _parsed(_instant, lambda at: at.astimezone(UTC).isoformat(), "a time with its offset")
TIME = _parsed(time.fromisoformat, lambda at: f"{at:%H:%M}", "a time of day such as 06:00")


def written(source: Any) -> dict[str, Any]:
    """The fields of a dataclass that differ from the usual."""
    return {
        part.name: part.metadata["codec"].write(getattr(source, part.name))
        for part in fields(source)
        if getattr(source, part.name) != part.default
    }


def read_parts(kind: type[T], stored: Any) -> T:
    """A dataclass out of its stored form. Raises: InvalidCoupon, naming the part."""
    if not isinstance(stored, Mapping):
        raise InvalidCoupon(f"{stored!r} is not an object")
    parts = {part.name: part for part in fields(kind)}  # type: ignore[arg-type]
    for name in stored:
        if name not in parts:
            raise InvalidCoupon(f"there is no part {name!r}", path=(str(name),))
    for name, part in parts.items():
        if name not in stored and part.default is MISSING:
            raise InvalidCoupon(f"{name} is missing", path=(name,))
    values: dict[str, Any] = {}
    for name, value in stored.items():
        try:
            values[name] = parts[name].metadata["codec"].read(value)
        except InvalidCoupon as refusal:
            raise refusal.at(name) from None
    return kind(**values)


def fit(part: str, allowed: str, *, holds: bool, whole: bool = False) -> None:
    """Hold a part of the terms, or the whole, to what is allowed. Raises: InvalidCoupon."""
    if not holds:
        raise InvalidCoupon(f"{part} is {allowed}", path=() if whole else (part,))
