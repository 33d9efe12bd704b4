"""Redemptions as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.earning.forms import read_parts
from domain.ledger.errors import RedemptionNotFound
from domain.ledger.queries import Share
from domain.rewards.quoting import MOST_PIECES, LineOff
from domain.rewards.redeemed_models import FulfilmentState
from domain.rewards.terms import Fulfilment
from domain.rewards.worths import Worth
from domain.storage import Sight
from domain.values import Points
from domain.vouchers.told import Told, told

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_NAMED = "SELECT * FROM vouchers_named($1, $2::uuid[], $3::uuid[])"
_OWN = "SELECT * FROM read_vouchers($1, $2, NULL, $3, $4)"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed:
    """The reward of a redemption: what was promised, what is left of it, how far it has been handed over."""

    wallet_id: UUID
    """Where its member's points are now."""
    home_wallet_id: UUID
    """The wallet of its entry."""
    entry_id: UUID
    member_id: UUID
    partner_id: UUID
    """Where it is had."""
    reward_id: UUID
    version: int
    owner_id: UUID
    step: int | None
    pieces: int
    pieces_left: int
    """What of them was not taken back."""
    money: int
    """Paid beside the points, in minor units."""
    currency: str
    worth: Worth
    """Of one piece."""
    off: int
    """Taken off the basket, in minor units."""
    lines: tuple[LineOff, ...]
    """The same by line."""
    vouchers: tuple[UUID, ...]
    """Those it gives once the points are spent."""
    tickets: int
    """Of the reward's draw."""
    fulfilment: Fulfilment
    state: FulfilmentState
    redeemed_at: datetime
    changed_at: datetime
    note: str | None


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
    reward: Redeemed | None
    """What it was for; None: points alone."""


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
    for name in ("points", "spent", "reversed"):
        values[name] = Points(values[name])
    reward = redeemed(orjson.loads(values.pop("reward") or "null"))
    return Redemption(**values | {"state": _state(row, reward), "reward": reward}, funded_by=draws)


async def vouchers_of(pool: Pool, redeemed: Redeemed, *, sight: Sight) -> list[Told]:
    """The vouchers that came with a reward: to a partner, those that it takes; to their member all."""
    if not redeemed.vouchers or redeemed.state is FulfilmentState.HELD:
        return []
    ids, wallet_id = list(redeemed.vouchers), redeemed.wallet_id
    if sight.partner_id is not None:
        rows = await pool.fetch(_NAMED, sight.partner_id, [wallet_id] * len(ids), ids)
    else:
        after = UUID(int=max(ids).int + 1)
        rows = await pool.fetch(_OWN, sight.value, wallet_id, after, MOST_PIECES)
    return [told(row) for row in rows if row["voucher_id"] in redeemed.vouchers]


def redeemed(kept: Mapping[str, Any] | None) -> Redeemed | None:
    """What a redemption was for, out of its kept row."""
    if kept is None:
        return None
    gives = kept["gives"]
    return Redeemed(
        wallet_id=UUID(kept["wallet_id"]),
        home_wallet_id=UUID(kept["home_wallet_id"]),
        entry_id=UUID(kept["entry_id"]),
        member_id=UUID(kept["member_id"]),
        partner_id=UUID(kept["partner_id"]),
        reward_id=UUID(kept["reward_id"]),
        owner_id=UUID(kept["owner_id"]),
        version=kept["version"],
        step=kept["step"],
        pieces=kept["pieces"],
        pieces_left=kept["pieces_left"],
        money=kept["money"],
        currency=kept["currency"],
        note=kept["note"],
        worth=read_parts(Worth, kept["worth"]),
        off=gives["total_off"] or 0,
        lines=tuple(LineOff(one["line"], one["amount"]) for one in gives["off"] or ()),
        vouchers=tuple(UUID(one["voucher_id"]) for one in gives["vouchers"] or ()),
        tickets=len(gives["tickets"] or ()),
        fulfilment=Fulfilment(kept["fulfilment"]),
        state=FulfilmentState(kept["state"]),
        redeemed_at=datetime.fromisoformat(kept["redeemed_at"]),
        changed_at=datetime.fromisoformat(kept["changed_at"]),
    )


def _state(row: asyncpg.Record, reward: Redeemed | None) -> RedemptionState:
    if row["state"] == "OPEN":
        return RedemptionState.AUTHORIZED
    if row["state"] == "CAPTURED" and reward is not None and not reward.pieces_left:
        return RedemptionState.REVERSED
    if row["state"] == "CAPTURED" and 0 < row["spent"] == row["reversed"]:
        return RedemptionState.REVERSED
    return RedemptionState(row["state"])
