"""Where rows live: sessions for administration, a bare connection pool for postings, and who is looking."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, NewType
from uuid import UUID

import asyncpg
from sqlalchemy import ColumnElement, MetaData, event, false, or_, text, true
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, SessionTransaction
from sqlmodel import SQLModel

APP_ROLE = "hansa_app"

ReadSession = NewType("ReadSession", AsyncSession)
WriteSession = NewType("WriteSession", ReadSession)


class Row(SQLModel):
    """A row of a table; constraints are named alike everywhere."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose rows a transaction sees; the database holds every statement to it (row-level security)."""

    value: str

    @classmethod
    def partner(cls, partner_id: UUID) -> Sight:
        """The rows of one partner."""
        return cls(f"partner:{partner_id}")

    @classmethod
    def member(cls, member_id: UUID) -> Sight:
        """The rows of one member."""
        return cls(f"member:{member_id}")

    @property
    def partner_id(self) -> UUID | None:
        """The one partner whose rows these are; None where they are not a partner's."""
        kind, _, named = self.value.partition(":")
        return UUID(named) if kind == "partner" else None


ACTOR = re.compile(r"[A-Z]+:[0-9a-f-]{36}:(|[0-9a-f-]{36})")

COALITION = Sight("coalition")
NOBODY = Sight("")


def sight_of(session: AsyncSession) -> Sight:
    """For whom a session looks; for nobody, where that was not said."""
    sight: Sight = session.info.get("sight", NOBODY)
    return sight


def concerning(sight: Sight, *parties: Any) -> ColumnElement[bool]:
    """The rows that name the viewer as a party: the queries' own wall, which holds without the database's.

    The coalition is a party to everything; a partner, where one of these columns names it; nobody else to anything.
    """
    if sight == COALITION:
        return true()
    if sight.partner_id is None:
        return false()
    return or_(*(party == sight.partner_id for party in parties))


@asynccontextmanager
async def as_coalition(session: WriteSession) -> AsyncIterator[WriteSession]:
    """What follows from a viewer's step and is the coalition's own to write, such as money that moves by a withdrawal.

    Same transaction, the coalition's sight for the length of the block; when it fails, what it wrote is taken back.
    """
    was = sight_of(session)
    await session.flush()  # what the viewer wrote is held to the viewer's own wall
    async with session.begin_nested():
        session.info["sight"] = COALITION
        try:
            await _look_as(session, COALITION)
            yield session
            await session.flush()
            await _look_as(session, was)
        finally:
            session.info["sight"] = was


async def _look_as(session: AsyncSession, sight: Sight) -> None:
    await session.execute(text(f"SET LOCAL app.sight = '{sight.value}'"))


class QuietConnection(asyncpg.Connection):
    """A connection that goes back to the pool without a reset query (half the cost of a read): users keep it clean."""

    def get_reset_query(self) -> str:
        """Nothing to reset."""
        return ""


class Database:
    """One coalition's database."""

    def __init__(self, engine: AsyncEngine, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self.engine = engine
        self.pool = pool
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)

    def session(self, sight: Sight, *, actor: str | None = None) -> AsyncSession:
        """A session whose every transaction sees only what its viewer may see, and knows who acts in it.

        An actor is written KIND:id:partner, in the words of the audit trail; the partner may be empty.
        """
        return self._sessions(info={"sight": sight, "actor": actor})


@asynccontextmanager
async def opened(url: str, *, role: str | None = APP_ROLE, connections: int = 8) -> AsyncIterator[Database]:
    """Open a database by its postgresql:// address, acting as a role that owns nothing."""
    settings = {"role": role} if role else {}
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=connections,
        max_overflow=connections,
        hide_parameters=True,  # an error's words reach the log, and rows have no business there
        connect_args={"server_settings": settings},
    )
    pool = asyncpg.create_pool(
        url, min_size=1, max_size=connections, connection_class=QuietConnection, server_settings=settings
    )
    async with pool:
        database = Database(engine, pool)
        try:
            yield database
        finally:
            await engine.dispose()


@event.listens_for(Session, "after_begin")
def _bind_sight(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    """Tell the database who is looking, in the same transaction, so that it cannot be forgotten."""
    sight = session.info.get("sight")
    if sight is not None:
        connection.execute(text(f"SET LOCAL app.sight = '{sight.value}'"))
    actor = session.info.get("actor")
    if actor is not None:
        assert ACTOR.fullmatch(actor), "an actor is a kind and two ids"
        connection.execute(text(f"SET LOCAL app.actor = '{actor}'"))
