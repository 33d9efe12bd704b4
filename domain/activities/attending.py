"""Attendance: who came is recorded once, and told to campaigns as an ATTENDANCE action of the activity's owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

import asyncpg

from domain.activities import codes
from domain.activities.errors import ActivityFull, ActivityNotFound, AttendanceCodeRefused, NoPlace, NotOnNow
from domain.activities.models import CameBy
from domain.activities.terms import Activity, ActivityId
from domain.earning.acting import record_actions
from domain.earning.action_commands import ActionReceipt, RecordAction
from domain.earning.recorded import entries_by_key
from domain.earning.tills import Caches
from domain.ids import PartnerId
from domain.ledger.posting import persistently
from domain.members.errors import MemberNotFound
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

ATTENDANCE = "ATTENDANCE"
AT_ONCE = 200
EARLY = timedelta(hours=1)
"""So long before it begins people may be let in …"""
LATE = timedelta(hours=1)
"""… and so long after it ends they may be recorded."""

_ATTEND = "SELECT * FROM attend_activity($1, $2, $3, $4, $5, $6, $7)"
_PENDING = "SELECT * FROM attendances_pending($1, $2, $3)"
_SETTLE = "SELECT settle_attendance($1, $2, $3)"
_PLACE = "SELECT * FROM place_told($1, $2)"

REFUSED = {kind.code: kind for kind in (ActivityNotFound, NotOnNow, NoPlace, ActivityFull)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """Somebody came."""

    place_id: UUID
    replayed: bool
    """It was recorded before."""


@dataclass(slots=True)
class Done:
    """What a turn came to."""

    recorded: int = 0
    lost: int = 0
    """Nobody was there any more to get it."""
    waiting: int = 0

    @property
    def anything(self) -> bool:
        """Whether there is something to tell."""
        return bool(self.recorded or self.lost or self.waiting)


async def attend(
    pool: Pool,
    activity_id: ActivityId,
    member_id: UUID,
    host_id: PartnerId,
    way: CameBy,
    *,
    caches: Caches,
    lookup_key: bytes,
    now: datetime,
) -> Came:
    """Record that a member came to a host; again it is the same, and nothing is earned twice.

    Raises: ActivityNotFound, NotOnNow, NoPlace, ActivityFull.
    """
    asked = (activity_id, member_id, host_id, way, EARLY, LATE, now)
    row = await persistently(lambda: pool.fetchrow(_ATTEND, *asked))
    assert row is not None
    if row["outcome"] in REFUSED:
        raise REFUSED[row["outcome"]]
    await finish(pool, caches=caches, lookup_key=lookup_key, now=now, place_id=row["place_id"])
    return Came(place_id=row["place_id"], replayed=row["outcome"] == "REPLAYED")


async def by_member_code(
    pool: Pool,
    activity_id: ActivityId,
    code: str,
    host_id: PartnerId,
    *,
    caches: Caches,
    key: bytes,
    now: datetime,
) -> Came:
    """A host scans what a member shows. Raises: AttendanceCodeRefused, and what attending refuses."""
    place_id = codes.place_of(code, key, now=now)
    row = None if place_id is None else await pool.fetchrow(_PLACE, place_id, host_id)
    if row is None or row["activity_id"] != activity_id:
        raise AttendanceCodeRefused
    member_id = row["member_id"]
    return await attend(pool, activity_id, member_id, host_id, CameBy.CODE, caches=caches, lookup_key=key, now=now)


async def by_host_code(
    pool: Pool, activity: Activity, code: str, member_id: UUID, *, caches: Caches, key: bytes, now: datetime
) -> Came:
    """A member scans what a host shows. Raises: AttendanceCodeRefused, and what attending refuses."""
    activity_id = activity.activity_id
    host_id = codes.host_of(code, activity_id, frozenset(activity.terms.hosts), key, now=now)
    if host_id is None:
        raise AttendanceCodeRefused
    host = PartnerId(host_id)
    return await attend(pool, activity_id, member_id, host, CameBy.HOST_CODE, caches=caches, lookup_key=key, now=now)


async def finish(pool: Pool, *, caches: Caches, lookup_key: bytes, now: datetime, place_id: UUID | None = None) -> Done:
    """Record the actions of those who came that wait for it: of one, or of all."""
    done, after = Done(), None
    while rows := await pool.fetch(_PENDING, after, AT_ONCE, place_id):
        after = rows[-1]["place_id"]
        entries = await _there_already(pool, rows)
        fresh = [row for row in rows if row["place_id"] not in entries and row["member_id"] is not None]
        commands = [_command(row, now) for row in fresh]
        answers = await record_actions(pool, commands, caches=caches, lookup_key=lookup_key, now=now)
        for row, answer in zip(fresh, answers, strict=True):
            if isinstance(answer, ActionReceipt):
                entries[row["place_id"]] = (answer.wallet_id, answer.entry_id)
            elif not isinstance(answer, MemberNotFound):
                done.waiting += 1
                entries[row["place_id"]] = None
        for row in rows:
            entry = entries.get(row["place_id"], (None, None))
            if entry is not None and await pool.fetchval(_SETTLE, row["place_id"], *entry):
                done.recorded += entry[1] is not None
                done.lost += entry[1] is None
    return done


def key_of(place_id: UUID) -> str:
    """Under which key an attendance is in the books, once and for all."""
    return f"{ATTENDANCE}/{place_id.hex}"


async def _there_already(
    pool: Pool, rows: Sequence[asyncpg.Record]
) -> dict[UUID, tuple[UUID | None, UUID | None] | None]:
    asked = {(PartnerId(row["owner_id"]), key_of(row["place_id"])): row["place_id"] for row in rows}
    found = await entries_by_key(pool, list(asked))
    return {asked[key]: (entry["wallet_id"], entry["entry_id"]) for key, entry in found.items()}


def _command(row: asyncpg.Record, now: datetime) -> RecordAction:
    member = KnownMember(
        wallet_id=row["wallet_id"],
        member_id=row["member_id"],
        kind=MemberKind(row["member_kind"]),
        pairwise_id=row["pairwise_id"] or row["member_id"],  # the receipt is shown to nobody
    )
    return RecordAction(
        partner_id=PartnerId(row["owner_id"]),
        member=member,
        kind=ATTENDANCE,
        idempotency_key=key_of(row["place_id"]),
        occurred_at=min(row["came_at"], now),
        dated=False,
        attributes={
            "activity": row["name"],
            "kind": row["kind"],
            "partner": row["inviter"],
            "invited": row["invited"],
            "guests": row["guests"],
        },
    )
