"""Movements: what entries did to points that money hangs on, as the seal of a cycle hashes them.

A movement bears a mark in the place of its wallet and entry: who knows both can find it, and who does not learns
neither from the proof. Form 'hansa-movement-1'; the database hashes it, and here it is worked out anew.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import astuple, dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy import text

from domain.audit.canonical import FIELD, Row
from domain.storage import ReadSession

FORM = "hansa-movement-1"
WITHOUT_MONEY = frozenset({"RELEASE", "HOLD", "VOID", "MOVE"})
HASH = 32

_LEAVES = text("SELECT movement_leaves(:cycle_id)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One transfer of points, without saying whose; all words, as they are hashed."""

    mark: str
    kind: str
    debit: str
    credit: str
    points: str
    sponsor_id: str
    sponsor_contract_id: str
    accrual_cycle_id: str
    redeemer_id: str
    redeemer_contract_id: str
    partner_id: str

    def leaf(self) -> bytes:
        """Its leaf under the root of the cycle's movements."""
        return sha256(FIELD.join((FORM, *astuple(self))).encode()).digest()


def movement_of(transfer: Row) -> Movement:
    """A transfer as a movement."""
    named = {name: transfer[name] for name in Movement.__dataclass_fields__ if name != "mark"}
    words = {name: "" if value is None else str(value) for name, value in named.items()}
    return Movement(mark=mark_of(transfer["wallet_id"], transfer["entry_id"], transfer["n"]), **words)


def in_order(transfers: Iterable[Row]) -> list[Row]:
    """Those of one wallet's transfers that money hangs on, as the seal goes through them."""
    movements = [transfer for transfer in transfers if transfer["kind"] not in WITHOUT_MONEY]
    return sorted(movements, key=lambda transfer: (transfer["entry_id"], transfer["n"]))


def mark_of(wallet_id: UUID, entry_id: UUID, n: int) -> str:
    """The mark of a transfer: a hash of its place in the ledger."""
    return sha256(wallet_id.bytes + entry_id.bytes + n.to_bytes(4)).hexdigest()


async def leaves_of(session: ReadSession, cycle_id: UUID) -> AsyncIterator[bytes]:
    """The leaves of a cycle's movements, in order; read with the coalition's sight, a few thousand at a time."""
    rows = await session.stream_scalars(_LEAVES, {"cycle_id": cycle_id})
    async for joined in rows:
        for start in range(0, len(joined), HASH):
            yield joined[start : start + HASH]
