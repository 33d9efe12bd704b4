"""Webhooks for tests, and the queue of their deliveries as a worker sees it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.audit.trail import COMMAND_LINE
from domain.events.models import Event, EventKind
from domain.ids import ClientId, PartnerId, new_id
from domain.storage import COALITION, Database, ReadSession, Sight, WriteSession
from partners.clients import registering
from partners.clients.registering import CreateClient
from partners.scopes import EVERY_SCOPE, SANDBOX_DEFAULT, Scope
from partners.webhooks import delivering, managing, relaying
from partners.webhooks.delivering import Due, Outcome
from partners.webhooks.managing import CreateWebhook, Manager, Signed, Subscribed
from partners.webhooks.pace import USUAL, Pace
from tests.builders.graphql import KEYS

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MANAGER = Manager(actor=COMMAND_LINE, client_id=None, scopes=EVERY_SCOPE, any_client=True)
DOCUMENT = "subscription { events { id kind } }"


async def transacted(database: Database, rule: Any, *args: Any, sight: Sight = COALITION, **keywords: Any) -> Any:
    """A rule in a transaction of its own."""
    async with database.session(sight) as session, session.begin():
        return await rule(WriteSession(ReadSession(session)), *args, **keywords)


async def a_client(database: Database, partner_id: UUID, scopes: frozenset[Scope] = SANDBOX_DEFAULT) -> ClientId:
    """A client of a partner's."""
    command = CreateClient(name="Listener", scopes=scopes, partner_id=PartnerId(partner_id))
    made = await transacted(database, registering.create, command, now=NOW)
    return ClientId(made.client.client_id)


async def a_webhook(
    database: Database,
    partner_id: UUID,
    *,
    kinds: Iterable[EventKind] | None = None,
    client_id: ClientId | None = None,
    now: datetime = NOW,
    **changes: Any,
) -> Signed:
    """A webhook of a partner's, with its secret."""
    wanted = None if kinds is None else frozenset(kind.value for kind in kinds)
    command = CreateWebhook(
        **{
            "partner_id": PartnerId(partner_id),
            "idempotency_key": str(new_id()),
            "name": "Hook",
            "url": "https://hook.example/",
            "subscribed": Subscribed(document=DOCUMENT, kinds=wanted),
            "client_id": client_id or await a_client(database, partner_id),
            **changes,
        }
    )
    made: Signed = await transacted(
        database, managing.create, command, MANAGER, key=KEYS.webhooks, now=now, sight=Sight.partner(partner_id)
    )
    return made


async def relayed(database: Database, *, now: datetime = NOW) -> list[Event]:
    """What happened is numbered and queued."""
    events: list[Event] = await transacted(database, relaying.relay, now=now)
    return events


async def claimed(database: Database, *, now: datetime, most: int = 100, pace: Pace = USUAL) -> list[Due]:
    """What a worker may send."""
    due: list[Due] = await transacted(database, delivering.claim, most=most, pace=pace, now=now)
    return due


def answered(status: int | None, *, now: datetime, **more: Any) -> Outcome:
    """An endpoint's answer; None: there was none."""
    problem = "no answer in time" if status is None else None
    return Outcome(**{"started_at": now, "milliseconds": 5, "status": status, "problem": problem, **more})


async def succeeded(database: Database, due: Due, *, now: datetime) -> bool:
    """A delivery arrives."""
    held: bool = await transacted(database, delivering.succeed, due, answered(200, now=now), now=now)
    return held


async def failed(
    database: Database, due: Due, *, now: datetime, status: int | None = 500, pace: Pace = USUAL, **more: Any
) -> bool:
    """A delivery fails."""
    outcome = answered(status, now=now, **more)
    held: bool = await transacted(database, delivering.fail, due, outcome, pace=pace, chance=0, now=now)
    return held
