"""Throwing away what has had its time: used numbers, past revocations, old codes and sessions, full buckets."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, text
from sqlmodel import col

from domain.storage import WriteSession
from partners.oauth.models import Revocation, UsedJti
from partners.sign_in.models import BrowserSession, SignInCode

KEPT_FOR = timedelta(days=1)
"""Sign-ins of yesterday are still there when somebody asks what happened."""


async def sweep(session: WriteSession, *, now: datetime) -> None:
    """Forget what has expired; the caller has the server's sight, and `now` is the real time."""
    expired: list[tuple[type[Any], datetime]] = [
        (UsedJti, now),
        (Revocation, now),
        (SignInCode, now - KEPT_FOR),
        (BrowserSession, now - KEPT_FOR),
    ]
    for row, before in expired:
        await session.execute(delete(row).where(col(row.expires_at) < before))
    await session.execute(text("SELECT forget_full_buckets(NULL)"))
