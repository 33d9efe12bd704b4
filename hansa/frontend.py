"""The pages for browsers: the members' app at /app/, the tills at /till/, the console at /console/."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import mimetypes
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from hansa.building import BuildFailed, Workshop, build
from hansa.pages import waiting_page

BUNDLED = Path(__file__).parent / "static"
"""Where a release carries the pages ready-made."""

ENTRIES: Mapping[str, str] = {
    "/app/": "Members' app",
    "/till/": "Tills of partners",
    "/console/": "Console of partners and coalition",
}
REFRESH_SECONDS = 3

SMALLEST_COMPRESSED = 1_000
BUILT_COMPRESSED = ".br"
TEXTS = {".html", ".js", ".css", ".svg", ".json", ".txt", ".webmanifest"}
MEDIA = {".woff2": "font/woff2", ".webmanifest": "application/manifest+json", ".js": "text/javascript"}
WORKER = "sw.js"
"""An entry with a file of this name beside its page can be installed, and works without a line."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; "
)
PAGE_HEADERS = {
    "cache-control": "no-cache",
    "content-security-policy": f"{POLICY}trusted-types 'none'",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "vary": "accept-encoding",
}
INSTALLED_HEADERS = {
    **PAGE_HEADERS,
    "content-security-policy": f"{POLICY}trusted-types offline; worker-src 'self'; manifest-src 'self'",
}
"""Of an entry with a worker: the one policy that scripts may make names the worker's one address."""
WORKER_HEADERS = {
    "cache-control": "no-cache",
    "content-security-policy": "default-src 'none'; connect-src 'self'",
    "vary": "accept-encoding",
}
BESIDE_HEADERS = {"cache-control": "no-cache", "vary": "accept-encoding"}
ASSET_HEADERS = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}

log = structlog.get_logger("hansa")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of the bundle, ready to be sent."""

    content: bytes
    compressed: Mapping[str, bytes]
    """By the names of the ways to compress, the smallest first."""
    media: str
    tag: str

    @classmethod
    def read(cls, path: Path) -> File:
        """A file as it lies there, and compressed where that helps."""
        content = path.read_bytes()
        media = MEDIA.get(path.suffix) or mimetypes.guess_type(path.name)[0]
        return cls(
            content=content,
            compressed=_compressed(path, content),
            media=media or "application/octet-stream",
            tag=f'"{hashlib.sha256(content).hexdigest()[:20]}"',
        )

    def response(self, request: Request, headers: Mapping[str, str]) -> Response:
        """The file, or that the browser has it already."""
        own = {**headers, "etag": self.tag}
        if self.tag in request.headers.get("if-none-match", ""):
            return Response(None, 304, own)
        taken = request.headers.get("accept-encoding", "")
        for way, content in self.compressed.items():
            if re.search(rf"\b{way}\b(?!;q=0(?:[^.]|$))", taken):
                return Response(content, 200, {**own, "content-encoding": way}, self.media)
        return Response(self.content, 200, own, self.media)


def _compressed(path: Path, content: bytes) -> dict[str, bytes]:
    """Texts travel compressed: as the build has done it, and as every browser takes it."""
    if path.suffix not in TEXTS or len(content) < SMALLEST_COMPRESSED:
        return {}
    built = path.with_name(f"{path.name}{BUILT_COMPRESSED}")
    smallest = {"br": built.read_bytes()} if built.exists() else {}
    return {**smallest, "gzip": gzip.compress(content, 9, mtime=0)}


class Frontend:
    """The pages of one server, and how far they are while they are not there yet."""

    def __init__(self, home: Path, *, bundled: Path = BUNDLED, workshop: Workshop | None = None) -> None:
        self._bundled = bundled
        self._workshop = workshop or Workshop(folder=home / "frontend")
        self._files: Mapping[str, File] = {}
        self._begun: float | None = None
        self._step = "not begun"
        self._failed = False

    @property
    def ready(self) -> bool:
        """The pages can be shown."""
        return bool(self._files)

    @property
    def under_way(self) -> bool:
        """Whoever waits will get them."""
        return not self.ready and not self._failed

    def says(self) -> str:
        """How far it is, in a sentence."""
        if self.ready:
            return "Ready."
        if self._failed:
            return f"Not available: {self._step}"
        seconds = 0 if self._begun is None else int(time.monotonic() - self._begun)
        return f"On the way: {self._step} ({seconds} s so far). The API does not wait for it."

    async def prepare(self) -> None:
        """Bring the pages about; what goes wrong is said in their place, and the API goes on."""
        self._begun = time.monotonic()
        try:
            folder = await self._found()
            self._files = await asyncio.to_thread(loaded, folder)
        except (BuildFailed, OSError) as problem:
            self._failed, self._step = True, str(problem)
            log.warning("The browser's pages could not be built", problem=str(problem))
        else:
            log.info("The browser's pages are ready", seconds=round(time.monotonic() - self._begun, 1))

    async def _found(self) -> Path:
        if (self._bundled / "app" / "index.html").exists():
            return self._bundled
        if not self._workshop.sources.exists():
            raise BuildFailed("this installation carries neither the pages nor their sources")
        return await build(self._workshop, self._tell)

    def _tell(self, step: str) -> None:
        self._step = step
        log.info("The browser's pages", step=step)

    def routes(self) -> list[Route]:
        """The pages' addresses; below an entry every address is the page's own."""
        pages = [route for entry in ENTRIES for route in self._entry(entry)]
        return [*pages, Route("/assets/{name}", self._asset)]

    def _entry(self, entry: str) -> list[Route]:
        async def page(request: Request) -> Response:
            if not self.ready:
                return waiting(self)
            beside = self._files.get(request.url.path)
            if beside is not None and not request.url.path.endswith(".html"):
                name = request.url.path.removeprefix(entry)
                return beside.response(request, WORKER_HEADERS if name == WORKER else BESIDE_HEADERS)
            headers = INSTALLED_HEADERS if entry + WORKER in self._files else PAGE_HEADERS
            return self._files[f"{entry}index.html"].response(request, headers)

        async def to_page(_request: Request) -> Response:
            return RedirectResponse(entry, 308)

        return [Route(entry.rstrip("/"), to_page), Route(entry + "{rest:path}", page)]

    async def _asset(self, request: Request) -> Response:
        file = self._files.get(request.url.path)
        if file is None:
            return Response("There is no such file.", 404, {"cache-control": "no-store"}, "text/plain")
        return file.response(request, ASSET_HEADERS)


def loaded(folder: Path) -> dict[str, File]:
    """Every file of a bundle by its address; a bundle is small, so it is kept in memory."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != BUILT_COMPRESSED)
    return {f"/{path.relative_to(folder).as_posix()}": File.read(path) for path in paths}


def waiting(frontend: Frontend) -> Response:
    """What is shown in a page's place; it looks again by itself while there is something to wait for."""
    headers = {"cache-control": "no-store", "retry-after": str(REFRESH_SECONDS)}
    if frontend.under_way:
        headers["refresh"] = str(REFRESH_SECONDS)
    return HTMLResponse(waiting_page(frontend.says()), 503, headers)
