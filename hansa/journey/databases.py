"""A database of a replay's own, beside the one that is served: fresh unless told to go on with another."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_hex
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from domain.errors import Conflict, InvalidValue, NotFound

NAME = re.compile(r"[a-z][a-z0-9_]{0,50}")


@asynccontextmanager
async def own_database(url: str, name: str | None, *, go_on: bool) -> AsyncIterator[str]:
    """The address of the replay's database; one without a name is dropped in the end.

    Raises: InvalidValue, Conflict, NotFound.
    """
    if name is not None and not NAME.fullmatch(name):
        raise InvalidValue("a database's name is small letters, digits and underscores", path=("database",))
    chosen = name or f"hansa_replay_{token_hex(4)}"
    connection = await asyncpg.connect(url)
    try:
        exists = await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", chosen)
        if exists and not go_on:
            message = f"There is a database {chosen} already: go on with it (--continue), or name another."
            raise Conflict(message, path=("database",))
        if go_on and not exists:
            raise NotFound(f"There is no database {chosen} to go on with.", path=("database",))
        if not exists:
            await connection.execute(f"CREATE DATABASE {chosen}")
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{chosen}"))
        finally:
            if name is None:
                await connection.execute(f"DROP DATABASE {chosen} WITH (FORCE)")
    finally:
        await connection.close()
