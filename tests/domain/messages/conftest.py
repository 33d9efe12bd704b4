"""What tests of messages stand on."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from domain.storage import Database
from tests.domain.messages.builders import Post, a_post


@pytest.fixture
async def post(database: Database, database_url: str) -> AsyncIterator[Post]:
    """A coalition that tells its members; it is Monday noon in Riga's winter."""
    async with a_post(database, database_url) as made:
        yield made
