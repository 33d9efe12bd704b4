"""An expression as a typed tree: what the row form and the columnar form are both compiled from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from domain.expressions.kinds import BOOL, INT, Kind

Value: TypeAlias = int | str | bool | datetime


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that stands in the text."""

    value: Value
    kind: Kind


@dataclass(frozen=True, slots=True)
class Variable:
    """A fact, by its full name."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Element:
    """A field of the list's element at hand, or the element itself."""

    source: str
    """The list's full name."""
    field: str
    """Empty for the element itself."""
    kind: Kind

    @property
    def name(self) -> str:
        """The full name, such as lines.amount."""
        return f"{self.source}.{self.field}" if self.field else self.source


@dataclass(frozen=True, slots=True)
class Not:
    """True where its part is false."""

    part: Node
    kind: Kind = BOOL


@dataclass(frozen=True, slots=True)
class Minus:
    """A number with the other sign."""

    part: Node
    kind: Kind = INT


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold; one that does not hold decides, even beside one that is undecided."""

    parts: tuple[Node, ...]
    kind: Kind = BOOL


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds; it decides, even beside one that is undecided."""

    parts: tuple[Node, ...]
    kind: Kind = BOOL


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values of one kind compared: == != < <= > >=."""

    sign: str
    left: Node
    right: Node
    kind: Kind = BOOL


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two whole numbers reckoned with: + - * / %. Division and remainder truncate toward zero."""

    sign: str
    left: Node
    right: Node
    kind: Kind = INT


@dataclass(frozen=True, slots=True)
class Choice:
    """One of two values, as a test says."""

    test: Node
    yes: Node
    no: Node
    kind: Kind


@dataclass(frozen=True, slots=True)
class Membership:
    """A value is among others: those written down, or those of a variable."""

    part: Node
    among: Variable | tuple[Node, ...]
    kind: Kind = BOOL


@dataclass(frozen=True, slots=True)
class Call:
    """A function of its parts."""

    function: str
    parts: tuple[Node, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Fold:
    """What the elements of a list come to: exists, all, sum, or how many there are (size)."""

    function: str
    source: Variable
    filters: tuple[Node, ...]
    body: Node | None
    """None for size."""
    kind: Kind


Node: TypeAlias = (
    Constant
    | Variable
    | Element
    | Not
    | Minus
    | Every
    | Some
    | Comparison
    | Arithmetic
    | Choice
    | Membership
    | Call
    | Fold
)


def parts_of(node: Node) -> tuple[Node, ...]:
    """The nodes right below a node."""
    below: tuple[Node, ...] = ()
    match node:
        case Not(part) | Minus(part):
            below = (part,)
        case Every(parts) | Some(parts) | Call(_, parts):
            below = parts
        case Comparison(_, left, right) | Arithmetic(_, left, right):
            below = (left, right)
        case Choice(test, yes, no):
            below = (test, yes, no)
        case Membership(part, among):
            below = (part, *(among if isinstance(among, tuple) else (among,)))
        case Fold(_, source, filters, body):
            below = (source, *filters, *(() if body is None else (body,)))
    return below


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    yield node
    for part in parts_of(node):
        yield from walk(part)


def reads(node: Node) -> frozenset[str]:
    """The names of the facts and of the elements' fields that a node asks for."""
    return frozenset(part.name for part in walk(node) if isinstance(part, Variable | Element))
