"""What counts right now: signing keys, revocations and closed partners, read again every second or two.

Access tokens are believed without asking the database, so this short list is what stops one before it expires.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from domain.coalition.models import Coalition, Partner, PartnerStatus
from domain.storage import Database, ReadSession, Sight
from partners.oauth import signing_keys
from partners.oauth.models import Revocation
from partners.oauth.signing_keys import PublishedKeys

SERVER = Sight("server")
"""The sight of the authorization server itself: the only one that reaches keys, codes and sessions."""

REFRESH_AFTER_SECONDS = 1.5
"""From this age on the next request sends for news, without waiting for them."""

STALE_AFTER_SECONDS = 3.5
"""From this age on a request waits for news: a revocation bites within five seconds, a query's time included."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One reading of what counts."""

    keys: PublishedKeys
    key_states: frozenset[tuple[str, str]]
    revoked: frozenset[UUID]
    """Tokens (jti) and grants (gid) that count no more."""
    closed_partners: frozenset[UUID]
    sandbox: bool
    """Whether the whole coalition is one for trying out."""
    read_at: float


class Watch:
    """Keeps the reading fresh, with one query at a time however many requests ask."""

    def __init__(
        self,
        database: Database,
        first: Standing,
        *,
        sealing: bytes,
        clock: Callable[[], datetime],
        ticks: Callable[[], float],
    ) -> None:
        self._database = database
        self._standing = first
        self._sealing = sealing
        self._clock = clock
        self._ticks = ticks
        self._reading: asyncio.Task[None] | None = None

    async def standing(self) -> Standing:
        """What counts, at most some seconds old."""
        age = self._ticks() - self._standing.read_at
        if age >= STALE_AFTER_SECONDS:
            await asyncio.shield(self._send())
        elif age >= REFRESH_AFTER_SECONDS:
            self._send()
        return self._standing

    async def refresh(self) -> Standing:
        """What counts at this moment."""
        if self._reading is not None:
            await asyncio.wait([self._reading])  # it may have begun before what the caller wants to see
        await asyncio.shield(self._send())
        return self._standing

    async def aclose(self) -> None:
        """Stop reading."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])

    def _send(self) -> asyncio.Task[None]:
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
            self._reading.add_done_callback(_note_failure)
        return self._reading

    async def _read(self) -> None:
        self._standing = await read(
            self._database, sealing=self._sealing, now=self._clock(), at=self._ticks(), before=self._standing
        )


async def read(
    database: Database, *, sealing: bytes, now: datetime, at: float, before: Standing | None = None
) -> Standing:
    """Read what counts; the private key is opened only when the keys changed."""
    async with database.session(SERVER) as opened, opened.begin():
        session = ReadSession(opened)
        key_states = await signing_keys.states(session)
        if before is not None and before.key_states == key_states:
            keys = before.keys
        else:
            keys = await signing_keys.published(session, sealing=sealing)
        revoked = await session.scalars(select(Revocation.revoked_id).where(col(Revocation.expires_at) > now))
        closed = await session.scalars(
            select(Partner.partner_id).where(col(Partner.status) == PartnerStatus.CLOSED.value)
        )
        sandbox = await session.scalar(select(Coalition.sandbox).limit(1))
        return Standing(
            keys=keys,
            key_states=key_states,
            revoked=frozenset(revoked),
            closed_partners=frozenset(closed),
            sandbox=bool(sandbox),
            read_at=at,
        )


def _note_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.warning("Could not read what counts right now: %r", task.exception())
