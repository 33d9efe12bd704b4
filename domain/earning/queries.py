"""Reading campaigns."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg
from sqlalchemy import ColumnElement, false, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import array, distinct_on
from sqlmodel import col

from domain.earning.errors import CampaignNotFound
from domain.earning.expiry import Expiry
from domain.earning.forms import read_rate
from domain.earning.models import CampaignAgreement, CampaignRow, CampaignSeed
from domain.earning.rounding import Rounding
from domain.earning.rules import rule_from_json
from domain.earning.terms import Campaign, CampaignState, Sponsor, Terms, parts_from_json
from domain.earning.when import PURCHASE
from domain.ids import CampaignId, PartnerId
from domain.paging import Page, PageRequest
from domain.storage import COALITION, ReadSession, Sight, concerning, sight_of

IN_FORCE = "SELECT * FROM campaigns_in_force($1, $2)"
DIGEST = "SELECT campaigns_digest($1, $2)"
RECORDED = "SELECT * FROM campaigns_recorded($1::uuid[], $2::int[])"

Key = tuple[CampaignId, int]


async def campaigns_in_force(pool: asyncpg.Pool[asyncpg.Record], *, now: datetime, reach: timedelta) -> list[Campaign]:
    """The campaigns, of all partners, that purchases so far back may earn under and whose sponsors may fund now."""
    records = await pool.fetch(IN_FORCE, now - reach, now)
    return [_from_record(record) for record in records if record["funded"]]


async def campaigns_digest(pool: asyncpg.Pool[asyncpg.Record], *, now: datetime, reach: timedelta) -> bytes:
    """A digest that moves whenever the campaigns in force do."""
    digest: bytes = await pool.fetchval(DIGEST, now - reach, now)
    return digest


async def campaigns_recorded(pool: asyncpg.Pool[asyncpg.Record], keys: Collection[Key]) -> dict[Key, Campaign]:
    """Versions of campaigns by what purchases recorded."""
    ids, versions = [key[0] for key in keys], [key[1] for key in keys]
    campaigns = map(_from_record, await pool.fetch(RECORDED, ids, versions))
    return {campaign.key: campaign for campaign in campaigns}


async def campaign_by_id(session: ReadSession, campaign_id: CampaignId) -> Campaign:
    """The latest version of a campaign that the viewer may see.

    Raises: CampaignNotFound.
    """
    versions = await versions_of(session, campaign_id)
    if not versions:
        raise CampaignNotFound
    return versions[-1]


async def versions_of(session: ReadSession, campaign_id: CampaignId) -> list[Campaign]:
    """All versions of a campaign that the viewer may see, in order."""
    statement = select(CampaignRow).where(col(CampaignRow.campaign_id) == campaign_id, visible_to(sight_of(session)))
    return [campaign_of(row) for row in await session.scalars(statement.order_by(col(CampaignRow.version)))]


async def latest_versions(session: ReadSession) -> list[Campaign]:
    """The latest version of every campaign that the viewer may see, the oldest campaign first."""
    statement = select(CampaignRow).where(visible_to(sight_of(session)))
    ordered = statement.order_by(col(CampaignRow.campaign_id), col(CampaignRow.version))
    latest = {row.campaign_id: row for row in await session.scalars(ordered)}
    return [campaign_of(row) for row in latest.values()]


async def campaigns_by_keys(session: ReadSession, keys: Iterable[Key]) -> list[Campaign | None]:
    """Versions of campaigns in the order asked for; None for those the viewer cannot see."""
    wanted = list(keys)
    key = tuple_(col(CampaignRow.campaign_id), col(CampaignRow.version))
    rows = await session.scalars(select(CampaignRow).where(key.in_(wanted), visible_to(sight_of(session))))
    found = {campaign.key: campaign for campaign in map(campaign_of, rows)}
    return [found.get(one) for one in wanted]


async def campaigns_of(
    session: ReadSession,
    partner_id: PartnerId | None,
    request: PageRequest,
    *,
    states: Collection[CampaignState] = (),
    triggers: Collection[str] = (),
) -> Page[Campaign]:
    """The versions of campaigns that a partner owns, funds or earns under, or (None) of all, the latest first."""
    key = (col(CampaignRow.campaign_id), col(CampaignRow.version))
    statement = select(CampaignRow).where(visible_to(sight_of(session)))
    if partner_id is not None:
        statement = statement.where(
            (col(CampaignRow.partner_id) == partner_id)
            | col(CampaignRow.sponsors).contains([partner_id])
            | col(CampaignRow.partners).contains([partner_id])
        )
    statement = statement.order_by(*(part.desc() for part in key))
    if states:
        statement = statement.where(col(CampaignRow.state).in_(states))
    if triggers:
        statement = statement.where(_answers(triggers))
    if request.after is not None:
        statement = statement.where(tuple_(*key) < request.after)
    rows = await session.scalars(statement.limit(request.first + 1))
    return Page.of([campaign_of(row) for row in rows], request, lambda campaign: campaign.key)


async def campaigns_like(session: ReadSession, begins: str, most: int) -> list[Campaign]:
    """The latest version of each campaign whose name begins so, letter case aside, and that the viewer may see."""
    named = func.lower(col(CampaignRow.name)).startswith(begins.lower(), autoescape=True)
    visible = select(CampaignRow).where(named, visible_to(sight_of(session)))
    latest = visible.ext(distinct_on(col(CampaignRow.campaign_id)))
    ordered = latest.order_by(col(CampaignRow.campaign_id).desc(), col(CampaignRow.version).desc())
    return [campaign_of(row) for row in await session.scalars(ordered.limit(most))]


async def seeds_by_ids(session: ReadSession, campaign_ids: Sequence[CampaignId]) -> list[bytes | None]:
    """What the wheels of campaigns turned by, in the order asked for; None where it is not revealed."""
    rows = await session.scalars(
        select(CampaignSeed)
        .join(CampaignRow, col(CampaignRow.campaign_id) == col(CampaignSeed.campaign_id))
        .where(
            col(CampaignSeed.campaign_id).in_(campaign_ids),
            col(CampaignSeed.revealed_at).is_not(None),
            visible_to(sight_of(session)),
        )
    )
    found = {row.campaign_id: row.seed for row in rows}
    return [found.get(one) for one in campaign_ids]


async def agreed_sponsors(
    session: ReadSession, campaign_id: CampaignId, fingerprint: bytes
) -> dict[PartnerId, datetime]:
    """Which sponsors have agreed to a campaign's terms, and when."""
    rows = await session.scalars(
        select(CampaignAgreement).where(
            col(CampaignAgreement.campaign_id) == campaign_id,
            col(CampaignAgreement.fingerprint) == fingerprint,
            concerning(sight_of(session), col(CampaignAgreement.partner_id), col(CampaignAgreement.owner_id)),
        )
    )
    return {PartnerId(row.partner_id): row.agreed_at for row in rows}


def visible_to(sight: Sight) -> ColumnElement[bool]:
    """The versions a viewer may see: a draft is its owner's and sponsors', what has been live also its tills'."""
    if sight == COALITION or sight.partner_id is None:
        return concerning(sight)
    own = concerning(sight, col(CampaignRow.partner_id))
    earning = col(CampaignRow.live_from).is_not(None) & col(CampaignRow.partners).contains([sight.partner_id])
    return own | col(CampaignRow.sponsors).contains([sight.partner_id]) | earning


def _answers(triggers: Collection[str]) -> ColumnElement[bool]:
    named: Any = col(CampaignRow.parts)["when"]["triggers"]
    usual = named.is_(None) if PURCHASE in triggers else false()
    return or_(usual, named.has_any(array(sorted(triggers))))


def campaign_of(row: CampaignRow) -> Campaign:
    """A row as the rules know it."""
    return _campaign(row.model_dump())


def _from_record(record: asyncpg.Record) -> Campaign:
    stored = dict(record)
    return _campaign(stored | {name: json.loads(stored[name]) for name in ("rule", "expiry", "parts")})


def _campaign(stored: Mapping[str, Any]) -> Campaign:
    return Campaign(
        campaign_id=stored["campaign_id"],
        version=stored["version"],
        partner_id=stored["partner_id"],
        state=CampaignState(stored["state"]),
        terms=_terms(stored),
        live_from=stored["live_from"],
        live_until=stored["live_until"],
        seed=stored.get("seed"),
        commitment=stored.get("commitment"),
        used_up=stored.get("used_up", False),
    )


def _terms(stored: Mapping[str, Any]) -> Terms:
    return Terms(
        name=stored["name"],
        rule=rule_from_json(stored["rule"]),
        starts_at=stored["starts_at"],
        ends_at=stored["ends_at"],
        partners=frozenset(stored["partners"]),
        outlets=frozenset(stored["outlets"]),
        tiers=frozenset(stored["tiers"]),
        sponsors=tuple(
            Sponsor(partner_id, read_rate(share))
            for partner_id, share in zip(stored["sponsors"], stored["shares"], strict=True)
        ),
        return_days=stored["return_days"],
        expiry=Expiry.from_json(stored["expiry"]),
        rounding=Rounding(stored["rounding"]),
        priority=stored["priority"],
        **parts_from_json(stored["parts"]),
    )
