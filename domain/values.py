"""Values that add up exactly: points, money, rates, and the one way to share a total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Self

from iso4217 import Currency

from domain.errors import InvalidValue

MAX_POINTS = 2**63 - 1
MAX_AMOUNT = Decimal(10) ** 12


class Points(int):
    """A whole number of points; adds and subtracts only with points."""

    __slots__ = ()

    def __new__(cls, value: int) -> Self:
        """Take a whole number. Raises: InvalidValue."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidValue(f"points are whole numbers, not {value!r}")
        if abs(value) > MAX_POINTS:
            raise InvalidValue(f"points are at most {MAX_POINTS}, not {value}")
        return super().__new__(cls, value)

    def __add__(self, other: int) -> Points:
        return Points(int(self) + int(other))

    __radd__ = __add__

    def __sub__(self, other: int) -> Points:
        return Points(int(self) - int(other))

    def __neg__(self) -> Points:
        return Points(-int(self))

    def __repr__(self) -> str:
        return f"Points({int(self)})"


class Rate(Fraction):
    """An exact ratio, such as points per unit of currency or a share."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An exact amount in one currency; currencies never mix."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise InvalidValue(f"an amount of money is a finite decimal, not {self.amount!r}")
        if abs(self.amount) >= MAX_AMOUNT:
            raise InvalidValue(f"an amount of money stays below {MAX_AMOUNT:f}, not {self.amount}")
        minor_digits(self.currency)

    @classmethod
    def of_minor(cls, units: int, currency: str) -> Self:
        """The amount of so many minor units (cents, santims) of a currency."""
        return cls(Decimal(units).scaleb(-minor_digits(currency)), currency)

    @property
    def minor(self) -> int:
        """The amount in minor units; refuses an amount with more digits than the currency has."""
        units = self.amount.scaleb(minor_digits(self.currency))
        if units != units.to_integral_value():
            raise InvalidValue(f"{self.amount} has more decimals than {self.currency} allows")
        return int(units)

    def rounded(self) -> Money:
        """The nearest amount the currency can pay, halves to even."""
        exponent = Decimal(1).scaleb(-minor_digits(self.currency))
        return Money(self.amount.quantize(exponent, ROUND_HALF_EVEN), self.currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other).amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise InvalidValue(f"{self.currency} and {other.currency} do not add up")
        return other


def check_text(name: str, text: str, longest: int) -> None:
    """Hold a text to what people can read and a page can show. Raises: InvalidValue, naming the field."""
    if not text.strip() or len(text) > longest or not text.isprintable():
        raise InvalidValue(f"{name} has 1 to {longest} printable characters", path=(name,))


_DIGITS: dict[str, int] = {entry.code: entry.exponent or 0 for entry in Currency}


def minor_digits(currency: str) -> int:
    """How many decimals a currency has (ISO 4217)."""
    try:
        return _DIGITS[currency]
    except KeyError:
        raise InvalidValue(f"{currency!r} is not an ISO 4217 currency code") from None


def split(total: int, weights: Sequence[int | Fraction]) -> list[int]:
    """Share a whole total by weights, to the unit: largest remainder first, earlier share on a tie."""
    whole = sum(weights, Fraction(0))
    if whole <= 0 or any(weight < 0 for weight in weights):
        raise InvalidValue("shares are not negative and at least one is positive")
    exact = [Fraction(total) * weight / whole for weight in weights]
    shares = [part.__floor__() for part in exact]
    by_remainder = sorted(range(len(exact)), key=lambda index: (shares[index] - exact[index], index))
    for index in by_remainder[: total - sum(shares)]:
        shares[index] += 1
    return shares
