"""What a programme promises: tiers, coupons, campaigns and rewards, written, agreed to by all who pay, and live."""

from __future__ import annotations

import secrets
from datetime import datetime

from domain.earning import managing as campaigns
from domain.earning.queries import campaigns_of
from domain.earning.seeds import SEED_BYTES
from domain.earning.terms import CampaignState, Terms
from domain.ids import PartnerId
from domain.paging import LARGEST_PAGE, PageRequest
from domain.rewards import managing as rewards
from domain.rewards.finding import latest_versions
from domain.rewards.terms import RewardTerms
from domain.storage import ReadSession, WriteSession
from domain.tiers import managing as tiers
from domain.tiers.queries import programme_of
from domain.tiers.terms import TierTerms
from domain.vouchers import managing as coupons
from domain.vouchers.queries import latest_coupons
from domain.vouchers.terms import Coupon, CouponTerms
from hansa.presets.underway import Loading
from hansa.recipes.couponing import coupons_of
from hansa.recipes.rewarding import rewards_of
from hansa.recipes.tiering import tiers_of


async def publish_tiers(loading: Loading) -> None:
    """Tiers first: whatever follows may be for some of them."""
    ctx = loading.ctx
    for one in tiers_of(loading.recipe, loading.cast):
        standing = await ctx.read(programme_of, one.owner)
        new = standing is None or standing.published is None
        if new:
            await ctx.write(_tiers, one.owner, one.terms, loading.starts)
        loading.tell("tiers", one.terms.name, loading.key(one.owner), new=new)


async def publish_coupons(loading: Loading) -> None:
    """Coupons before the prizes and rewards that name them."""
    ctx = loading.ctx
    there = {(one.partner_id, one.terms.name): one for one in await ctx.read(latest_coupons)}
    for one in coupons_of(loading.recipe, loading.cast):
        coupon = there.get((one.owner, one.terms.name))
        new = coupon is None
        if coupon is None:
            coupon = await ctx.write(_coupon, one.owner, one.terms, ctx.keys.lookups, loading.starts)
        loading.meet(coupons={one.key: (coupon.coupon_id, one.terms.name)})
        loading.tell("coupon", one.terms.name, loading.key(one.owner), new=new)


async def publish_campaigns(loading: Loading) -> None:
    """Campaigns, each live at once for its own time."""
    ctx = loading.ctx
    live = {partner_id: await ctx.read(_live, partner_id) for partner_id in loading.cast.partners.values()}
    for one in loading.recipe.drawn(loading.cast):
        new = one.terms.name not in live[one.owner]
        if new:
            await ctx.write(_campaign, one.owner, one.terms, loading.starts)
        loading.tell("campaign", one.terms.name, loading.key(one.owner), new=new)


async def publish_rewards(loading: Loading) -> None:
    """Rewards, with the stock they begin with."""
    ctx = loading.ctx
    there = {(one.partner_id, one.terms.name) for one in await ctx.read(latest_versions)}
    for one in rewards_of(loading.recipe, loading.cast):
        new = (one.owner, one.terms.name) not in there
        if new:
            await ctx.write(_reward, one.owner, one.terms, loading.starts)
        loading.tell("reward", one.terms.name, loading.key(one.owner), new=new)


async def _tiers(session: WriteSession, owner: PartnerId | None, terms: TierTerms, at: datetime) -> None:
    programme = await tiers.draw_up(session, owner, terms, now=at)
    await tiers.publish(session, owner, programme.programme_id, now=at)


async def _live(session: ReadSession, owner: PartnerId) -> set[str]:
    page = await campaigns_of(session, owner, PageRequest(LARGEST_PAGE), states=(CampaignState.LIVE,))
    return {campaign.terms.name for campaign in page.items}


async def _campaign(session: WriteSession, owner: PartnerId, terms: Terms, at: datetime) -> None:
    campaign = await campaigns.draft(session, owner, terms, now=at)
    for sponsor in terms.funders:
        await campaigns.agree(session, sponsor, campaign.campaign_id, terms.fingerprint(), now=at)
    seed = secrets.token_bytes(SEED_BYTES)
    await campaigns.publish(session, owner, campaign.campaign_id, seed=seed, now=at)


async def _coupon(session: WriteSession, owner: PartnerId, terms: CouponTerms, key: bytes, at: datetime) -> Coupon:
    coupon = await coupons.draft(session, owner, terms, key=key, now=at)
    for sponsor in terms.funders:
        await coupons.agree(session, sponsor, coupon.coupon_id, terms.fingerprint(), now=at)
    return await coupons.publish(session, owner, coupon.coupon_id, now=at)


async def _reward(session: WriteSession, owner: PartnerId, terms: RewardTerms, at: datetime) -> None:
    reward = await rewards.draft(session, owner, terms, now=at)
    for sponsor in terms.funders:
        await rewards.agree(session, sponsor, reward.reward_id, terms.fingerprint(), now=at)
    seed = None if terms.draw is None else secrets.token_bytes(SEED_BYTES)
    await rewards.publish(session, owner, reward.reward_id, seed=seed, now=at)
