"""What every request passes: an id of its own in the logs and the answer, and headers that keep browsers careful."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import URL, Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.ids import new_id

_PLAIN = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestIds:
    """Takes the caller's X-Request-Id where it is plain, makes one where not, and gives it back."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on under its id."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _PLAIN.fullmatch(given) else new_id().hex
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self.app(scope, receive, send_on)


class CarefulBrowsers:
    """Adds the headers that keep a browser from guessing, framing and leaking, unless a response has its own."""

    HEADERS: ClassVar[Mapping[str, str]] = {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "content-security-policy": (
            "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; script-src 'self'; "
            "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
    }

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.headers = dict(self.HEADERS)
        if secure:
            self.headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add to its response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_on)


class OneName:
    """Leads browsers that came by this machine's number to its name: cookies and passkeys belong to one of them."""

    def __init__(self, app: ASGIApp, *, issuer: str) -> None:
        self.app = app
        named = urlsplit(issuer)
        self.number = f"127.0.0.1:{named.port}" if named.hostname == "localhost" else None
        self.issuer = issuer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or lead it to where it belongs."""
        if scope["type"] == "http" and self.number and scope["method"] == "GET":
            headers = Headers(scope=scope)
            if headers.get("host") == self.number and "text/html" in headers.get("accept", ""):
                url = URL(scope=scope)
                asked = f"{url.path}?{url.query}" if url.query else url.path
                await RedirectResponse(self.issuer + asked, 307)(scope, receive, send)
                return
        await self.app(scope, receive, send)
