"""Campaigns, as the partners that own and fund them manage them."""

from __future__ import annotations

from collections.abc import Collection
from secrets import token_bytes
from typing import Final
from uuid import UUID

from domain.analytics import results as measuring
from domain.analytics.results import Bucket, Results
from domain.earning import managing, queries, seeds
from domain.earning.bounds import Budget
from domain.earning.errors import CampaignNotFound
from domain.earning.seeds import SEED_BYTES
from domain.earning.terms import Campaign, CampaignState, Terms
from domain.ids import CampaignId, PartnerId, SegmentId
from domain.paging import Page, PageRequest
from domain.segments.definitions import Segment
from domain.segments.queries import segments_by_ids
from domain.storage import COALITION, ReadSession
from partners.viewer import Audience
from resolvers.context import Context
from resolvers.policies import acting_partner

MOST_VERSIONS: Final = 50
"""Versions of a campaign that are told."""


async def find(ctx: Context, campaign_id: UUID, version: int | None = None) -> Campaign:
    """A campaign, in its latest version unless another is named. Raises: CampaignNotFound."""
    if version is None:
        return await ctx.read(queries.campaign_by_id, CampaignId(campaign_id))
    (found,) = await ctx.read(queries.campaigns_by_keys, [(CampaignId(campaign_id), version)])
    if found is None:
        raise CampaignNotFound
    return found


async def versions(ctx: Context, campaign_id: UUID) -> list[Campaign]:
    """The versions of a campaign that the viewer may see, the latest first; at most so many as are told."""
    return (await ctx.read(queries.versions_of, CampaignId(campaign_id)))[: -MOST_VERSIONS - 1 : -1]


async def of_partner(
    ctx: Context, page: PageRequest, states: list[CampaignState], triggers: list[str]
) -> Page[Campaign]:
    """The campaigns that the partner owns, funds or earns under; for the coalition, everybody's."""
    partner_id = None if ctx.viewer.audience is Audience.COALITION else PartnerId(acting_partner(ctx.viewer))
    return await ctx.read(queries.campaigns_of, partner_id, page, states=states, triggers=triggers)


def concerns(ctx: Context, campaign: Campaign) -> bool:
    """Whether the viewer is the campaign's owner or one of its sponsors, or the coalition: not only a till of it."""
    if ctx.viewer.audience is Audience.COALITION:
        return True
    parties = {campaign.partner_id, *(sponsor.partner_id for sponsor in campaign.terms.sponsors)}
    return ctx.viewer.on_behalf_of is None and ctx.viewer.partner_id in parties


def budget_told(ctx: Context, campaign: Campaign) -> Budget | None:
    """The budget, for those whom it concerns."""
    return campaign.terms.budget if concerns(ctx, campaign) else None


async def awaiting(ctx: Context, campaign: Campaign) -> set[PartnerId]:
    """The sponsors that have not agreed to the terms as they are, for those whom it concerns."""
    if not concerns(ctx, campaign):
        return set()
    agreed = await ctx.read(queries.agreed_sponsors, campaign.campaign_id, campaign.terms.fingerprint())
    return set(campaign.terms.funders) - set(agreed) - {campaign.partner_id}


async def segments_named(ctx: Context, segment_ids: Collection[UUID]) -> list[Segment]:
    """Those of these segments that the viewer owns or may name."""
    found = [await ctx.load(segments_by_ids, SegmentId(one)) for one in sorted(segment_ids)]
    return [segment for segment in found if segment is not None]


async def seed_revealed(ctx: Context, campaign: Campaign) -> bytes | None:
    """What the campaign's wheels turned by, once it is open."""
    return await ctx.load(queries.seeds_by_ids, campaign.campaign_id)


async def reveal(ctx: Context, campaign_id: UUID) -> Campaign:
    """Open the seed of an ended campaign."""
    owner = PartnerId(acting_partner(ctx.viewer))
    return await ctx.write(seeds.reveal, owner, CampaignId(campaign_id), now=ctx.now)


async def results(ctx: Context, campaign_id: UUID, bucket: Bucket) -> Results:
    """What a campaign has come to, for its owner, its sponsors and the coalition. Raises: CampaignNotFound."""
    campaign = await find(ctx, campaign_id)
    if not concerns(ctx, campaign):
        raise CampaignNotFound
    async with ctx.database.session(COALITION) as session:
        found = await measuring.results_of(ReadSession(session), campaign.campaign_id, bucket=bucket, now=ctx.now)
    return found.seen_by(None if ctx.viewer.audience is Audience.COALITION else PartnerId(acting_partner(ctx.viewer)))


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
    seed = token_bytes(SEED_BYTES)
    return await ctx.write(managing.publish, owner, CampaignId(campaign_id), seed=seed, now=ctx.now)


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
