"""A campaign's life: written, agreed to by its sponsors, published, paused, ended. What has been live never changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from asyncpg import UniqueViolationError
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from domain.earning.budgeting import meet_budget
from domain.earning.checking import check_publishable, check_sound
from domain.earning.errors import CampaignNotFound, CampaignStateConflict
from domain.earning.models import CampaignAgreement, CampaignRow
from domain.earning.queries import agreed_sponsors, campaign_by_id, campaign_of, versions_of
from domain.earning.rules import rule_to_json
from domain.earning.seeds import keep_seed
from domain.earning.terms import Campaign, CampaignState, Terms
from domain.ids import CampaignId, PartnerId, new_id
from domain.storage import WriteSession

DRAFT, LIVE, PAUSED, ENDED = CampaignState


async def draft(session: WriteSession, partner_id: PartnerId, terms: Terms, *, now: datetime) -> Campaign:
    """Write a new campaign of a partner.

    Raises: InvalidCampaign, naming the part.
    """
    await check_sound(session, partner_id, terms)
    return await _insert(session, CampaignId(new_id()), 1, partner_id, DRAFT, terms, now)


async def change(
    session: WriteSession, partner_id: PartnerId, campaign_id: CampaignId, terms: Terms, *, now: datetime
) -> Campaign:
    """Change a campaign: its draft is rewritten; where it has been live, the change is the draft of its next version.

    Raises: CampaignNotFound, CampaignStateConflict, InvalidCampaign.
    """
    await check_sound(session, partner_id, terms)
    latest = await _owned(session, partner_id, campaign_id)
    if latest.state is ENDED:
        raise CampaignStateConflict(latest.state, "changed")
    if latest.state is DRAFT:
        return await _move(session, latest, "changed", (DRAFT,), **_columns(terms))
    return await _insert(session, campaign_id, latest.version + 1, partner_id, DRAFT, terms, now)


async def agree(
    session: WriteSession, sponsor_id: PartnerId, campaign_id: CampaignId, fingerprint: bytes, *, now: datetime
) -> None:
    """Agree as a sponsor to the terms that have this fingerprint, and to no others; again changes nothing.

    Raises: CampaignNotFound, CampaignStateConflict.
    """
    campaign = await campaign_by_id(session, campaign_id)
    if sponsor_id not in campaign.terms.funders:
        raise CampaignNotFound
    if campaign.terms.fingerprint() != fingerprint:
        raise CampaignStateConflict("changed since it was read", "agreed to")
    if sponsor_id in await agreed_sponsors(session, campaign_id, fingerprint):
        return
    agreement = CampaignAgreement(
        campaign_id=campaign_id,
        partner_id=sponsor_id,
        fingerprint=fingerprint,
        version=campaign.version,
        owner_id=campaign.partner_id,
        agreed_at=now,
    )
    session.add(agreement)
    await session.flush()  # a wall that refuses it speaks here, not at the end of the transaction


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
    campaign = await _owned(session, partner_id, campaign_id)
    if campaign.state is not DRAFT:
        raise CampaignStateConflict(campaign.state, "published")
    await check_publishable(session, campaign, now=now)
    commitment = await keep_seed(session, campaign, seed, now=now)
    for version in await versions_of(session, campaign_id):
        if version.state in (LIVE, PAUSED):
            await _move(session, version, "followed", (LIVE, PAUSED), **_ending(version, now))
    # Naming the fingerprint refuses a draft that was changed after it was checked.
    columns = {"state": LIVE, "live_from": now, "commitment": commitment}
    live = await _move(session, campaign, "published", (DRAFT,), **columns)
    await meet_budget(session, live, now=now)
    return live


async def pause(session: WriteSession, partner_id: PartnerId, campaign_id: CampaignId, *, now: datetime) -> Campaign:
    """Give nothing for now.

    Raises: CampaignNotFound, CampaignStateConflict.
    """
    campaign = await _in_use(session, partner_id, campaign_id, "paused")
    return await _move(session, campaign, "paused", (LIVE,), state=PAUSED, live_until=now)


async def resume(session: WriteSession, partner_id: PartnerId, campaign_id: CampaignId, *, now: datetime) -> Campaign:
    """Go on under the same terms, as the next version, so that the pause stays on record.

    Raises: CampaignNotFound, CampaignStateConflict, InvalidCampaign, AgreementMissing, SponsorMayNotIssue,
    CategoryReserved.
    """
    paused = await _in_use(session, partner_id, campaign_id, "resumed")
    if paused.state is not PAUSED:
        raise CampaignStateConflict(paused.state, "resumed")
    await check_publishable(session, paused, now=now)
    latest = await _owned(session, partner_id, campaign_id)
    await _move(session, paused, "resumed", (PAUSED,), state=ENDED)
    columns = {"live_from": now, "commitment": paused.commitment}
    live = await _insert(session, campaign_id, latest.version + 1, partner_id, LIVE, paused.terms, now, **columns)
    await meet_budget(session, live, now=now)
    return live


async def end(session: WriteSession, partner_id: PartnerId, campaign_id: CampaignId, *, now: datetime) -> Campaign:
    """Give nothing any more; an unpublished draft is put away with it.

    Raises: CampaignNotFound, CampaignStateConflict.
    """
    ended = None
    for version in await versions_of(session, campaign_id):
        if version.partner_id == partner_id and version.state is not ENDED:
            ended = await _move(session, version, "ended", (version.state,), **_ending(version, now))
    if ended is None:
        latest = await _owned(session, partner_id, campaign_id)
        raise CampaignStateConflict(latest.state, "ended")
    return ended


async def _owned(session: WriteSession, partner_id: PartnerId, campaign_id: CampaignId) -> Campaign:
    campaign = await campaign_by_id(session, campaign_id)
    if campaign.partner_id != partner_id:
        raise CampaignNotFound
    return campaign


async def _in_use(session: WriteSession, partner_id: PartnerId, campaign_id: CampaignId, step: str) -> Campaign:
    latest = await _owned(session, partner_id, campaign_id)
    for version in await versions_of(session, campaign_id):
        if version.state in (LIVE, PAUSED):
            return version
    raise CampaignStateConflict(latest.state, step)


def _ending(version: Campaign, now: datetime) -> dict[str, Any]:
    closing = {"live_until": now} if version.state is LIVE else {}
    return {"state": ENDED, **closing}


async def _move(
    session: WriteSession, campaign: Campaign, step: str, states: tuple[CampaignState, ...], **columns: Any
) -> Campaign:
    """Write columns of a version, provided that nobody else has moved or changed it since it was read."""
    moved = await session.execute(
        update(CampaignRow)
        .where(
            col(CampaignRow.campaign_id) == campaign.campaign_id,
            col(CampaignRow.version) == campaign.version,
            col(CampaignRow.state).in_(states),
            col(CampaignRow.fingerprint) == campaign.terms.fingerprint(),
        )
        .values(**columns)
        .returning(CampaignRow)
        .execution_options(populate_existing=True)
    )
    row = moved.scalar_one_or_none()
    if row is None:
        raise CampaignStateConflict("changed by somebody else in the meantime", step)
    return campaign_of(row)


async def _insert(
    session: WriteSession,
    campaign_id: CampaignId,
    version: int,
    partner_id: PartnerId,
    state: CampaignState,
    terms: Terms,
    now: datetime,
    **columns: Any,
) -> Campaign:
    row = CampaignRow(
        campaign_id=campaign_id,
        version=version,
        partner_id=partner_id,
        state=state,
        created_at=now,
        **_columns(terms),
        **columns,
    )
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as clash:
        if isinstance(clash.orig.__cause__ if clash.orig else None, UniqueViolationError):
            raise CampaignStateConflict("changed by somebody else in the meantime", "changed") from None
        raise
    stored = await session.scalar(
        select(CampaignRow).where(col(CampaignRow.campaign_id) == campaign_id, col(CampaignRow.version) == version)
    )
    assert stored is not None
    return campaign_of(stored)


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
