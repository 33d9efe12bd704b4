"""The chain ladder: how redemptions of a cohort develop with its age, and how sure that is. Pure; nothing floats.

Factors, ultimates and squared errors are exact fractions; only roots, logarithms and the range they give are rounded,
to 28 digits (`PRECISION`).

Source: Thomas Mack, "Distribution-free calculation of the standard error of chain ladder reserve estimates", ASTIN
Bulletin 23 (1993) 2, pages 213 to 225. Its example, the triangle of Taylor and Ashe, is a test to the digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from itertools import accumulate

Rows = Sequence[Sequence[int]]
"""Cumulative redemptions: one row for each cohort, one column for each complete month of its age."""

LEAST_COHORTS = 4
"""Fewer complete monthly cohorts than this tell too little for a chain ladder."""

QUANTILE = Decimal("1.6448536269514722")
"""Of the standard normal distribution at 95 %: a range of two of them holds nine outcomes in ten."""

HORIZON = 60
"""Months of age after which nothing more is expected."""

PRECISION = Context(prec=28)
_ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Development:
    """What a triangle says about the months to come."""

    factors: tuple[Fraction, ...]
    """For each age, what cumulative redemptions are multiplied by within the next month."""
    variances: tuple[Fraction, ...]
    """Mack's sigma squared of each age."""
    weights: tuple[int, ...]
    """The redemptions that each factor was estimated from."""

    @property
    def ages(self) -> int:
        """How many months of development were seen."""
        return len(self.factors)

    def from_age(self, age: int, *, speed: Fraction = _ONE, tail: Fraction = _ONE) -> Fraction:
        """What redemptions at that age are multiplied by until the end."""
        product = _ONE
        for factor in (*self.factors[age:], tail):
            product *= _ONE + (factor - _ONE) * speed
        return product

    def curve(self, start: int, age: int, *, tail: Fraction = _ONE) -> tuple[Fraction, ...]:
        """Cumulative redemptions from that age on, month by month, with the tail as the last step."""
        return tuple(
            accumulate((*self.factors[age:], tail), lambda so_far, step: so_far * step, initial=Fraction(start))
        )


@dataclass(frozen=True, slots=True)
class Projection:
    """Where cohorts end up, and Mack's mean squared errors."""

    ultimates: tuple[Fraction, ...]
    errors: tuple[Fraction, ...]
    """Squared, of each cohort."""
    total_error: Fraction
    """Squared, of all cohorts together."""


def develop(rows: Rows) -> Development | None:
    """The factors f_k = Σ R[c,k+1] ÷ Σ R[c,k] with their variances; None where the triangle tells too little.

    Too little are fewer than four cohorts, an age at which nothing was redeemed yet, or no age seen in two cohorts.
    """
    if sum(1 for row in rows if row) < LEAST_COHORTS:
        return None
    ages = max(len(row) for row in rows) - 1
    pairs = [[(row[age], row[age + 1]) for row in rows if len(row) > age + 1] for age in range(ages)]
    weights = tuple(sum(before for before, _ in pair) for pair in pairs)
    if not all(weights):
        return None
    factors = tuple(
        Fraction(sum(after for _, after in pair), weight) for pair, weight in zip(pairs, weights, strict=True)
    )
    variances = _variances(pairs, factors)
    return None if variances is None else Development(factors, variances, weights)


def project(rows: Rows, development: Development) -> Projection:
    """The ultimate of each cohort, its mean squared error (Mack's theorem 3), and that of the total (its corollary)."""
    seen = [(row[-1], len(row) - 1) if row else (0, 0) for row in rows]
    ultimates = [start * development.from_age(age) for start, age in seen]
    errors = [_error(start, age, development) for start, age in seen]
    total = sum(errors, Fraction(0))
    by_age = sorted(zip([age for _, age in seen], ultimates, strict=True), key=lambda one: -one[0])
    younger = sum(ultimates, Fraction(0))
    for age, ultimate in by_age:
        younger -= ultimate
        total += ultimate * younger * 2 * _estimation(age, development)
    return Projection(tuple(ultimates), tuple(errors), total)


def tail_of(development: Development, horizon: int = HORIZON) -> Fraction:
    """What is still to come after the oldest age seen: factors less one decline geometrically.

    The line through the logarithms of f_k − 1 (least squares) is followed to the horizon, as `MackChainLadder` of the R
    package ChainLadder does; a tail of its own was added to the method by Thomas Mack, ASTIN Bulletin 29 (1999) 2. One,
    where fewer than three factors are above one or they do not decline.
    """
    points = [(age, _logarithm(factor - 1)) for age, factor in enumerate(development.factors) if factor > 1]
    if len(points) < LEAST_COHORTS - 1:
        return _ONE
    count, at = len(points), PRECISION
    mean_age = Fraction(sum(age for age, _ in points), count)
    mean_log = sum((Fraction(log) for _, log in points), Fraction(0)) / count
    spread = sum(((age - mean_age) ** 2 for age, _ in points), Fraction(0))
    slope = sum(((age - mean_age) * (Fraction(log) - mean_log) for age, log in points), Fraction(0)) / spread
    if slope >= 0:
        return _ONE
    product = Decimal(1)
    for age in range(development.ages, horizon):
        step = at.exp(to_decimal(mean_log + slope * (age - mean_age)))
        product = at.multiply(product, at.add(Decimal(1), step))
    return Fraction(product)


def range_of(expected: Fraction, squared_error: Fraction) -> tuple[Decimal, Decimal]:
    """Nine outcomes in ten lie between these, if the outcome is lognormal, as Mack proposes."""
    at = PRECISION
    if expected <= 0 or squared_error <= 0:
        return to_decimal(expected), to_decimal(expected)
    variance = _logarithm(1 + squared_error / expected**2)
    middle = at.subtract(_logarithm(expected), at.divide(variance, Decimal(2)))
    width = at.multiply(QUANTILE, at.sqrt(variance))
    return at.exp(at.subtract(middle, width)), at.exp(at.add(middle, width))


def root(squared: Fraction) -> Decimal:
    """The square root, to 28 digits."""
    return PRECISION.sqrt(to_decimal(squared))


def to_decimal(value: Fraction) -> Decimal:
    """The value to 28 digits."""
    return PRECISION.divide(Decimal(value.numerator), Decimal(value.denominator))


def _logarithm(value: Fraction) -> Decimal:
    return PRECISION.ln(to_decimal(value))


def _variances(pairs: Sequence[Sequence[tuple[int, int]]], factors: Sequence[Fraction]) -> tuple[Fraction, ...] | None:
    """Mack's sigma squared: of each age two cohorts have seen; beyond, continued by his rule."""
    found: list[Fraction] = []
    for pair, factor in zip(pairs, factors, strict=True):
        seen = [(before, after) for before, after in pair if before]
        if len(seen) > 1:
            squares = (before * (Fraction(after, before) - factor) ** 2 for before, after in seen)
            found.append(sum(squares, Fraction(0)) / (len(seen) - 1))
        elif not found:
            return None
        else:
            found.append(_continued(found))
    return tuple(found)


def _continued(found: Sequence[Fraction]) -> Fraction:
    if len(found) == 1:
        return found[-1]
    before, last = found[-2:]
    return min(last**2 / before if before else Fraction(0), before, last)


def _error(start: int, age: int, development: Development) -> Fraction:
    """The squared error of one cohort's ultimate: of the process, and of the factors."""
    squared, reached = Fraction(0), Fraction(start)
    if not start:
        return squared
    for step in range(age, development.ages):
        relative = development.variances[step] / development.factors[step] ** 2
        squared += relative * (1 / reached + Fraction(1, development.weights[step]))
        reached *= development.factors[step]
    return reached**2 * squared


def _estimation(age: int, development: Development) -> Fraction:
    """What cohorts of that age and younger share: the error of the factors still to come."""
    steps = range(age, development.ages)
    shares = (
        development.variances[step] / development.factors[step] ** 2 / development.weights[step] for step in steps
    )
    return sum(shares, Fraction(0))
