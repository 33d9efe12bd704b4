"""The digest of a computation: who approves it approves exactly this, and every line can be proven to be part of it.

The digest is one hash over three roots (RFC 6962): of the cycle's entries, of its movements of points, and of its
statements, whose leaves are the money lines in their order, then the balances, then what was set aside. Cycles that
were sealed before movements had a root keep the earlier form, one hash over everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, fields, is_dataclass
from hashlib import sha256

from domain import merkle
from domain.settlement.exact import canonical
from domain.settlement.lines import MoneyLine
from domain.settlement.models import Cycle
from domain.settlement.statements import Balance

FORM = b"hansa-settlement-2\n"
EARLIER_FORM = b"hansa-settlement-1\n"
FIELD = "\x1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What a cycle's postings were sealed with."""

    entries: bytes
    movements: bytes | None
    """None: sealed before movements had a root."""


def seal_of(cycle: Cycle) -> Seal:
    """The seal of a cycle."""
    return Seal(entries=cycle.merkle_root or b"", movements=cycle.movements_root)


def digest_of(
    lines: Iterable[MoneyLine], balances: Iterable[Balance], seal: Seal, *, aside: Iterable[MoneyLine] = ()
) -> bytes:
    """The hash of everything a computation says."""
    if seal.movements is None:
        return _earlier_digest(lines, balances, aside, seal.entries)
    return joined(seal.entries, seal.movements, merkle.root(leaves(lines, balances, aside)))


def joined(entries: bytes, movements: bytes, statements: bytes) -> bytes:
    """The digest, from the three roots it stands on."""
    return sha256(FORM + entries + movements + statements).digest()


def leaves(lines: Iterable[MoneyLine], balances: Iterable[Balance], aside: Iterable[MoneyLine] = ()) -> Iterator[bytes]:
    """The leaves of the statements' tree, in their order; `aside` are the lines of failed partners."""
    yield from (leaf("line", written(line)) for line in lines)
    yield from (leaf("balance", written(balance)) for balance in balances)
    yield from (leaf("aside", written(line)) for line in aside)


def leaf(kind: str, words: Mapping[str, str]) -> bytes:
    """A leaf: its kind, then each field as name=value, in the order of the names."""
    return FIELD.join([kind, *(f"{name}={words[name]}" for name in sorted(words))]).encode()


def written(record: MoneyLine | Balance) -> dict[str, str]:
    """A line or a balance as words, field by field; what is not there is left out, parts of parts are named by both."""
    return dict(_written(record, ""))


def _written(value: object, name: str) -> Iterator[tuple[str, str]]:
    if value is None or value == ():
        return
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _written(getattr(value, field.name), f"{name}.{field.name}" if name else field.name)
    else:
        yield name, canonical(value)


def _earlier_digest(
    lines: Iterable[MoneyLine], balances: Iterable[Balance], aside: Iterable[MoneyLine], root: bytes
) -> bytes:
    seal = sha256(EARLIER_FORM + root)
    for name, records in (("line", lines), ("balance", balances), ("aside", aside)):
        for record in records:
            seal.update(f"\n{name}".encode())
            for value in _earlier_values(record):
                seal.update(FIELD.encode() + canonical(value).encode())
    return seal.digest()


def _earlier_values(record: MoneyLine | Balance) -> tuple[object, ...]:
    """Its fields; there were no adjustments in money then, so one that is none says nothing about it."""
    values = astuple(record)
    return values[:-1] if isinstance(record, MoneyLine) and record.adjustment_id is None else values
