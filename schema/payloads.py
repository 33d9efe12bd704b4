"""What a webhook sends: its document executed on one event, in the envelope that Standard Webhooks recommends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from domain.events.models import EventKind, Told
from partners.telling import SCOPE_OF_KIND
from resolvers.context import Context
from schema.execution import Engine, Request
from schema.faults import Fault
from schema.scalars import instant_out


@dataclass(frozen=True, slots=True)
class Payload:
    """A message before it is signed."""

    fields: Mapping[str, Any]

    @property
    def body(self) -> bytes:
        """As it is sent."""
        return orjson.dumps(self.fields)

    @property
    def failed(self) -> bool:
        """Whether something went wrong on our side."""
        codes = {error.get("extensions", {}).get("code") for error in self.fields.get("errors", ())}
        return Fault.INTERNAL in codes


def type_of(kind: EventKind) -> str:
    """A kind of event as Standard Webhooks names types: purchase.recorded."""
    return kind.value.lower().replace("_", ".")


async def rendered(engine: Engine, document: str, told: Told, context: Context, *, request_id: str) -> Payload:
    """The message about an event, as the context's viewer may see it at this moment.

    Raises: Rejected, when the document does not fit the schema.
    """
    ready = engine.ready(Request(document), context.viewer)
    answer = await engine.event(ready, context, told, request_id=request_id)
    return Payload(
        {
            "type": type_of(told.kind),
            "timestamp": instant_out(told.event.occurred_at),
            "eventId": context.global_ids.encode("Event", told.event.event_id),
            **{name: answer.body[name] for name in ("data", "errors") if name in answer.body},
        }
    )


def withheld(kind: EventKind, *, now: datetime) -> Payload:
    """What is sent where the client may not see events of this kind any more: that, and nothing of the event."""
    scope = SCOPE_OF_KIND[kind].value
    error = {
        "message": f"For these events the webhook's client needs {scope}.",
        "extensions": {"code": Fault.FORBIDDEN.value, "requiredScopes": [[scope]]},
    }
    return Payload({"type": type_of(kind), "timestamp": instant_out(now), "data": None, "errors": [error]})
