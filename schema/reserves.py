"""The reserve: what has to be kept for points still out, what covers it, and the account that is kept for it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.liability import estimating, evaluating, models
from domain.liability.models import Basis, Standing
from domain.values import Money as DomainMoney
from domain.values import Points
from partners.scopes import Scope
from resolvers import coalition, liability
from resolvers.context import Info
from schema.errors import UserError, or_null, refusals
from schema.liability import AsOf, PointsRange, RateRange, ratio
from schema.money import Money
from schema.partners import Partner
from schema.permissions import needs
from schema.reserve_account import ReserveMovement
from schema.shape import shows

READ = needs(Scope.SETTLEMENT_READ, Scope.ANALYTICS_READ)
PREPARE = needs(Scope.SETTLEMENT_PREPARE)


@strawberry.type
class MoneyRange:
    """An amount that is expected: nine outcomes in ten lie between low and high."""

    low: Money
    """At least, nine times in ten."""
    expected: Money
    """As expected."""
    high: Money
    """At most, nine times in ten."""


@strawberry.type
class SponsorNeed:
    """What the points of one sponsor need."""

    sponsor: Partner
    """Who funded them."""
    need: Money
    """As expected, rounded by itself."""


@strawberry.type
@shows(evaluating.Position)
class ReservePosition:
    """What is still out, what of it will be redeemed, what that needs and what covers it, under one scenario."""

    as_of: datetime
    """Everything posted up to then."""

    @strawberry.field
    @staticmethod
    def scenario(found: strawberry.Parent[evaluating.Position]) -> str:
        """What is assumed; "expected" where nothing is."""
        return found.estimate.scenario.name

    @strawberry.field
    @staticmethod
    def basis(found: strawberry.Parent[evaluating.Position]) -> Basis:
        """What the estimate rests on."""
        return found.estimate.basis

    @strawberry.field
    @staticmethod
    def note(found: strawberry.Parent[evaluating.Position]) -> str | None:
        """What to know of the estimate before using it."""
        return found.estimate.note

    @strawberry.field
    @staticmethod
    def outstanding(found: strawberry.Parent[evaluating.Position]) -> Points:
        """Points still out."""
        return Points(found.estimate.outstanding)

    @strawberry.field(graphql_type=PointsRange)
    @staticmethod
    def further(found: strawberry.Parent[evaluating.Position]) -> PointsRange:
        """How many of them will be redeemed."""
        return PointsRange.of(found.estimate.low, found.estimate.further, found.estimate.high)

    @strawberry.field(graphql_type=RateRange)
    @staticmethod
    def ultimate_redemption_rate(found: strawberry.Parent[evaluating.Position]) -> RateRange:
        """Of what was issued for good, the part that will have been redeemed in the end."""
        return RateRange.of(found.estimate.urr)

    @strawberry.field
    @staticmethod
    def redemption_price(found: strawberry.Parent[evaluating.Position]) -> str:
        """What a redemption is expected to cost, to eight decimals, in the settlement currency."""
        return format(found.need.redemption_price, "f")

    @strawberry.field(graphql_type=MoneyRange)
    @staticmethod
    def need(found: strawberry.Parent[evaluating.Position]) -> Any:
        """What has to be kept."""
        low, expected, high = (
            DomainMoney(amount, found.currency) for amount in (found.need.low, found.need.expected, found.need.high)
        )
        return MoneyRange(low=low, expected=expected, high=high)  # type: ignore[arg-type]

    @strawberry.field(graphql_type=list[SponsorNeed])
    @staticmethod
    async def need_by_sponsor(found: strawberry.Parent[evaluating.Position], info: Info) -> list[SponsorNeed]:
        """Whose points need how much."""
        needed = found.need.by_sponsor.items()
        return [
            _needed(await coalition.partner(info.context, who), DomainMoney(how, found.currency)) for who, how in needed
        ]

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def from_settlement(found: strawberry.Parent[evaluating.Position]) -> DomainMoney:
        """What settled cycles left with the operator for points; fees and taxes are not among it."""
        return DomainMoney(found.book.cash.from_settlement, found.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def from_account(found: strawberry.Parent[evaluating.Position]) -> DomainMoney:
        """The balance of the reserve's account."""
        return DomainMoney(found.book.cash.from_account, found.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def cash(found: strawberry.Parent[evaluating.Position]) -> DomainMoney:
        """Both together."""
        return DomainMoney(found.cover.cash, found.currency)

    @strawberry.field
    @staticmethod
    def cover(found: strawberry.Parent[evaluating.Position]) -> Decimal | None:
        """Cash divided by need, to six decimals, rounded down; null where nothing is needed, which is covered."""
        return found.cover.ratio

    @strawberry.field
    @staticmethod
    def standing(found: strawberry.Parent[evaluating.Position]) -> Standing:
        """What the cover is worth by the thresholds."""
        return found.cover.standing

    @strawberry.field
    @staticmethod
    def warning_below(found: strawberry.Parent[evaluating.Position]) -> Decimal:
        """The threshold of warning."""
        return found.cover.warning

    @strawberry.field
    @staticmethod
    def minimum(found: strawberry.Parent[evaluating.Position]) -> Decimal:
        """The cover below which unsecured issuance is refused, if the settings say so."""
        return found.cover.minimum

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def distributable(found: strawberry.Parent[evaluating.Position]) -> DomainMoney:
        """What is there beyond the need."""
        return DomainMoney(found.cover.distributable, found.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def lacking(found: strawberry.Parent[evaluating.Position]) -> DomainMoney:
        """What has to be put in so that the minimum is reached."""
        return DomainMoney(found.cover.lacking, found.currency).rounded()

    @strawberry.field
    @staticmethod
    def digest(found: strawberry.Parent[evaluating.Position]) -> str:
        """SHA-256 over everything it was figured from, in hexadecimal."""
        return found.digest.hex()


def _needed(who: coalition_models.Partner, how: DomainMoney) -> SponsorNeed:
    return SponsorNeed(sponsor=who, need=how)  # type: ignore[arg-type]


@strawberry.type
@shows(models.ReserveFinding)
class ReserveFinding:
    """What was found at one time; it never changes, and comes out the same when figured again."""

    as_of: datetime
    """Everything posted up to then."""
    found_at: datetime
    """When it was figured."""
    day: date | None
    """The day that begins then, for the daily findings; null for those in between."""
    need: Decimal
    """In the settlement currency."""
    cover: Decimal | None
    """Cash divided by need; null where nothing was needed."""
    cover_warning: Decimal
    """The threshold of warning at that time."""
    cover_minimum: Decimal
    """The minimum at that time."""
    standing: Standing
    """What the cover was worth."""
    basis: Basis
    """What the estimate rested on."""

    @strawberry.field
    @staticmethod
    def outstanding(row: strawberry.Parent[models.ReserveFinding]) -> Points:
        """Points that were out."""
        return Points(row.outstanding)

    @strawberry.field
    @staticmethod
    def cash(row: strawberry.Parent[models.ReserveFinding]) -> Decimal:
        """From settlement and from the account, in the settlement currency."""
        return row.from_settlement + row.from_account

    @strawberry.field(graphql_type=RateRange)
    @staticmethod
    def ultimate_redemption_rate(row: strawberry.Parent[models.ReserveFinding]) -> RateRange:
        """As it was expected then."""
        return RateRange(low=ratio(row.urr_low), expected=ratio(row.urr), high=ratio(row.urr_high))

    @strawberry.field
    @staticmethod
    def digest(row: strawberry.Parent[models.ReserveFinding]) -> str:
        """SHA-256 over everything it was figured from, in hexadecimal."""
        return row.digest.hex()


@strawberry.input
class ScenarioInput:
    """What is assumed to go otherwise than expected."""

    name: str
    """What to call it; at most 80 characters."""
    urr: Decimal | None = None
    """Take this ultimate redemption rate (0 to 1) for every cohort instead of the estimate."""
    shift: Decimal = Decimal(0)
    """Add so much to every cohort's rate, −1 to 1: 0.05 are five points of a hundred."""
    speed: Decimal = Decimal(1)
    """Members redeem so many times as much each month, 0 to 10."""
    mass: Decimal = Decimal(0)
    """This part (0 to 1) of what is still out is redeemed at once."""
    leaves: strawberry.ID | None = None
    """This partner leaves: it honours no points any more, and pays nothing for its own at redemption."""

    def to_scenario(self, info: Info) -> estimating.Scenario:
        """The scenario. Raises: InvalidValue."""
        leaves = None if self.leaves is None else info.context.global_ids.one("Partner", self.leaves)
        return estimating.Scenario(
            name=self.name,
            urr=self.urr,
            shift=self.shift,
            speed=self.speed,
            mass=self.mass,
            leaves=leaves,  # type: ignore[arg-type]
        )


Scenarios = Annotated[
    list[ScenarioInput] | None,
    strawberry.argument(description="What to assume; at most ten. The usual ones if not said."),
]
Since = Annotated[datetime | None, strawberry.argument(description="From then on; a year back if not said.")]
Until = Annotated[datetime | None, strawberry.argument(description="Up to then; now if not said.")]


@strawberry.type
@shows(liability.Reserve)
class Reserve:
    """The reserve of the coalition."""

    @strawberry.field(graphql_type=ReservePosition)
    @staticmethod
    def position(reserve: strawberry.Parent[liability.Reserve]) -> evaluating.Position:
        """How it stands."""
        return reserve.position

    @strawberry.field
    @staticmethod
    def issuance_stopped_at(reserve: strawberry.Parent[liability.Reserve]) -> datetime | None:
        """Since when unsecured issuance stands still; null while it goes on."""
        return reserve.stop.stopped_at if reserve.stop else None

    @strawberry.field(graphql_type=list[ReservePosition])
    @staticmethod
    async def scenarios(
        reserve: strawberry.Parent[liability.Reserve], info: Info, scenarios: Scenarios = None
    ) -> list[evaluating.Position]:
        """The same points under several assumptions, side by side; what is expected comes first."""
        usual = list(estimating.USUAL)
        asked = usual if scenarios is None else [scenario.to_scenario(info) for scenario in scenarios]
        return await liability.scenarios(info.context, reserve, asked)

    @strawberry.field(graphql_type=list[ReserveFinding])
    @staticmethod
    async def history(
        reserve: strawberry.Parent[liability.Reserve],  # noqa: ARG004  # findings are the coalition's
        info: Info,
        since: Since = None,
        until: Until = None,
    ) -> list[models.ReserveFinding]:
        """What was found from day to day, oldest first."""
        end = until or info.context.now
        return await liability.history(info.context, since or end - timedelta(days=366), end)

    @strawberry.field(graphql_type=list[ReserveMovement])
    @staticmethod
    async def movements(
        reserve: strawberry.Parent[liability.Reserve],  # noqa: ARG004  # the account is the coalition's
        info: Info,
    ) -> list[models.ReserveMovement]:
        """The movements of its account, newest first."""
        return await liability.all_movements(info.context)


@strawberry.input
class ReserveEvaluateInput:
    """The reserve, to be judged now rather than with the day."""

    note: str | None = None
    """Why; at most 200 characters. It stays with a stop that comes of it."""


@strawberry.type
class ReservePayload:
    """What became of judging the reserve."""

    reserve: Reserve | None = None
    """The reserve as it stands; null when it was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


@strawberry.type
class ReserveQuery:
    """The reserve."""

    @strawberry.field(graphql_type=Reserve | None, extensions=[READ, or_null])
    @staticmethod
    async def reserve(info: Info, as_of: AsOf = None) -> liability.Reserve | None:
        """What covers the points still out; null to all but the coalition."""
        return await liability.reserve(info.context, as_of)


@strawberry.type
class ReserveMutation:
    """Judging the reserve."""

    @strawberry.mutation(graphql_type=ReservePayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def reserve_evaluate(info: Info, input: ReserveEvaluateInput) -> Any:
        """Judge the cover now; unsecured issuance stops below the minimum, if the settings say so, or goes on."""
        return ReservePayload(reserve=await liability.evaluate(info.context, input.note))  # type: ignore[arg-type]
