"""Adjustments in money: by hand one of the coalition's people makes them, and another agrees."""

from __future__ import annotations

from uuid import UUID

from domain.ids import PersonId
from domain.settlement import adjustments
from domain.settlement.adjustment_models import SettlementAdjustment
from domain.settlement.adjustments import Adjustment
from partners.errors import SignInTooOld
from resolvers.context import Context
from resolvers.policies import acting_person


async def adjustment(ctx: Context, adjustment_id: UUID) -> SettlementAdjustment:
    """An adjustment that the viewer may see. Raises: MoneyAdjustmentNotFound."""
    return await ctx.read(adjustments.adjustment_by_id, adjustment_id)


async def all_adjustments(ctx: Context, cycle_id: UUID | None = None) -> list[SettlementAdjustment]:
    """The adjustments that the viewer may see, newest first: of one cycle, or of all and those that wait."""
    return await ctx.read(adjustments.visible_adjustments, cycle_id=cycle_id)


async def make(ctx: Context, made: Adjustment, idempotency_key: str) -> SettlementAdjustment:
    """Make an adjustment by hand; it counts once another person agrees."""
    by = PersonId(acting_person(ctx.viewer))
    return await ctx.write(adjustments.adjust, made, by=by, now=ctx.now, key=f"{by}-{idempotency_key}")


async def agree(ctx: Context, adjustment_id: UUID) -> SettlementAdjustment:
    """Agree, as a second person who has just signed in. Raises: SignInTooOld, and what the domain refuses."""
    by = PersonId(acting_person(ctx.viewer))
    if not ctx.viewer.is_fresh(ctx.real_now()):
        raise SignInTooOld
    return await ctx.write(adjustments.agree, adjustment_id, by=by, now=ctx.now)


async def withdraw(ctx: Context, adjustment_id: UUID) -> SettlementAdjustment:
    """Give up an adjustment nobody has agreed to."""
    by = PersonId(acting_person(ctx.viewer))
    return await ctx.write(adjustments.withdraw, adjustment_id, by=by, now=ctx.now)
