"""Redemptions, as tills ask for them."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from domain.coalition import queries as coalition
from domain.rewards import queries, redemption
from domain.rewards.queries import Redemption, RedemptionRef
from domain.rewards.redemption import CaptureRedemption, RedeemPoints, RedemptionReceipt, ReverseRedemption
from resolvers.context import Context
from resolvers.policies import at_own_till


async def outlet_at(ctx: Context, partner_id: UUID, code: str | None) -> UUID | None:
    """The outlet a request speaks of, within what the client may speak for. Raises: OutletNotFound."""
    named = None
    if code is not None:
        named = (await ctx.read(coalition.outlet_by_code, partner_id, code)).outlet_id
    return at_own_till(ctx.viewer, named)


async def redeem(ctx: Context, command: RedeemPoints, outlet_code: str | None) -> RedemptionReceipt:
    """Spend points, or set them aside."""
    placed = replace(command, outlet_id=await outlet_at(ctx, command.partner_id, outlet_code))
    return await ctx.post(redemption.redeem, placed, lookup_key=ctx.keys.lookups, now=ctx.now)


async def capture(ctx: Context, command: CaptureRedemption) -> RedemptionReceipt:
    """End an authorization."""
    return await ctx.post(redemption.capture, command, now=ctx.now)


async def reverse(ctx: Context, command: ReverseRedemption) -> RedemptionReceipt:
    """Take a redemption back."""
    return await ctx.post(redemption.reverse, command, now=ctx.now)


async def find(ctx: Context, wallet_id: UUID, entry_id: UUID) -> Redemption:
    """A redemption as it stands. Raises: RedemptionNotFound."""
    ref = RedemptionRef(wallet_id=wallet_id, entry_id=entry_id)
    return await ctx.fetch(queries.redemption, ref, sight=ctx.viewer.sight)
