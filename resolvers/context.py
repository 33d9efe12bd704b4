"""What one operation works with: who asks, what time it is, the doors to the database, and loaders."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Concatenate, ParamSpec, Self, TypeAlias, TypeVar
from uuid import UUID

import asyncpg
import strawberry
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.dataloader import DataLoader

from domain.errors import DomainError
from domain.storage import Database, ReadSession, WriteSession
from partners.keys import Keys
from partners.limits import Allowance
from partners.outside import Outside
from partners.scopes import EVERY_SCOPE
from partners.standing import SERVER
from partners.viewer import Audience, Viewer
from resolvers.cursors import Cursors
from resolvers.global_ids import GlobalIds
from resolvers.guessing import Guessing, Misses
from resolvers.seals import perspective_of, seal_of

P = ParamSpec("P")
T = TypeVar("T")
K = TypeVar("K")

Clock = Callable[[], datetime]
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

ATTEMPTS = 3
LARGEST_BATCH = 1_000

NOWHERE = Outside()
"""For work that is not a server's: no mail goes out, and links name this machine."""

_READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_CLASHES = {"40001", "40P01"}
"""Serialization failure and deadlock: nothing was written, the same again may well succeed."""
_LOST = "08"
"""The class of lost connections: whether anything was written is unknown."""
_PATIENCE = 0.02


class Context:
    """One operation, or one event of a subscription."""

    def __init__(
        self,
        *,
        viewer: Viewer,
        database: Database,
        clock: Clock,
        keys: Keys,
        outside: Outside = NOWHERE,
        snapshots: bool = True,
    ) -> None:
        self.viewer = viewer
        self.database = database
        self.clock = clock
        self.keys = keys
        self.outside = outside
        self.snapshots = snapshots
        self.allowance: Allowance | None = None
        """What the caller has left; None where nothing limits it."""
        self.guessing: Guessing | None = None
        """Counts guesses; None for the coalition's own work."""
        self.network = ""
        """Where the request comes from; empty where that is not known."""
        self.resumes_after: str | None = None
        """The cursor a stream of events goes on from, where the connection says so rather than the document."""
        self._snapshot: AsyncSession | None = None
        self._turn = asyncio.Lock()
        self._loaders: dict[Callable[..., Any], DataLoader[Any, Any]] = {}

    @classmethod
    def for_coalition(cls, database: Database, now: datetime, *, keys: Keys) -> Context:
        """The coalition itself at work: the command line and the worker."""
        viewer = Viewer(audience=Audience.COALITION, scopes=EVERY_SCOPE)
        return cls(viewer=viewer, database=database, clock=lambda: now, keys=keys)

    async def __aenter__(self) -> Self:
        """For work that is not a request: the connection goes back when the block ends."""
        return self

    async def __aexit__(self, *_raised: object) -> None:
        await self.close()

    @cached_property
    def now(self) -> datetime:
        """The time of this operation: the same wherever it is asked for."""
        return self.clock()

    @staticmethod
    def real_now() -> datetime:
        """The time outside, whatever a sandbox's clock says: sign-ins are as fresh as they really are."""
        return datetime.now(UTC)

    @cached_property
    def global_ids(self) -> GlobalIds:
        """The ids of things as this viewer knows them."""
        return GlobalIds(seal_of(self.keys.global_ids, perspective_of(self.viewer)))

    @cached_property
    def cursors(self) -> Cursors:
        """Where the pages of this viewer end."""
        return Cursors(seal_of(self.keys.cursors, perspective_of(self.viewer)))

    async def read(
        self, query: Callable[Concatenate[ReadSession, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What a query of the domain finds, in the one snapshot all reads of this operation share.

        Reads take turns on one connection; the server refuses to write through it (docs/adr/0002). The source of a
        subscription waits for long and holds no snapshot: each of its reads has its own.
        """
        if not self.snapshots:
            async with self.database.session(self.viewer.sight) as session:
                await session.connection(execution_options=_READING)
                return await query(ReadSession(session), *args, **kwargs)
        async with self._turn:
            try:
                return await query(await self._opened(), *args, **kwargs)
            except DomainError:
                raise
            except BaseException:
                await self._closed()  # a failed transaction answers no further query
                raise

    async def fetch(
        self, query: Callable[Concatenate[Pool, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What a hot read finds: a function of the database that checks the viewer itself, in one round trip."""
        return await query(self.database.pool, *args, **kwargs)

    async def write(
        self, rule: Callable[Concatenate[WriteSession, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What a rule of the domain decides, in one transaction of its own; repeated when it clashed with another."""

        async def once() -> T:
            async with self.database.session(self.viewer.sight, actor=self.viewer.actor) as session, session.begin():
                return await rule(WriteSession(ReadSession(session)), *args, **kwargs)

        return await self._alone(once, {*_CLASHES})

    async def admit(
        self, rule: Callable[Concatenate[WriteSession, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What a rule about signing in decides: it sees what the authorization server sees, so it minds whose it is."""

        async def once() -> T:
            async with self.database.session(SERVER) as session, session.begin():
                return await rule(WriteSession(ReadSession(session)), *args, **kwargs)

        return await self._alone(once, {*_CLASHES})

    async def post(
        self, posting: Callable[Concatenate[Pool, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What a posting answers: one statement, one transaction; its key makes it safe to repeat after any loss."""

        async def once() -> T:
            return await posting(self.database.pool, *args, **kwargs)

        return await self._alone(once, {*_CLASHES, _LOST})

    def guessable(self) -> AbstractAsyncContextManager[Misses]:
        """Around work that tells whether a card, number or address is known. Raises: GuessedTooOften."""
        return self.guessing.by(self.viewer) if self.guessing is not None else nullcontext(Misses())

    def guessable_code(self, member_id: UUID | None) -> AbstractAsyncContextManager[None]:
        """Around work that tells whether a code in a pack is real. Raises: GuessedTooOften."""
        if self.guessing is None:
            return nullcontext()
        return self.guessing.of_codes(self.viewer, member_id, self.network)

    def load(self, batch: Callable[[ReadSession, Sequence[K]], Awaitable[Sequence[T]]], key: K) -> Awaitable[T]:
        """One of the things a query finds by their ids in key order; what is asked for together is read together."""
        loader = self._loaders.get(batch)
        if loader is None:

            async def found(keys: list[K]) -> Sequence[T]:
                return await self.read(batch, keys)

            loader = self._loaders[batch] = DataLoader(found, max_batch_size=LARGEST_BATCH)
        # Two fields may await one and the same thing; the one that is given up must not take it from the other.
        return asyncio.shield(loader.load(key))

    def fresh(self) -> Context:
        """The same viewer a moment later, with nothing read yet: one for each event of a subscription."""
        fresh = Context(
            viewer=self.viewer, database=self.database, clock=self.clock, keys=self.keys, outside=self.outside
        )
        fresh.allowance = self.allowance
        fresh.guessing = self.guessing
        fresh.network = self.network
        return fresh

    async def close(self) -> None:
        """Give the connection back, after whoever still reads through it.

        Where one part of an answer fails, its siblings read on though nobody waits for them: from now on each read has
        a session of its own, so that nothing stays open.
        """
        self.snapshots = False
        async with self._turn:
            await self._closed()

    async def _alone(self, once: Callable[[], Awaitable[T]], again: set[str]) -> T:
        """Write with the snapshot put away, since it shows the past and holds a connection the write may need."""
        async with self._turn:
            await self._closed()
        try:
            return await _repeated(once, again)
        finally:
            self._loaders.clear()

    async def _opened(self) -> ReadSession:
        if self._snapshot is None:
            self._snapshot = self.database.session(self.viewer.sight)
            await self._snapshot.connection(execution_options=_READING)
        return ReadSession(self._snapshot)

    async def _closed(self) -> None:
        snapshot, self._snapshot = self._snapshot, None
        if snapshot is not None:
            await snapshot.close()


Info = strawberry.Info[Context, None]


async def _repeated(once: Callable[[], Awaitable[T]], again: set[str]) -> T:
    for attempt in range(1, ATTEMPTS):
        try:
            return await once()
        except (DBAPIError, asyncpg.PostgresError) as error:
            state = _state_of(error)
            if state not in again and state[:2] not in again:
                raise
            # Two that clashed should not meet again at the same instant.
            await asyncio.sleep(random.random() * _PATIENCE * 2**attempt)  # noqa: S311  # no secret
    return await once()


def _state_of(error: DBAPIError | asyncpg.PostgresError) -> str:
    """PostgreSQL's code of an error, also from below SQLAlchemy."""
    return getattr(getattr(error, "orig", error), "sqlstate", None) or ""
