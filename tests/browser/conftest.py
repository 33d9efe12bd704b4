"""A town with its pages served, and a browser in front of them."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from domain.storage import Database, opened
from hansa.journey.founding import Founded
from partners.keys import derive
from tests.browser.demonstration import Demo, a_demonstration, shown
from tests.browser.serving import Served, browsing, bundle, chromium, in_the_browsers_loop, settings_for
from tests.browser.town import Town, a_town, a_winter
from tests.conftest import Fresh, copied, dropped


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests run where the browser does."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and inspect.iscoroutinefunction(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, one for all tests; each opens windows of its own."""
    async with browsing() as browser:
        yield browser


@in_the_browsers_loop
async def database_url(fresh: Fresh) -> AsyncIterator[str]:
    """The owner's address of this test's own database."""
    async with fresh() as url:
        yield url


@in_the_browsers_loop
async def database(database_url: str) -> AsyncIterator[Database]:
    """This test's own database, opened as the server opens it."""
    async with opened(database_url, connections=4) as database:
        yield database


@in_the_browsers_loop
async def served(database_url: str, tmp_path: Path) -> Served:
    """A server of this test's database, not yet running."""
    chromium()
    return Served(settings_for(database_url, tmp_path), await bundle())


@in_the_browsers_loop
async def quiet_town(database: Database, served: Served) -> Town:
    """The coalition after a winter of trade, its server not yet running."""
    town = await a_town(database, derive(served.settings.key()))
    await a_winter(town)
    return town


@in_the_browsers_loop
async def town(quiet_town: Town, served: Served) -> AsyncIterator[Town]:
    """The coalition, with its server running."""
    async with served.running():
        yield quiet_town


@pytest.fixture(scope="session")
def demonstration(server: str, template: str) -> Iterator[tuple[str, Founded]]:
    """The database that all demonstrations are copies of: it takes seconds to make."""
    chromium()
    url = asyncio.run(copied(server, template))
    yield url, asyncio.run(a_demonstration(url))
    asyncio.run(dropped(server, url))


@in_the_browsers_loop
async def demo(
    demonstration: tuple[str, Founded], fresh: Fresh, tmp_path: Path, browser: Browser
) -> AsyncIterator[Demo]:
    """A demonstration of one's own, its server running."""
    model, founded = demonstration
    async with fresh(model) as url:
        served = Served(settings_for(url, tmp_path), await bundle())
        async with shown(url, founded, served, browser) as demo:
            yield demo
