"""Between the password and the authenticator's code: a browser that has shown one half, and may do nothing with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.storage import ReadSession, WriteSession
from partners.sign_in.models import HalfSignIn

LIFETIME = timedelta(minutes=5)


async def begin(session: WriteSession, browser_hash: bytes, persons: Sequence[UUID], *, now: datetime) -> None:
    """Note whose password was right in this browser, in place of what was noted before."""
    noted = {"person_ids": list(persons), "expires_at": now + LIFETIME}
    await session.execute(
        insert(HalfSignIn)
        .values(browser_hash=browser_hash, **noted)
        .on_conflict_do_update(index_elements=["browser_hash"], set_=noted)
    )


async def waiting(session: ReadSession, browser_hash: bytes, *, now: datetime) -> list[UUID]:
    """Whose second factor this browser may show; nobody's, without a password just before."""
    found: list[UUID] | None = await session.scalar(
        select(HalfSignIn.person_ids).where(
            col(HalfSignIn.browser_hash) == browser_hash, col(HalfSignIn.expires_at) > now
        )
    )
    return found or []


async def end(session: WriteSession, browser_hash: bytes) -> bool:
    """Use it up: of several that come at once, one does."""
    gone = await session.execute(
        delete(HalfSignIn).where(col(HalfSignIn.browser_hash) == browser_hash).returning(col(HalfSignIn.browser_hash))
    )
    return gone.one_or_none() is not None
