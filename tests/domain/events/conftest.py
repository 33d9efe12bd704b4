"""What the tests of events share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from domain.storage import Database
from tests.builders.ledger import Books, a_ledger


@pytest.fixture
async def shaken_books(database: Database, database_url: str) -> AsyncIterator[Books]:
    """A coalition of a shop and a maker on a database of its own, to be tampered with."""
    async with a_ledger(database, database_url) as books:
        yield books


@pytest.fixture
async def books(shaken_books: Books) -> AsyncIterator[Books]:
    """The same, sound and all told when the test is over."""
    yield shaken_books
    await shaken_books.prove()
