"""A member turns out to be another: points, debts and all that names the one go over to the other.

Points leave one wallet and arrive in the other in two transactions; a crash in between leaves them in transit, and
finish_moves brings them home.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg

from domain.errors import DomainError
from domain.ledger.errors import Busy, HoldOpen
from domain.ledger.posting import persistently
from domain.members.errors import MemberNotFound, SameMember
from domain.members.recognition import KnownMember

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

MOVES_AT_ONCE = 100

REFUSALS: dict[str, type[MemberNotFound | SameMember | HoldOpen | Busy]] = {
    "MEMBER_NOT_FOUND": MemberNotFound,
    "SAME_MEMBER": SameMember,
    "HOLD_OPEN": HoldOpen,
    "WALLET_MOVED": Busy,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Where the points are now."""

    wallet_id: UUID
    entry_id: UUID | None
    """The entry in which they arrived; none where both members shared a wallet."""


async def merge_members(pool: Pool, source: KnownMember, target: KnownMember, *, now: datetime) -> Merged:
    """Make one member of two; asked again, it goes on where it stopped.

    Raises: SameMember, MemberNotFound, HoldOpen, Busy.
    """
    if source.member_id == target.member_id:
        raise SameMember
    if source.wallet_id == target.wallet_id:
        await _repoint(pool, source.wallet_id, source.member_id, target.wallet_id, target.member_id)
        return Merged(wallet_id=target.wallet_id, entry_id=None)
    while await persistently(lambda: pool.fetchval("SELECT post_lapses($1, $2)", [source.wallet_id], now)):
        pass
    left = await _move(
        pool,
        "SELECT * FROM post_move_out($1, $2, $3, $4, $5)",
        *(source.wallet_id, target.wallet_id, source.member_id, target.member_id, now),
    )
    arrived = await _arrive(pool, source.wallet_id, left["entry_id"], now)
    await _repoint(pool, source.wallet_id, source.member_id, target.wallet_id, target.member_id)
    return Merged(wallet_id=arrived["wallet_id"], entry_id=arrived["entry_id"])


async def finish_moves(pool: Pool, *, now: datetime) -> int:
    """Complete what was left half done; says how many moves there were."""
    finished: set[UUID] = set()
    while due := await pool.fetch("SELECT * FROM moves_due($1)", MOVES_AT_ONCE):
        if finished.issuperset(move["departure"] for move in due):
            break
        for move in due:
            if not move["arrived"]:
                await _arrive(pool, move["source"], move["departure"], now)
            if move["into_member_id"] is not None:
                await _repoint(pool, move["source"], move["member_id"], move["target"], move["into_member_id"])
            finished.add(move["departure"])
    return len(finished)


async def _arrive(pool: Pool, source: UUID, departure: UUID, now: datetime) -> asyncpg.Record:
    return await _move(pool, "SELECT * FROM post_move_in($1, $2, $3)", source, departure, now)


async def _move(pool: Pool, statement: str, *arguments: UUID | datetime) -> asyncpg.Record:
    row = await persistently(lambda: pool.fetchrow(statement, *arguments))
    assert row is not None
    if row["outcome"] in {"POSTED", "REPLAYED"}:
        return row
    refusal: DomainError = REFUSALS[row["outcome"]]()
    raise refusal


async def _repoint(pool: Pool, source_wallet: UUID, source: UUID, target_wallet: UUID, target: UUID) -> None:
    await pool.execute("SELECT repoint($1, $2, $3, $4)", source_wallet, source, target_wallet, target)
