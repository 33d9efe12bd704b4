"""What wheels turn by: a seed for each campaign, promised by its digest at the start and opened after the end.

So the owner cannot choose the seed once turns are known, and everybody can work each turn out again afterwards.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from domain.earning.basket import OLDEST_PURCHASE
from domain.earning.errors import CampaignNotFound, CampaignStateConflict, SeedStillSecret
from domain.earning.models import CampaignSeed
from domain.earning.queries import campaign_by_id, versions_of
from domain.earning.rules import prizes_of
from domain.earning.terms import Campaign, CampaignState, Terms
from domain.ids import CampaignId, PartnerId
from domain.storage import WriteSession

SEED_BYTES = 32


def has_wheel(terms: Terms) -> bool:
    """Whether terms promise a turn of a wheel."""
    return any(prize.wheel for prize in prizes_of(terms.rule))


def commitment_of(seed: bytes) -> bytes:
    """What is told of a seed from the start."""
    return hashlib.sha256(seed).digest()


async def keep_seed(session: WriteSession, campaign: Campaign, seed: bytes | None, *, now: datetime) -> bytes | None:
    """Keep a seed for a campaign with wheels, unless it has one already; the commitment its next version bears."""
    versions = await versions_of(session, campaign.campaign_id)
    promised = next((version.commitment for version in versions if version.commitment is not None), None)
    if promised is not None or not has_wheel(campaign.terms):
        return promised
    assert seed is not None, "a campaign with a wheel is published with a seed"
    row = {"campaign_id": campaign.campaign_id, "partner_id": campaign.partner_id, "seed": seed, "made_at": now}
    await session.execute(insert(CampaignSeed).values(row))
    return commitment_of(seed)


async def reveal(
    session: WriteSession,
    partner_id: PartnerId,
    campaign_id: CampaignId,
    *,
    now: datetime,
    oldest: timedelta = OLDEST_PURCHASE,
) -> Campaign:
    """Open the seed of a campaign that has ended, once no purchase for it can come any more; again changes nothing.

    Raises: CampaignNotFound, CampaignStateConflict, SeedStillSecret.
    """
    versions = await versions_of(session, campaign_id)
    if not versions or versions[0].partner_id != partner_id:
        raise CampaignNotFound
    if all(version.commitment is None for version in versions):
        raise CampaignStateConflict("without a wheel", "revealed")
    lasts = [window[1] for version in versions if (window := version.window()) is not None]
    known = [last for last in lasts if last is not None]
    standing = any(version.state in (CampaignState.LIVE, CampaignState.PAUSED) for version in versions)
    if standing or len(known) < len(lasts):
        raise CampaignStateConflict(versions[-1].state, "revealed")
    until = max(known) + oldest
    if now < until:
        raise SeedStillSecret(until)
    await session.execute(text("SELECT reveal_seed(:campaign_id, :now)"), {"campaign_id": campaign_id, "now": now})
    return await campaign_by_id(session, campaign_id)
