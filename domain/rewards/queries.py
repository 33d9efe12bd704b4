"""Redemptions as they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.ledger.errors import RedemptionNotFound
from domain.ledger.queries import Share
from domain.storage import Sight
from domain.values import Points

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


class RedemptionState(StrEnum):
    """Where a redemption stands."""

    AUTHORIZED = "AUTHORIZED"
    """Points are set aside."""
    CAPTURED = "CAPTURED"
    """Points are spent."""
    VOIDED = "VOIDED"
    """What was set aside went back."""
    LAPSED = "LAPSED"
    """The time for capture ran out, and what was set aside went back."""
    REVERSED = "REVERSED"
    """All that was spent was taken back."""


@dataclass(frozen=True, kw_only=True)
class RedemptionRef:
    """A redemption as its partner was told of it: the entry that authorized or made it, in its wallet."""

    wallet_id: UUID
    entry_id: UUID


@dataclass(frozen=True, kw_only=True)
class Redemption:
    """Points spent, or set aside to be."""

    wallet_id: UUID
    entry_id: UUID
    member_id: UUID
    partner_id: UUID
    outlet_id: UUID | None
    occurred_at: datetime
    state: RedemptionState
    points: Points
    """What was authorized, or spent at once."""
    spent: Points
    reversed: Points
    holds_until: datetime | None
    spent_by: UUID | None
    """The entry that spent the points."""
    funded_by: list[Share]
    """Whose points were spent."""


async def redemption(pool: Pool, ref: RedemptionRef, *, sight: Sight) -> Redemption:
    """A redemption as it stands. Raises: RedemptionNotFound, also for another partner's."""
    row = await pool.fetchrow("SELECT * FROM read_redemption($1, $2, $3)", sight.value, ref.wallet_id, ref.entry_id)
    if row is None:
        raise RedemptionNotFound
    values = dict(row)
    draws = [
        Share(sponsor_id=UUID(draw["sponsor_id"]), points=Points(draw["points"]))
        for draw in orjson.loads(values.pop("draws"))
    ]
    values.pop("reward", None)
    for name in ("points", "spent", "reversed"):
        values[name] = Points(values[name])
    return Redemption(**values | {"state": _state(row)}, funded_by=draws)


def _state(row: asyncpg.Record) -> RedemptionState:
    if row["state"] == "OPEN":
        return RedemptionState.AUTHORIZED
    if row["state"] == "CAPTURED" and 0 < row["spent"] == row["reversed"]:
        return RedemptionState.REVERSED
    return RedemptionState(row["state"])
