"""What a partner is told of cases."""

from __future__ import annotations

import strawberry

import schema.enums  # noqa: F401  # registers them before they are named
from domain.events.models import EventKind, Told
from domain.service import case_models
from resolvers import service_cases
from resolvers.context import Info
from schema.case_shapes import Case
from schema.events import Event, tells


@strawberry.interface
class CaseEvent(Event):
    """Something happened to a case in which you take part."""

    @strawberry.field(graphql_type=Case | None)
    @staticmethod
    async def case(told: strawberry.Parent[Told], info: Info) -> case_models.ServiceCase | None:
        """The case as it stands now."""
        return await service_cases.case_of(info.context, told.event.subject_id)


@strawberry.type
@tells(EventKind.CASE_CHANGED)
class CaseChanged(CaseEvent):
    """A case was opened, or moved on."""


@strawberry.type
@tells(EventKind.CASE_OVERDUE)
class CaseOverdue(CaseEvent):
    """You have to answer a case, and are late."""
