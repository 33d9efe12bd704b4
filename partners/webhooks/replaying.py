"""Sending again what was sent or missed: new deliveries of old events, in the order in which these happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from domain.errors import InvalidValue
from domain.events import queries
from domain.events.models import Event
from domain.ids import PartnerId
from domain.storage import ReadSession, WriteSession, concerning, sight_of
from partners.errors import WebhookNotActive, WebhookNotFound
from partners.webhooks import managing, relaying, requests
from partners.webhooks.models import Webhook, WebhookDelivery, WebhookRequest, WebhookState

MOST_NAMED = 100
MOST_AT_ONCE = 10_000
"""How many events one replay takes; it says where to go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayWebhook:
    """What to send again: the events of some deliveries, or all since an instant or after an event."""

    partner_id: PartnerId
    idempotency_key: str
    webhook_id: UUID
    deliveries: Sequence[UUID] | None = None
    since: datetime | None = None
    """The real time from which on the events became known."""
    after: int | None = None
    """The number of the last event that is not wanted."""

    def __post_init__(self) -> None:
        if sum(way is not None for way in (self.deliveries, self.since, self.after)) != 1:
            raise InvalidValue("Say what to send again: exactly one of deliveries, since and after.")
        if self.deliveries is not None and not 1 <= len(self.deliveries) <= MOST_NAMED:
            raise InvalidValue(f"Name between 1 and {MOST_NAMED} deliveries.", path=("deliveries",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What came of a replay."""

    webhook: Webhook
    deliveries: int
    """How many events are on their way."""
    last_number: int | None
    """The last event taken, when more were left; None: these were all."""
    replayed: bool = False


async def replay(session: WriteSession, command: ReplayWebhook, *, now: datetime) -> Replayed:
    """Queue deliveries of past events anew, behind what waits already.

    Raises: WebhookNotFound, WebhookNotActive, IdempotencyConflict, EventsForgotten.
    """
    webhook = await managing.by_id(session, command.webhook_id)
    before = await requests.begin(session, command, webhook.webhook_id, now=now)
    if before is not None:
        return _told(webhook, before, replayed=True)
    if webhook.state != WebhookState.ACTIVE:
        raise WebhookNotActive(webhook.reason or "")
    events = list(await session.scalars(await _chosen(session, command, webhook)))
    taken = events[:MOST_AT_ONCE]
    request = await requests.made(session, command)
    request.last_number = taken[-1].number if len(events) > MOST_AT_ONCE else None
    wanted = [one for event in taken for one in relaying.wants(event, [webhook])]
    request.deliveries = await relaying.queue(session, wanted, now=now, replays=True)
    return _told(webhook, request)


async def _chosen(session: ReadSession, command: ReplayWebhook, webhook: Webhook) -> SelectOfScalar[Event]:
    query = _own(session, command.partner_id).order_by(col(Event.number)).limit(MOST_AT_ONCE + 1)
    if command.since is not None:
        return query.where(col(Event.numbered_at) >= command.since)
    if command.after is not None:
        kinds = relaying.kinds_of(webhook.kinds)
        await queries.refuse_forgotten(session, command.partner_id, after=command.after, kinds=kinds)
        return query.where(col(Event.number) > command.after)
    return query.where(col(Event.position).in_(await _positions(session, command)))


async def _positions(session: ReadSession, command: ReplayWebhook) -> list[int]:
    """The events of the deliveries that were named, each of which has to be this webhook's."""
    assert command.deliveries is not None, "the command names deliveries where it names nothing else"
    named = set(command.deliveries)
    rows = await session.execute(
        select(WebhookDelivery.delivery_id, WebhookDelivery.position).where(
            col(WebhookDelivery.delivery_id).in_(named),
            col(WebhookDelivery.webhook_id) == command.webhook_id,
            concerning(sight_of(session), col(WebhookDelivery.partner_id)),
        )
    )
    found = {row.delivery_id: row.position for row in rows}
    if named - found.keys():
        raise WebhookNotFound("delivery").at("deliveries")
    return list(found.values())


def _own(session: ReadSession, partner_id: PartnerId) -> SelectOfScalar[Event]:
    return select(Event).where(
        col(Event.partner_id) == partner_id,
        col(Event.number).is_not(None),
        concerning(sight_of(session), col(Event.partner_id)),
    )


def _told(webhook: Webhook, request: WebhookRequest, *, replayed: bool = False) -> Replayed:
    return Replayed(webhook=webhook, deliveries=request.deliveries, last_number=request.last_number, replayed=replayed)
