"""A member's inbox, read and marked with the member's own sight."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import ColumnElement, false, func, update
from sqlmodel import col, select

from domain.messages.errors import MessageNotFound
from domain.messages.models import Message
from domain.paging import Page, PageRequest
from domain.storage import ReadSession, Sight, WriteSession, sight_of

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


async def inbox(
    session: ReadSession, wallet_id: UUID, member_id: UUID, request: PageRequest, *, unread: bool = False
) -> Page[Message]:
    """What a member was told, the newest first; or what it has not read of it."""
    found = select(Message).where(_of(session, wallet_id, member_id))
    if unread:
        found = found.where(col(Message.read_at).is_(None))
    written, key = col(Message.written_at), col(Message.message_id)
    if request.after is not None:
        at, last = request.after
        found = found.where((written < at) | (written == at) & (key < last))
    rows = await session.scalars(found.order_by(written.desc(), key.desc()).limit(request.first + 1))
    return Page.of(list(rows), request, lambda row: (row.written_at, row.message_id))


async def count_unread(session: ReadSession, wallet_id: UUID, member_id: UUID, *, most: int) -> int:
    """How many messages a member has not read, counted up to `most`."""
    unread = select(Message.message_id).where(_of(session, wallet_id, member_id), col(Message.read_at).is_(None))
    return await session.scalar(select(func.count()).select_from(unread.limit(most).subquery())) or 0


async def mark_read(
    session: WriteSession, wallet_id: UUID, member_id: UUID, message_id: UUID, *, now: datetime
) -> Message:
    """Mark a message as read; one that was stays as it is. Raises: MessageNotFound."""
    this = _of(session, wallet_id, member_id) & (col(Message.message_id) == message_id)
    await session.execute(update(Message).where(this, col(Message.read_at).is_(None)).values(read_at=now))
    message = await session.scalar(select(Message).where(this))
    if message is None:
        raise MessageNotFound
    return message


async def mark_all_read(
    session: WriteSession, wallet_id: UUID, member_id: UUID, *, written_by: datetime | None = None, now: datetime
) -> int:
    """Mark all that was written by then, or all that there is, as read; how many were not."""
    unread = _of(session, wallet_id, member_id) & col(Message.read_at).is_(None)
    if written_by is not None:
        unread &= col(Message.written_at) <= written_by
    marked = update(Message).where(unread).values(read_at=now).returning(col(Message.message_id))
    return len((await session.scalars(marked)).all())


async def versions(pool: Pool, wallets: list[UUID]) -> dict[UUID, int]:
    """How far the inboxes of these wallets have come: another number after each message that comes or is read."""
    rows = await pool.fetch("SELECT wallet_id, version FROM inbox_versions($1)", wallets)
    return {row["wallet_id"]: row["version"] for row in rows}


def _of(session: ReadSession, wallet_id: UUID, member_id: UUID) -> ColumnElement[bool]:
    """The messages in a member's inbox, to that member alone."""
    own = sight_of(session) == Sight.member(member_id)
    whose = (col(Message.wallet_id) == wallet_id) & (col(Message.member_id) == member_id)
    return whose & col(Message.inbox) if own else false()
