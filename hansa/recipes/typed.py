"""Terms out of a recipe by their own names: each part is read by the type of the field that is called so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, is_dataclass, replace
from dataclasses import fields as fields_of
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from domain.earning.matching import LineMatch
from domain.ids import CouponId, OutletId, PartnerId, SegmentId
from domain.languages import OTHERWISE
from domain.values import Rate
from hansa.recipes import words
from hansa.recipes.giving import Reading
from hansa.recipes.parts import CALLED, Part

T = TypeVar("T")
Reader = Callable[[Part], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """By whose names and money terms are read, and which of their fields in a way of their own."""

    reading: Reading
    amounts: frozenset[str] = frozenset()
    """Whole numbers that are amounts of money, in minor units."""
    named: Mapping[str, Reader] = field(default_factory=dict)
    """Fields that are read in a way of their own."""

    def read(self, kind: type[T], part: Part, **known: Any) -> T:
        """Terms of a kind, of which some parts are known already. Raises: InvalidRecipe."""
        hints = get_type_hints(kind)
        wanted = {_called(one): one for one in fields_of(kind) if one.init and one.name not in known}  # type: ignore[arg-type]
        needed = tuple(word for word, one in wanted.items() if one.default is MISSING is one.default_factory)
        parts = {wanted[word].name: one for word, one in part.parts(*wanted, needed=needed).items()}
        with part.minded():
            return kind(**{name: self.value(name, hints[name], one) for name, one in parts.items()}, **known)

    def value(self, name: str, kind: Any, part: Part) -> Any:
        """What stands in a field of a type. Raises: InvalidRecipe."""
        if name in self.named:
            return self.named[name](part)
        origin = get_origin(kind)
        if origin in (Union, UnionType):
            (kind,) = (one for one in get_args(kind) if one is not NoneType)
            return self.value(name, kind, part)
        if origin in (tuple, frozenset, list):
            return origin(self.value(name, get_args(kind)[0], one) for one in part.many())
        if origin is not None:
            return self.words(part)
        return self._single(name, kind, part)

    def words(self, part: Part) -> dict[str, str]:
        """The same in several languages; a text alone is said in the one that is spoken otherwise."""
        if isinstance(part.content, str):
            return {OTHERWISE: part.text()}
        return {language: said.text() for language, said in part.named().items()}

    def _single(self, name: str, kind: Any, part: Part) -> Any:
        if name in self.amounts:
            return self.reading.amount(part)
        reader = self._readers().get(kind)
        if reader is not None:
            return reader(part)
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return words.choice(kind)(part)
        assert is_dataclass(kind), f"no word for {name} of {kind}"
        return self.read(kind, part)  # type: ignore[arg-type]

    def _readers(self) -> Mapping[Any, Reader]:
        cast = self.reading.cast
        return {
            bool: words.yes,
            int: words.whole,
            str: Part.text,
            Rate: words.rate,
            Decimal: number,
            date: words.day,
            datetime: words.moment(self.reading.zone),
            time: words.time_of_day,
            LineMatch: self.reading.lines,
            PartnerId: cast.partner,
            OutletId: cast.outlet,
            SegmentId: cast.segment,
            CouponId: cast.coupon,
        }


def _called(one: Field[Any]) -> str:
    """What a recipe calls a field."""
    return CALLED.get(one.name, one.name)


def beside(part: Part, name: str) -> tuple[Part, Part]:
    """One part of several, and the others. Raises: InvalidRecipe, where it is missing."""
    parts = part.named()
    if name not in parts:
        part.refuse(f"{name!r} is missing")
    rest = {other: one for other, one in parts.items() if other != name}
    return parts[name], replace(part, content=rest)


def partners_and_places(reading: Reading) -> dict[str, Reader]:
    """How the names of partners, outlets and segments are read where a term keeps their ids alone."""
    cast = reading.cast
    named: dict[str, Callable[[Part], UUID]] = {"partners": cast.partner, "makers": cast.partner}
    named |= {"outlets": cast.outlet, "segments": cast.segment, "not_segments": cast.segment}
    return {name: _several(read) for name, read in named.items()}


def number(part: Part) -> Decimal:
    """An exact number, such as 12.34. Raises: InvalidRecipe."""
    if not words.AMOUNT_FORM.fullmatch(part.text()):
        part.refuse(f"{part.text()!r} is not a number such as 12.34")
    return Decimal(part.text())


def _several(read: Callable[[Part], UUID]) -> Reader:
    return lambda part: frozenset(map(read, part.many()))
