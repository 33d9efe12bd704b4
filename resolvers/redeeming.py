"""Redeeming rewards: at tills, by members themselves, and what is handed over after."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from domain.coalition.models import Partner
from domain.errors import InvalidValue
from domain.events import queries as events
from domain.ids import PartnerId, RewardId
from domain.members.recognition import KnownMember
from domain.paging import Page, PageRequest
from domain.rewards import finding, fulfilling, queries, redeeming
from domain.rewards.queries import Redeemed, RedemptionRef
from domain.rewards.redeemed_models import FulfilmentState
from domain.rewards.redeeming import QuotedReward, RedeemReward
from domain.rewards.redemption import RedemptionReceipt, ReverseRedemption
from domain.rewards.terms import Reward
from domain.vouchers.told import Told
from resolvers import coalition, redemptions, rewards
from resolvers.context import Context
from resolvers.policies import acting_member, acting_partner, member_meant
from resolvers.tills import caches_of


async def quote(ctx: Context, command: RedeemReward, outlet_code: str | None) -> QuotedReward:
    """What a reward would come to for a member and a basket."""
    placed = replace(command, outlet_id=await redemptions.outlet_at(ctx, command.partner_id, outlet_code))
    caches = await caches_of(ctx)
    async with ctx.guessable():
        return await ctx.fetch(redeeming.quote, placed, caches=caches, lookup_key=ctx.keys.lookups, now=ctx.now)


async def redeem(ctx: Context, command: RedeemReward, outlet_code: str | None) -> RedemptionReceipt:
    """Take a reward for a member, or set it aside."""
    placed = replace(command, outlet_id=await redemptions.outlet_at(ctx, command.partner_id, outlet_code))
    caches = await caches_of(ctx)
    async with ctx.guessable():
        return await ctx.post(redeeming.redeem, placed, caches=caches, lookup_key=ctx.keys.lookups, now=ctx.now)


async def where(ctx: Context, reward_id: RewardId, partner_id: UUID | None) -> PartnerId:
    """Where a member redeems a reward: at the partner named, or the only one. Raises: RewardNotFound, InvalidValue."""
    found = await rewards.find(ctx, reward_id)
    if partner_id is not None:
        return PartnerId(partner_id)
    if len(found.terms.partners) > 1:
        raise InvalidValue("name the partner: the reward can be had at several", path=("partner",))
    return min(found.terms.partners)


async def redeem_own(ctx: Context, command: RedeemReward) -> RedemptionReceipt:
    """A member takes a reward for themselves."""
    _, member_id = acting_member(ctx.viewer)
    own = replace(command, idempotency_key=redeeming.own_key(member_id, command.idempotency_key))
    caches, key, member = await caches_of(ctx), ctx.keys.lookups, member_meant(ctx.viewer)
    return await ctx.post(redeeming.redeem, own, own=member, caches=caches, lookup_key=key, now=ctx.now)


async def reward_of(ctx: Context, redeemed: Redeemed) -> Reward | None:
    """The version of the reward that was redeemed."""
    return await ctx.load(finding.rewards_by_keys, (RewardId(redeemed.reward_id), redeemed.version))


async def vouchers_of(ctx: Context, redeemed: Redeemed) -> list[Told]:
    """The vouchers that came with it, as far as the viewer may see them."""
    return await ctx.fetch(queries.vouchers_of, redeemed, sight=ctx.viewer.sight)


async def member_of(ctx: Context, redeemed: Redeemed) -> KnownMember | None:
    """Whose it is, as the partner that asks knows the member; nobody for others, or where the member is gone."""
    if ctx.viewer.partner_id is None or ctx.viewer.on_behalf_of is not None:
        return None
    return await ctx.load(events.members, redeemed.member_id)


async def partner_of(ctx: Context, redeemed: Redeemed) -> Partner:
    """Who gives it."""
    return await coalition.partner(ctx, redeemed.partner_id)


async def mine(ctx: Context, page: PageRequest, states: Collection[FulfilmentState]) -> Page[Redeemed]:
    """What the member redeemed."""
    acting_member(ctx.viewer)
    return await ctx.read(fulfilling.redeemed_by, member_meant(ctx.viewer), page, states=states)


async def fulfilments(ctx: Context, page: PageRequest, states: Collection[FulfilmentState]) -> Page[Redeemed]:
    """What the partner has to hand over."""
    wanted = states or fulfilling.WAITING
    return await ctx.read(fulfilling.fulfilments, PartnerId(acting_partner(ctx.viewer)), page, states=wanted)


async def fulfil(ctx: Context, ref: RedemptionRef, state: FulfilmentState, note: str | None) -> Redeemed:
    """Take the next step of handing over; what is cancelled is taken back with its points first."""
    partner_id, by = acting_partner(ctx.viewer), ctx.viewer.person_id or ctx.viewer.client_id
    if state is not FulfilmentState.CANCELLED:
        return await ctx.write(fulfilling.fulfil, ref, state, by=by, note=note, now=ctx.now)
    command = ReverseRedemption(
        partner_id=partner_id,
        idempotency_key=f"cancel-{ref.entry_id.hex}",
        redemption=ref,
        points=None,
        occurred_at=ctx.now,
        dated=False,
    )
    await redemptions.reverse(ctx, command)
    return await ctx.write(fulfilling.note_cancelled, ref, by=by, note=note, now=ctx.now)
