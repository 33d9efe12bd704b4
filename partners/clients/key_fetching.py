"""Key sets that clients publish at an address: fetched through the guarded way out, kept as they were last good.

Whichever process asks, an address is asked once a minute at most: that it is asked is noted before it is.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, update
from sqlmodel import col, select

from domain.ids import ClientId
from domain.storage import Database, Sight
from partners.clients import key_sets
from partners.clients.models import Client
from partners.errors import AddressRefused, InvalidKeySet
from partners.fetching import Bounds, FetchFailed, Outbound
from partners.oauth.jose import TokenInvalid, unverified

SERVER = Sight("server")
OK = 200

ONCE_IN = timedelta(minutes=1)
"""How often an address is asked, however often an unknown key is presented."""

STALE_AFTER = timedelta(hours=1)
"""How old keys may be before the worker fetches them again."""

MOST_AT_ONCE = 50
LONGEST_ASSERTION = 8192
BOUNDS = Bounds(within=timedelta(seconds=5), most_bytes=65_536)

log = logging.getLogger(__name__)


class KeyFetcher:
    """Fetches the keys of clients that publish them."""

    def __init__(self, database: Database, outbound: Outbound, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._outbound = outbound
        self._clock = clock
        self._fetching: set[asyncio.Task[bool]] = set()

    def soon(self, client_id: ClientId) -> None:
        """Fetch a client's keys when there is time; nobody waits for it."""
        task = asyncio.create_task(self.fetch(client_id))
        self._fetching.add(task)
        task.add_done_callback(self._done)

    async def fetch(self, client_id: ClientId) -> bool:
        """Fetch a client's keys unless they were asked for within the minute; whether there are new ones to look at."""
        url, sandbox = await self._claim(client_id)
        if url is None:
            return False
        jwks, failure = await self._asked(url, sandbox=sandbox)
        kept = {"jwks": jwks, "jwks_fetched_at": self._clock()} if jwks is not None else {}
        async with self._database.session(SERVER) as session, session.begin():
            await session.execute(
                update(Client)
                .where(col(Client.client_id) == client_id, col(Client.jwks_uri) == url)
                .values(jwks_failure=failure, **kept)
            )
        return jwks is not None

    async def presented(self, assertion: str) -> bool:
        """Fetch the keys of whoever presents an assertion under a key we do not know; whether to look once more."""
        try:
            header, claims = unverified(assertion, algorithms=key_sets.ALGORITHMS, longest=LONGEST_ASSERTION)
            client_id = UUID(str(claims.get("sub")))
        except (TokenInvalid, ValueError):
            return False
        async with self._database.session(SERVER) as session:
            jwks = await session.scalar(
                select(Client.jwks).where(col(Client.client_id) == client_id, col(Client.jwks_uri).is_not(None))
            )
        known = {jwk["kid"] for jwk in (jwks or {"keys": []})["keys"]}
        return str(header.get("kid")) not in known and await self.fetch(ClientId(client_id))

    async def refresh(self) -> int:
        """Fetch the keys that are old, some at a time, as the worker does now and then; how many were asked for."""
        now = self._clock()
        async with self._database.session(SERVER) as session:
            due = await session.scalars(
                select(Client.client_id)
                .where(
                    col(Client.jwks_uri).is_not(None),
                    col(Client.revoked_at).is_(None),
                    or_(col(Client.jwks_tried_at).is_(None), col(Client.jwks_tried_at) < now - STALE_AFTER),
                )
                .order_by(col(Client.jwks_tried_at).nulls_first())
                .limit(MOST_AT_ONCE)
            )
            wanted = list(due)
        await asyncio.gather(*(self.fetch(ClientId(client_id)) for client_id in wanted))
        return len(wanted)

    async def fetched(self) -> None:
        """Wait for what was to be fetched soon."""
        while self._fetching:
            await asyncio.wait(self._fetching)

    async def aclose(self) -> None:
        """Give up what was not fetched yet; the worker will."""
        for task in self._fetching:
            task.cancel()
        await self.fetched()

    async def _claim(self, client_id: UUID) -> tuple[str | None, bool]:
        """Note that the keys are asked for; without an address if they were a moment ago, or are not to be fetched."""
        now = self._clock()
        async with self._database.session(SERVER) as session, session.begin():
            claimed = await session.execute(
                update(Client)
                .where(
                    col(Client.client_id) == client_id,
                    col(Client.jwks_uri).is_not(None),
                    col(Client.revoked_at).is_(None),
                    or_(col(Client.jwks_tried_at).is_(None), col(Client.jwks_tried_at) <= now - ONCE_IN),
                )
                .values(jwks_tried_at=now)
                .returning(col(Client.jwks_uri), col(Client.sandbox))
            )
            row = claimed.one_or_none()
        return (row.jwks_uri, row.sandbox) if row is not None else (None, False)

    async def _asked(self, url: str, *, sandbox: bool) -> tuple[dict[str, object] | None, str | None]:
        """The keys at an address, or why there are none."""
        try:
            accept = {"Accept": "application/jwk-set+json, application/json"}
            answer = await self._outbound.send("GET", url, sandbox=sandbox, headers=accept, bounds=BOUNDS)
            if answer.status != OK:
                return None, f"the answer was {answer.status}"
            return key_sets.usable(json.loads(answer.content)), None
        except (AddressRefused, InvalidKeySet) as refused:
            return None, refused.message
        except FetchFailed as failed:
            return None, str(failed)
        except (ValueError, RecursionError):
            return None, "the answer is not JSON"

    def _done(self, task: asyncio.Task[bool]) -> None:
        self._fetching.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("Could not keep a client's keys: %r", task.exception())
