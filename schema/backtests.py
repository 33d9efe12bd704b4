"""Looks back: what terms would have come to over past purchases."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from domain import values
from domain.analytics import backtesting
from domain.coalition import models as coalition_models
from domain.earning.backtest import figures, models
from domain.ids import PartnerId
from domain.values import Points
from partners.scopes import Scope
from resolvers import backtests, coalition
from resolvers.context import Info
from schema.errors import UserError, refusals
from schema.limits import Cost
from schema.money import Money
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows

READ = needs(Scope.CAMPAIGNS_READ)
ASK = needs(Scope.CAMPAIGNS_WRITE, Scope.PARTNERS_MANAGE)
DEAR = 200
LISTED = 20


@strawberry.type
class BacktestQuantile:
    """A quantile."""

    percent: int
    """So many in a hundred"""
    points: Points
    """got at most so many points."""


@strawberry.type
class BacktestBar:
    """A bar of a histogram."""

    start: Points
    """From so many points"""
    end: Points
    """to so many, inclusive."""
    count: int
    """How many got that."""


@strawberry.type
@shows(figures.Spread)
class BacktestSpread:
    """How points are spread over those that got any."""

    count: int
    """How many got any."""

    @strawberry.field
    @staticmethod
    def mean(spread: strawberry.Parent[figures.Spread]) -> Decimal:
        """The mean, to two decimals."""
        return Decimal(spread.mean)

    @strawberry.field
    @staticmethod
    def quantiles(spread: strawberry.Parent[figures.Spread]) -> list[BacktestQuantile]:
        """Exact quantiles, by nearest rank."""
        return [BacktestQuantile(percent=each, points=Points(points)) for each, points in spread.quantiles.items()]

    @strawberry.field
    @staticmethod
    def histogram(spread: strawberry.Parent[figures.Spread]) -> list[BacktestBar]:
        """Equal steps up to what 99 in a hundred do not exceed; the last bar has the rest."""
        bars = spread.histogram
        return [BacktestBar(start=Points(start), end=Points(end), count=count) for start, end, count in bars]


@strawberry.type
class BacktestSponsor:
    """What one sponsor would have paid for."""

    partner_id: strawberry.Private[PartnerId]
    points: Points
    """Of the terms that were tried."""
    benefits: Money
    """Money of the same."""
    cost: Money | None
    """Both at the price of its contract now, as if all points will be redeemed; null for what another partner pays."""
    points_live: Points
    """Of all campaigns that were live."""
    points_with: Points
    """Of all campaigns, had the terms been in force."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(sponsor: strawberry.Parent[BacktestSponsor], info: Info) -> coalition_models.Partner:
        """The sponsor."""
        return await coalition.partner(info.context, sponsor.partner_id)


@strawberry.type
@shows(figures.CampaignPart)
class BacktestChange:
    """A campaign that gives otherwise with the terms than without them."""

    name: str
    """What people call it."""
    points_live: Points
    """Without the terms."""
    points_with: Points
    """With them."""


@strawberry.type
class BacktestTop:
    """One of the purchases that would have earned most."""

    partner_id: strawberry.Private[PartnerId]
    at: datetime
    """When it was."""
    amount: Money
    """What it came to."""
    points: Points
    """What the terms would have given for it."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(top: strawberry.Parent[BacktestTop], info: Info) -> coalition_models.Partner:
        """Where it was made."""
        return await coalition.partner(info.context, top.partner_id)


@strawberry.type
@shows(figures.Week)
class BacktestWeek:
    """One week."""

    monday: date
    """It begins on this day."""
    purchases: int
    """That would have got something."""
    points: Points
    """Of the terms."""
    points_live: Points
    """Of all campaigns that were live."""


@strawberry.type
class BacktestToken:
    """Things won."""

    name: str
    """What they are called."""
    count: int
    """How many."""


@strawberry.type
@shows(backtesting.Backtest)
class CampaignBacktest:
    """What a campaign's terms would have come to over past purchases: yours, or all of them for the coalition."""

    @strawberry.field
    @staticmethod
    def since(backtest: strawberry.Parent[backtesting.Backtest]) -> datetime:
        """From when on purchases were looked at."""
        return backtest.row.since

    @strawberry.field
    @staticmethod
    def until(backtest: strawberry.Parent[backtesting.Backtest]) -> datetime:
        """Until when, exclusive."""
        return backtest.row.until

    @strawberry.field
    @staticmethod
    def made_at(backtest: strawberry.Parent[backtesting.Backtest]) -> datetime:
        """When it was done."""
        return backtest.row.made_at

    @strawberry.field
    @staticmethod
    def fingerprint(backtest: strawberry.Parent[backtesting.Backtest]) -> str:
        """The terms that were tried; others have another `fingerprint`."""
        return backtest.row.fingerprint.hex()

    @strawberry.field
    @staticmethod
    def purchases(backtest: strawberry.Parent[backtesting.Backtest]) -> int:
        """How many there were."""
        return backtest.findings.purchases

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def amount(backtest: strawberry.Parent[backtesting.Backtest]) -> values.Money:
        """What they came to."""
        return backtest.money(backtest.findings.amount)

    @strawberry.field
    @staticmethod
    def members(backtest: strawberry.Parent[backtesting.Backtest]) -> int:
        """Who made them."""
        return backtest.findings.members

    @strawberry.field
    @staticmethod
    def rewarded(backtest: strawberry.Parent[backtesting.Backtest]) -> int:
        """Purchases that would have got something."""
        return backtest.findings.rewarded

    @strawberry.field
    @staticmethod
    def reached(backtest: strawberry.Parent[backtesting.Backtest]) -> int:
        """Members that would have got something."""
        return backtest.findings.reached

    @strawberry.field
    @staticmethod
    def points(backtest: strawberry.Parent[backtesting.Backtest]) -> Points:
        """What the terms would have given."""
        return Points(backtest.findings.points)

    @strawberry.field
    @staticmethod
    def points_cut(backtest: strawberry.Parent[backtesting.Backtest]) -> Points:
        """What the budget would not have covered."""
        return Points(backtest.findings.cut)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def benefits(backtest: strawberry.Parent[backtesting.Backtest]) -> values.Money:
        """Money that the terms would have given."""
        return backtest.money(backtest.findings.units)

    @strawberry.field
    @staticmethod
    def tokens(backtest: strawberry.Parent[backtesting.Backtest]) -> list[BacktestToken]:
        """Things that would have been won."""
        return [BacktestToken(name=name, count=count) for name, count in backtest.findings.things.items()]

    @strawberry.field
    @staticmethod
    def sponsors(backtest: strawberry.Parent[backtesting.Backtest]) -> list[BacktestSponsor]:
        """Who would have paid, and what of all campaigns."""
        return [
            BacktestSponsor(
                partner_id=part.partner_id,
                points=Points(part.points),
                benefits=backtest.money(part.units),  # type: ignore[arg-type]
                cost=backtest.cost(part),  # type: ignore[arg-type]
                points_live=Points(part.points_live),
                points_with=Points(part.points_with),
            )
            for part in backtest.findings.sponsors
        ]

    @strawberry.field(graphql_type=list[BacktestChange])
    @staticmethod
    def changes(backtest: strawberry.Parent[backtesting.Backtest]) -> list[figures.CampaignPart]:
        """The campaigns that would have given otherwise, these terms included."""
        return list(backtest.findings.changed)

    @strawberry.field(graphql_type=BacktestSpread)
    @staticmethod
    def per_purchase(backtest: strawberry.Parent[backtesting.Backtest]) -> figures.Spread:
        """How the points are spread over purchases."""
        return backtest.findings.per_purchase

    @strawberry.field(graphql_type=BacktestSpread)
    @staticmethod
    def per_member(backtest: strawberry.Parent[backtesting.Backtest]) -> figures.Spread:
        """How the points are spread over members."""
        return backtest.findings.per_member

    @strawberry.field
    @staticmethod
    def top(backtest: strawberry.Parent[backtesting.Backtest]) -> list[BacktestTop]:
        """The ten purchases that would have earned most."""
        return [
            BacktestTop(
                partner_id=one.partner_id,
                at=one.at,
                amount=backtest.money(one.amount),  # type: ignore[arg-type]
                points=Points(one.points),
            )
            for one in backtest.findings.top
        ]

    @strawberry.field(graphql_type=list[BacktestWeek], directives=[Cost(size=60)])
    @staticmethod
    def weeks(backtest: strawberry.Parent[backtesting.Backtest]) -> list[figures.Week]:
        """Week by week."""
        return list(backtest.findings.weeks)


@strawberry.type
@shows(models.CampaignBacktestShare)
class CampaignBacktestShare:
    """What a look back says of one sponsor's share; it sees its own, the coalition all."""

    since: datetime
    """From when on purchases were looked at."""
    until: datetime
    """Until when, exclusive."""
    made_at: datetime
    """When it was done."""
    points: Points
    """What it would have paid for."""
    price: Decimal | None
    """What a point costs it now; null without a contract in force."""
    benefits: Decimal
    """Money it would have refunded, in the coalition's currency."""
    members: int | None
    """Members that would have got something from it; null below ten."""

    @strawberry.field
    @staticmethod
    def fingerprint(share: strawberry.Parent[models.CampaignBacktestShare]) -> str:
        """The terms that were tried; others have another `fingerprint`."""
        return share.fingerprint.hex()

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(share: strawberry.Parent[models.CampaignBacktestShare], info: Info) -> coalition_models.Partner:
        """The sponsor."""
        return await coalition.partner(info.context, share.partner_id)


@strawberry.input
class CampaignBacktestInput:
    """What is to be tried on the past."""

    campaign: strawberry.ID
    """The campaign: its draft, where it has one, else its latest version."""
    since: datetime
    """From when on."""
    until: datetime
    """Until when, exclusive; at most 400 days later."""


@strawberry.type
class CampaignBacktestPayload:
    """What a look back found."""

    backtest: CampaignBacktest | None = None
    """Its figures, which are kept; null when it was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


CampaignId = Annotated[strawberry.ID, strawberry.argument(description="The campaign's id.")]


@strawberry.type
class BacktestQuery:
    """Looks back that were kept."""

    @strawberry.field(graphql_type=list[CampaignBacktest], extensions=[READ], directives=[Cost(size=LISTED)])
    @staticmethod
    async def campaign_backtests(info: Info, campaign: CampaignId) -> list[backtesting.Backtest]:
        """The latest 20 looks back with a campaign's terms that you asked for, the newest first."""
        return await backtests.of_campaign(info.context, info.context.global_ids.one("Campaign", campaign))

    @strawberry.field(graphql_type=list[CampaignBacktestShare], extensions=[READ], directives=[Cost(size=LISTED)])
    @staticmethod
    async def campaign_backtest_shares(info: Info, campaign: CampaignId) -> Any:
        """What the latest looks back with a campaign's terms say of your share, for you to read before you agree."""
        return await backtests.shares(info.context, info.context.global_ids.one("Campaign", campaign))


@strawberry.type
class BacktestMutation:
    """Terms are tried on the past."""

    @strawberry.mutation(
        graphql_type=CampaignBacktestPayload, extensions=[ASK, refusals], directives=[Cost(weight=DEAR)]
    )
    @staticmethod
    async def campaign_backtest(info: Info, input: CampaignBacktestInput) -> Any:
        """Try a campaign of yours on past purchases; whoever is to pay sees what it says of its share."""
        campaign_id = info.context.global_ids.one("Campaign", input.campaign)
        found = await backtests.look_back(info.context, campaign_id, input.since, input.until)
        return CampaignBacktestPayload(backtest=found)  # type: ignore[arg-type]
