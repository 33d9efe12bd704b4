"""Two groups held side by side: the difference of their means, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import NormalDist

QUANTILE = Fraction(NormalDist().inv_cdf(0.975))
"""How many standard errors an interval of 95 % reaches either way: 1.96."""
LEAST = 30
"""Members a group needs: from about here on the mean of skewed amounts is near enough to normal."""


@dataclass(frozen=True, slots=True)
class Group:
    """What is known of a group: how many, how many of them bought, sum and sum of squares; exact."""

    members: int
    buyers: int
    total: int
    squares: int

    @classmethod
    def of(cls, amounts: Iterable[int]) -> Group:
        """The group of members that bought for so much each; who bought nothing counts with zero."""
        members = buyers = total = squares = 0
        for amount in amounts:
            members += 1
            buyers += amount != 0
            total += amount
            squares += amount * amount
        return cls(members, buyers, total, squares)

    @property
    def mean(self) -> Fraction:
        """The mean of a member."""
        return Fraction(self.total, self.members)

    @property
    def variance(self) -> Fraction:
        """The sample variance, with n - 1 (Bessel's correction)."""
        return (self.squares - self.total * self.mean) / (self.members - 1)


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of means with the bounds of its confidence interval, in the unit of what was compared."""

    value: Fraction
    low: Fraction
    high: Fraction

    @property
    def significant(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def compare(treated: Group, control: Group) -> Difference:
    """How much more a treated member comes to, treated less control, with a two-sided 95 % confidence interval.

    The standard error is Welch's (B. L. Welch, Biometrika 34, 1947): sqrt(s1²/n1 + s2²/n2), for groups of different
    sizes and variances; the quantile is the normal one, which from thirty members a group on is close to Student's.
    """
    squared = treated.variance / treated.members + control.variance / control.members
    error = (Decimal(squared.numerator) / squared.denominator).sqrt()
    reach = QUANTILE * Fraction(error)
    value = treated.mean - control.mean
    return Difference(value=value, low=value - reach, high=value + reach)
