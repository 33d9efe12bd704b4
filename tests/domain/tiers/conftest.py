"""What the tests of tiers share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from domain.storage import Database
from tests.builders.ledger import a_ledger
from tests.domain.tiers.builders import Town, a_town


@pytest.fixture
async def town(database: Database, database_url: str) -> AsyncIterator[Town]:
    """Two shops on a database of their own; the books are sound when the test is over."""
    async with a_ledger(database, database_url) as books, a_town(books) as town:
        yield town
        await books.prove()


@pytest.fixture
async def bare_town(database: Database, database_url: str) -> AsyncIterator[Town]:
    """The same for books that are written without the ledger's doors, and need not be sound."""
    async with a_ledger(database, database_url) as books, a_town(books) as town:
        yield town
