"""A real, migrated PostgreSQL for every test that asks: one server for the session, one fresh copy a test.

HANSA_TEST_DATABASE_URL names a server to use in place of the embedded one; its login must be allowed to make databases.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from domain.storage import Database, opened
from hansa.migrating import ONE_AT_A_TIME, migrate
from hansa.postgres import EmbeddedPostgres

ROOT = Path(__file__).parent.parent

HASTY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "max_wal_size": "256MB",
    "autovacuum": "off",
}
"""What a server may do whose data nobody will miss."""

ROOM = 2 * 1024**3


class Fresh(Protocol):
    """Further databases, each gone when its block ends."""

    def __call__(self, like: str | None = None) -> AbstractAsyncContextManager[str]:
        """The owner's address of one with every migration and no row; or of a copy of the one at an address."""


def pytest_collection_finish() -> None:
    """Spare the collector what stands until the end, such as schemas and documents: a seventh of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The owner's address of a server that may be filled with test databases."""
    given = os.environ.get("HANSA_TEST_DATABASE_URL")
    if given:
        yield given
        return
    name = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    postgres = EmbeddedPostgres(quick_folder() / f"hansa-tests-{os.getuid()}-{name}", settings=HASTY)
    if postgres.left_unclean():
        shutil.rmtree(postgres.data)  # without fsync, what a crash leaves behind is not to be trusted
    url = postgres.start()
    try:
        if not postgres.adopted:
            asyncio.run(_drop_leftovers(url))
        yield url
    finally:
        postgres.stop()


@pytest.fixture(scope="session")
def template(server: str) -> str:
    """The name of a database that holds every migration and no row."""
    name = f"hansa_template_{_fingerprint()}"
    asyncio.run(_ensure_template(server, name))
    return name


@pytest.fixture(scope="session")
def fresh(server: str, template: str) -> Fresh:
    """Further databases: `async with` what this gives when called."""

    @asynccontextmanager
    async def further(like: str | None = None) -> AsyncIterator[str]:
        url = await copied(server, template if like is None else urlsplit(like).path[1:])
        try:
            yield url
        finally:
            await dropped(server, url)

    return further


@pytest.fixture
async def database_url(fresh: Fresh) -> AsyncIterator[str]:
    """The owner's address of this test's own database."""
    async with fresh() as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """This test's own database, opened as the server opens it: as a role that owns nothing."""
    async with opened(database_url, connections=4) as database:
        yield database


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection to this test's database, for looking behind the walls."""
    connection = await asyncpg.connect(database_url)
    try:
        yield connection
    finally:
        await connection.close()


def quick_folder() -> Path:
    """Where databases that nobody will miss are made: in memory, where there is room (a copy takes 20 ms, not 100)."""
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK | os.X_OK) and shutil.disk_usage(memory).free > ROOM:
        return memory
    return Path(tempfile.gettempdir())


def beside(url: str, database: str) -> str:
    """The address of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _fingerprint() -> str:
    """Changes whenever the migrations do."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "migrations").rglob("*")):
        if path.suffix in {".py", ".sql"}:
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


async def _ensure_template(server: str, name: str) -> None:
    """Several workers ask at once: one makes it, under a passing name, so that a half-made one is never cloned."""
    connection = await asyncpg.connect(server)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", ONE_AT_A_TIME)
        if await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name):
            return
        making = f"{name}_making"
        await connection.execute(f"DROP DATABASE IF EXISTS {making} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {making}")
        await migrate(beside(server, making))
        await connection.execute(f"ALTER DATABASE {making} RENAME TO {name}")
    finally:
        await connection.close()


async def copied(server: str, template: str) -> str:
    """The owner's address of a new copy of a database that nobody is connected to."""
    name = f"hansa_test_{uuid4().hex}"
    await _told(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return beside(server, name)


async def dropped(server: str, url: str) -> None:
    """Throw a copy away."""
    await _told(server, f"DROP DATABASE {urlsplit(url).path[1:]} WITH (FORCE)")


async def _told(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _drop_leftovers(server: str) -> None:
    """Databases of sessions that were killed, and templates of earlier migrations."""
    connection = await asyncpg.connect(server)
    try:
        for row in await connection.fetch(
            "SELECT datname FROM pg_database WHERE datname LIKE 'hansa\\_test\\_%'"
            " OR (datname LIKE 'hansa\\_template\\_%' AND datname <> $1)",
            f"hansa_template_{_fingerprint()}",
        ):
            await connection.execute(f"DROP DATABASE {row['datname']} WITH (FORCE)")
    finally:
        await connection.close()
