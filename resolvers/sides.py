"""Both sides of a firm: its own partner's, or, for the coalition, one that is named."""

from __future__ import annotations

from uuid import UUID

from domain.analytics import sides
from domain.analytics.sides import SidesReport
from domain.ids import PartnerId
from resolvers.context import Context
from resolvers.policies import acting_for


async def report(ctx: Context, cycle_id: UUID, partner_id: UUID | None) -> SidesReport:
    """What both sides did in a cycle. Raises: WrongAudience, CycleNotFound."""
    firm = PartnerId(acting_for(ctx.viewer, partner_id))
    return await ctx.read(sides.sides, firm, cycle_id, now=ctx.now)
