"""Events about codes in packs."""

from __future__ import annotations

import strawberry

import schema.enums  # noqa: F401  # registers them before they are named
from domain.codes import batches, models
from domain.events.models import EventKind, Told
from resolvers import codes
from resolvers.context import Info
from schema.code_batches import CodeAlarm, CodeBatch
from schema.events import Event, tells


@strawberry.type
@tells(EventKind.CODE_ENTERED)
class CodeWasEntered(Event):
    """A code of one of your batches was entered; `member` is null unless the member lets you know (consent OFFERS)."""

    @strawberry.field(graphql_type=CodeBatch | None)
    @staticmethod
    async def batch(told: strawberry.Parent[Told], info: Info) -> batches.Batch | None:
        """Of which batch."""
        return await codes.batch_of(info.context, told.event.subject_id)


@strawberry.type
@tells(EventKind.CODE_ALARM)
class CodeAlarmRang(Event):
    """Something about one of your batches went beyond what is usual."""

    @strawberry.field(graphql_type=CodeAlarm | None)
    @staticmethod
    async def alarm(told: strawberry.Parent[Told], info: Info) -> models.CodeAlarm | None:
        """The alarm."""
        return await codes.alarm_of(info.context, told.event.subject_id)
