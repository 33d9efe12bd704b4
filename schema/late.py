"""What was posted in one cycle and happened in the time of an earlier one."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain.coalition import models as coalition_models
from domain.settlement import late, late_models
from domain.values import Points
from resolvers import coalition
from resolvers.context import Info
from schema.partners import Partner
from schema.shape import shows


@strawberry.type
@shows(late_models.LatePart)
class LatePart:
    """Points of a line that came late, and from when."""

    @strawberry.field
    @staticmethod
    def points(part: strawberry.Parent[late_models.LatePart]) -> Points:
        """How many."""
        return Points(part.points)

    @strawberry.field
    @staticmethod
    def of_cycle_id(part: strawberry.Parent[late_models.LatePart], info: Info) -> strawberry.ID:
        """The cycle in whose time they moved, by the partner's clock."""
        return strawberry.ID(info.context.global_ids.encode("Cycle", part.of_cycle_id))


@strawberry.type
@shows(late.LateItem)
class LateItem:
    """A movement of points that came late."""

    kind: str
    """What the movement did."""
    points: Points
    """How many points moved."""
    occurred_at: datetime
    """When it happened, by the partner's clock."""
    posted_at: datetime
    """When it was posted; the cycle of that instant settles it."""
    of_cycle: str
    """The name of the cycle in whose time it happened."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def sponsor(item: strawberry.Parent[late.LateItem], info: Info) -> coalition_models.Partner | None:
        """Who funds the points."""
        return await coalition.partner_or_none(info.context, item.sponsor_id)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def recorded_by(item: strawberry.Parent[late.LateItem], info: Info) -> coalition_models.Partner | None:
        """Where it happened; null for what the coalition's books do by themselves."""
        return await coalition.partner_or_none(info.context, item.partner_id)
