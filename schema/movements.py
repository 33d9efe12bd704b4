"""What a line was counted from: movements of points with where they were earned, and benefits in money."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import strawberry

from domain.coalition import models as coalition_models
from domain.earning.terms import Campaign as DomainCampaign
from domain.settlement import drilling, origins
from domain.values import Points
from partners.scopes import Scope
from resolvers import baskets, campaigns, coalition
from resolvers.context import Info
from schema.awards import Award
from schema.campaigns import Campaign
from schema.errors import or_null
from schema.limits import Cost
from schema.money import Money
from schema.partners import Outlet, Partner
from schema.permissions import needs
from schema.shape import shows

BASKET_WEIGHT = 5
"""A whole receipt is read for each."""


@strawberry.type
@shows(origins.BasketItem)
class BasketItem:
    """A line of a receipt."""

    number: int
    """Its number on the receipt; awards name the lines that earned them by it."""
    sku: str
    """The shop's article number."""
    name: str | None
    """What the shop calls the article; null where its catalogue does not have it."""
    quantity: Decimal
    """Pieces, kilograms or litres."""
    amount: Money
    """What was paid for it, after all discounts."""


@strawberry.type
@shows(origins.Basket)
class Basket:
    """A purchase as it was recorded; nothing of who bought."""

    occurred_at: datetime
    """When, by the shop's clock."""
    receipt_number: str | None
    """The shop's number of the receipt."""
    total: Money
    """What was paid in all."""
    returns: int
    """How many times something of it came back."""
    items: list[BasketItem]
    """What was bought, in the order of the receipt."""
    awards: list[Award]
    """What it earned, campaign by campaign, and why; returns leave it as it was."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(basket: strawberry.Parent[origins.Basket], info: Info) -> coalition_models.Partner | None:
        """Whose shop it was."""
        return await coalition.partner_or_none(info.context, basket.partner_id)

    @strawberry.field(graphql_type=Outlet | None)
    @staticmethod
    async def outlet(basket: strawberry.Parent[origins.Basket], info: Info) -> coalition_models.Outlet | None:
        """Which of its shops."""
        return await coalition.outlet_or_none(info.context, basket.outlet_id)


@strawberry.type
@shows(origins.PointsOrigin)
class PointsOrigin:
    """Where points were earned."""

    @strawberry.field(
        graphql_type=Campaign | None,
        extensions=[needs(Scope.CAMPAIGNS_READ), or_null],
    )
    @staticmethod
    async def campaign(origin: strawberry.Parent[origins.PointsOrigin], info: Info) -> DomainCampaign | None:
        """The campaign they were given by, as it is now; null where it is not yours to see."""
        return None if origin.campaign_id is None else await campaigns.find(info.context, origin.campaign_id)

    campaign_version: int | None
    """Under which of its versions they were given."""

    @strawberry.field(graphql_type=Basket | None, directives=[Cost(weight=BASKET_WEIGHT)])
    @staticmethod
    async def basket(origin: strawberry.Parent[origins.PointsOrigin], info: Info) -> origins.Basket | None:
        """The purchase; null where it is another shop's, or the points came by something else than a purchase."""
        return None if origin.basket is None else await baskets.basket(info.context, origin.basket)


@strawberry.type
@shows(drilling.LineTransfer)
class LineTransfer:
    """A movement of points that a line was counted from."""

    @strawberry.field
    @staticmethod
    def id(moved: strawberry.Parent[drilling.LineTransfer], info: Info) -> strawberry.ID:
        """Names it in a dispute of the line."""
        keys = (moved.wallet_id, moved.entry_id, UUID(int=moved.n))
        return strawberry.ID(info.context.global_ids.encode("LineTransfer", *keys))

    kind: str
    """What the movement did."""
    points: Points
    """How many points moved."""
    posted_at: datetime | None
    """When it was recorded; null where you fund the points but may not see the purchase."""
    exact: Decimal | None
    """What it adds to the line, unrounded; null where the line counts many movements together."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def recorded_by(
        moved: strawberry.Parent[drilling.LineTransfer], info: Info
    ) -> coalition_models.Partner | None:
        """Where it happened; null for what the coalition's books do by themselves."""
        return await coalition.partner_or_none(info.context, moved.recorded_by)

    @strawberry.field(graphql_type=PointsOrigin | None)
    @staticmethod
    async def origin(moved: strawberry.Parent[drilling.LineTransfer], info: Info) -> origins.PointsOrigin | None:
        """Where its points were earned; null for those given by hand or brought from another wallet."""
        return await baskets.origin_of(info.context, moved)


@strawberry.type
@shows(drilling.LineBenefit)
class LineBenefit:
    """Value given in money that a line was counted from."""

    kind: str
    """What was given."""
    amount: Decimal
    """How much, in the settlement currency."""
