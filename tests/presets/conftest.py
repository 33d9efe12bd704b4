"""A town for each story: a preset, loaded and served."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from domain.storage import Database
from tests.presets.town import Town, a_preset


class Open:
    """Opens presets for a story; they close with it."""

    def __init__(self, stack: AsyncExitStack, database: Database, database_url: str, home: Path) -> None:
        self._stack, self._given = stack, (database, database_url, home)

    async def __call__(self, name: str) -> Town:
        """A preset in force at its start."""
        return await self._stack.enter_async_context(a_preset(name, *self._given))


@pytest.fixture
async def preset(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Open]:
    """What opens a preset by its name."""
    async with AsyncExitStack() as stack:
        yield Open(stack, database, database_url, tmp_path)
