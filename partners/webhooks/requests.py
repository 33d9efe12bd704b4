"""Requests that have one effect however often they are sent."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.errors import IdempotencyConflict
from domain.idempotency import checked_key, fingerprint
from domain.storage import WriteSession
from partners.webhooks.models import WebhookRequest


async def begin(session: WriteSession, command: Any, webhook_id: UUID, *, now: datetime) -> WebhookRequest | None:
    """Take a command's key; gives what came of an earlier request with the same key, or None for the first.

    Raises: IdempotencyConflict, when the key was used for something else; InvalidValue, for a key that is none.
    """
    assert {"partner_id", "idempotency_key"} <= {field.name for field in fields(command)}
    key, said = checked_key(command.idempotency_key), fingerprint(command)
    taken = await session.execute(
        insert(WebhookRequest)
        .values(
            partner_id=command.partner_id,
            idempotency_key=key,
            fingerprint=said,
            webhook_id=webhook_id,
            deliveries=0,
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(col(WebhookRequest.webhook_id))
    )
    if taken.first() is not None:
        return None
    before = await session.scalar(
        select(WebhookRequest).where(
            col(WebhookRequest.partner_id) == command.partner_id, col(WebhookRequest.idempotency_key) == key
        )
    )
    if before is None or before.fingerprint != said:
        message = "This idempotency key was used before for another request."
        raise IdempotencyConflict(message, path=("idempotencyKey",))
    return before


async def made(session: WriteSession, command: Any) -> WebhookRequest:
    """The request that was begun, to write down what came of it."""
    query = select(WebhookRequest).where(
        col(WebhookRequest.partner_id) == command.partner_id,
        col(WebhookRequest.idempotency_key) == command.idempotency_key,
    )
    return (await session.scalars(query)).one()
