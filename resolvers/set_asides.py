"""Partners that fail: one of the coalition's people asks, another who has just signed in agrees."""

from __future__ import annotations

from uuid import UUID

from domain.ids import PartnerId, PersonId
from domain.settlement import failing, queries
from domain.settlement.failure_models import Fate, SetAside
from domain.settlement.queries import Line
from partners.errors import SignInTooOld
from resolvers.context import Context
from resolvers.policies import acting_person


async def set_asides_of(ctx: Context, cycle_id: UUID) -> list[SetAside]:
    """Who is set aside in a cycle, or asked to be; none to all but the coalition."""
    return await ctx.read(failing.set_asides_of, cycle_id)


async def lines_aside(ctx: Context, cycle_id: UUID) -> list[Line]:
    """What failed partners would have owed and been owed, as far as the viewer may see it."""
    return await ctx.read(queries.lines_aside, cycle_id)


async def ask(ctx: Context, cycle_id: UUID, partner_id: UUID, fate: Fate, reason: str) -> SetAside:
    """Ask for a partner to be set aside, taken back or written off."""
    by = PersonId(acting_person(ctx.viewer))
    return await ctx.write(failing.ask, cycle_id, PartnerId(partner_id), fate, reason=reason, by=by, now=ctx.now)


async def agree(ctx: Context, set_aside_id: UUID) -> SetAside:
    """Agree, as a second person who has just signed in. Raises: SignInTooOld, and what the domain refuses."""
    by = PersonId(acting_person(ctx.viewer))
    if not ctx.viewer.is_fresh(ctx.real_now()):
        raise SignInTooOld
    return await ctx.write(failing.agree, set_aside_id, by=by, now=ctx.now)
