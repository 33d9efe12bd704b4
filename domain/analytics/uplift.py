"""What a campaign has brought: members it was for, held against those that were left out by the hash.

Everybody counts who was there before it began, whether or not they bought or ever noticed (intention to treat), so that
the two groups differ by nothing but the campaign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import text

from domain.analytics.comparing import LEAST, Difference, Group, compare
from domain.analytics.costs import SponsorCost
from domain.analytics.errors import NoControlGroup, NoSalesToCompare, TooFewToCompare
from domain.earning.control import in_control
from domain.earning.errors import CampaignNotFound, CampaignStateConflict
from domain.earning.queries import versions_of
from domain.earning.terms import Campaign
from domain.ids import CampaignId, PartnerId, SegmentId
from domain.segments.asking import Shopper, segments_of
from domain.storage import ReadSession
from domain.values import Rate

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_KNOWN = text("""
    SELECT p.place, k.wallet_id, k.member_id FROM unnest(CAST(:places AS uuid[])) AS p (place)
    CROSS JOIN LATERAL segment_members_known(p.place) k WHERE k.since < :start
""")
_BOUGHT = text(
    "SELECT member_id, amount FROM segment_purchases(CAST(:owner AS uuid), CAST(:places AS uuid[]), :start, :end)"
)
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A campaign while it was live: from when until when, and which share was left out throughout."""

    starts_at: datetime
    ends_at: datetime
    """Exclusive; not later than now."""
    low: Rate
    """Who is in the control group of the smallest share was left out all the time,"""
    high: Rate
    """and who is outside that of the largest was never left out; members between count for neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplift:
    """What a campaign has brought. Amounts are in minor units of the coalition's currency."""

    campaign: Campaign
    period: Period
    treated: Group
    control: Group
    difference: Difference
    """Of what a member spent, treated less control."""
    costs: tuple[SponsorCost, ...] = ()
    """As far as the viewer may know them."""

    @property
    def incremental(self) -> Difference:
        """Sales that there would not have been: the difference, for all who were treated."""
        many, one = self.treated.members, self.difference
        return Difference(value=one.value * many, low=one.low * many, high=one.high * many)

    @property
    def cost(self) -> Decimal:
        """What it has cost these sponsors, in units of the currency."""
        return sum((cost.amount for cost in self.costs), Decimal(0))

    def cost_per_sale(self, digits: int) -> Decimal | None:
        """What one unit of incremental sales has cost, to four decimals; None where there were none."""
        gained = self.incremental.value
        if gained <= 0:
            return None
        per_unit = self.cost.scaleb(digits) * gained.denominator / gained.numerator
        return per_unit.quantize(Decimal("0.0001"))

    def costing(self, costs: Sequence[SponsorCost]) -> Uplift:
        """The same with what it has cost."""
        return replace(self, costs=tuple(costs))


async def uplift(
    session: ReadSession, pool: Pool, campaign_id: CampaignId, *, viewer: PartnerId | None, now: datetime
) -> Uplift:
    """What a campaign has brought at a partner's own tills, or (None, the coalition's) at all of its partners'.

    Raises: CampaignNotFound, CampaignStateConflict, NoSalesToCompare, NoControlGroup, TooFewToCompare.
    """
    versions = await versions_of(session, campaign_id)
    if not versions:
        raise CampaignNotFound
    period = period_of(versions, now=now)
    campaign = versions[-1]
    first = next(version for version in versions if version.window() is not None)
    if viewer is not None and viewer not in first.terms.partners:
        raise NoSalesToCompare
    places = sorted(first.terms.partners) if viewer is None else [viewer]
    members = await _audience(session, pool, first, places, period.starts_at)
    said = {"owner": viewer, "places": places, "start": period.starts_at, "end": period.ends_at - INSTANT}
    spent = {row.member_id: row.amount for row in await session.execute(_BOUGHT, said)}
    treated, control = _groups(campaign_id, members, spent, period)
    return Uplift(
        campaign=campaign, period=period, treated=treated, control=control, difference=compare(treated, control)
    )


def period_of(versions: Sequence[Campaign], *, now: datetime) -> Period:
    """When a campaign was live, pauses included, and with which control groups.

    Raises: CampaignStateConflict, where it has not begun; NoControlGroup.
    """
    live = [(version, window) for version in versions if (window := version.window()) and window[0] < now]
    if not live:
        raise CampaignStateConflict(versions[-1].state, "measured before it has begun")
    shares = [version.terms.when.control for version, _ in live]
    if not min(shares):
        raise NoControlGroup
    return Period(
        starts_at=min(window[0] for _, window in live),
        ends_at=max(min(window[1] or now, now) for _, window in live),
        low=min(shares),
        high=max(shares),
    )


async def _audience(
    session: ReadSession, pool: Pool, campaign: Campaign, places: Sequence[PartnerId], start: datetime
) -> set[UUID]:
    """Members known there before it began whom its segments, as they were then, do not leave out."""
    rows = await session.execute(_KNOWN, {"places": places, "start": start})
    shoppers: list[Shopper] = [(row.place, row.wallet_id, row.member_id) for row in rows]
    wanted, unwanted = campaign.terms.when.segments, campaign.terms.when.not_segments
    if not wanted and not unwanted:
        return {member_id for _, _, member_id in shoppers}
    asked = [SegmentId(one) for one in wanted | unwanted]
    held = await segments_of(pool, shoppers, asked, at=start)
    return {
        member_id
        for (_, _, member_id), segments in held.items()
        if (not wanted or segments & wanted) and not segments & unwanted
    }


def _groups(campaign_id: CampaignId, members: set[UUID], spent: dict[UUID, int], period: Period) -> tuple[Group, Group]:
    treated = Group.of(spent.get(one, 0) for one in members if not in_control(campaign_id, one, period.high))
    control = Group.of(spent.get(one, 0) for one in members if in_control(campaign_id, one, period.low))
    if min(treated.members, control.members) < LEAST:
        raise TooFewToCompare(treated.members, control.members, LEAST)
    return treated, control
