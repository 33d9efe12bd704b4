"""A search over everything by id or reference."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.coalition import models as coalition_models
from partners.scopes import Scope
from resolvers import coalition, finding, settlement
from resolvers.context import Info
from resolvers.finding import FoundKind
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows


@strawberry.type
@shows(finding.Found)
class Found:
    """A thing that is called so, as far as it is yours to see."""

    kind: FoundKind
    """What it is."""
    name: str
    """What it is called: a name, a number, a reference; of a contract its version."""
    at: datetime | None
    """When it happened, was made or begins."""

    @strawberry.field
    @staticmethod
    def id(found: strawberry.Parent[finding.Found], info: Info) -> strawberry.ID:
        """Its global id: `node` and the field of its kind take it."""
        return strawberry.ID(info.context.global_ids.encode(found.type_name, *found.keys))

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(found: strawberry.Parent[finding.Found], info: Info) -> coalition_models.Partner | None:
        """Whose it is, where it is a partner's."""
        return await coalition.partner_or_none(info.context, found.partner_id)

    @strawberry.field
    @staticmethod
    async def cycle(found: strawberry.Parent[finding.Found], info: Info) -> str | None:
        """The name of the cycle it belongs to."""
        return None if found.cycle_id is None else (await settlement.cycle(info.context, found.cycle_id)).name


Text = Annotated[
    str,
    strawberry.argument(
        description=(
            "An id, a number or a reference in full, or the beginning of a name: 2 to 100 letters. A partner's short"
            " name finds its contracts too; a cycle and a partner's short name, such as `2026-10 olla`, its statement."
        )
    ),
]
First = Annotated[int, strawberry.argument(description="How many at most: 1 to 100.")]

SEEKERS = needs(
    Scope.SETTLEMENT_READ,
    Scope.CAMPAIGNS_READ,
    Scope.PARTNERS_MANAGE,
    Scope.PEOPLE_MANAGE,
    Scope.CLIENTS_MANAGE,
    Scope.PURCHASES_READ,
    Scope.MEMBERS_LOOKUP,
)


@strawberry.type
class FindingQuery:
    """Where something is."""

    @strawberry.field(graphql_type=list[Found], extensions=[SEEKERS])
    @staticmethod
    async def find(info: Info, text: Text, first: First = 20) -> list[finding.Found]:
        """What is called so, of all that is yours to see, by kinds; names are compared from their beginning."""
        return await finding.find(info.context, text, first)
