"""Folding what campaigns came to into hours, behind what may still be under way."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text

from domain.coalition.founding import coalition_of
from domain.storage import WriteSession

GRACE = timedelta(minutes=10)
"""A posting bears the time at which its request came; none is under way for so long."""

_FOLD = text("SELECT fold_campaigns(:until, :zone)")


async def fold(session: WriteSession, *, now: datetime) -> bool:
    """Fold what was posted until some minutes ago, a day of it at most; whether there is more to fold.

    With the coalition's sight. Each posting is folded once, however often and by how many this is asked.
    """
    until = now - GRACE
    zone = (await coalition_of(session)).time_zone
    folded: datetime | None = (await session.execute(_FOLD, {"until": until, "zone": zone})).scalar_one()
    return folded is not None and folded < until
