"""The right moment: just after a redemption a member is asked to bring a friend, at most once in thirty days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

import asyncpg

from domain.referral.errors import NoReferralProgramme
from domain.referral.inviting import Draw, Invitation, draw, invitation
from domain.referral.queries import programmes_live

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

EVERY = timedelta(days=30)
JUST_AFTER = timedelta(days=1)
"""How long after a redemption is just after it."""

_ASK = "SELECT * FROM ask_to_invite($1, $2, $3, $4, $5, $6)"


async def after_redemption(
    pool: Pool, partner_id: UUID, wallet_id: UUID, entry_id: UUID, *, now: datetime, by: Draw = draw
) -> Invitation | None:
    """What to tell a member who has just spent points at a partner; None, when it is not the moment.

    For the same redemption it is always the same; a redemption that is only authorized is none yet.
    """
    return await _asked(pool, partner_id, wallet_id, entry_id, now, by)


async def of_member(pool: Pool, member_id: UUID, *, now: datetime, by: Draw = draw) -> Invitation | None:
    """The same as the member itself sees it, for a day after its last redemption."""
    return await _asked(pool, None, member_id, None, now, by)


async def _asked(
    pool: Pool, partner_id: UUID | None, whose: UUID, entry_id: UUID | None, now: datetime, by: Draw
) -> Invitation | None:
    row = await pool.fetchrow(_ASK, partner_id, whose, entry_id, now, EVERY, JUST_AFTER)
    if row is None:
        return None
    live = {one.programme_id: one for one in await programmes_live(pool)}
    programme = live.get(row["programme_id"])
    if programme is None:
        return None
    try:
        return await invitation(pool, programme, row["member_id"], now=now, by=by)
    except NoReferralProgramme:
        return None
