"""What sales came to: for makers in sums, for employers by maker."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.coalition import models as coalition_models
from domain.selling import models, reporting
from domain.values import Money, Points
from partners.scopes import Scope
from resolvers import coalition, selling
from resolvers.context import Info
from schema.errors import or_null
from schema.money import Money as MoneyType
from schema.partners import Outlet, Partner
from schema.permissions import needs
from schema.sellers import Seller
from schema.shape import shows

REPORT = needs(Scope.ANALYTICS_READ)


@strawberry.type
@shows(reporting.Sums)
class SaleSums:
    """What some sales came to."""

    claims: int
    """How many were paid."""
    units: int
    """Of how many units, less what came back."""

    @strawberry.field
    @staticmethod
    def points(sums: strawberry.Parent[reporting.Sums]) -> Points:
        """What campaigns gave for them, less what was taken back."""
        return Points(sums.points)

    @strawberry.field(graphql_type=MoneyType)
    @staticmethod
    async def value(sums: strawberry.Parent[reporting.Sums], info: Info) -> Money:
        """What they were worth, as sellers said."""
        return Money.of_minor(sums.value, (await coalition.coalition(info.context)).currency)


@strawberry.type
@shows(reporting.Row)
class SaleReportRow:
    """Sales of at least ten sellers; without a place and an article, those of all who are fewer, together."""

    sku: str | None
    """The article."""
    sellers: int
    """How many members sold."""
    sums: SaleSums
    """What it came to."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def employer(row: strawberry.Parent[reporting.Row], info: Info) -> coalition_models.Partner | None:
        """For whom they sell."""
        return await coalition.partner_or_none(info.context, row.employer_id)

    @strawberry.field(graphql_type=Outlet | None)
    @staticmethod
    async def outlet(row: strawberry.Parent[reporting.Row], info: Info) -> coalition_models.Outlet | None:
        """Where."""
        return await coalition.outlet_or_none(info.context, row.outlet_id)


@strawberry.type
@shows(reporting.SaleReport)
class SaleReport:
    """What your sale schemes came to, by when sales were paid."""

    total: SaleSums
    """All together."""
    by_outlet: list[SaleReportRow]
    """By employer and outlet."""
    by_article: list[SaleReportRow]
    """By article."""


@strawberry.type
@shows(reporting.StaffReward)
class StaffReward:
    """What your staff was rewarded for by one programme of somebody's."""

    programme: str
    """What it is called."""
    claims: int
    """How many sales were paid."""
    units: int
    """Of how many units, less what came back."""

    @strawberry.field
    @staticmethod
    def points(reward: strawberry.Parent[reporting.StaffReward]) -> Points:
        """What they brought."""
        return Points(reward.points)

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def maker(reward: strawberry.Parent[reporting.StaffReward], info: Info) -> coalition_models.Partner:
        """Who paid."""
        return await coalition.partner(info.context, reward.partner_id)

    @strawberry.field(graphql_type=Seller | None)
    @staticmethod
    async def seller(reward: strawberry.Parent[reporting.StaffReward], info: Info) -> models.Seller | None:
        """The seller, where it lets you see so; null: all others together."""
        return await selling.seller_or_none(info.context, reward.seller_id)


Since = Annotated[datetime, strawberry.argument(description="Paid from then on …")]
Until = Annotated[datetime, strawberry.argument(description="… and before then.")]
Scheme = Annotated[strawberry.ID | None, strawberry.argument(description="Only under this one; all, if not said.")]


@strawberry.type
class SaleReportQuery:
    """What sales came to."""

    @strawberry.field(graphql_type=SaleReport | None, extensions=[REPORT, or_null])
    @staticmethod
    async def sale_report(info: Info, since: Since, until: Until, programme: Scheme = None) -> reporting.SaleReport:
        """What your sale schemes came to, in sums over at least ten sellers; null for a scheme that is not yours."""
        named = None if programme is None else info.context.global_ids.one("ClaimProgramme", programme)
        return await selling.sale_report(info.context, since, until, named)

    @strawberry.field(graphql_type=list[StaffReward], extensions=[REPORT])
    @staticmethod
    async def staff_rewards(info: Info, since: Since, until: Until) -> list[reporting.StaffReward]:
        """What your staff was rewarded for, by whichever maker: in sums, by person only where the seller agreed."""
        return await selling.staff_rewards(info.context, since, until)
