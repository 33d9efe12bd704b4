"""The end of the coalition: announced by two people, a last day to earn, a last day to spend, a last settlement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry

from domain.coalition import exit_models
from domain.coalition.exit_words import Residual, WindDownStep
from domain.settlement.exits import blockers, winding_down
from domain.settlement.exits.winding_down import AnnounceEnd
from domain.values import Points
from partners.scopes import Scope
from resolvers import exits
from resolvers.context import Info
from schema.contracts import SIGN
from schema.errors import UserError, or_null, refusals
from schema.exits import ExitBlocker
from schema.permissions import needs
from schema.shape import shows

READ = needs(Scope.SETTLEMENT_READ, Scope.PARTNERS_MANAGE)


@strawberry.type
@shows(winding_down.WindDownStepView)
class WindDownStage:
    """One step of the end."""

    step: WindDownStep
    """Which."""
    done_at: datetime | None
    """When it was done; null: not yet."""
    due_at: datetime | None
    """When it falls due by itself; null: as soon as nothing stands in its way."""

    @strawberry.field(graphql_type=list[ExitBlocker])
    @staticmethod
    def blockers(stage: strawberry.Parent[winding_down.WindDownStepView]) -> Sequence[blockers.Blocker]:
        """What has to happen first; told of the next step only."""
        return stage.blockers


@strawberry.type
@shows(exit_models.WindDown)
class WindDown:
    """The days and decisions of the end."""

    reason: str
    """Why."""
    earning_ends_at: datetime
    """From when on nobody earns points."""
    spending_ends_at: datetime
    """Until when points can be spent."""
    residual: Residual
    """Who gets what was paid in for points that nobody spends."""
    announced_at: datetime
    """When one person announced it."""
    confirmed_at: datetime | None
    """When another confirmed; from then on everybody is told."""
    settled_at: datetime | None
    """When what was paid in was dealt with."""
    settled_points: Points | None
    """How many points were never spent."""
    settled_amount: Decimal | None
    """What had been paid in for them, in the coalition's currency."""
    closed_at: datetime | None
    """When it was over."""


@strawberry.type
@shows(winding_down.WindDownView)
class WindDownView:
    """How far the end has come, and what stands before the next step."""

    next: WindDownStep | None
    """The next step; null: it is over."""

    @strawberry.field(graphql_type=WindDown)
    @staticmethod
    def wind_down(view: strawberry.Parent[winding_down.WindDownView]) -> exit_models.WindDown:
        """The days and decisions."""
        return view.wind_down

    @strawberry.field(graphql_type=list[WindDownStage])
    @staticmethod
    def steps(view: strawberry.Parent[winding_down.WindDownView]) -> Sequence[winding_down.WindDownStepView]:
        """All steps in their order."""
        return view.steps


@strawberry.type
class WindDownPayload:
    """What became of a step of the end."""

    wind_down: WindDownView | None = None
    """How far it has come; null when the request was refused, or the end was taken back."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.input
class WindDownAnnounceInput:
    """The end to be announced; nobody is told before a second person confirms."""

    earning_ends_at: datetime
    """From when on nobody earns points; not before the longest notice of a contract is over."""
    spending_ends_at: datetime
    """Until when points can be spent; not before the longest tail of a contract after that."""
    residual: Residual
    """Who gets what was paid in for points that nobody spends."""
    reason: str
    """Why, at most 500 characters."""

    def to_command(self) -> AnnounceEnd:
        """As the domain takes it."""
        return AnnounceEnd(**vars(self))


@strawberry.input
class WindDownStepInput:
    """A step of the end."""

    step: WindDownStep
    """Which; ANNOUNCE is the second person's confirmation. Refused when it is not its turn."""


@strawberry.input
class WindDownWithdrawInput:
    """An end to be taken back."""

    announced_at: datetime
    """When it was announced, as you read it: so nobody takes back another than is meant."""


@strawberry.type
class WindDownQuery:
    """The end of the coalition."""

    @strawberry.field(graphql_type=WindDownView | None, extensions=[READ, or_null])
    @staticmethod
    async def wind_down(info: Info) -> winding_down.WindDownView:
        """The end of the coalition, for its own people; null when none is announced."""
        return await exits.wind_down(info.context)


@strawberry.type
class WindDownMutation:
    """A coalition ends step by step."""

    @strawberry.mutation(graphql_type=WindDownPayload, extensions=[SIGN, refusals])
    @staticmethod
    async def wind_down_announce(info: Info, input: WindDownAnnounceInput) -> Any:
        """Announce the end, just signed in; it begins once somebody else confirms."""
        announced = await exits.announce(info.context, input.to_command())
        return WindDownPayload(wind_down=announced)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=WindDownPayload, extensions=[SIGN, refusals])
    @staticmethod
    async def wind_down_step(info: Info, input: WindDownStepInput) -> Any:
        """Take a step of the end, just signed in; dated steps take themselves when their day has come."""
        taken = await exits.take_wind_down(info.context, input.step)
        return WindDownPayload(wind_down=taken)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=WindDownPayload, extensions=[SIGN, refusals])
    @staticmethod
    async def wind_down_withdraw(info: Info, input: WindDownWithdrawInput) -> Any:
        """Take the end back before anybody's earning has stopped; notices of partners are to be given anew."""
        await exits.withdraw_end(info.context, input.announced_at)
        return WindDownPayload()
