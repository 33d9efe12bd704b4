"""What the tests of segments share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from domain.storage import Database
from tests.builders.ledger import a_ledger
from tests.domain.segments.builders import Street, a_street


@pytest.fixture
async def street(database: Database, database_url: str) -> AsyncIterator[Street]:
    """Two shops on a database of their own; the books are sound when the test is over."""
    async with a_ledger(database, database_url) as books, a_street(books) as street:
        yield street
        await books.prove()
