"""What the tests of members share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from domain.storage import Database
from tests.builders.ledger import Books, a_ledger


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    """A coalition of a shop and a maker on a database of its own; sound when the test is over."""
    async with a_ledger(database, database_url) as books:
        yield books
        await books.prove()
