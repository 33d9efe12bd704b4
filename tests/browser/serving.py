"""A real server with pages, and the browser that looks at it."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from pydantic import SecretStr

from hansa.asgi import create_app
from hansa.building import Workshop, build, prepared
from hansa.commands.access import sign_in_link
from hansa.frontend import Frontend
from hansa.node import OLDEST, find_node
from hansa.settings import Settings
from tests.browser.town import CARD, FINANCE

SECRET = "nothing but a test depends on this one: 51f0c7e2aa"
WORKSHOP = Workshop(folder=Path(tempfile.gettempdir()) / f"hansa-frontend-{os.getuid()}")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((entry) => entry.value)))
        .observe({ type: "layout-shift", buffered: true });
"""
WIDTHS = {390: 844, 1440: 900}
HEIGHTS = {**WIDTHS, 1024: 768}
"""With the till's, which is a tablet."""
SETTLED = """Promise.all(document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime < Infinity).map((one) => one.finished.catch(() => {})))"""
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
PICTURES = Path(__file__).parents[2] / "test-results"
Theme = Literal["light", "dark"]
LOOKS: tuple[tuple[int, Theme], ...] = ((390, "dark"), (1440, "light"))
"""Both widths and both themes; the other two pairs hold nothing that these do not."""
in_the_browsers_loop = pytest_asyncio.fixture(loop_scope="session")
"""A fixture that awaits: all of them live in one loop, as the tests do, so that one Chromium does for all."""
OTHER_LANGUAGES = ["fi", *(pytest.param(language, marks=pytest.mark.slow) for language in ("bg", "hu", "lv"))]
"""Those beside English; every day the one with the longest words."""


def chromium() -> str:
    """The browser's program; where there is none the test is skipped, and says so."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("NOT TESTED IN A BROWSER: Chromium is not installed (on Debian: apt-get install chromium)")
    return found


def need_node() -> None:
    """Skip, and say so, where the pages cannot be built."""
    if find_node() is None:
        pytest.skip(f"NOT TESTED IN A BROWSER: the pages are built with Node.js {OLDEST} or later")


async def bundle() -> Path:
    """The pages as the sources are now; kept from one run of the tests to the next."""
    need_node()
    return await build(WORKSHOP)


async def axe() -> Path:
    """The program that looks for barriers, among the packages the pages are built with."""
    program = WORKSHOP.work / "node_modules" / "axe-core" / "axe.min.js"
    if not program.exists():
        node = find_node()
        assert node is not None
        await prepared(WORKSHOP, node)
    return program


@dataclass(frozen=True)
class Served:
    """A server that can be stopped and started again at the same address."""

    settings: Settings
    pages: Path

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The server, from its start to its end."""
        frontend = Frontend(self.settings.home, bundled=self.pages)
        app = create_app(self.settings, frontend=frontend)
        config = uvicorn.Config(
            app, host="127.0.0.1", port=self.settings.port, log_config=None, timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        try:
            while not (server.started and frontend.ready):  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.02)
            yield
        finally:
            server.should_exit = True
            await task

    async def link(self, landing: str, **who: Any) -> str:
        """A one-time link for somebody."""
        return await sign_in_link(self.settings, landing=landing, **who)


def settings_for(database_url: str, home: Path) -> Settings:
    """Settings with a port nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Settings(database_url=database_url, home=home, secret_key=SecretStr(SECRET), port=port, connections=4)


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """A Chromium without a window."""
    program = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


@dataclass(frozen=True)
class Visit:
    """Somebody's browser, signed in."""

    context: BrowserContext
    page: Page
    problems: list[str]
    """What the page complained of; nothing, in a good visit."""

    async def see(self, width: int, theme: Theme) -> None:
        """Look in another width and theme."""
        await self.page.emulate_media(color_scheme=theme)
        await self.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})

    async def picture(self, name: str, *, whole: bool = False) -> None:
        """Keep what is to be seen, for people to look at."""
        PICTURES.mkdir(exist_ok=True)
        await self.page.evaluate("window.scrollTo(0, 0)")
        await self.page.evaluate(SETTLED)
        moved = await self.page.evaluate("window.shifts?.length")
        await self.page.screenshot(path=PICTURES / f"{name}.png", full_page=whole)
        if moved is not None:  # A picture of the whole page resizes it for a moment, which is nobody's jump.
            await self.page.evaluate("(moved) => { window.shifts.length = moved; }", moved)

    async def violations(self) -> list[str]:
        """What axe finds wrong for people who see, hear or move in other ways."""
        await self.page.evaluate((await axe()).read_text(encoding="utf-8"))
        found = await self.page.evaluate(f"axe.run({{ runOnly: {list(RULES)} }})")
        return [
            f"{one['impact']}: {one['help']}: {node['html'][:120]} ({node['failureSummary'][:200]})"
            for one in found["violations"]
            for node in one["nodes"]
        ]


async def visit(browser: Browser, served: Served, landing: str, *, card: str = CARD, person: str = FINANCE) -> Visit:
    """A member comes to the wallet, or somebody of finance to the console, through a sign-in link."""
    who = {"member": card} if landing.startswith("/app/") else {"person": person}
    return await entered(browser, await served.link(landing, **who), landing)


async def entered(
    browser: Browser,
    link: str,
    landing: str,
    *,
    width: int = 390,
    language: str = "en-GB",
    beside: Visit | None = None,
) -> Visit:
    """Through a sign-in link to where it lands; `beside` somebody else in the same browser, or in one of its own."""
    context = await _context(browser, width, language) if beside is None else beside.context
    page = await context.new_page()
    if beside is not None:
        await page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.goto(link)
    await page.locator("#by-link button").click()
    await page.wait_for_url(f"**{landing}")
    return Visit(context, page, problems)


async def _context(browser: Browser, width: int, language: str) -> BrowserContext:
    context = await browser.new_context(
        viewport={"width": width, "height": HEIGHTS[width]},
        locale=language,
        timezone_id="Europe/Riga",
        reduced_motion="no-preference",
    )
    await context.add_init_script(SHIFTS)
    return context


async def saved(page: Page, button: str, path: Path) -> str:
    """What a button saves."""
    async with page.expect_download() as saving:
        await page.get_by_role("button", name=button).click()
    await (await saving.value).save_as(path)
    return await asyncio.to_thread(path.read_text, encoding="utf-8")
