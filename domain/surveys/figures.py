"""Figures of answers: counts, satisfaction, and the net promoter score with its interval."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

SATISFIED = 4
PROMOTER, DETRACTOR = 9, 6
HUNDRED = 100
Z = Decimal("1.959963984540054")
"""The 97.5 % point of the standard normal distribution."""
TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """CSAT: how many of those who answered 1 to 5 are satisfied."""

    answered: int
    satisfied: int
    """Those who answered 4 or 5."""
    total: int
    """All answers added up."""

    @property
    def share(self) -> Fraction:
        """The satisfied of all, exactly."""
        return Fraction(self.satisfied, self.answered)

    @property
    def mean(self) -> Fraction:
        """The mean answer, exactly."""
        return Fraction(self.total, self.answered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoters:
    """NPS: promoters (9 and 10) less detractors (0 to 6), in percent of all that answered."""

    answered: int
    promoters: int
    detractors: int

    @property
    def score(self) -> Fraction:
        """From -100 to 100, exactly."""
        return Fraction(HUNDRED * (self.promoters - self.detractors), self.answered)

    @property
    def interval(self) -> tuple[Decimal, Decimal]:
        """The bounds of its 95 % confidence interval, to a tenth, within -100 and 100.

        Each answer counts as 1, 0 or -1, so the score is a mean of n such, of variance (p + d - (p - d)²) / n, where p
        and d are the shares of promoters and detractors: the difference of two proportions of one multinomial sample
        (A. Agresti, Categorical Data Analysis, 3rd ed., 1.4 and 3.1: Wald). For small n it is too narrow by a little.
        """
        p, d = Fraction(self.promoters, self.answered), Fraction(self.detractors, self.answered)
        variance = (p + d - (p - d) ** 2) / self.answered
        reach = HUNDRED * Z * _exact(variance).sqrt()
        middle = _exact(self.score)
        low, high = max(middle - reach, Decimal(-HUNDRED)), min(middle + reach, Decimal(HUNDRED))
        return low.quantize(TENTH, ROUND_HALF_EVEN), high.quantize(TENTH, ROUND_HALF_EVEN)


def satisfaction_of(numbers: Iterable[int]) -> Satisfaction | None:
    """The satisfaction of answers from 1 to 5; None where there is none."""
    given = list(numbers)
    if not given:
        return None
    return Satisfaction(answered=len(given), satisfied=sum(one >= SATISFIED for one in given), total=sum(given))


def promoters_of(numbers: Iterable[int]) -> Promoters | None:
    """The net promoter score of answers from 0 to 10; None where there is none."""
    given = list(numbers)
    if not given:
        return None
    return Promoters(
        answered=len(given),
        promoters=sum(one >= PROMOTER for one in given),
        detractors=sum(one <= DETRACTOR for one in given),
    )


def _exact(ratio: Fraction) -> Decimal:
    return Decimal(ratio.numerator) / Decimal(ratio.denominator)
