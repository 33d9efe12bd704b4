"""Signatures as Standard Webhooks has them: HMAC-SHA256 over the id, the time and the body."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from partners import keys

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """A secret no one has seen, as the partner writes it down."""
    return PREFIX + base64.b64encode(os.urandom(SECRET_BYTES)).decode()


def sealed(secret: str, *, key: bytes, webhook_id: UUID) -> bytes:
    """A secret as it is kept: signing needs it in clear, so it is sealed and not hashed."""
    return keys.seal(key, secret.encode(), name=_name(webhook_id))


def unsealed(kept: bytes, *, key: bytes, webhook_id: UUID) -> str:
    """The secret that was sealed for this webhook.

    Raises: SealBroken.
    """
    return keys.unseal(key, kept, name=_name(webhook_id)).decode()


def headers(secrets: Iterable[str], message_id: str, body: bytes, *, now: datetime) -> dict[str, str]:
    """What proves a body: its id, the time it is sent, and a signature under each secret that is good now."""
    timestamp = str(int(now.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _name(webhook_id: UUID) -> str:
    return f"webhook {webhook_id}"
