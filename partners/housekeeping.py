"""Throwing away what has had its time: used numbers, past revocations, old codes and sessions, full buckets."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, text
from sqlmodel import col, select

from domain.storage import WriteSession
from partners.oauth.models import AuthorizationCode, Grant, PushedRequest, RefreshToken, Revocation, UsedJti
from partners.sign_in.models import BrowserSession, HalfSignIn, MailedCode, PasskeyChallenge, SignInCode

KEPT_FOR = timedelta(days=1)
"""Sign-ins of yesterday are still there when somebody asks what happened."""

REUSE_NOTICED_FOR = timedelta(days=30)
"""How long a refresh token that was replaced is known for what it is."""


async def sweep(session: WriteSession, *, now: datetime) -> None:
    """Forget what has expired; the caller has the server's sight, and `now` is the real time."""
    expired: list[tuple[type[Any], datetime]] = [
        (UsedJti, now),
        (Revocation, now),
        (PushedRequest, now),
        (PasskeyChallenge, now),
        (HalfSignIn, now),
        (MailedCode, now),
        (SignInCode, now - KEPT_FOR),
        (AuthorizationCode, now - KEPT_FOR),
        (BrowserSession, now - KEPT_FOR),
    ]
    for row, before in expired:
        await session.execute(delete(row).where(col(row.expires_at) < before))
    await _forget_grants(session, now=now)
    await session.execute(text("SELECT forget_full_buckets(NULL)"))


async def _forget_grants(session: WriteSession, *, now: datetime) -> None:
    """Grants that are past or were ended, with all that hangs on them, and refresh tokens that were replaced."""
    over = or_(col(Grant.expires_at) < now - KEPT_FOR, col(Grant.revoked_at) < now - REUSE_NOTICED_FOR)
    gone = select(Grant.grant_id).where(over)
    for row in (AuthorizationCode, RefreshToken):
        await session.execute(delete(row).where(col(row.grant_id).in_(gone)))
    await session.execute(delete(Grant).where(over))
    await session.execute(delete(RefreshToken).where(col(RefreshToken.rotated_at) < now - REUSE_NOTICED_FOR))
