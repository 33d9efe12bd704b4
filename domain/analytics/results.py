"""What a campaign has come to until now: members, awards, points, money and what it costs its sponsors, by the hour.

Finished hours are folded (folding.py); the last minutes are read as they were posted, so nothing is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from domain.analytics.costs import PointPrices, point_prices
from domain.coalition.founding import coalition_of
from domain.coalition.founding import zone as zone_named
from domain.earning.budgeting import BudgetStanding, standing_of
from domain.earning.queries import campaign_by_id
from domain.earning.terms import Campaign
from domain.ids import CampaignId, PartnerId
from domain.settlement.exact import ZERO, exactly, payable
from domain.storage import ReadSession
from domain.values import Money, minor_digits

_HOURS = text("SELECT * FROM campaign_hours(:campaign_id, :until, :zone) ORDER BY hour")
MOMENT = timedelta(microseconds=1)


class Bucket(StrEnum):
    """Over which time results are summed."""

    HOUR = "HOUR"
    """An hour of the coalition's clock."""
    DAY = "DAY"
    """A day of the coalition's calendar."""
    MONTH = "MONTH"
    """A month of the coalition's calendar."""

    def begins(self, local: datetime) -> datetime:
        """When the stretch begins in which an hour lies."""
        if self is Bucket.HOUR:
            return local
        return local.replace(hour=0) if self is Bucket.DAY else local.replace(day=1, hour=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a campaign came to over some time."""

    awards: int = 0
    """Purchases and actions for which it gave anything."""
    reached: int = 0
    """Members to whom it gave something for the first time."""
    tokens: int = 0
    """Coupons, badges and tickets won."""
    points: int = 0
    """Points given."""
    points_back: int = 0
    """Points that returns took back."""
    money: Decimal = ZERO
    """Benefits given in money."""
    money_back: Decimal = ZERO

    def plus(self, row: Any) -> Tally:
        """This and a row of the same time."""
        with exactly():
            return Tally(**{name: getattr(self, name) + getattr(row, name) for name in _FIELDS})


_FIELDS = ("awards", "reached", "tokens", "points", "points_back", "money", "money_back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """An hour or a day of a campaign."""

    starts_at: datetime
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class SponsorResult:
    """What a campaign came to for one sponsor."""

    partner_id: PartnerId
    points: int
    points_back: int
    cost: Money | None
    """Points at the price of its contract reached so far, and money, less what came back; None: not the viewer's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What a campaign has come to, over all its versions."""

    campaign: Campaign
    as_of: datetime
    currency: str
    tally: Tally
    sponsors: tuple[SponsorResult, ...]
    budget: BudgetStanding | None
    stretches: tuple[Stretch, ...]
    """Those in which anything happened, in order."""

    def seen_by(self, partner_id: PartnerId | None) -> Results:
        """As a partner is told it; the coalition (None) is told all.

        The owner knows what each sponsor gave, a sponsor its own; prices are between a sponsor and the coalition.
        """
        if partner_id is None:
            return self
        owner = partner_id == self.campaign.partner_id
        told = [one for one in self.sponsors if owner or one.partner_id == partner_id]
        return replace(
            self, sponsors=tuple(one if one.partner_id == partner_id else replace(one, cost=None) for one in told)
        )


async def results_of(
    session: ReadSession, campaign_id: CampaignId, *, bucket: Bucket = Bucket.DAY, now: datetime
) -> Results:
    """What a campaign has come to until now, read with the coalition's sight.

    Raises: CampaignNotFound, CycleNotFound, PriceUnknown.
    """
    campaign = await campaign_by_id(session, campaign_id)
    coalition = await coalition_of(session)
    asked = {"campaign_id": campaign_id, "until": now + MOMENT, "zone": coalition.time_zone}
    rows = (await session.execute(_HOURS, asked)).all()
    priced = {(row.sponsor_contract_id, row.accrual_cycle_id) for row in rows if row.sponsor_contract_id is not None}
    prices = await point_prices(session, priced, now=now)
    return Results(
        campaign=campaign,
        as_of=now,
        currency=coalition.currency,
        tally=_summed(rows),
        sponsors=tuple(_sponsors(campaign, rows, prices, coalition.currency)),
        budget=await standing_of(session, campaign),
        stretches=tuple(_stretches(rows, bucket, zone_named(coalition.time_zone))),
    )


def _summed(rows: Iterable[Any]) -> Tally:
    tally = Tally()
    for row in rows:
        tally = tally.plus(row)
    return tally


def _stretches(rows: Sequence[Any], bucket: Bucket, zone: ZoneInfo) -> Iterable[Stretch]:
    tallies: dict[datetime, Tally] = {}
    for row in rows:
        starts_at = bucket.begins(row.hour.astimezone(zone))
        tallies[starts_at] = tallies.get(starts_at, Tally()).plus(row)
    return (Stretch(starts_at=starts_at, tally=tally) for starts_at, tally in sorted(tallies.items()))


def _sponsors(campaign: Campaign, rows: Sequence[Any], prices: PointPrices, currency: str) -> Iterable[SponsorResult]:
    funding = {sponsor.partner_id for sponsor in campaign.terms.sponsors}
    for partner_id in sorted(funding | {row.sponsor_id for row in rows if row.sponsor_id is not None}):
        own = [row for row in rows if row.sponsor_id == partner_id]
        with exactly():
            amount = sum((_cost(row, prices) for row in own), ZERO)
        yield SponsorResult(
            partner_id=PartnerId(partner_id),
            points=sum(row.points for row in own),
            points_back=sum(row.points_back for row in own),
            cost=Money(payable(amount, minor_digits(currency)), currency),
        )


def _cost(row: Any, prices: PointPrices) -> Decimal:
    """What a row costs its sponsor; called within exactly()."""
    money: Decimal = row.money - row.money_back
    if row.sponsor_contract_id is None:
        return money
    points: int = row.points - row.points_back
    return money + points * prices[row.sponsor_contract_id, row.accrual_cycle_id]
