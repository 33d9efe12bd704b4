"""Reads of the books that pages and tills ask for all day: one call each, checked against the viewer's sight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.ledger.models import Account, EntryKind, TransferKind
from domain.members.errors import MemberNotFound
from domain.paging import Page, PageRequest
from domain.storage import Sight
from domain.values import Points

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Points of one sponsor."""

    sponsor_id: UUID
    points: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Points to which something happens at an instant: they become available, or they expire."""

    at: datetime
    points: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """A wallet at an instant."""

    wallet_id: UUID
    version: int
    available: Points
    """What can be spent now."""
    pending: Points
    """What waits until its return window is over."""
    held: Points
    debt: Points
    """What is owed from later earnings."""
    funded_by: list[Share]
    """Who funded what can be spent or waits, most first; to a partner its own part."""
    releases: list[Due]
    expiries: list[Due]
    """What can be spent and when it expires, soonest first."""


class PastBalance(Balance):
    """A wallet at an instant of the past: what it said then."""

    __slots__ = ()


async def balance(pool: Pool, wallet_id: UUID, *, sight: Sight, now: datetime) -> Balance:
    """A wallet as it stands now. Raises: MemberNotFound, also for a wallet the viewer may not see."""
    row = await pool.fetchrow("SELECT * FROM read_wallet($1, $2, $3)", sight.value, wallet_id, now)
    return Balance(**_standing(row, sight))


async def balance_as_of(pool: Pool, wallet_id: UUID, *, sight: Sight, at: datetime) -> PastBalance:
    """A wallet as it stood at an instant of the past, for whoever may see its history. Raises: MemberNotFound."""
    row = await pool.fetchrow("SELECT * FROM read_wallet_at($1, $2, $3)", sight.value, wallet_id, at)
    return PastBalance(**_standing(row, sight))


def _standing(row: asyncpg.Record | None, sight: Sight) -> dict[str, Any]:
    if row is None:
        raise MemberNotFound
    lots = [_lot(lot) for lot in orjson.loads(row["lots"])]
    ready = [lot for lot in lots if lot["waits_until"] is None]
    waiting = [lot for lot in lots if lot["waits_until"] is not None]
    return {
        "wallet_id": row["wallet_id"],
        "version": row["version"],
        "available": Points(sum(lot["points"] for lot in ready)),
        "pending": Points(sum(lot["points"] for lot in waiting)),
        "held": Points(row["held"]),
        "debt": Points(row["debt"]),
        "funded_by": _shares(lots, sight),
        "releases": _dues(waiting, "waits_until"),
        "expiries": _dues(ready, "expires_at"),
    }


def _lot(lot: dict[str, Any]) -> dict[str, Any]:
    lot["sponsor_id"] = UUID(lot["sponsor_id"])
    for name in ("waits_until", "expires_at"):
        lot[name] = lot[name] and datetime.fromisoformat(lot[name])
    return lot


def _shares(lots: Iterable[dict[str, Any]], sight: Sight) -> list[Share]:
    """Who funded what; a partner that looks learns of its own part only."""
    sums: dict[UUID, int] = {}
    for lot in lots:
        if sight.partner_id not in {None, lot["sponsor_id"]}:
            continue
        sums[lot["sponsor_id"]] = sums.get(lot["sponsor_id"], 0) + lot["points"]
    ordered = sorted(sums.items(), key=lambda share: (-share[1], share[0]))
    return [Share(sponsor_id=sponsor, points=Points(points)) for sponsor, points in ordered]


def _dues(lots: Iterable[dict[str, Any]], name: str) -> list[Due]:
    sums: dict[datetime, int] = {}
    for lot in lots:
        if lot[name] is not None:
            sums[lot[name]] = sums.get(lot[name], 0) + lot["points"]
    return [Due(at=at, points=Points(points)) for at, points in sorted(sums.items())]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A transfer as those who may see its entry see it."""

    kind: TransferKind
    debit: Account
    credit: Account
    points: Points
    sponsor_id: UUID
    redeemer_id: UUID | None
    campaign_id: UUID | None
    campaign_version: int | None
    available_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """An entry with its transfers."""

    wallet_id: UUID
    entry_id: UUID
    version: int
    kind: EntryKind
    partner_id: UUID
    outlet_id: UUID | None
    reference: str | None
    occurred_at: datetime
    posted_at: datetime
    refers_to: UUID | None
    movements: list[Movement]

    @property
    def change(self) -> Points:
        """By how much the entry changed what the member has, pending points included."""
        return Points(sum(int(move.points) * _direction(move) for move in self.movements))

    @property
    def funded_by(self) -> list[Share]:
        """Whose points moved."""
        sums: dict[UUID, int] = {}
        for move in self.movements:
            sums[move.sponsor_id] = sums.get(move.sponsor_id, 0) + move.points
        return [Share(sponsor_id=sponsor, points=Points(points)) for sponsor, points in sums.items()]


OWNED = {Account.PENDING, Account.AVAILABLE, Account.HELD}


def _direction(move: Movement) -> int:
    return (move.credit in OWNED) - (move.debit in OWNED)


async def activity(pool: Pool, wallet_id: UUID, request: PageRequest, *, sight: Sight) -> Page[Activity]:
    """What happened in a wallet, newest first; to a partner only what it recorded itself."""
    before = request.after[0] if request.after else None
    rows = await pool.fetch(
        "SELECT * FROM read_activity($1, $2, $3, $4)", sight.value, wallet_id, before, request.first + 1
    )
    return Page.of([_activity(row) for row in rows], request, lambda entry: (entry.version,))


def _activity(row: asyncpg.Record) -> Activity:
    values = dict(row)
    moves = orjson.loads(values.pop("transfers"))
    return Activity(movements=[_movement(move) for move in moves], **values | {"kind": EntryKind(row["kind"])})


def _movement(move: dict[str, Any]) -> Movement:
    return Movement(
        kind=TransferKind(move["kind"]),
        debit=Account(move["debit"]),
        credit=Account(move["credit"]),
        points=Points(move["points"]),
        sponsor_id=UUID(move["sponsor_id"]),
        redeemer_id=move["redeemer_id"] and UUID(move["redeemer_id"]),
        campaign_id=move["campaign_id"] and UUID(move["campaign_id"]),
        campaign_version=move["campaign_version"],
        available_at=move["available_at"] and datetime.fromisoformat(move["available_at"]),
        expires_at=move["expires_at"] and datetime.fromisoformat(move["expires_at"]),
    )


async def versions(pool: Pool, wallets: Sequence[UUID]) -> dict[UUID, int]:
    """How far each wallet's chain has come: what changed since a page was drawn."""
    rows = await pool.fetch("SELECT * FROM read_versions($1)", list(wallets))
    return {row["wallet_id"]: row["version"] for row in rows}
