"""Wallets and inboxes that somebody is looking at: one question a moment for all of them, whoever is looking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from uuid import UUID
from weakref import WeakKeyDictionary

from domain.ledger import queries
from domain.ledger.queries import Balance
from domain.members.recognition import KnownMember
from domain.messages import queries as messages
from domain.storage import Database
from resolvers.context import Context, Pool
from resolvers.members import seen_wallet

PAUSE_SECONDS = 0.25

Versions = Callable[[Pool, list[UUID]], Awaitable[Mapping[UUID, int]]]
"""How far each of these wallets has come, in a number that is another after each change."""


class Watch:
    """Tells the wallets of one database that have moved on; asks only while somebody looks."""

    def __init__(self, database: Database, versions: Versions) -> None:
        self._database = database
        self._versions = versions
        self._looking: dict[UUID, set[asyncio.Event]] = {}
        self._seen: dict[UUID, int] = {}
        self._task: asyncio.Task[None] | None = None

    def begin(self, wallet_id: UUID, bell: asyncio.Event) -> None:
        """Ring this bell whenever something happened in the wallet."""
        self._looking.setdefault(wallet_id, set()).add(bell)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._ask())

    def end(self, wallet_id: UUID, bell: asyncio.Event) -> None:
        """Somebody looks no longer."""
        bells = self._looking.get(wallet_id, set())
        bells.discard(bell)
        if not bells:
            self._looking.pop(wallet_id, None)
            self._seen.pop(wallet_id, None)

    async def _ask(self) -> None:
        while self._looking:
            found = await self._versions(self._database.pool, list(self._looking))
            for wallet_id, version in found.items():
                if self._seen.get(wallet_id) != version:
                    self._seen[wallet_id] = version
                    for bell in self._looking.get(wallet_id, ()):
                        bell.set()
            await asyncio.sleep(PAUSE_SECONDS)


_WATCHES: WeakKeyDictionary[Database, Watch] = WeakKeyDictionary()
_INBOXES: WeakKeyDictionary[Database, Watch] = WeakKeyDictionary()


def watch_of(database: Database) -> Watch:
    """The one watch of a database."""
    if database not in _WATCHES:
        _WATCHES[database] = Watch(database, queries.versions)
    return _WATCHES[database]


def message_watch_of(database: Database) -> Watch:
    """The one watch of a database over its members' inboxes, by their wallets."""
    if database not in _INBOXES:
        _INBOXES[database] = Watch(database, messages.versions)
    return _INBOXES[database]


async def wallet(ctx: Context, member: KnownMember, *, after: int | None) -> AsyncIterator[Balance]:
    """A member's wallet as it stands, unless that has been seen, and again whenever something happened in it.

    Raises: ConsentMissing.
    """
    watch, bell = watch_of(ctx.database), asyncio.Event()
    watch.begin(member.wallet_id, bell)
    seen = after
    try:
        while True:
            bell.clear()
            current = await seen_wallet(ctx.fresh(), member)
            if seen is None or current.version > seen:
                seen = current.version
                yield current
            await bell.wait()
    finally:
        watch.end(member.wallet_id, bell)
