"""A counter where vouchers are taken."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from domain.storage import Database
from tests.domain.vouchers.builders import Counter, a_counter


@pytest.fixture
async def counter(database: Database, database_url: str) -> AsyncIterator[Counter]:
    """One for each test."""
    async with a_counter(database, database_url) as counter:
        yield counter
