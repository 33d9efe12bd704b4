"""Certificates: rewards that come by themselves, as their members see them and choose."""

from __future__ import annotations

from uuid import UUID

from domain.ids import RewardId
from domain.rewards import automatic
from domain.rewards.automatic import Certificate
from domain.rewards.errors import RewardNotFound
from resolvers.context import Context
from resolvers.policies import acting_member, member_meant
from resolvers.tills import caches_of


async def mine(ctx: Context) -> list[Certificate]:
    """How they stand for the member."""
    member, zone = member_meant(ctx.viewer), (await caches_of(ctx)).zone
    return await ctx.fetch(automatic.certificates_of, member, sight=ctx.viewer.sight, zone=zone, now=ctx.now)


async def choose(ctx: Context, reward_id: UUID, *, save: bool, step: int | None) -> Certificate:
    """Save the points, or let one step come. Raises: RewardNotFound, StepNotFound."""
    acting_member(ctx.viewer)
    member = member_meant(ctx.viewer)
    reward = await ctx.fetch(automatic.reward_now, RewardId(reward_id))
    await ctx.write(automatic.choose, member, reward, saving=save, step=step, now=ctx.now)
    for certificate in await mine(ctx):
        if certificate.reward.reward_id == reward.reward_id:
            return certificate
    raise RewardNotFound
