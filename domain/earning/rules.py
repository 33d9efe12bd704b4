"""What a campaign gives for which lines: typed rules and their stored form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from domain.earning.errors import InvalidRule
from domain.ids import OutletId, PartnerId
from domain.values import Rate

LARGEST_SET = 10_000
LARGEST_RATE = 10_000
LARGEST_FACTOR = 100
LARGEST_POINTS = 1_000_000
LARGEST_AMOUNT = 10**9
RATE_FORM = re.compile(r"\d{1,9}(\.\d{1,9}|/0*[1-9]\d{0,8})?", re.ASCII)

T = TypeVar("T")
_CALLED: dict[type[Any], str] = {str: "a text", int: "a whole number", bool: "true or false"}


class RuleKind(StrEnum):
    """The kinds of rules."""

    RATE_PER_UNIT = "RATE_PER_UNIT"
    """Points per unit of currency spent."""
    PER_ITEM = "PER_ITEM"
    """Points per item, kilogram or litre."""
    FLAT = "FLAT"
    """Points once a purchase."""
    MULTIPLIER = "MULTIPLIER"
    """Points of other campaigns once more."""
    COUPON_REFUND = "COUPON_REFUND"
    """Makers' coupons refunded in money."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How a field of a rule is written to JSON and read back."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _read(kind: type[T]) -> Callable[[Any], T]:
    def read(value: Any) -> T:
        if type(value) is not kind:
            raise InvalidRule(f"{value!r} is not {_CALLED[kind]}")
        return value

    return read


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


def _read_kind(value: Any) -> RuleKind:
    if not isinstance(value, str) or value not in RuleKind.__members__:
        raise InvalidRule(f"{value!r} is no kind of rule")
    return RuleKind(value)


def _many(read: Callable[[Any], T]) -> Callable[[Any], tuple[T, ...]]:
    def read_list(value: Any) -> tuple[T, ...]:
        if not isinstance(value, list) or len(value) > LARGEST_SET:
            raise InvalidRule(f"a list has at most {LARGEST_SET} parts")
        return tuple(read(part) for part in value)

    return read_list


def _set_of(read: Callable[[Any], T]) -> dict[str, Codec]:
    many = _many(read)
    return {"codec": Codec(write=lambda parts: sorted(map(str, parts)), read=lambda value: frozenset(many(value)))}


TEXTS = _set_of(_read(str))
IDS = _set_of(_read_id)
KINDS = _set_of(_read_kind)
FLAG = {"codec": Codec(write=bool, read=_read(bool))}
WHOLE = {"codec": Codec(write=int, read=_read(int))}
RATE = {"codec": Codec(write=str, read=read_rate)}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMatch:
    """Which lines a rule counts: all present parts hold, and no exclusion does. Without parts: every line."""

    skus: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    gtins: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    makers: frozenset[PartnerId] = field(default=frozenset(), metadata=IDS)
    suppliers: frozenset[PartnerId] = field(default=frozenset(), metadata=IDS)
    brands: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    categories: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    departments: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    private_label: bool | None = field(default=None, metadata=FLAG)
    """Only the shop's own brands, or none of them."""
    outlets: frozenset[OutletId] = field(default=frozenset(), metadata=IDS)
    excluding: tuple[LineMatch, ...] = ()

    def __post_init__(self) -> None:
        for exclusion in self.excluding:
            if exclusion.excluding:
                raise InvalidRule("an exclusion has no exclusions of its own", path=("excluding",))
            if exclusion == LineMatch():
                raise InvalidRule("an exclusion without parts would exclude everything", path=("excluding",))

    def to_json(self) -> dict[str, Any]:
        """The match as stored: only the parts that are there."""
        stored = _written(self, skip=("excluding",))
        if self.excluding:
            stored["excluding"] = [exclusion.to_json() for exclusion in self.excluding]
        return stored

    @classmethod
    def from_json(cls, stored: Any) -> LineMatch:
        """The match out of its stored form.

        Raises: InvalidRule, naming the part.
        """
        parts = dict(stored) if isinstance(stored, Mapping) else {"": stored}
        excluding = _named("excluding", _many(cls.from_json), parts.pop("excluding", []))
        return cls(**_parts(cls, parts), excluding=excluding)


EVERY_LINE = LineMatch()
LINES = {"codec": Codec(write=LineMatch.to_json, read=LineMatch.from_json)}


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePerUnit:
    """Points per unit of currency spent on matching lines, rounded once for the purchase."""

    kind: ClassVar[RuleKind] = RuleKind.RATE_PER_UNIT
    points: Rate = field(metadata=RATE)
    lines: LineMatch = field(default=EVERY_LINE, metadata=LINES)

    def __post_init__(self) -> None:
        _check("points", f"above 0 and at most {LARGEST_RATE} a unit", holds=0 < self.points <= LARGEST_RATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PerItem:
    """Points per item (or kilogram, or litre) of matching lines, rounded once for the purchase."""

    kind: ClassVar[RuleKind] = RuleKind.PER_ITEM
    points: Rate = field(metadata=RATE)
    lines: LineMatch = field(default=EVERY_LINE, metadata=LINES)

    def __post_init__(self) -> None:
        _check("points", f"above 0 and at most {LARGEST_RATE} an item", holds=0 < self.points <= LARGEST_RATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """Points once a purchase whose matching lines come to a minimum."""

    kind: ClassVar[RuleKind] = RuleKind.FLAT
    points: int = field(metadata=WHOLE)
    minimum: int = field(default=0, metadata=WHOLE)
    """In minor units; 0: any matching line will do."""
    lines: LineMatch = field(default=EVERY_LINE, metadata=LINES)

    def __post_init__(self) -> None:
        _check("points", f"above 0 and at most {LARGEST_POINTS}", holds=0 < self.points <= LARGEST_POINTS)
        _check("minimum", f"from 0 to {LARGEST_AMOUNT}", holds=0 <= self.minimum <= LARGEST_AMOUNT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiplier:
    """The points of base awards once more, times (factor - 1), for matching lines.

    A base award counts with what its own rule gives for the matching lines alone. Several multipliers add up;
    they do not multiply each other.
    """

    kind: ClassVar[RuleKind] = RuleKind.MULTIPLIER
    factor: Rate = field(metadata=RATE)
    base: frozenset[RuleKind] = field(default=frozenset({RuleKind.RATE_PER_UNIT}), metadata=KINDS)
    """Which kinds of awards are multiplied."""
    lines: LineMatch = field(default=EVERY_LINE, metadata=LINES)

    def __post_init__(self) -> None:
        _check("factor", f"above 1 and at most {LARGEST_FACTOR}", holds=1 < self.factor <= LARGEST_FACTOR)
        _check("base", f"some of {', '.join(sorted(BASE_KINDS))}", holds=bool(self.base) and self.base <= BASE_KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponRefund:
    """Money, not points: the sponsor refunds the shop the face value of the maker's coupons it took."""

    kind: ClassVar[RuleKind] = RuleKind.COUPON_REFUND
    cap: int | None = field(default=None, metadata=WHOLE)
    """At most so many minor units an item."""
    lines: LineMatch = field(default=EVERY_LINE, metadata=LINES)

    def __post_init__(self) -> None:
        _check("cap", f"above 0 and at most {LARGEST_AMOUNT}", holds=self.cap is None or 0 < self.cap <= LARGEST_AMOUNT)


Rule = RatePerUnit | PerItem | Flat | Multiplier | CouponRefund
BASE_KINDS = frozenset({RuleKind.RATE_PER_UNIT, RuleKind.PER_ITEM, RuleKind.FLAT})
_CLASSES: dict[RuleKind, type[Rule]] = {
    rule.kind: rule for rule in (RatePerUnit, PerItem, Flat, Multiplier, CouponRefund)
}


def rule_to_json(rule: Rule) -> dict[str, Any]:
    """A rule as stored: its kind, and the parts that differ from what is usual."""
    return {"kind": rule.kind.value} | _written(rule)


def rule_from_json(stored: Any) -> Rule:
    """A rule out of its stored form.

    Raises: InvalidRule, naming the part.
    """
    parts = dict(stored) if isinstance(stored, Mapping) else {}
    kind = _CLASSES[_named("kind", _read_kind, parts.pop("kind", None))]
    return kind(**_parts(kind, parts))


def _check(part: str, allowed: str, *, holds: bool) -> None:
    if not holds:
        raise InvalidRule(f"{part} is {allowed}", path=(part,))


def _written(source: Any, skip: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        part.name: part.metadata["codec"].write(getattr(source, part.name))
        for part in fields(source)
        if part.name not in skip and getattr(source, part.name) != part.default
    }


def _parts(kind: type[Any], stored: dict[str, Any]) -> dict[str, Any]:
    codecs = {part.name: part for part in fields(kind) if part.metadata}
    for name in stored:
        if name not in codecs:
            raise InvalidRule(f"there is no part {name!r}", path=(str(name),))
    for name, part in codecs.items():
        if name not in stored and part.default is MISSING:
            raise InvalidRule(f"{name} is missing", path=(name,))
    return {name: _named(name, codecs[name].metadata["codec"].read, value) for name, value in stored.items()}


def _named(name: str, read: Callable[[Any], T], value: Any) -> T:
    try:
        return read(value)
    except InvalidRule as refusal:
        raise refusal.at(name) from None
