"""Whoever joins is welcomed once, however it joined: a JOIN action, at once, where a campaign answers it."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import asyncpg

from domain.earning.acting import record_actions
from domain.earning.action_commands import RecordAction
from domain.earning.tills import Caches
from domain.ids import PartnerId
from domain.members.recognition import KnownMember

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

JOIN = "JOIN"


async def welcome(
    pool: Pool, member: KnownMember, partner_id: PartnerId, *, caches: Caches, lookup_key: bytes, now: datetime
) -> None:
    """Welcome a member that has just joined at a partner, if a campaign answers it there; again changes nothing."""
    await caches.campaigns.refresh(pool, now=now)
    if caches.campaigns.index(partner_id, None, now, JOIN).entries:
        await record_actions(pool, [joined(partner_id, member, now)], caches=caches, lookup_key=lookup_key, now=now)


def joined(partner_id: PartnerId, member: KnownMember, now: datetime) -> RecordAction:
    """That a member joined at a partner, as it is recorded once."""
    return RecordAction(
        partner_id=partner_id,
        member=member,
        kind=JOIN,
        idempotency_key=f"{JOIN}/{member.pairwise_id.hex}",
        occurred_at=now,
        dated=False,
    )
