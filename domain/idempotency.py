"""The same request twice has one effect: a request's fingerprint, kept beside its key."""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from domain.errors import InvalidValue

SHORTEST_KEY, LONGEST_KEY = 8, 64


def fingerprint(command: Any) -> bytes:
    """SHA-256 of everything a command says but its key: equal requests have equal fingerprints."""
    said = _plain(command)
    said.pop("idempotency_key", None)
    if not said.pop("dated", True):
        said.pop("occurred_at")  # it was ours to say, and says something else on a retry
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, frozenset | set):
        return sorted(_plain(item) for item in value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return _plain_leaf(value)


def _plain_leaf(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value.normalize())
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, UUID | timedelta):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value


def checked_key(key: str) -> str:
    """A key that can be kept. Raises: InvalidValue."""
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY or not key.isprintable():
        raise InvalidValue(
            f"an idempotency key is {SHORTEST_KEY} to {LONGEST_KEY} printable characters", path=("idempotencyKey",)
        )
    return key
