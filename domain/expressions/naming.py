"""Names that are known, and what to say of those that are not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches
from typing import Final

from domain.expressions.functions import GLOBALS, INSTEAD, NAMES
from domain.expressions.kinds import BOOL, INT, TEXT, TIME, UNTOLD, Kind, ListOf, RecordOf, Vocabulary
from domain.expressions.times import TIME_EXAMPLE

MOST_NAMES: Final = 12
"""Names that a message lists."""
NEAR: Final = 0.75
"""How alike two names are for one to be suggested, from 0 to 1."""


def find(path: Sequence[str], known: Mapping[str, Kind]) -> Kind | None:
    """The kind of what a name means, if it means something."""
    kind = known.get(path[0])
    for part in path[1:]:
        kind = kind.fields.get(part, UNTOLD if kind.open else None) if isinstance(kind, RecordOf) else None
    return kind


def unknown_name(path: Sequence[str], known: Mapping[str, Kind], elsewhere: Mapping[str, str]) -> str:
    """What to say of a name that means nothing."""
    name, first = ".".join(path), path[0]
    for length in range(1, len(path) + 1):
        reason = elsewhere.get(".".join(path[:length]))
        if reason is not None:
            return f"{name} is not known here: {reason}"
    for length in range(1, len(path)):
        kind = find(path[:length], known)
        if kind is not None and not isinstance(kind, RecordOf):
            return _no_parts(".".join(path[:length]), kind, path[length])
    names = list(Vocabulary(known).names())
    near = [other for other in get_close_matches(name, names, cutoff=NEAR) if _alike(path[-1], other.split(".")[-1])]
    if near:
        return f"{name} is not known; did you mean {near[0]}?"
    fields = [other for other in names if other.startswith(f"{first}.")]
    return f"{name} is not known; there is {either(fields or names)}"


def _alike(part: str, other: str) -> bool:
    return SequenceMatcher(None, part, other).ratio() >= NEAR


def _no_parts(name: str, kind: Kind, part: str) -> str:
    if isinstance(kind, ListOf):
        return f"{name} is a list; ask its elements: {asked_of(name, kind, part)}"
    if kind == TIME and part in GLOBALS:
        return f"{name} is a time and has no parts; write {part}({name})"
    return f"{name} is {kind} and has no parts"


def asked_of(name: str, kind: ListOf, part: str) -> str:
    """How a list's elements are asked."""
    field = f"e.{part}" if isinstance(kind.element, RecordOf) else "e"
    return f"{name}.exists(e, {field} == …)"


def unknown_function(name: str) -> str:
    """What to say of a function that there is not."""
    if name in INSTEAD:
        return f"there is no function {name}; {INSTEAD[name]}"
    by_small = {known.lower(): known for known in NAMES}
    near = get_close_matches(name.lower(), by_small, n=1, cutoff=NEAR)
    if near:
        return f"there is no function {name}; did you mean {by_small[near[0]]}?"
    return f"there is no function {name}; there is {either(NAMES, most=len(NAMES))}"


def either(names: Iterable[str], most: int = MOST_NAMES) -> str:
    """Some names, of which one is meant."""
    listed = list(names)
    if len(listed) > most:
        return f"{', '.join(listed[:most])} and {len(listed) - most} more"
    return " or ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))


def example_of(macro: str) -> str:
    """How a function of a list is written."""
    return f"lines.{macro}(l, l.amount)" if macro == "sum" else f"lines.{macro}(l, l.amount > 1000)"


_HINTS: dict[frozenset[Kind], str] = {
    frozenset({INT, TEXT}): "; numbers stand without quotes, texts between them",
    frozenset({TIME, TEXT}): f'; a time is written timestamp("{TIME_EXAMPLE}")',
    frozenset({TIME, INT}): "; ask for a part of the time, such as hour(at)",
    frozenset({BOOL, TEXT}): "; true and false stand without quotes",
    frozenset({BOOL, INT}): "; write true or false",
}


def cannot_compare(first: Kind, second: Kind) -> str:
    """Why values of these kinds are not compared."""
    return f"{first} and {second} cannot be compared{_HINTS.get(frozenset({first, second}), '')}"
