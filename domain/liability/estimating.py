"""How many of the points still out will be redeemed: per cohort and in all, as a range, never a point alone. Pure.

Expected are the chain ladder's ultimates (`development`), never more than is still out: what has expired cannot be
redeemed any more. Where the history tells too little, every point still out counts, and the estimate says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from domain.errors import InvalidValue
from domain.ids import PartnerId
from domain.liability.cohorts import Cohort, together
from domain.liability.development import LEAST_COHORTS, Development, develop, project, range_of, tail_of, to_decimal
from domain.liability.models import Basis

FASTEST = Decimal(10)
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is assumed to go otherwise than expected; as it stands, nothing is."""

    name: str = "expected"
    urr: Decimal | None = None
    """Take this ultimate redemption rate (0 to 1) for every cohort instead of the estimate."""
    shift: Decimal = Decimal(0)
    """Add so much to every cohort's rate: 0.05 are five points of a hundred."""
    speed: Decimal = Decimal(1)
    """Members redeem so many times as much each month: 1.5 is half as fast again, 0.5 half as fast."""
    mass: Decimal = Decimal(0)
    """This part (0 to 1) of what is still out is redeemed at once."""
    leaves: PartnerId | None = None
    """This partner leaves: it honours no points any more, and pays nothing for its own at redemption."""

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > LONGEST_NAME or not self.name.isprintable():
            raise InvalidValue(f"a scenario's name has 1 to {LONGEST_NAME} printable characters", path=("name",))
        for name, least, most in (("urr", 0, 1), ("shift", -1, 1), ("speed", 0, FASTEST), ("mass", 0, 1)):
            value = getattr(self, name)
            if value is not None and not (value.is_finite() and least <= value <= most):
                raise InvalidValue(f"{name} lies between {least} and {most}", path=(name,))


EXPECTED = Scenario()

USUAL = (
    Scenario(name="rate 5 points lower", shift=Decimal("-0.05")),
    Scenario(name="rate 5 points higher", shift=Decimal("0.05")),
    Scenario(name="half as fast", speed=Decimal("0.5")),
    Scenario(name="half as fast again", speed=Decimal("1.5")),
    Scenario(name="a quarter redeemed at once", mass=Decimal("0.25")),
    Scenario(name="everything redeemed at once", mass=Decimal(1)),
)
"""What is asked for where nothing else is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortEstimate:
    """How many points of a cohort are still to be redeemed, with a range that nine outcomes in ten lie in."""

    cohort: Cohort
    further: Fraction
    low: Fraction
    high: Fraction
    basis: Basis

    @property
    def urr(self) -> tuple[Decimal, Decimal, Decimal]:
        """The ultimate redemption rate: low, expected, high."""
        return _rates(self.cohort.redeemed, self.cohort.net_issued, self.low, self.further, self.high)

    @property
    def of_outstanding(self) -> Fraction:
        """The part of what is still out that is expected to be redeemed."""
        return self.further / self.cohort.outstanding if self.cohort.outstanding else Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The same for all cohorts together, which is surer than each alone."""

    scenario: Scenario
    cohorts: tuple[CohortEstimate, ...]
    development: Development | None
    tail: Fraction
    basis: Basis
    low: Fraction
    high: Fraction

    @property
    def further(self) -> Fraction:
        """Points still to be redeemed."""
        return sum((one.further for one in self.cohorts), Fraction(0))

    @property
    def outstanding(self) -> int:
        """Points still out."""
        return sum(one.cohort.outstanding for one in self.cohorts)

    @property
    def urr(self) -> tuple[Decimal, Decimal, Decimal]:
        """The ultimate redemption rate: low, expected, high."""
        total = together(one.cohort for one in self.cohorts)
        issued = total["issued"] - total["clawed_back"]
        return _rates(total["redeemed"], issued, self.low, self.further, self.high)

    @property
    def note(self) -> str | None:
        """What to know of it before using it; None where nothing stands in the way."""
        if self.basis is not Basis.ALL_OUTSTANDING:
            return None
        return (
            f"Too little history: a chain ladder needs {LEAST_COHORTS} complete months with redemptions from the first"
            " on. Until then every point still out counts as one that will be redeemed."
        )


def estimate(cohorts: Sequence[Cohort], scenario: Scenario = EXPECTED) -> Estimate:
    """What will be redeemed of the cohorts, under a scenario."""
    rows = [cohort.by_age for cohort in cohorts if cohort.by_age]
    development = develop(rows)
    tail = tail_of(development) if development else Fraction(1)
    if scenario.urr is not None:
        plain = [_at_rate(cohort, Fraction(scenario.urr)) for cohort in cohorts]
        low, high, basis = Fraction(1), Fraction(1), Basis.ASSUMED
    elif development is None:
        plain = [_all_of(cohort) for cohort in cohorts]
        low, high, basis = Fraction(0), Fraction(1), Basis.ALL_OUTSTANDING
    else:
        plain, low, high = _developed(cohorts, rows, development, tail, Fraction(scenario.speed))
        basis = Basis.DEVELOPED
    found = tuple(_under(one, scenario) for one in plain)
    further = sum((one.further for one in found), Fraction(0))
    bounds = [_total_under(plain, part, scenario) for part in (low, high)]
    return Estimate(
        scenario=scenario,
        cohorts=found,
        development=development,
        tail=tail,
        basis=basis,
        low=min(further, bounds[0]),
        high=max(further, bounds[1]),
    )


def _total_under(plain: Sequence[CohortEstimate], part: Fraction, scenario: Scenario) -> Fraction:
    """One end of the range of all cohorts together, under a scenario's shift and mass redemption."""
    out = sum(one.cohort.outstanding for one in plain)
    issued = sum(one.cohort.net_issued for one in plain)
    points = part * sum((one.further for one in plain), Fraction(0)) + Fraction(scenario.shift) * issued
    mass = Fraction(scenario.mass)
    return mass * out + (1 - mass) * _within(points, out)


def _developed(
    cohorts: Sequence[Cohort],
    rows: Sequence[tuple[int, ...]],
    development: Development,
    tail: Fraction,
    speed: Fraction,
) -> tuple[list[CohortEstimate], Fraction, Fraction]:
    """Each cohort by its own redemptions or by the rate of all that have some, and the range of the sum as parts."""
    found = project(rows, development)
    errors = {row_of: error * tail**2 for row_of, error in zip(_numbers(cohorts), found.errors, strict=True)}
    own = {
        cohort.number: _by_ladder(cohort, development, tail, speed, errors[cohort.number])
        for cohort in cohorts
        if cohort.by_age and cohort.by_age[-1] > 0
    }
    seen = [one.cohort for one in own.values()]
    issued = sum(cohort.net_issued for cohort in seen)
    ended = sum((one.further for one in own.values()), Fraction(sum(cohort.redeemed for cohort in seen)))
    rate = min(Fraction(1), ended / issued) if issued else Fraction(1)
    to_come = sum((end * tail for end in found.ultimates), Fraction(0)) - sum(row[-1] for row in rows)
    low, high = _parts(to_come, found.total_error * tail**2)
    pooled = [own.get(cohort.number) or _pooled(cohort, rate, low, high) for cohort in cohorts]
    return pooled, low, high


def _numbers(cohorts: Sequence[Cohort]) -> list[int]:
    return [cohort.number for cohort in cohorts if cohort.by_age]


def _by_ladder(
    cohort: Cohort, development: Development, tail: Fraction, speed: Fraction, error: Fraction
) -> CohortEstimate:
    seen, age = cohort.by_age[-1], len(cohort.by_age) - 1
    to_come = seen * development.from_age(age, speed=speed, tail=tail) - seen
    low, high = _parts(to_come, error)
    # What the running month has redeemed already is no longer to come.
    further = _within(seen + to_come - cohort.redeemed, cohort.outstanding)
    return CohortEstimate(
        cohort=cohort,
        further=further,
        low=min(further, _within(seen + to_come * low - cohort.redeemed, cohort.outstanding)),
        high=max(further, _within(seen + to_come * high - cohort.redeemed, cohort.outstanding)),
        basis=Basis.DEVELOPED,
    )


def _pooled(cohort: Cohort, rate: Fraction, low: Fraction, high: Fraction) -> CohortEstimate:
    further = _within(rate * cohort.net_issued - cohort.redeemed, cohort.outstanding)
    bounds = (_within(further * low, cohort.outstanding), _within(further * high, cohort.outstanding))
    return CohortEstimate(
        cohort=cohort, further=further, low=min(further, bounds[0]), high=max(further, bounds[1]), basis=Basis.POOLED
    )


def _at_rate(cohort: Cohort, rate: Fraction) -> CohortEstimate:
    further = _within(rate * cohort.net_issued - cohort.redeemed, cohort.outstanding)
    return CohortEstimate(cohort=cohort, further=further, low=further, high=further, basis=Basis.ASSUMED)


def _all_of(cohort: Cohort) -> CohortEstimate:
    out = Fraction(cohort.outstanding)
    return CohortEstimate(cohort=cohort, further=out, low=Fraction(0), high=out, basis=Basis.ALL_OUTSTANDING)


def _under(one: CohortEstimate, scenario: Scenario) -> CohortEstimate:
    """The estimate with a scenario's shift and mass redemption."""
    out, shift, mass = one.cohort.outstanding, Fraction(scenario.shift) * one.cohort.net_issued, Fraction(scenario.mass)
    low, further, high = (
        mass * out + (1 - mass) * _within(points + shift, out) for points in (one.low, one.further, one.high)
    )
    return CohortEstimate(cohort=one.cohort, low=low, further=further, high=high, basis=one.basis)


def _parts(expected: Fraction, squared_error: Fraction) -> tuple[Fraction, Fraction]:
    """The range as parts of what is expected."""
    if expected <= 0:
        return Fraction(1), Fraction(1)
    low, high = range_of(expected, squared_error)
    return Fraction(low) / expected, Fraction(high) / expected


def _within(points: Fraction, outstanding: int) -> Fraction:
    return min(max(points, Fraction(0)), Fraction(outstanding))


def _rates(redeemed: int, issued: int, *further: Fraction) -> tuple[Decimal, Decimal, Decimal]:
    if not issued:
        return Decimal(0), Decimal(0), Decimal(0)
    low, expected, high = (to_decimal((redeemed + points) / issued) for points in further)
    return low, expected, high
