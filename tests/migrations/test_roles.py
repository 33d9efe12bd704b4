"""The two roles are made by an owner who may, and asked for politely by one who may not."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from hansa.migrating import migrate
from hansa.postgres import EmbeddedPostgres
from migrations.roles import RolesMissing, ensure_roles
from tests.conftest import HASTY, beside, quick_folder


@pytest.fixture
def untouched() -> Iterator[str]:
    """A server of its own, since roles belong to the whole server."""
    with tempfile.TemporaryDirectory(prefix="hansa-roles-", dir=quick_folder()) as folder:
        Path(folder).chmod(0o755)
        postgres = EmbeddedPostgres(Path(folder) / "postgres", settings={**HASTY, "shared_buffers": "16MB"})
        yield postgres.start()
        postgres.stop()


def _as(url: str, login: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{login}@"))


@pytest.fixture
async def administrator(untouched: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(untouched)
    yield connection
    await connection.close()


async def test_an_owner_who_may_make_roles_migrates(untouched: str, administrator: asyncpg.Connection) -> None:
    await administrator.execute("CREATE ROLE maker LOGIN CREATEROLE")
    await administrator.execute("CREATE DATABASE owned OWNER maker")
    found = await migrate(_as(beside(untouched, "owned"), "maker"))
    assert found.up_to_date


async def test_an_owner_who_may_not_is_told_what_an_administrator_runs(
    untouched: str, administrator: asyncpg.Connection
) -> None:
    await administrator.execute("CREATE ROLE humble LOGIN")
    await administrator.execute("CREATE DATABASE owned OWNER humble")
    url = _as(beside(untouched, "owned"), "humble")
    with pytest.raises(RolesMissing) as refusal:
        await migrate(url)
    advice = [line.strip() for line in str(refusal.value).splitlines()[1:]]
    for statement in filter(None, advice):
        await administrator.execute(statement)
    assert (await migrate(url)).up_to_date


async def test_many_databases_of_one_server_make_the_roles_at_once(untouched: str) -> None:
    databases = ["postgres", "hansa", "template1"]
    connections = [await asyncpg.connect(beside(untouched, name)) for name in databases]
    try:
        await asyncio.gather(*(ensure_roles(connection) for connection in connections))
    finally:
        for connection in connections:
            await connection.close()


async def test_a_role_that_steps_over_walls_is_refused(administrator: asyncpg.Connection) -> None:
    await administrator.execute("CREATE ROLE hansa_app NOLOGIN BYPASSRLS")
    with pytest.raises(RolesMissing, match="NOBYPASSRLS"):
        await ensure_roles(administrator)
