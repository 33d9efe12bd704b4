"""Redemptions, as tills ask for them."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from domain.coalition import queries as coalition
from domain.ledger.errors import HoldNotFound, RedemptionNotFound
from domain.members import recognition
from domain.rewards import queries, redemption
from domain.rewards.queries import Redemption, RedemptionRef
from domain.rewards.redemption import CaptureRedemption, RedeemPoints, RedemptionReceipt, ReverseRedemption
from resolvers.context import Context
from resolvers.policies import at_own_till, member_meant


async def outlet_at(ctx: Context, partner_id: UUID, code: str | None) -> UUID | None:
    """The outlet a request speaks of, within what the client may speak for. Raises: OutletNotFound."""
    named = None
    if code is not None:
        named = (await ctx.read(coalition.outlet_by_code, partner_id, code)).outlet_id
    return at_own_till(ctx.viewer, named)


async def redeem(ctx: Context, command: RedeemPoints, outlet_code: str | None) -> RedemptionReceipt:
    """Spend points, or set them aside."""
    placed = replace(command, outlet_id=await outlet_at(ctx, command.partner_id, outlet_code))
    async with ctx.guessable():
        return await ctx.post(redemption.redeem, placed, lookup_key=ctx.keys.lookups, now=ctx.now)


async def capture(ctx: Context, command: CaptureRedemption) -> RedemptionReceipt:
    """End an authorization."""
    if not await _is_of_member_meant(ctx, command.redemption):
        raise HoldNotFound
    return await ctx.post(redemption.capture, command, now=ctx.now)


async def reverse(ctx: Context, command: ReverseRedemption) -> RedemptionReceipt:
    """Take a redemption back."""
    if not await _is_of_member_meant(ctx, command.redemption):
        raise RedemptionNotFound
    return await ctx.post(redemption.reverse, command, now=ctx.now)


async def find(ctx: Context, wallet_id: UUID, entry_id: UUID) -> Redemption:
    """A redemption as it stands. Raises: RedemptionNotFound."""
    found = await _found(ctx, RedemptionRef(wallet_id=wallet_id, entry_id=entry_id))
    if not await _is_of_member_meant(ctx, found):
        raise RedemptionNotFound
    return found


async def _found(ctx: Context, ref: RedemptionRef) -> Redemption:
    return await ctx.fetch(queries.redemption, ref, sight=ctx.viewer.sight)


async def _is_of_member_meant(ctx: Context, named: RedemptionRef | Redemption) -> bool:
    """Whether a client that acts on behalf of a member names one of that member's; others are not bound by this."""
    if ctx.viewer.on_behalf_of is None:
        return True
    try:
        found = named if isinstance(named, Redemption) else await _found(ctx, named)
    except RedemptionNotFound:
        return False
    return await ctx.fetch(recognition.has_become, found.member_id, member_meant(ctx.viewer).member_id)
