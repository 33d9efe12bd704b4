"""Welcomes that a crash swallowed, or that nobody gave: the worker makes up for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeAlias

import asyncpg

from domain.earning.acting import record_actions
from domain.earning.queries import campaigns_in_force
from domain.earning.tills import Caches
from domain.earning.welcoming import JOIN, joined
from domain.errors import DomainError
from domain.ids import PartnerId
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

MADE_UP_FOR = timedelta(days=3)
"""So long after joining a welcome is made up for."""
AT_ONCE = 500

_NEWCOMERS = "SELECT * FROM newcomers($1, $2, $3)"


async def welcoming_partners(pool: Pool, *, now: datetime) -> list[PartnerId]:
    """At which partners campaigns answer that somebody joins."""
    found: set[PartnerId] = set()
    for campaign in await campaigns_in_force(pool, now=now, reach=timedelta(0)):
        window = campaign.window()
        if window is not None and window[0] <= now and (window[1] is None or now < window[1]):
            found |= campaign.terms.partners if JOIN in campaign.terms.when.triggers else frozenset()
    return sorted(found)


async def make_up(pool: Pool, partner_id: PartnerId, *, caches: Caches, lookup_key: bytes, now: datetime) -> int:
    """Welcome those who joined at a partner of late and were not welcomed; how many there were."""
    done = 0
    while rows := await pool.fetch(_NEWCOMERS, partner_id, now - MADE_UP_FOR, AT_ONCE):
        commands = [joined(partner_id, _known(row), now) for row in rows]
        answers = await record_actions(pool, commands, caches=caches, lookup_key=lookup_key, now=now)
        new = sum(not isinstance(answer, DomainError) for answer in answers)
        done += new
        if new < AT_ONCE:
            break
    return done


def _known(row: asyncpg.Record) -> KnownMember:
    return KnownMember(
        wallet_id=row["wallet_id"],
        member_id=row["member_id"],
        kind=MemberKind(row["kind"]),
        pairwise_id=row["pairwise_id"],
    )
