"""What campaigns have come to until now."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from domain.analytics import results as domain_results
from domain.analytics.results import Bucket
from domain.coalition import models as coalition_models
from domain.earning import budgeting
from domain.earning import terms as domain_terms
from domain.values import Money as DomainMoney
from domain.values import Points
from partners.scopes import Scope
from resolvers import campaigns, coalition
from resolvers.context import Info
from schema.campaigns import Campaign
from schema.money import Money
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows


@strawberry.type
@shows(domain_results.Tally)
class CampaignTally:
    """What a campaign came to over some time."""

    awards: int
    """Purchases and actions for which it gave anything."""
    reached: int
    """Members to whom it gave something for the first time."""
    tokens: int
    """Coupons, badges and tickets won."""
    money: Decimal
    """Benefits given in money, in the coalition's currency."""
    money_back: Decimal
    """What returns took back of them."""

    @strawberry.field
    @staticmethod
    def points(tally: strawberry.Parent[domain_results.Tally]) -> Points:
        """Points given."""
        return Points(tally.points)

    @strawberry.field
    @staticmethod
    def points_back(tally: strawberry.Parent[domain_results.Tally]) -> Points:
        """Points that returns took back."""
        return Points(tally.points_back)


@strawberry.type
@shows(domain_results.Stretch)
class CampaignStretch:
    """An hour or a day in which anything happened."""

    starts_at: datetime
    """When it began, by the coalition's clock."""
    tally: CampaignTally
    """What the campaign came to in it."""


@strawberry.type
@shows(domain_results.SponsorResult)
class SponsorResult:
    """What a campaign came to for one sponsor."""

    @strawberry.field
    @staticmethod
    def points(result: strawberry.Parent[domain_results.SponsorResult]) -> Points:
        """Points it gave."""
        return Points(result.points)

    @strawberry.field
    @staticmethod
    def points_back(result: strawberry.Parent[domain_results.SponsorResult]) -> Points:
        """Points that returns took back."""
        return Points(result.points_back)

    @strawberry.field(graphql_type=Money | None)
    @staticmethod
    def cost(result: strawberry.Parent[domain_results.SponsorResult]) -> DomainMoney | None:
        """A forecast: points at the price of its contract reached so far, and money, less what came back.

        Null where it is another partner's: prices are between a sponsor and the coalition.
        """
        return result.cost

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(result: strawberry.Parent[domain_results.SponsorResult], info: Info) -> coalition_models.Partner:
        """Who pays."""
        return await coalition.partner(info.context, result.partner_id)


@strawberry.type
@shows(budgeting.BudgetStanding)
class BudgetStanding:
    """Where a campaign's budget stands: in points, or in the coalition's money."""

    low_since: datetime | None
    """When so much of it was used that its owner and sponsors were told; null: it is not."""

    @strawberry.field
    @staticmethod
    def whole(standing: strawberry.Parent[budgeting.BudgetStanding]) -> Decimal:
        """All of it."""
        return standing.shown(standing.budget.amount)

    @strawberry.field
    @staticmethod
    def available(standing: strawberry.Parent[budgeting.BudgetStanding]) -> Decimal:
        """What has become available so far, used or not."""
        return standing.shown(standing.available)

    @strawberry.field
    @staticmethod
    def left(standing: strawberry.Parent[budgeting.BudgetStanding]) -> Decimal:
        """What of that is left."""
        return standing.shown(standing.left)

    @strawberry.field
    @staticmethod
    def used(standing: strawberry.Parent[budgeting.BudgetStanding]) -> Decimal:
        """What was given and not taken back."""
        return standing.shown(standing.used)


@strawberry.type
@shows(domain_results.Results)
class CampaignResults:
    """What a campaign has come to until now, over all its versions."""

    as_of: datetime
    """Until when all is counted."""
    tally: CampaignTally
    """In all."""
    sponsors: list[SponsorResult]
    """By sponsor: for its owner all of them, for a sponsor its own."""
    budget: BudgetStanding | None
    """Where its budget stands; null where it has none."""
    stretches: list[CampaignStretch]
    """Hour by hour, or day by day, where anything happened."""

    @strawberry.field(graphql_type=Campaign)
    @staticmethod
    def campaign(results: strawberry.Parent[domain_results.Results]) -> domain_terms.Campaign:
        """The campaign as it stands."""
        return results.campaign


Id = Annotated[strawberry.ID, strawberry.argument(description="The campaign's id.")]
By = Annotated[Bucket, strawberry.argument(description="Over which time `stretches` are summed.")]


@strawberry.type
class CampaignResultQuery:
    """What campaigns have come to."""

    @strawberry.field(graphql_type=CampaignResults, extensions=[needs(Scope.CAMPAIGNS_READ)])
    @staticmethod
    async def campaign_results(info: Info, campaign: Id, bucket: By = Bucket.DAY) -> domain_results.Results:
        """What a campaign that you own or fund has come to until this moment."""
        return await campaigns.results(info.context, info.context.global_ids.one("Campaign", campaign), bucket)
