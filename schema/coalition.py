"""The programme itself, and a sandbox's clock."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry

from domain.coalition import models
from partners.scopes import Scope
from resolvers import coalition
from resolvers.context import Info
from schema.errors import UserError, refusals
from schema.permissions import needs, public
from schema.shape import shows


@strawberry.type
@shows(models.Coalition)
class Coalition:
    """The programme that the partners share."""

    name: str
    """What members call it."""
    purpose: str
    """What it is for, in a sentence."""
    currency: str
    """The currency partners settle in, as an ISO 4217 code."""
    standard_price: Decimal
    """What a point is worth where no contract says otherwise."""
    time_zone: str
    """Whose days and months the programme counts."""
    earning_ends_at: datetime | None
    """From when on nobody earns points any more; null: the programme goes on."""
    spending_ends_at: datetime | None
    """Until when points can be spent, where the programme ends."""
    sandbox: bool
    """Whether it is for trying out, with a clock that can be moved."""


@strawberry.input
class ClockAdvanceInput:
    """A time for the sandbox to move to."""

    to: datetime
    """Not before the clock's time."""


@strawberry.type
class ClockPayload:
    """What became of the clock."""

    now: datetime | None = None
    """The sandbox's time from now on; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
class CoalitionQuery:
    """The programme."""

    @strawberry.field(graphql_type=Coalition, extensions=[public])
    @staticmethod
    async def coalition(info: Info) -> models.Coalition:
        """The programme itself."""
        return await coalition.coalition(info.context)


@strawberry.type
class CoalitionMutation:
    """The sandbox's clock moves."""

    @strawberry.mutation(graphql_type=ClockPayload, extensions=[needs(Scope.PARTNERS_MANAGE), refusals])
    @staticmethod
    async def clock_advance(info: Info, input: ClockAdvanceInput) -> Any:
        """Move the sandbox's clock forward; terms, waits and cycles follow it."""
        moved = await coalition.advance_clock(info.context, input.to)
        return ClockPayload(now=moved.clock_at)
