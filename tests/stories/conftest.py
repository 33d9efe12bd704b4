"""Every story is overheard: whatever it asks tells another partner no more than a name that nobody has."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from domain.storage import Database, opened
from tests.builders.houses import House, a_house
from tests.isolation.spying import contents
from tests.stories.overhearing import Overheard, listeners_in, overhearing, told_apart


@pytest.fixture(autouse=True)
async def overheard(database_url: str) -> AsyncIterator[Overheard]:
    """All that the story asks; asked again by others at its end."""
    with overhearing() as overheard:
        yield overheard
    async with opened(database_url, connections=2) as database:
        listeners = await listeners_in(database)
        before = await contents(database_url)
        assert await told_apart(database, overheard, listeners) == []
        assert await contents(database_url) == before, "being told nothing, they must not have done anything either"


@pytest.fixture
async def house(
    database: Database, database_url: str, owner: asyncpg.Connection, tmp_path: Path
) -> AsyncIterator[House]:
    """A coalition on a port, whose operator invited its first admin from the command line."""
    async with a_house(database, database_url, owner, tmp_path) as house:
        yield house
