"""One change of a thing at a time: who comes second waits, and then sees what the first has done."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))")


async def hold(session: AsyncSession, what: str) -> None:
    """Wait until nobody else changes what is named, and keep others waiting until the transaction ends.

    Call it before the first read of what is to be changed. The audit trail's own turn comes last of all, so nobody
    waits for two in different orders.
    """
    await session.execute(_HOLD, {"what": what})
