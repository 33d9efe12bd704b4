"""Worlds for a module of tests: with both walls up, and with the database's taken down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import asyncpg
import pytest
import pytest_asyncio

from domain.storage import opened
from tests.conftest import Fresh, copied, dropped
from tests.isolation.world import World, a_world

Worlds = Callable[[], AbstractAsyncContextManager[World]]


@pytest.fixture(scope="session")
def model(server: str, template: str) -> Iterator[World]:
    """The world that all others are copies of: it takes seconds to make."""

    async def made() -> World:
        url = await copied(server, template)
        async with opened(url, connections=4) as database:
            return await a_world(database, url)

    world = asyncio.run(made())
    yield world
    asyncio.run(dropped(server, world.url))


@pytest.fixture(scope="session")
def worlds(fresh: Fresh, model: World) -> Worlds:
    """Worlds, each gone when its block ends: `async with` what this gives when called."""

    @asynccontextmanager
    async def another() -> AsyncIterator[World]:
        async with fresh(model.url) as url, opened(url, connections=4) as database:
            yield replace(model, database=database, url=url)

    return another


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(worlds: Worlds) -> AsyncIterator[World]:
    """Two rival shops and their partners."""
    async with worlds() as world:
        yield world


ONE_WALL = pytest.mark.parametrize(
    "either",
    [pytest.param("both walls", marks=pytest.mark.slow), "the queries' own wall alone"],  # what one holds, two do
    indirect=True,
    scope="module",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["both walls", "the queries' own wall alone"])
async def either(worlds: Worlds, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """The same world twice: as it is, and without row-level security."""
    async with worlds() as world:
        if request.param != "both walls":
            await without_row_security(world.url)
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
