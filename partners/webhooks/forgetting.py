"""Throwing away what has had its time: deliveries that ended long ago, and all of webhooks that were removed.

Each step takes a bounded number of rows, so that a long absence is made up for in portions.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, text
from sqlmodel import col, select

from domain.events.models import Event
from domain.storage import WriteSession
from partners.webhooks.delivering import KEPT_FOR
from partners.webhooks.models import DeliveryState, WebhookDelivery

PORTION = 5_000
HARDLY = timedelta(minutes=1)
"""How long what is empty or removed stays, for those who are about to use it."""

# A lane that somebody holds is left alone: its delivery ends under its lease.
_GIVE_UP = text("""
    WITH lane AS (
        SELECT l.webhook_id, l.lane FROM webhook_lane l
        WHERE l.waiting > 0 AND (l.leased_until IS NULL OR l.leased_until <= :now)
            AND EXISTS (SELECT FROM webhook_delivery d WHERE d.webhook_id = l.webhook_id AND d.lane = l.lane
                AND d.state = 'WAITING' AND d.created_at < :before)
        LIMIT :portion FOR UPDATE SKIP LOCKED
    ), old AS (
        UPDATE webhook_delivery d SET state = 'GIVEN_UP', finished_at = :now FROM lane
        WHERE d.webhook_id = lane.webhook_id AND d.lane = lane.lane AND d.state = 'WAITING' AND d.created_at < :before
        RETURNING d.webhook_id, d.lane
    )
    UPDATE webhook_lane l SET lease = NULL, leased_until = NULL, waiting = l.waiting - o.many
    FROM (SELECT webhook_id, lane, count(*) AS many FROM old GROUP BY 1, 2) o
    WHERE l.webhook_id = o.webhook_id AND l.lane = o.lane
""")
_OLD = """
    SELECT delivery_id FROM webhook_delivery WHERE finished_at < :before ORDER BY finished_at LIMIT :portion
"""
_REMOVED = """
    SELECT d.delivery_id FROM webhook_delivery d JOIN webhook w USING (webhook_id)
    WHERE w.removed_at < :soon LIMIT :portion
"""
_EMPTY = [
    text("DELETE FROM webhook_lane WHERE waiting = 0 AND lease IS NULL AND due_at < :soon"),
    text("DELETE FROM webhook_lane l USING webhook w WHERE w.webhook_id = l.webhook_id AND w.removed_at < :soon"),
    text("DELETE FROM webhook_request WHERE created_at < :before"),
    text(
        "DELETE FROM webhook w WHERE w.removed_at < :soon"
        " AND NOT EXISTS (SELECT FROM webhook_delivery d WHERE d.webhook_id = w.webhook_id)"
        " AND NOT EXISTS (SELECT FROM webhook_lane l WHERE l.webhook_id = w.webhook_id)"
    ),
]


def still_to_tell() -> ColumnElement[bool]:
    """The events that wait to be delivered: these are kept however old they are."""
    waits = select(WebhookDelivery.delivery_id).where(
        col(WebhookDelivery.position) == col(Event.position),
        col(WebhookDelivery.state) == DeliveryState.WAITING.value,
    )
    return waits.exists()


async def forget(session: WriteSession, *, now: datetime) -> int:
    """Give up what waited for thirty days, and forget what ended before; how many deliveries are forgotten.

    The session sees with the coalition's eyes; `now` is the real time.
    """
    said = {"now": now, "before": now - KEPT_FOR, "soon": now - HARDLY, "portion": PORTION}
    await session.execute(_GIVE_UP, {name: said[name] for name in ("now", "before", "portion")})
    forgotten = 0
    for chosen in (_OLD, _REMOVED):
        bounds = {name: value for name, value in said.items() if f":{name}" in chosen}
        ids = list((await session.execute(text(chosen), bounds)).scalars())
        for table in ("webhook_attempt", "webhook_delivery"):
            await session.execute(text(f"DELETE FROM {table} WHERE delivery_id = ANY (:ids)"), {"ids": ids})  # noqa: S608 - names of ours
        forgotten += len(ids)
    for statement in _EMPTY:
        await session.execute(statement, {name: said[name] for name in said if f":{name}" in statement.text})
    return forgotten
