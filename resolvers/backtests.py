"""Looks back over past purchases with the terms of a campaign."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from domain.analytics import backtesting
from domain.analytics.backtesting import Backtest
from domain.earning import queries
from domain.earning.errors import CampaignNotFound
from domain.earning.terms import Campaign
from domain.ids import CampaignId, PartnerId
from domain.storage import COALITION, ReadSession
from partners.viewer import Audience
from resolvers.context import Context
from resolvers.policies import acting_partner

if TYPE_CHECKING:
    from domain.earning.backtest.models import CampaignBacktestShare

AT_ONCE: Final = asyncio.Semaphore(1)
"""A look back takes a processor and much memory for seconds: one after the other."""


def asking_for(ctx: Context) -> PartnerId | None:
    """Over whose purchases the viewer looks: its partner's, or all (None) for the coalition. Raises: WrongAudience."""
    return None if ctx.viewer.audience is Audience.COALITION else PartnerId(acting_partner(ctx.viewer))


async def look_back(ctx: Context, campaign_id: UUID, since: datetime, until: datetime) -> Backtest:
    """Try the latest version of a campaign on a past time, and keep what was found.

    Raises: WrongAudience, CampaignNotFound, BacktestPeriodInvalid, BacktestNeedsPurchases, BacktestTooLarge.
    """
    owner = asking_for(ctx)
    campaign = await ctx.read(queries.campaign_by_id, CampaignId(campaign_id))
    if owner is not None and campaign.partner_id != owner:
        raise CampaignNotFound
    return await run(ctx, campaign, owner, since, until)


async def run(ctx: Context, campaign: Campaign, owner: PartnerId | None, since: datetime, until: datetime) -> Backtest:
    """Read, rate apart from the server's other work, and keep."""
    from domain.earning.backtest.asking import LookBack  # noqa: PLC0415  # what it needs takes a while to load

    look = LookBack(campaign=campaign, owner=owner, since=since, until=until)
    look.check(ctx.now)
    async with AT_ONCE:
        material = await ctx.read(backtesting.gather, look, now=ctx.now)
        async with ctx.database.session(COALITION) as session:
            prices = await backtesting.prices_of(ReadSession(session), campaign.terms.funders, now=ctx.now)
        result = await asyncio.to_thread(backtesting.work_out, material, prices)
    made = await ctx.write(backtesting.keep, look, result, prices, currency=material.currency, now=ctx.now)
    found = await ctx.read(backtesting.backtest_by_id, made.backtest_id)
    assert found is not None, "who asked sees it"
    return found


async def of_campaign(ctx: Context, campaign_id: UUID) -> list[Backtest]:
    """The looks back with a campaign's terms that the viewer asked for. Raises: WrongAudience."""
    asking_for(ctx)
    return await ctx.read(backtesting.backtests_of, CampaignId(campaign_id))


async def shares(ctx: Context, campaign_id: UUID) -> Sequence[CampaignBacktestShare]:
    """What looks back say of the viewer's share. Raises: WrongAudience."""
    asking_for(ctx)
    return await ctx.read(backtesting.shares_of, CampaignId(campaign_id))
