"""Surprises: a partner gives members something for no other reason than that it wants to; once for each occasion.

A surprise is an action of type SURPRISE, so a campaign of the partner says what it brings, who pays, and how much in
all. A segment is gone through in pieces, and whoever was surprised on the occasion is left out, so it can be begun
again after any break.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TypeAlias

import asyncpg
from sqlalchemy import text

from domain.earning.acting import record_actions
from domain.earning.action_commands import ActionReceipt, RecordAction
from domain.earning.action_types import LONGEST_TEXT
from domain.earning.errors import InvalidAction
from domain.earning.tills import Caches
from domain.ids import PartnerId, SegmentId
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember
from domain.storage import ReadSession

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

SURPRISE = "SURPRISE"
MOST_AT_ONCE = 1_000
"""Members of a segment in one call; the next call goes on."""

_WHOM = text("SELECT * FROM to_surprise(:partner, :segment, :occasion, :most)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprise:
    """What a partner does, and why it says it does."""

    partner_id: PartnerId
    occasion: str
    """What it calls it: "First snow". Each member is surprised once for it."""

    def __post_init__(self) -> None:
        if not self.occasion.strip() or len(self.occasion) > LONGEST_TEXT or not self.occasion.isprintable():
            raise InvalidAction(f"occasion has 1 to {LONGEST_TEXT} printable characters", path=("occasion",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprised:
    """What came of it."""

    members: int
    """Who was surprised just now, whether or not a campaign gave anything."""
    points: int
    """What campaigns gave them together."""
    tokens: int
    """Things that are no points."""
    left: bool
    """Whether members of the segment are left: do it again."""


async def to_surprise(session: ReadSession, surprise: Surprise, segment_id: SegmentId) -> list[KnownMember]:
    """Members of a segment that the partner knows and has not surprised on this occasion; with the partner's sight."""
    asked = {"partner": surprise.partner_id, "segment": segment_id, "occasion": surprise.occasion, "most": MOST_AT_ONCE}
    return [
        KnownMember(
            wallet_id=row.wallet_id, member_id=row.member_id, kind=MemberKind(row.kind), pairwise_id=row.pairwise_id
        )
        for row in await session.execute(_WHOM, asked)
    ]


async def surprise_member(
    pool: Pool, surprise: Surprise, member: KnownMember, *, caches: Caches, lookup_key: bytes, now: datetime
) -> Surprised:
    """Surprise one member; again for the same occasion nothing happens. Raises: what recording an action raises."""
    return await surprise_members(pool, surprise, [member], caches=caches, lookup_key=lookup_key, now=now)


async def surprise_members(
    pool: Pool,
    surprise: Surprise,
    members: Sequence[KnownMember],
    *,
    caches: Caches,
    lookup_key: bytes,
    now: datetime,
) -> Surprised:
    """Surprise members, each once for the occasion. Raises: what refused all of them, as where the partner rests."""
    commands = [_command(surprise, member, now) for member in members]
    answers = await record_actions(pool, commands, caches=caches, lookup_key=lookup_key, now=now)
    refused = [one for one in answers if not isinstance(one, ActionReceipt)]
    if refused and len(refused) == len(answers):
        raise refused[0]
    new = [one for one in answers if isinstance(one, ActionReceipt) and not one.replayed]
    return Surprised(
        members=len(new),
        points=sum(int(one.points) for one in new),
        tokens=sum(len(one.tokens) for one in new),
        left=len(members) == MOST_AT_ONCE,
    )


def _command(surprise: Surprise, member: KnownMember, now: datetime) -> RecordAction:
    occasion = sha256(surprise.occasion.encode()).hexdigest()[:20]
    return RecordAction(
        partner_id=surprise.partner_id,
        member=member,
        kind=SURPRISE,
        idempotency_key=f"{SURPRISE}/{occasion}/{member.pairwise_id.hex}",
        occurred_at=now,
        dated=False,
        attributes={"occasion": surprise.occasion},
    )
