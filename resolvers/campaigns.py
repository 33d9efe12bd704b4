"""Campaigns, as the partners that own and fund them manage them."""

from __future__ import annotations

from uuid import UUID

from domain.earning import managing, queries
from domain.earning.terms import Campaign, CampaignState, Terms
from domain.ids import CampaignId, PartnerId
from domain.paging import Page, PageRequest
from resolvers.context import Context
from resolvers.policies import acting_partner


async def find(ctx: Context, campaign_id: UUID) -> Campaign:
    """The latest version of a campaign. Raises: CampaignNotFound."""
    return await ctx.read(queries.campaign_by_id, CampaignId(campaign_id))


async def of_partner(ctx: Context, page: PageRequest, states: list[CampaignState]) -> Page[Campaign]:
    """The campaigns that the partner owns, funds or earns under."""
    return await ctx.read(queries.campaigns_of, PartnerId(acting_partner(ctx.viewer)), page, states=states)


async def draft(ctx: Context, terms: Terms) -> Campaign:
    """Write a new campaign."""
    return await ctx.write(managing.draft, PartnerId(acting_partner(ctx.viewer)), terms, now=ctx.now)


async def change(ctx: Context, campaign_id: UUID, terms: Terms) -> Campaign:
    """Change a draft, or draft the next version."""
    owner = PartnerId(acting_partner(ctx.viewer))
    return await ctx.write(managing.change, owner, CampaignId(campaign_id), terms, now=ctx.now)


async def agree(ctx: Context, campaign_id: UUID, fingerprint: bytes) -> Campaign:
    """Agree, as a sponsor, to exactly these terms."""
    sponsor = PartnerId(acting_partner(ctx.viewer))
    await ctx.write(managing.agree, sponsor, CampaignId(campaign_id), fingerprint, now=ctx.now)
    return await find(ctx, campaign_id)


async def publish(ctx: Context, campaign_id: UUID) -> Campaign:
    """Let a draft give points."""
    owner = PartnerId(acting_partner(ctx.viewer))
    return await ctx.write(managing.publish, owner, CampaignId(campaign_id), now=ctx.now)


async def pause(ctx: Context, campaign_id: UUID) -> Campaign:
    """Give nothing for now."""
    owner = PartnerId(acting_partner(ctx.viewer))
    return await ctx.write(managing.pause, owner, CampaignId(campaign_id), now=ctx.now)


async def resume(ctx: Context, campaign_id: UUID) -> Campaign:
    """Go on under the same terms."""
    owner = PartnerId(acting_partner(ctx.viewer))
    return await ctx.write(managing.resume, owner, CampaignId(campaign_id), now=ctx.now)


async def end(ctx: Context, campaign_id: UUID) -> Campaign:
    """Give nothing any more."""
    owner = PartnerId(acting_partner(ctx.viewer))
    return await ctx.write(managing.end, owner, CampaignId(campaign_id), now=ctx.now)
