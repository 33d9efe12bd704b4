"""Exact decimal arithmetic: nothing is lost unseen, and rounding has one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation, localcontext

ROUNDING_RULE = "HALF_EVEN"
"""How a line becomes a payable amount; stored with every computed cycle."""

ZERO = Decimal(0)
ONE = Decimal(1)

_EXACT = Context(prec=120, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact, InvalidOperation])
_ROUNDING = Context(prec=120, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation])


@contextmanager
def exactly() -> Iterator[None]:
    """Within, an operation that would drop a digit raises instead."""
    with localcontext(_EXACT):
        yield


def payable(amount: Decimal, digits: int) -> Decimal:
    """The nearest amount a currency with so many decimals can pay, halves to even."""
    return amount.quantize(ONE.scaleb(-digits), context=_ROUNDING)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    with exactly():
        return sum(amounts, ZERO)


def canonical(value: object) -> str:
    """A value as digests write it: amounts with all their digits and never an exponent."""
    match value:
        case None:
            return ""
        case Decimal():
            return format(value, "f")
        case tuple():
            return ",".join(canonical(part) for part in value)
        case _:
            return str(value)
