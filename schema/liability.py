"""What is owed to members: cohorts and their development, and how it moves on in money; a partner sees its own."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.liability import deferring, estimating, rolling
from domain.liability.development import to_decimal
from domain.liability.models import Basis
from domain.values import Points
from partners.scopes import Scope
from resolvers import coalition, liability
from resolvers.context import Info
from schema.errors import or_null
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows

READ = needs(Scope.SETTLEMENT_READ, Scope.ANALYTICS_READ)
SIX = Decimal("0.000001")


def ratio(value: Decimal | Fraction) -> Decimal:
    """A ratio as it is shown: to six decimals, halves to even."""
    exact = to_decimal(value) if isinstance(value, Fraction) else value
    return exact.quantize(SIX, ROUND_HALF_EVEN)


@strawberry.type
class RateRange:
    """A rate between 0 and 1 that is not known, but expected: nine outcomes in ten lie between low and high."""

    low: Decimal
    """To six decimals."""
    expected: Decimal
    """To six decimals."""
    high: Decimal
    """To six decimals."""

    @classmethod
    def of(cls, rates: tuple[Decimal, Decimal, Decimal]) -> RateRange:
        """The three of them."""
        return cls(low=ratio(rates[0]), expected=ratio(rates[1]), high=ratio(rates[2]))


@strawberry.type
class PointsRange:
    """A number of points that is expected: nine outcomes in ten lie between low and high; rounded to whole points."""

    low: Points
    """At least, nine times in ten."""
    expected: Points
    """As expected."""
    high: Points
    """At most, nine times in ten."""

    @classmethod
    def of(cls, low: Fraction, expected: Fraction, high: Fraction) -> PointsRange:
        """The three of them."""
        return cls(low=Points(round(low)), expected=Points(round(expected)), high=Points(round(high)))


@strawberry.type
@shows(estimating.CohortEstimate)
class Cohort:
    """The points that were issued in one month, and what became of them."""

    basis: Basis
    """What the estimate of further redemptions rests on."""

    @strawberry.field
    @staticmethod
    def month(one: strawberry.Parent[estimating.CohortEstimate]) -> date:
        """The first day of the month, by the coalition's calendar."""
        return one.cohort.month

    @strawberry.field
    @staticmethod
    def issued(one: strawberry.Parent[estimating.CohortEstimate]) -> Points:
        """Points that came into being."""
        return Points(one.cohort.issued)

    @strawberry.field
    @staticmethod
    def redeemed(one: strawberry.Parent[estimating.CohortEstimate]) -> Points:
        """Points that were spent or paid a debt, less those that came back."""
        return Points(one.cohort.redeemed)

    @strawberry.field
    @staticmethod
    def expired(one: strawberry.Parent[estimating.CohortEstimate]) -> Points:
        """Points that reached the end of their term."""
        return Points(one.cohort.expired)

    @strawberry.field
    @staticmethod
    def clawed_back(one: strawberry.Parent[estimating.CohortEstimate]) -> Points:
        """Points that were taken back unspent."""
        return Points(one.cohort.clawed_back)

    @strawberry.field
    @staticmethod
    def outstanding(one: strawberry.Parent[estimating.CohortEstimate]) -> Points:
        """Points still out: waiting, available, held or on the way between wallets."""
        return Points(one.cohort.outstanding)

    @strawberry.field
    @staticmethod
    def redeemed_by_age(one: strawberry.Parent[estimating.CohortEstimate]) -> list[Points]:
        """The triangle's row: redeemed so far at the end of each complete month of its age."""
        return [Points(points) for points in one.cohort.by_age]

    @strawberry.field(graphql_type=PointsRange)
    @staticmethod
    def further(one: strawberry.Parent[estimating.CohortEstimate]) -> PointsRange:
        """How many of those still out will be redeemed."""
        return PointsRange.of(one.low, one.further, one.high)

    @strawberry.field(graphql_type=RateRange)
    @staticmethod
    def ultimate_redemption_rate(one: strawberry.Parent[estimating.CohortEstimate]) -> RateRange:
        """Of what was issued for good, the part that will have been redeemed in the end."""
        return RateRange.of(one.urr)


@strawberry.type
@shows(liability.Liability)
class Liability:
    """What became of points up to an instant, and how many of those still out will be redeemed."""

    as_of: datetime
    """Everything posted up to then."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def sponsor(found: strawberry.Parent[liability.Liability], info: Info) -> coalition_models.Partner | None:
        """Whose points; null for those of all sponsors."""
        return await coalition.partner_or_none(info.context, found.sponsor_id)

    @strawberry.field(graphql_type=list[Cohort])
    @staticmethod
    def cohorts(found: strawberry.Parent[liability.Liability]) -> list[estimating.CohortEstimate]:
        """Month by month, oldest first."""
        return list(found.estimate.cohorts)

    @strawberry.field
    @staticmethod
    def outstanding(found: strawberry.Parent[liability.Liability]) -> Points:
        """Points still out; to the point what the wallets hold."""
        return Points(found.estimate.outstanding)

    @strawberry.field
    @staticmethod
    def development_factors(found: strawberry.Parent[liability.Liability]) -> list[Decimal]:
        """What redemptions grow by from each month of age to the next, to six decimals; none if too little is known."""
        development = found.estimate.development
        return [ratio(factor) for factor in development.factors] if development else []

    @strawberry.field
    @staticmethod
    def tail_factor(found: strawberry.Parent[liability.Liability]) -> Decimal:
        """What is still to come after the oldest age seen, to six decimals; 1 when nothing."""
        return ratio(found.estimate.tail)

    @strawberry.field
    @staticmethod
    def basis(found: strawberry.Parent[liability.Liability]) -> Basis:
        """What the estimate rests on."""
        return found.estimate.basis

    @strawberry.field
    @staticmethod
    def note(found: strawberry.Parent[liability.Liability]) -> str | None:
        """What to know of the estimate before using it; null where nothing stands in the way."""
        return found.estimate.note

    @strawberry.field(graphql_type=PointsRange)
    @staticmethod
    def further(found: strawberry.Parent[liability.Liability]) -> PointsRange:
        """How many of those still out will be redeemed; surer than each month's by itself."""
        return PointsRange.of(found.estimate.low, found.estimate.further, found.estimate.high)

    @strawberry.field(graphql_type=RateRange)
    @staticmethod
    def ultimate_redemption_rate(found: strawberry.Parent[liability.Liability]) -> RateRange:
        """Of what was issued for good, the part that will have been redeemed in the end."""
        return RateRange.of(found.estimate.urr)


@strawberry.type
@shows(rolling.RollForward)
class RollForward:
    """How what was paid in for points moved on in one cycle, in the settlement currency with all its decimals.

    Opening + billed − recognised − breakage − service − clawed back + currency = closing.
    """

    cycle: str
    """The cycle's name."""
    final: bool
    """Whether the cycle is approved; until then it may be computed again."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def sponsor(row: strawberry.Parent[rolling.RollForward], info: Info) -> coalition_models.Partner | None:
        """Whose points; null for all sponsors together."""
        return await coalition.partner_or_none(info.context, row.sponsor_id)

    @strawberry.field
    @staticmethod
    def opening(row: strawberry.Parent[rolling.RollForward]) -> str:
        """The closing of the cycle before."""
        return format(row.opening, "f")

    @strawberry.field
    @staticmethod
    def billed(row: strawberry.Parent[rolling.RollForward]) -> str:
        """Issuance shares charged."""
        return format(row.moved.billed, "f")

    @strawberry.field
    @staticmethod
    def recognised(row: strawberry.Parent[rolling.RollForward]) -> str:
        """What redeemers were reimbursed out of it; to a partner, with the service."""
        return format(row.moved.recognised, "f")

    @strawberry.field
    @staticmethod
    def breakage(row: strawberry.Parent[rolling.RollForward]) -> str:
        """What was paid in for points that expired."""
        return format(row.moved.breakage, "f")

    @strawberry.field
    @staticmethod
    def service(row: strawberry.Parent[rolling.RollForward]) -> str:
        """What the price left above the reimbursement; negative where it lacked. Nought to a partner."""
        return format(row.moved.service, "f")

    @strawberry.field
    @staticmethod
    def clawed_back(row: strawberry.Parent[rolling.RollForward]) -> str:
        """Issuance shares given back."""
        return format(row.moved.clawed_back, "f")

    @strawberry.field
    @staticmethod
    def currency_effect(row: strawberry.Parent[rolling.RollForward]) -> str:
        """Nought: a coalition settles in one currency."""
        return format(row.moved.currency, "f")

    @strawberry.field
    @staticmethod
    def closing(row: strawberry.Parent[rolling.RollForward]) -> str:
        """What the movements come to."""
        return format(row.closing, "f")

    @strawberry.field
    @staticmethod
    def difference(row: strawberry.Parent[rolling.RollForward]) -> str:
        """The closing less what all points still out were paid in for; nought where it ties."""
        return format(row.difference, "f")


@strawberry.type
@shows(deferring.Deferred)
class DeferredRevenue:
    """One cycle of a partner's deferred revenue, in its currency: opening + allocated − recognised = closing."""

    cycle: str
    """The cycle's name."""
    price: Decimal
    """What it sold with points of its own, less goods that came back."""
    points: Points
    """Points of its own that it gave for that, less those clawed back."""
    basis: Basis
    """What the redemption rate rests on."""
    opening: Decimal
    """Deferred before the cycle."""
    allocated: Decimal
    """The part of the price that belongs to the points."""
    recognised: Decimal
    """What was earned since, caught up with what is expected now."""
    closing: Decimal
    """Deferred after the cycle."""

    @strawberry.field
    @staticmethod
    def urr(row: strawberry.Parent[deferring.Deferred]) -> Decimal:
        """The ultimate redemption rate expected at the cut-off, to six decimals."""
        return ratio(row.urr)


AsOf = Annotated[datetime | None, strawberry.argument(description="As of then; now if not said.")]
Sponsor = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="Whose points: your own partner's, or any for the coalition; there, all if not said."
    ),
]
OfCycle = Annotated[
    strawberry.ID | None, strawberry.argument(description="One cycle; all that are computed if not said.")
]
Value = Annotated[
    Decimal | None,
    strawberry.argument(description="What a point is worth; the coalition's standard price if not said."),
]
Rate = Annotated[
    Decimal | None,
    strawberry.argument(description="The ultimate redemption rate, 0 to 1; estimated from your points if not said."),
]


@strawberry.type
class LiabilityQuery:
    """What is owed to members."""

    @strawberry.field(graphql_type=Liability | None, extensions=[READ, or_null])
    @staticmethod
    async def liability(info: Info, sponsor: Sponsor = None, as_of: AsOf = None) -> liability.Liability:
        """Cohorts and how many of their points will be redeemed; null where there are none that you may see."""
        return await liability.liability(info.context, _partner(info, sponsor), as_of)

    @strawberry.field(graphql_type=list[RollForward] | None, extensions=[READ, or_null])
    @staticmethod
    async def roll_forward(info: Info, sponsor: Sponsor = None, cycle: OfCycle = None) -> list[rolling.RollForward]:
        """What was paid in for points, cycle by cycle; null where there is nothing that you may see."""
        cycle_id = None if cycle is None else info.context.global_ids.one("Cycle", cycle)
        return await liability.roll_forward(info.context, _partner(info, sponsor), cycle_id)

    @strawberry.field(graphql_type=list[DeferredRevenue] | None, extensions=[READ, or_null])
    @staticmethod
    async def deferred_revenue(
        info: Info, partner: Sponsor = None, value: Value = None, rate: Rate = None
    ) -> list[deferring.Deferred]:
        """The deferred revenue of a partner that is principal, cycle by cycle; null where you may see none."""
        return await liability.deferred_revenue(info.context, _partner(info, partner), value, rate)


def _partner(info: Info, given: strawberry.ID | None) -> Any:
    return None if given is None else info.context.global_ids.one("Partner", given)
