"""Invitations and answers: places are never more than there are, and who waits moves up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import text

from domain.activities.errors import (
    ActivityClosed,
    ActivityFull,
    ActivityNotFound,
    InvalidActivity,
    TooManyGuests,
)
from domain.activities.models import PlaceState
from domain.activities.terms import MOST_GUESTS, ActivityId
from domain.ids import PartnerId, SegmentId
from domain.ledger.posting import persistently
from domain.segments.queries import unusable
from domain.storage import WriteSession

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

MOST_INVITED = 10_000
AT_ONCE = 500
REMIND_BEFORE = timedelta(hours=24)

_INVITE = text("SELECT invite_to_activity(:activity, :partner, CAST(:members AS uuid[]), :now)")
_MEMBERS = text("SELECT members_of_segment(:partner, :segment)")
_ANSWER = "SELECT answer_activity($1, $2, $3, $4, $5)"
_TELL = text("SELECT * FROM tell_of_activities(:most, :before, :now)")

REFUSED = {kind.code: kind for kind in (ActivityNotFound, ActivityClosed, ActivityFull, TooManyGuests)}


class Answer(StrEnum):
    """What a member answers."""

    ACCEPT = "ACCEPT"
    """Comes, with so many guests."""
    DECLINE = "DECLINE"
    """Does not come."""
    CANCEL = "CANCEL"
    """Gives up its place, or its turn."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a turn of the worker told."""

    invited: int
    reminded: int


async def invite(
    session: WriteSession, partner_id: PartnerId, activity_id: ActivityId, members: Sequence[UUID], *, now: datetime
) -> int:
    """Invite members that the partner knows; how many were not asked before, and are for whom the activity is.

    Raises: ActivityNotFound, InvalidActivity.
    """
    if len(members) > MOST_INVITED:
        raise InvalidActivity(f"members are at most {MOST_INVITED} at once", path=("members",))
    asked = {"activity": activity_id, "partner": partner_id, "members": list(members), "now": now}
    made: int | None = await session.scalar(_INVITE, asked)
    if made is None:
        raise ActivityNotFound
    return made


async def invite_segment(
    session: WriteSession, partner_id: PartnerId, activity_id: ActivityId, segment_id: SegmentId, *, now: datetime
) -> int:
    """Invite all of a segment that the partner may use, as far as it knows them.

    Raises: ActivityNotFound, InvalidActivity.
    """
    if await unusable(session, partner_id, {segment_id}):
        raise InvalidActivity("segment is your own or shared with you, and not retired", path=("segment",))
    members = list(await session.scalars(_MEMBERS, {"partner": partner_id, "segment": segment_id}))
    made = 0
    for start in range(0, len(members), MOST_INVITED):
        part = members[start : start + MOST_INVITED]
        made += await invite(session, partner_id, activity_id, part, now=now)
    return made


async def answer(
    pool: Pool, activity_id: ActivityId, member_id: UUID, said: Answer, *, guests: int = 0, now: datetime
) -> PlaceState:
    """A member accepts, declines or cancels; where it stands then. The same answer again changes nothing.

    Raises: ActivityNotFound, ActivityClosed, ActivityFull, TooManyGuests.
    """
    if not 0 <= guests <= MOST_GUESTS:
        raise TooManyGuests
    outcome = await persistently(lambda: pool.fetchval(_ANSWER, activity_id, member_id, said, guests, now))
    if outcome in REFUSED:
        raise REFUSED[outcome]
    return PlaceState(outcome)


async def tell(session: WriteSession, *, now: datetime) -> Told:
    """Tell some of those who were invited, and remind some of those who have a place. With the coalition's sight."""
    asked = {"most": AT_ONCE, "before": REMIND_BEFORE, "now": now}
    row = (await session.execute(_TELL, asked)).one()
    return Told(invited=row.invited, reminded=row.reminded)
