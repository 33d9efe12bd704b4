"""How the browser's pages are served and how far they are told to be; tests/browser builds and opens them."""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from hansa import building
from hansa.asgi import first_answer
from hansa.building import BuildFailed, Workshop, build, fingerprint
from hansa.frontend import Frontend
from hansa.node import Node

SCRIPT = "export const many = 'words';\n" * 100


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Ready-made pages."""
    folder = tmp_path / "static"
    for name, content in {
        "app/index.html": "<!doctype html><title>Wallet</title>",
        "app/sw.js": "self.skipWaiting();",
        "app/manifest.webmanifest": "{}",
        "console/index.html": "<!doctype html><title>Console</title>",
        "assets/app-1f3c.js": SCRIPT,
        "assets/app-1f3c.js.br": "as the build compressed it",
        "assets/letters-9a.woff2": "font",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


@pytest.fixture
async def ready(bundle: Path, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A server whose pages are there."""
    frontend = Frontend(tmp_path, bundled=bundle)
    await frontend.prepare()
    async with at(frontend) as client:
        yield client


def at(frontend: Frontend) -> httpx.AsyncClient:
    """A browser without a screen."""
    transport = httpx.ASGITransport(Starlette(routes=frontend.routes()))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")


def sources(folder: Path) -> Path:
    """The smallest sources there can be."""
    folder.mkdir(parents=True)
    (folder / "package.json").write_text("{}")
    (folder / "package-lock.json").write_text("{}")
    return folder


async def test_every_address_below_an_entry_is_the_entrys_page(ready: httpx.AsyncClient) -> None:
    for path in ("/app/", "/app/activity/7", "/app/index.html"):
        assert "Wallet" in (await ready.get(path)).text
    assert "Console" in (await ready.get("/console/statements/2026-02?line=4")).text
    assert (await ready.get("/app")).headers["location"] == "/app/"


async def test_pages_allow_no_script_and_no_style_but_their_own_files(ready: httpx.AsyncClient) -> None:
    policy = (await ready.get("/app/")).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


async def test_pages_are_asked_for_again_and_their_files_never(ready: httpx.AsyncClient) -> None:
    page = await ready.get("/app/")
    assert page.headers["cache-control"] == "no-cache"
    again = await ready.get("/app/", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    script = await ready.get("/assets/app-1f3c.js")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_texts_travel_compressed_to_those_who_take_it(ready: httpx.AsyncClient) -> None:
    request = ready.build_request("GET", "/assets/app-1f3c.js", headers={"accept-encoding": "gzip"})
    response = await ready.send(request, stream=True)
    raw = b"".join([chunk async for chunk in response.aiter_raw()])
    assert response.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw).decode() == SCRIPT
    assert len(raw) < len(SCRIPT) / 4
    plain = await ready.get("/assets/app-1f3c.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == SCRIPT


async def test_what_the_build_compressed_is_sent_to_those_who_take_it(ready: httpx.AsyncClient) -> None:
    async def sent(taken: str) -> tuple[str | None, bytes]:
        request = ready.build_request("GET", "/assets/app-1f3c.js", headers={"accept-encoding": taken})
        response = await ready.send(request, stream=True)
        raw = b"".join([chunk async for chunk in response.aiter_raw()])
        return response.headers.get("content-encoding"), raw

    assert await sent("gzip, deflate, br, zstd") == ("br", b"as the build compressed it")
    assert (await sent("gzip, br;q=0"))[0] == "gzip"
    assert (await sent("deflate"))[0] is None
    assert (await ready.get("/assets/app-1f3c.js.br")).status_code == 404


async def test_the_members_app_can_be_installed_and_its_worker_rules_below_it(ready: httpx.AsyncClient) -> None:
    worker = await ready.get("/app/sw.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache"
    assert worker.headers["content-security-policy"] == "default-src 'none'; connect-src 'self'"
    assert (await ready.get("/app/manifest.webmanifest")).headers["content-type"] == "application/manifest+json"


async def test_scripts_may_start_the_members_worker_and_no_other(ready: httpx.AsyncClient) -> None:
    policy = (await ready.get("/app/")).headers["content-security-policy"]
    assert "require-trusted-types-for 'script'; trusted-types offline; worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy
    assert "trusted-types 'none'" in (await ready.get("/console/")).headers["content-security-policy"]


async def test_nothing_outside_the_bundle_is_served(ready: httpx.AsyncClient) -> None:
    for path in ("/assets/none.js", "/assets/..%2F..%2Fsecret.key", "/assets/%2e%2e/app/index.html"):
        response = await ready.get(path)
        assert response.status_code == 404
        assert "Wallet" not in response.text


async def test_fonts_are_fonts(ready: httpx.AsyncClient) -> None:
    assert (await ready.get("/assets/letters-9a.woff2")).headers["content-type"] == "font/woff2"


async def test_until_the_pages_are_there_their_place_says_how_far_they_are(tmp_path: Path) -> None:
    frontend = Frontend(tmp_path, bundled=tmp_path / "none")
    async with at(frontend) as client:
        response = await client.get("/app/")
    assert (response.status_code, response.headers["refresh"]) == (503, "3")
    assert "On the way: not begun" in response.text
    assert first_answer(frontend).headers["refresh"] == "3"


async def test_what_goes_wrong_is_said_and_nobody_waits_for_it(tmp_path: Path) -> None:
    frontend = Frontend(
        tmp_path, bundled=tmp_path / "none", workshop=Workshop(folder=tmp_path / "w", sources=tmp_path / "no")
    )
    await frontend.prepare()
    async with at(frontend) as client:
        response = await client.get("/console/")
    assert response.status_code == 503
    assert "refresh" not in response.headers
    assert "neither the pages nor their sources" in response.text
    assert b"Not available" in first_answer(frontend).body


async def test_the_first_page_leads_to_the_pages_once_they_are_there(bundle: Path, tmp_path: Path) -> None:
    frontend = Frontend(tmp_path, bundled=bundle)
    await frontend.prepare()
    page = first_answer(frontend)
    assert b'href="/app/"' in page.body
    assert b'href="/console/"' in page.body
    assert "refresh" not in page.headers


def test_the_fingerprint_follows_the_sources_and_not_what_is_made_of_them(tmp_path: Path) -> None:
    folder = sources(tmp_path / "frontend")
    before = fingerprint(folder)
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "made.js").write_text("made")
    (folder / "graphql-env.d.ts").write_text("made")
    assert fingerprint(folder) == before
    (folder / "page.tsx").write_text("new")
    assert fingerprint(folder) != before


async def test_a_tool_that_fails_is_quoted(tmp_path: Path) -> None:
    workshop = Workshop(folder=tmp_path, sources=tmp_path)
    workshop.work.mkdir(parents=True)
    with pytest.raises(BuildFailed, match="no such package"):
        await building.run(workshop, NODE, ["sh", "-c", "echo no such package; exit 1"])


async def test_a_build_that_is_given_up_leaves_no_tool_running(tmp_path: Path) -> None:
    workshop = Workshop(folder=tmp_path, sources=tmp_path)
    workshop.work.mkdir(parents=True)
    noted = tmp_path / "pid"
    task = asyncio.create_task(building.run(workshop, NODE, ["sh", "-c", f"echo $$ > {noted}; exec sleep 60"]))
    while not (noted.exists() and noted.read_text().strip()):  # noqa: ASYNC110 - another process writes it
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(int(noted.read_text()), 0)


async def test_pages_that_are_built_are_not_built_again(tmp_path: Path) -> None:
    workshop = Workshop(folder=tmp_path / "w", sources=sources(tmp_path / "frontend"))
    workshop.bundle().mkdir(parents=True)
    steps: list[str] = []
    assert await build(workshop, steps.append) == workshop.bundle()
    assert steps == []


NODE = Node(program="/bin/sh", npm=("/bin/sh",), version="24.0.0")
