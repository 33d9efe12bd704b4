"""What expressions are about: the kinds of values, and the names that may be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

SMALLEST, LARGEST = -(2**63), 2**63 - 1
"""Whole numbers have 64 bits, as in CEL."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value; the words are what messages call it."""

    words: str

    def __str__(self) -> str:
        return self.words


INT = Scalar("a whole number")
TEXT = Scalar("a text")
BOOL = Scalar("true or false")
TIME = Scalar("a time")
UNTOLD = Scalar("of a kind that nobody told")
"""A field of an open record, until its use tells its kind."""


@dataclass(frozen=True, slots=True)
class RecordOf:
    """Several values, each with a name."""

    name: str
    fields: Mapping[str, Kind]
    open: bool = False
    """It may have other fields, too, whose kinds their use tells."""

    def __str__(self) -> str:
        return f"a {self.name}"


@dataclass(frozen=True, slots=True)
class ListOf:
    """Any number of values of one kind."""

    element: Kind

    def __str__(self) -> str:
        return "a list"


Kind: TypeAlias = Scalar | RecordOf | ListOf


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names an expression may use."""

    variables: Mapping[str, Kind]
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Names, or first parts of names, that are not known here, each with the reason."""

    def names(self) -> Iterator[str]:
        """Every name in full, such as purchase.amount."""
        for name, kind in self.variables.items():
            yield from _paths(name, kind)


def _paths(name: str, kind: Kind) -> Iterator[str]:
    if isinstance(kind, RecordOf):
        for part, inner in kind.fields.items():
            yield from _paths(f"{name}.{part}", inner)
    else:
        yield name
