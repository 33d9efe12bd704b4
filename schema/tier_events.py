"""What a partner is told of tiers."""

from __future__ import annotations

import strawberry

from domain.events.models import EventKind, Told
from domain.tiers import queries
from resolvers import tiers
from resolvers.context import Info
from schema.errors import or_null
from schema.events import Event, tells
from schema.tier_standings import TierProgramme


@strawberry.type
@tells(EventKind.TIER_CHANGED)
class TierChanged(Event):
    """A member has another tier: of your programme, or, if it lets you see its balance, of the coalition's."""

    @strawberry.field
    @staticmethod
    def tier(told: strawberry.Parent[Told]) -> str | None:
        """The tier since then; null: none. Ask `memberTiers` for why."""
        return told.event.detail

    @strawberry.field(graphql_type=TierProgramme | None, extensions=[or_null])
    @staticmethod
    async def programme(told: strawberry.Parent[Told], info: Info) -> queries.Programme:
        """The programme as it stands when this is told."""
        assert told.event.subject_id is not None
        return await tiers.find(info.context, told.event.subject_id)
