"""Worlds for a module of tests: with both walls up, and with the database's taken down."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from domain.storage import opened
from tests.conftest import Fresh
from tests.isolation.world import World, a_world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(fresh: Fresh) -> AsyncIterator[World]:
    """Two rival shops and their partners."""
    async with fresh() as url, opened(url, connections=4) as database:
        yield await a_world(database, url)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["both walls", "the queries' own wall alone"])
async def either(fresh: Fresh, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """The same world twice: as it is, and without row-level security."""
    async with fresh() as url, opened(url, connections=4) as database:
        world = await a_world(database, url)
        if request.param != "both walls":
            await without_row_security(url)
        yield world


async def without_row_security(url: str) -> None:
    """Take the database's walls down: every role that may read a table at all reads all of it."""
    owner = await asyncpg.connect(url)
    try:
        for row in await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
            await owner.execute(f"ALTER TABLE {row['tablename']} DISABLE ROW LEVEL SECURITY")
            await owner.execute(f"ALTER TABLE {row['tablename']} NO FORCE ROW LEVEL SECURITY")
    finally:
        await owner.close()
