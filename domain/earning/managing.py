"""A campaign's life: written, agreed to by its sponsors, published, paused, ended. What has been live never changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.earning.budgeting import meet_budget
from domain.earning.checking import check_publishable, check_sound
from domain.earning.errors import CampaignNotFound, CampaignStateConflict
from domain.earning.models import CampaignAgreement, CampaignRow
from domain.earning.queries import agreed_sponsors, campaign_of, versions_of
from domain.earning.rules import rule_to_json
from domain.earning.seeds import keep_seed
from domain.earning.terms import Campaign, Terms
from domain.ids import CampaignId, PartnerId, new_id
from domain.storage import WriteSession
from domain.versions import Life

LIFE: Life[Campaign] = Life(
    row=CampaignRow,
    agreement=CampaignAgreement,
    key="campaign_id",
    read=campaign_of,
    versions_of=versions_of,
    agreed=agreed_sponsors,
    missing=CampaignNotFound,
    conflict=CampaignStateConflict,
)


async def draft(session: WriteSession, partner_id: PartnerId, terms: Terms, *, now: datetime) -> Campaign:
    """Write a new campaign of a partner.

    Raises: InvalidCampaign, naming the part.
    """
    await check_sound(session, partner_id, terms)
    return await LIFE.write(session, partner_id, new_id(), _columns(terms), now=now)


async def change(
    session: WriteSession, partner_id: PartnerId, campaign_id: CampaignId, terms: Terms, *, now: datetime
) -> Campaign:
    """Change a campaign: its draft is rewritten; where it has been live, the change is the draft of its next version.

    Raises: CampaignNotFound, CampaignStateConflict, InvalidCampaign.
    """
    await check_sound(session, partner_id, terms)
    latest = await LIFE.changeable(session, partner_id, campaign_id)
    return await LIFE.rewrite(session, campaign_id, latest, _columns(terms), now=now)


async def agree(
    session: WriteSession, sponsor_id: PartnerId, campaign_id: CampaignId, fingerprint: bytes, *, now: datetime
) -> Campaign:
    """Agree as a sponsor to the terms that have this fingerprint, and to no others; again changes nothing.

    Raises: CampaignNotFound, CampaignStateConflict.
    """
    return await LIFE.agree(session, sponsor_id, campaign_id, fingerprint, now=now)


async def publish(
    session: WriteSession,
    partner_id: PartnerId,
    campaign_id: CampaignId,
    *,
    seed: bytes | None = None,
    now: datetime,
) -> Campaign:
    """Let the draft give points from now on; a version that was live until now is followed by it.

    The seed is what its wheels will turn by; a campaign with wheels needs one when it is published first. Its budget is
    opened; one that follows another adds to it, or takes away what is not drawn.
    Raises: CampaignNotFound, CampaignStateConflict, InvalidCampaign, AgreementMissing, SponsorMayNotIssue,
    CategoryReserved, BudgetUnitFixed, BudgetBelowDrawn.
    """
    campaign = await LIFE.drafted(session, partner_id, campaign_id)
    await check_publishable(session, campaign, now=now)
    commitment = await keep_seed(session, campaign, seed, now=now)
    live = await LIFE.publish(session, campaign_id, campaign, commitment=commitment, now=now)
    await meet_budget(session, live, now=now)
    return live


async def pause(session: WriteSession, partner_id: PartnerId, campaign_id: CampaignId, *, now: datetime) -> Campaign:
    """Give nothing for now.

    Raises: CampaignNotFound, CampaignStateConflict.
    """
    return await LIFE.pause(session, partner_id, campaign_id, now=now)


async def resume(session: WriteSession, partner_id: PartnerId, campaign_id: CampaignId, *, now: datetime) -> Campaign:
    """Go on under the same terms, as the next version, so that the pause stays on record.

    Raises: CampaignNotFound, CampaignStateConflict, InvalidCampaign, AgreementMissing, SponsorMayNotIssue,
    CategoryReserved.
    """
    paused = await LIFE.paused(session, partner_id, campaign_id)
    await check_publishable(session, paused, now=now)
    columns = {**_columns(paused.terms), "commitment": paused.commitment}
    live = await LIFE.resume(session, campaign_id, paused, columns, now=now)
    await meet_budget(session, live, now=now)
    return live


async def end(session: WriteSession, partner_id: PartnerId, campaign_id: CampaignId, *, now: datetime) -> Campaign:
    """Give nothing any more; an unpublished draft is put away with it.

    Raises: CampaignNotFound, CampaignStateConflict.
    """
    return await LIFE.end(session, partner_id, campaign_id, now=now)


def _columns(terms: Terms) -> dict[str, Any]:
    return {
        "name": terms.name,
        "starts_at": terms.starts_at,
        "ends_at": terms.ends_at,
        "rule": rule_to_json(terms.rule),
        "partners": sorted(terms.partners),
        "outlets": sorted(terms.outlets),
        "tiers": sorted(terms.tiers),
        "sponsors": [sponsor.partner_id for sponsor in terms.sponsors],
        "shares": [str(sponsor.share) for sponsor in terms.sponsors],
        "return_days": terms.return_days,
        "expiry": terms.expiry.to_json(),
        "rounding": terms.rounding,
        "priority": terms.priority,
        "parts": terms.parts(),
        "fingerprint": terms.fingerprint(),
    }
