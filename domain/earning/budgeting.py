"""Budgets of campaigns: opened as they go live, made available day by day, and told of when little is left."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import col, select

from domain.coalition.founding import coalition_of
from domain.coalition.founding import zone as zone_named
from domain.earning.bounds import Budget, Pacing
from domain.earning.errors import BudgetBelowDrawn
from domain.earning.models import CampaignRow
from domain.earning.queries import campaign_of, versions_of, visible_to
from domain.earning.terms import Campaign, CampaignState
from domain.earning.when import zone_of
from domain.ids import CampaignId
from domain.ledger.allowance_models import Allowance, AllowanceChange, AllowanceKind, AllowanceSlice, ChangeReason, Unit
from domain.ledger.allowances import mind
from domain.ledger.budgets import open_budget
from domain.storage import ReadSession, WriteSession, concerning, sight_of
from domain.values import Money, Rate, minor_digits

MILLIONTHS = 6
"""Decimals of the unit that budgets in money are counted in."""
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetStanding:
    """Where a campaign's budget stands, in points or in minor units of money."""

    budget: Budget
    available: int
    """What has become available so far, used or not."""
    left: int
    """What of it is left; of money rounded down to what can be paid."""
    low_since: datetime | None
    """When so much was used that its owner and sponsors were told."""
    currency: str

    def shown(self, amount: int) -> Decimal:
        """One of its amounts: points, or whole units of the currency."""
        return Decimal(amount) if self.budget.points is not None else Money.of_minor(amount, self.currency).amount

    @property
    def used(self) -> int:
        """What was given and not taken back; of money rounded up."""
        return self.available - self.left

    @property
    def share_used(self) -> Rate:
        """How much of the whole budget is used."""
        return Rate(self.used, self.budget.amount)


async def meet_budget(
    session: WriteSession, campaign: Campaign, *, now: datetime, reason: ChangeReason = ChangeReason.BUDGET
) -> int | None:
    """Have available what a campaign's budget allows by now, and no more; what is left. None: it has no budget.

    Done again at the same moment it changes nothing; days that nobody came by are made up for.
    Raises: BudgetUnitFixed, BudgetBelowDrawn.
    """
    budget = campaign.terms.budget
    if budget is None:
        return None
    coalition = await coalition_of(session)
    begun = await _begun(session, campaign, now)
    total = by_now(campaign, begun, now, zone_named(coalition.time_zone))
    factor = factor_of(campaign, coalition.currency)
    left = await open_budget(session, campaign.campaign_id, _unit(budget), total * factor, reason=reason, now=now)
    drawn = (await _budgets(session, [campaign.campaign_id]))[campaign.campaign_id].put_in - left
    if drawn > budget.amount * factor:
        raise BudgetBelowDrawn(-(-drawn // factor), coalition.currency if budget.points is None else None)
    return left // factor


def by_now(campaign: Campaign, begun: datetime, now: datetime, zone: ZoneInfo) -> int:
    """What of a campaign's budget is available by now: with EVEN pacing its days' parts, the first one at once.

    The days are those of its calendar from the first on which it could give to the last; parts add up to the budget,
    and differ by one at most.
    """
    terms = campaign.terms
    budget = terms.budget
    assert budget is not None, "a campaign without a budget has no parts of one"
    if budget.pacing is Pacing.AT_ONCE or terms.ends_at is None:
        return budget.amount
    local = zone_of(terms.when.time_zone, zone)
    first, last = begun.astimezone(local).date(), (terms.ends_at - INSTANT).astimezone(local).date()
    days = max(1, (last - first).days + 1)
    gone = min(days, max(1, (now.astimezone(local).date() - first).days + 1))
    return budget.amount * gone // days


async def standing_of(session: ReadSession, campaign: Campaign) -> BudgetStanding | None:
    """Where a campaign's budget stands, with the sight of its owner or the coalition's; None: it was never opened."""
    held = (await _budgets(session, [campaign.campaign_id])).get(campaign.campaign_id)
    if campaign.terms.budget is None or held is None:
        return None
    return held.standing(campaign.terms.budget, (await coalition_of(session)).currency)


async def to_pace(session: ReadSession, *, now: datetime) -> list[Campaign]:
    """The live campaigns of which today's part is not available yet."""
    coalition = await coalition_of(session)
    paced = [one for one in await _live(session) if one.terms.budget and one.terms.budget.pacing is Pacing.EVEN]
    held = await _budgets(session, [campaign.campaign_id for campaign in paced])
    due = []
    for campaign in paced:
        begun = await _begun(session, campaign, now)
        total = by_now(campaign, begun, now, zone_named(coalition.time_zone))
        standing = held.get(campaign.campaign_id)
        if standing is None or standing.put_in != total * factor_of(campaign, coalition.currency):
            due.append(campaign)
    return due


async def watch(session: WriteSession, *, now: datetime) -> list[Campaign]:
    """Note whose budgets have run low since, and whose were filled again; those that are newly low."""
    currency = (await coalition_of(session)).currency
    live = await _live(session)
    held = await _budgets(session, [campaign.campaign_id for campaign in live])
    low = []
    for campaign in live:
        budget, found = campaign.terms.budget, held.get(campaign.campaign_id)
        if budget is None or found is None:
            continue
        short = found.standing(budget, currency).share_used >= budget.alert
        if short != (found.low_since is not None) and await mind(session, found.allowance_id, low=short, now=now):
            low += [campaign] if short else []
    return low


@dataclass(frozen=True, slots=True)
class _Held:
    """An allowance that is a budget, in its own unit."""

    allowance_id: UUID
    put_in: int
    left: int
    low_since: datetime | None

    def standing(self, budget: Budget, currency: str) -> BudgetStanding:
        factor = _factor(budget, currency)
        return BudgetStanding(
            budget=budget,
            available=self.put_in // factor,
            left=self.left // factor,
            low_since=self.low_since,
            currency=currency,
        )


async def _budgets(session: ReadSession, campaign_ids: Collection[CampaignId]) -> dict[CampaignId, _Held]:
    """The budgets of campaigns, as far as the viewer may see them."""
    put_in = select(func.sum(col(AllowanceChange.amount))).where(
        col(AllowanceChange.allowance_id) == col(Allowance.allowance_id)
    )
    left = select(func.sum(col(AllowanceSlice.left_amount))).where(
        col(AllowanceSlice.allowance_id) == col(Allowance.allowance_id)
    )
    found = select(Allowance, put_in.scalar_subquery(), left.scalar_subquery()).where(
        col(Allowance.subject_id).in_(campaign_ids),
        col(Allowance.kind) == AllowanceKind.BUDGET,
        concerning(sight_of(session), col(Allowance.partner_id)),
    )
    return {
        CampaignId(one.subject_id): _Held(one.allowance_id, int(changes or 0), int(rest), one.low_since)
        for one, changes, rest in await session.execute(found)
    }


async def _live(session: ReadSession) -> list[Campaign]:
    """The campaigns with a budget that go on, in the order of their ids."""
    parts: Any = col(CampaignRow.parts)
    live = col(CampaignRow.state) == CampaignState.LIVE
    rows = await session.scalars(
        select(CampaignRow)
        .where(live, parts.has_key("budget"), visible_to(sight_of(session)))
        .order_by(col(CampaignRow.campaign_id))
    )
    return [campaign_of(row) for row in rows]


async def _begun(session: ReadSession, campaign: Campaign, now: datetime) -> datetime:
    """From when on any version could give; one that begins later has its first day then."""
    versions = await versions_of(session, campaign.campaign_id)
    lives = [version.live_from for version in versions if version.live_from is not None]
    return max(campaign.terms.starts_at, min(lives, default=now))


def factor_of(campaign: Campaign, currency: str) -> int:
    """How many units of its allowance a point or a minor unit of a campaign's budget is."""
    assert campaign.terms.budget is not None, "a campaign without a budget has no unit of one"
    return _factor(campaign.terms.budget, currency)


def _unit(budget: Budget) -> Unit:
    return Unit.POINTS if budget.points is not None else Unit.MILLIONTHS


def _factor(budget: Budget, currency: str) -> int:
    return 1 if budget.points is not None else int(10 ** (MILLIONTHS - minor_digits(currency)))
