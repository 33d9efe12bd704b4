"""From what happened to who hears of it: numbers and deliveries are given in one transaction, so nothing is between."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.events import sequencing
from domain.events.models import Event, EventKind
from domain.ids import new_id
from domain.storage import ReadSession, WriteSession
from partners.webhooks.models import DeliveryState, Webhook, WebhookDelivery, WebhookLane

QUEUEING = 0x48414E5351
"""The lock of whoever gives places to deliveries: within a lane places are in the order of commits."""

EVERY_KIND = frozenset(EventKind)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An event that a webhook wants, and as which kind."""

    event: Event
    kind: EventKind
    webhook_id: UUID

    @property
    def lane(self) -> UUID:
        """What it has to wait for: events of the same wallet; a test waits for nothing."""
        if self.kind is EventKind.WEBHOOK_TESTED:
            return self.event.event_id
        return self.event.wallet_id or self.webhook_id


async def relay(session: WriteSession, *, most: int = sequencing.MOST, now: datetime) -> list[Event]:
    """Number what happened and queue it for the webhooks that want it; gives what was numbered, in order.

    The session sees with the coalition's eyes, in READ COMMITTED; `now` is the real time.
    """
    events = await sequencing.number(session, most=most, now=now)
    if events:
        await queue(session, await _wanted(session, events), now=now)
        await sequencing.announce(session, events)
    return events


async def queue(session: WriteSession, wanted: Iterable[Wanted], *, now: datetime, replays: bool = False) -> int:
    """Let deliveries wait for their turn, in the order they are given; how many there are."""
    rows = [
        {
            "delivery_id": new_id(),
            "webhook_id": one.webhook_id,
            "partner_id": one.event.partner_id,
            "lane": one.lane,
            "position": one.event.position,
            "number": one.event.number,
            "kind": one.kind.value,
            "replays": replays,
            "state": DeliveryState.WAITING.value,
            "attempts": 0,
            "created_at": now,
        }
        for one in wanted
    ]
    if rows:
        await session.execute(select(func.pg_advisory_xact_lock(QUEUEING)))
        await session.execute(insert(WebhookDelivery), rows)
        await _lengthen(session, rows, now)
    return len(rows)


async def _lengthen(session: WriteSession, rows: Sequence[Mapping[str, object]], now: datetime) -> None:
    """Say how many more wait in each lane; the lock of its row is what a delivery that ends waits for, or we for it."""
    counts = Counter((row["webhook_id"], row["lane"], row["partner_id"]) for row in rows)
    more = insert(WebhookLane)
    longer = more.on_conflict_do_update(
        index_elements=["webhook_id", "lane"], set_={"waiting": col(WebhookLane.waiting) + more.excluded.waiting}
    )
    lanes = [
        {"webhook_id": webhook_id, "lane": lane, "partner_id": partner_id, "waiting": waiting, "due_at": now}
        for (webhook_id, lane, partner_id), waiting in sorted(counts.items(), key=str)
    ]
    await session.execute(longer, lanes)


async def _wanted(session: ReadSession, events: list[Event]) -> list[Wanted]:
    listening: dict[UUID, list[Webhook]] = defaultdict(list)
    partners = {event.partner_id for event in events}
    found = select(Webhook).where(col(Webhook.partner_id).in_(partners), col(Webhook.removed_at).is_(None))
    for webhook in await session.scalars(found):
        listening[webhook.partner_id].append(webhook)
    return [one for event in events for one in wants(event, listening[event.partner_id])]


def wants(event: Event, webhooks: Iterable[Webhook]) -> Iterable[Wanted]:
    """Those of a partner's webhooks that are to hear of an event, and as what; a test is for the one that is tested."""
    for webhook in webhooks:
        kind = told_as(event, webhook)
        if kind is not None:
            yield Wanted(event, kind, webhook.webhook_id)


def told_as(event: Event, webhook: Webhook) -> EventKind | None:
    """As which kind a webhook hears of an event; None, if it does not want it."""
    if event.kind == EventKind.WEBHOOK_TESTED:
        return EventKind.WEBHOOK_TESTED if event.subject_id == webhook.webhook_id else None
    return event.told_as(kinds_of(webhook.kinds))


def kinds_of(words: Collection[str] | None) -> frozenset[EventKind]:
    """The kinds of events that a webhook's document asks for."""
    return EVERY_KIND if words is None else frozenset(EventKind(word) for word in words)
