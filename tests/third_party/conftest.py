"""A town for a module of tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.conftest import Fresh
from tests.third_party.town import Marta, Town, a_town, marta_of


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(fresh: Fresh, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A real server on a database of its own."""
    home: Path = tmp_path_factory.mktemp("home")
    async with fresh() as url, a_town(url, home) as town:
        yield town


@pytest_asyncio.fixture(loop_scope="module")
async def marta(town: Town) -> AsyncIterator[Marta]:
    """The member, not signed in."""
    async with marta_of(town) as marta:
        yield marta
