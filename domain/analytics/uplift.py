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

from domain.analytics.comparing import LEAST, Group, compare
from domain.analytics.costs import SponsorCost
from domain.analytics.errors import NoControlGroup, NoSalesToCompare, TooFewToCompare
from domain.coalition.founding import coalition_of
from domain.earning.control import in_control
from domain.earning.errors import CampaignNotFound, CampaignStateConflict
from domain.earning.queries import versions_of
from domain.earning.terms import Campaign
from domain.ids import CampaignId, PartnerId, SegmentId
from domain.segments.asking import Shopper, segments_of
from domain.storage import ReadSession
from domain.values import Money, Rate

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
class Side:
    """One of the two groups."""

    members: int
    buyers: int
    """Those of them that bought anything in the period."""
    sales: Money
    """What they bought for, less what came back."""
    mean: Money
    """Of a member, buyer or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with the bounds of its 95 % confidence interval."""

    value: Money
    low: Money
    high: Money
    significant: bool
    """Whether the interval leaves zero out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplift:
    """What a campaign has brought."""

    campaign: Campaign
    period: Period
    currency: str
    groups: tuple[Group, Group]
    """Treated and control, exact, in minor units."""
    costs: tuple[SponsorCost, ...] = ()

    @property
    def treated(self) -> Side:
        """Whom the campaign was for."""
        return self._side(self.groups[0])

    @property
    def control(self) -> Side:
        """Who was left out."""
        return self._side(self.groups[1])

    @property
    def difference(self) -> Estimate:
        """How much more a treated member bought for than one that was left out."""
        return self._estimate(1)

    @property
    def incremental(self) -> Estimate:
        """Sales that there would not have been: the difference, for all who were treated."""
        return self._estimate(self.groups[0].members)

    @property
    def cost(self) -> Money:
        """What it has cost, as far as the viewer knows it."""
        known = (cost.amount for cost in self.costs if cost.amount is not None)
        return sum(known, Money.of_minor(0, self.currency))

    @property
    def cost_per_sale(self) -> Decimal | None:
        """What one unit of incremental sales has cost, to four decimals; None where sales did not grow."""
        gained = compare(*self.groups).value * self.groups[0].members
        if gained <= 0:
            return None
        return (Decimal(self.cost.minor) * gained.denominator / gained.numerator).quantize(Decimal("0.0001"))

    def costing(self, costs: Sequence[SponsorCost]) -> Uplift:
        """The same with what it has cost."""
        return replace(self, costs=tuple(costs))

    def _side(self, group: Group) -> Side:
        return Side(
            members=group.members,
            buyers=group.buyers,
            sales=Money.of_minor(group.total, self.currency),
            mean=Money.of_minor(round(group.mean), self.currency),
        )

    def _estimate(self, times: int) -> Estimate:
        found = compare(*self.groups)
        value, low, high = (
            Money.of_minor(round(one * times), self.currency) for one in (found.value, found.low, found.high)
        )
        return Estimate(value=value, low=low, high=high, significant=found.significant)


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
    currency = (await coalition_of(session)).currency
    groups = _groups(campaign_id, members, spent, period)
    return Uplift(campaign=campaign, period=period, currency=currency, groups=groups)


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
