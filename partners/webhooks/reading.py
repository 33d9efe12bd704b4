"""Reading webhooks, their deliveries and how each attempt went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, select

from domain.events.models import Event, EventKind
from domain.paging import Page, PageRequest
from domain.storage import ReadSession, concerning, sight_of
from partners.errors import WebhookNotFound
from partners.webhooks.models import DeliveryState, Webhook, WebhookAttempt, WebhookDelivery

LOOKED_THROUGH = 1_000
"""How many of the newest events a preview looks through for one of its kinds."""


async def webhooks(session: ReadSession, partner_id: UUID) -> list[Webhook]:
    """A partner's webhooks, oldest first."""
    query = select(Webhook).where(
        col(Webhook.partner_id) == partner_id,
        col(Webhook.removed_at).is_(None),
        concerning(sight_of(session), col(Webhook.partner_id)),
    )
    return list(await session.scalars(query.order_by(col(Webhook.webhook_id))))


async def deliveries(
    session: ReadSession, webhook_id: UUID, page: PageRequest, *, state: DeliveryState | None = None
) -> Page[WebhookDelivery]:
    """The deliveries of a webhook, the newest first."""
    query = select(WebhookDelivery).where(
        col(WebhookDelivery.webhook_id) == webhook_id, concerning(sight_of(session), col(WebhookDelivery.partner_id))
    )
    if state is not None:
        query = query.where(col(WebhookDelivery.state) == state.value)
    if page.after is not None:
        query = query.where(col(WebhookDelivery.place) < page.after[0])
    rows = await session.scalars(query.order_by(col(WebhookDelivery.place).desc()).limit(page.first + 1))
    return Page.of(list(rows), page, lambda row: (row.place,))


async def delivery(session: ReadSession, delivery_id: UUID) -> WebhookDelivery:
    """One delivery of a webhook that stands.

    Raises: WebhookNotFound.
    """
    query = (
        select(WebhookDelivery)
        .join(Webhook, col(Webhook.webhook_id) == col(WebhookDelivery.webhook_id))
        .where(
            col(WebhookDelivery.delivery_id) == delivery_id,
            col(Webhook.removed_at).is_(None),
            concerning(sight_of(session), col(WebhookDelivery.partner_id)),
        )
    )
    found = (await session.scalars(query)).first()
    if found is None:
        raise WebhookNotFound("delivery")
    return found


async def event(session: ReadSession, partner_id: UUID, position: int) -> Event | None:
    """One event of a partner's, unless it was forgotten."""
    return await session.scalar(
        select(Event).where(
            col(Event.position) == position,
            col(Event.partner_id) == partner_id,
            concerning(sight_of(session), col(Event.partner_id)),
        )
    )


async def newest(session: ReadSession, partner_id: UUID, kinds: Collection[EventKind]) -> Event | None:
    """The newest event that a partner may be told of as one of these kinds, among its last."""
    query = select(Event).where(
        col(Event.partner_id) == partner_id,
        col(Event.number).is_not(None),
        concerning(sight_of(session), col(Event.partner_id)),
    )
    last = await session.scalars(query.order_by(col(Event.number).desc()).limit(LOOKED_THROUGH))
    return next((event for event in last if event.told_as(kinds) is not None), None)


async def attempts(session: ReadSession, ids: Sequence[UUID]) -> list[list[WebhookAttempt]]:
    """How the attempts of each delivery went, the first one first."""
    query = select(WebhookAttempt).where(
        col(WebhookAttempt.delivery_id).in_(ids), concerning(sight_of(session), col(WebhookAttempt.partner_id))
    )
    found = defaultdict(list)
    for attempt in await session.scalars(query.order_by(col(WebhookAttempt.number))):
        found[attempt.delivery_id].append(attempt)
    return [found[one] for one in ids]
