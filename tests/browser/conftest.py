"""A town with its pages served, and a browser in front of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from domain.storage import Database
from partners.keys import derive
from tests.browser.serving import Served, browsing, bundle, chromium, settings_for
from tests.browser.town import Town, a_town, a_winter


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium."""
    async with browsing() as browser:
        yield browser


@pytest.fixture
async def served(database_url: str, tmp_path: Path) -> Served:
    """A server of this test's database, not yet running."""
    chromium()
    return Served(settings_for(database_url, tmp_path), await bundle())


@pytest.fixture
async def quiet_town(database: Database, served: Served) -> Town:
    """The coalition after a winter of trade, its server not yet running."""
    town = await a_town(database, derive(served.settings.key()))
    await a_winter(town)
    return town


@pytest.fixture
async def town(quiet_town: Town, served: Served) -> AsyncIterator[Town]:
    """The coalition, with its server running."""
    async with served.running():
        yield quiet_town
