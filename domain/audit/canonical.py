"""The canonical form 'hansa-1' of an entry, worked out from its rows alone: what every link of a wallet's chain covers.

docs/ledger.md lists the fields. The database computes the same in SQL; neither uses the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

FORM = "hansa-1"
FIELD = "\x1f"
RECORD = "\x1e"

Row: TypeAlias = Mapping[str, Any] | asyncpg.Record

ENTRY_FIELDS = (
    "entry_id",
    "kind",
    "member_id",
    "partner_id",
    "outlet_id",
    "channel",
    "staff",
    "reference",
    "idempotency_key",
    "fingerprint",
    "refers_to",
    "occurred_at",
    "posted_at",
    "cycle_id",
    "content",
)

TRANSFER_FIELDS = (
    "n",
    "kind",
    "debit",
    "credit",
    "points",
    "lot_id",
    "sponsor_id",
    "sponsor_contract_id",
    "accrual_cycle_id",
    "redeemer_id",
    "redeemer_contract_id",
    "campaign_id",
    "campaign_version",
    "move_id",
    "root_lot_id",
    "debt_id",
    "available_at",
    "expires_at",
    "inactivity_months",
)

BASKET_FIELDS = ("currency", "total", "numbers", "skus", "quantities", "amounts", "facts")
BENEFIT_FIELDS = ("benefit_id", "kind", "sponsor_id", "amount", "campaign_id", "campaign_version")
USE_FIELDS = ("voucher_id", "coupon_id", "version", "currency", "amount", "lines")
OWED_FIELDS = ("benefit_id", "kind", "sponsor_id", "amount")
ACTION_FIELDS = ("kind", "attributes", "facts")
REWARD_FIELDS = (
    *("reward_id", "version", "owner_id", "step", "pieces", "points", "unit_points", "money", "currency", "worth"),
    *("from_stock", "counts", "gives", "fulfilment"),
)
GOODS_FIELDS = ("wallet_id", "number", "numbers", "quantities", "amounts")


def genesis(wallet_id: UUID, opened_at: datetime) -> bytes:
    """The head of a chain that has no entry yet."""
    return _digest(FIELD.join((FORM, str(wallet_id), text_of(opened_at))))


def link(previous: bytes, entry: Row, transfers: Sequence[Row]) -> bytes:
    """The hash of an entry: over the hash before it and the canonical form of the entry and its transfers."""
    head = FIELD.join((FORM, str(entry["wallet_id"]), str(entry["version"]), *_fields(entry, ENTRY_FIELDS)))
    records = [head, *(FIELD.join(_fields(transfer, TRANSFER_FIELDS)) for transfer in transfers)]
    return sha256(previous + RECORD.join(records).encode()).digest()


def basket_digest(purchase: Row, benefits: Sequence[Row]) -> bytes:
    """The content of a purchase: its basket, with lists and facts as the database writes them, and its benefits."""
    records = [_fields(purchase, BASKET_FIELDS), *(_fields(benefit, BENEFIT_FIELDS) for benefit in benefits)]
    return _digest(RECORD.join(FIELD.join(record) for record in records))


def action_digest(action: Row) -> bytes:
    """The content of an action: its type and what it said and was rated by, as the database writes them."""
    return _digest(FIELD.join(_fields(action, ACTION_FIELDS)))


def reward_digest(redeemed: Row) -> bytes:
    """The content of a redemption that names a reward: what was promised, as the database writes it."""
    return _digest(FIELD.join(_fields(redeemed, REWARD_FIELDS)))


def uses_digest(uses: Sequence[Row], benefits: Sequence[Row]) -> bytes:
    """The content of a use of vouchers: each voucher with what it took off, and the money owed for it."""
    records = [_fields(use, USE_FIELDS) for use in uses] + [_fields(benefit, OWED_FIELDS) for benefit in benefits]
    return _digest(RECORD.join(FIELD.join(record) for record in records))


def goods_digest(goods: Row, benefits: Sequence[UUID]) -> bytes:
    """The content of a return: whose purchase, which return of it, what came back, which benefits go back.

    What was taken back besides points is part of it where there was any.
    """
    names = GOODS_FIELDS if goods["facts"] is None else (*GOODS_FIELDS, "facts")
    return _digest(RECORD.join((FIELD.join(_fields(goods, names)), *map(str, benefits))))


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


def _fields(row: Row, names: Sequence[str]) -> list[str]:
    return [text_of(row[name]) for name in names]


def text_of(value: Any) -> str:
    """A value as it stands in a canonical form: nothing, an instant in UTC to the microsecond, hex, or plain."""
    if value is None:
        return ""
    kind = type(value)
    if kind is datetime:
        at = value if value.tzinfo is UTC else value.astimezone(UTC)
        return f"{at.isoformat(timespec='microseconds')[:-6]}Z"
    return value.hex() if kind is bytes else str(value)
