"""What partners say to their statements, and what an approval is worth."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain.coalition import models as coalition_models
from domain.settlement import answers
from domain.settlement.answers import Answer
from resolvers import coalition
from resolvers.context import Info
from schema.partners import Partner
from schema.shape import shows


@strawberry.type
@shows(answers.PartnerAnswer)
class PartnerAnswer:
    """What a partner says to its statement of a cycle."""

    answer: Answer
    """What it says."""
    until: datetime
    """Until when it may; silence past it is acceptance."""
    answered_at: datetime | None
    """When it accepted, or raised what it disputes first."""
    reminded_at: datetime | None
    """When it was told that its time runs out."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(answer: strawberry.Parent[answers.PartnerAnswer], info: Info) -> coalition_models.Partner | None:
        """Who answers."""
        return await coalition.partner_or_none(info.context, answer.partner_id)
