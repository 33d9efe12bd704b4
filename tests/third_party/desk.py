"""Where wrong requests are handed in: the real endpoints over real HTTP, with a clock that can be moved."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, Key
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Route

from domain.ids import PartnerId, new_id
from domain.storage import opened as opened_database
from hansa.endpoint import Endpoint
from partners import keys
from partners.oauth.jose import Registry
from partners.routes import routes
from partners.state import AccessState, opened
from partners.viewer import Viewer, still_stands, viewer_of
from tests.builders.graphql import service
from tests.conftest import Fresh
from tests.partners.conftest import ISSUER, SECRET_KEY, Clock, KeptMail, Place, _found
from tests.partners.linking import SIGNERS, Shop, a_shop, read

Sent = Awaitable[httpx.Response]

BETWEEN_SECONDS = 120
"""From one case to the next, so that none is refused for the failures of those before."""


class Here(httpx.AsyncHTTPTransport):
    """Carries what goes to the public address to where the server listens."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it there."""
        request.url = request.url.copy_with(host="127.0.0.1", port=self._port)
        return await super().handle_async_request(request)


@dataclass
class Desk:
    """One server, and the shops that ask it."""

    place: Place
    shops: dict[tuple[object, ...], Shop] = field(default_factory=dict)

    @property
    def clock(self) -> Clock:
        """The time."""
        return self.place.clock

    @property
    def http(self) -> httpx.AsyncClient:
        """Anything that speaks HTTP."""
        return self.place.browser

    async def shop(self, **kind: Any) -> Shop:
        """A shop of a kind, the same for all cases of it, which may lose grants but never its registration."""
        named = tuple(sorted(kind.items()))
        if named not in self.shops:
            self.shops[named] = await self.another(**kind)
        return self.shops[named]

    async def another(self, *, keyed: bool = False, of_tea: bool = False, **kind: Any) -> Shop:
        """A shop nobody else uses."""
        own_key = ECKey.generate_key("P-256", auto_kid=True) if keyed else None
        if of_tea:
            kind["partner_id"] = self.place.tea
        return await a_shop(self.place, own_key=own_key, **kind)

    async def raw(self, path: str, body: bytes, *, shop: Shop | None = None, **headers: str) -> httpx.Response:
        """Bytes as they are, from a shop that proves itself or from nobody."""
        sent = {"Content-Type": "application/x-www-form-urlencoded"}
        if shop is not None:
            sent["Authorization"] = "Basic " + base64.b64encode(f"{shop.name}:{shop.secret}".encode()).decode()
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post(path, content=body, headers={**sent, **more})

    async def api(self, *credentials: tuple[str, str]) -> httpx.Response:
        """Ask the API something that anybody may ask, with these credentials."""
        asked = json.dumps({"query": "{ hello }"})
        return await self.http.post(
            "/graphql", content=asked, headers=[("Content-Type", "application/json"), *credentials]
        )

    async def arrive(self, **sent: str) -> httpx.Response:
        """A browser brings a plain authorization request."""
        return await self.http.get("/oauth/authorize", params=sent)

    def signed(self, key: Key, header: dict[str, Any], claims: dict[str, Any]) -> str:
        """A token as somebody else would make it."""
        registry = Registry(algorithms=[*SIGNERS, "none"])
        said = {name: value for name, value in header.items() if value is not None}
        return jwt.encode(said, claims, key, registry=registry, default_type=None)


@asynccontextmanager
async def a_desk(url: str) -> AsyncIterator[Desk]:
    """Serve the endpoints over a database."""
    clock, mailer = Clock(), KeptMail()
    kvass, tea = PartnerId(new_id()), PartnerId(new_id())
    async with opened_database(url, connections=4) as database:
        await _found(database, kvass, tea)
        derived = keys.derive(SECRET_KEY)
        async with (
            opened(database, issuer=ISSUER, keys=derived, clock=clock, ticks=clock.ticks, mailer=mailer) as access,
            listening(access) as port,
            httpx.AsyncClient(transport=Here(port), base_url=ISSUER) as http,
        ):
            place = Place(
                database=database, clock=clock, access=access, browser=http, mails=mailer.mails, kvass=kvass, tea=tea
            )
            yield Desk(place)


@asynccontextmanager
async def listening(access: AccessState) -> AsyncIterator[int]:
    """The endpoints on a port."""
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        config = uvicorn.Config(_application(access), http="httptools", log_config=None, lifespan="off", ws="none")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[own]))
        try:
            yield own.getsockname()[1]
        finally:
            server.should_exit = True
            await task


def _application(access: AccessState) -> Starlette:
    """Access, and the real endpoint of a small schema."""

    async def who(headers: Headers, method: str) -> Viewer:
        return await viewer_of(headers, access, method=method)

    async def still(headers: Headers) -> Viewer:
        return await still_stands(headers, access)

    offered = service(viewer_of=who, still_stands=still, limits=access.limits)
    return Starlette(routes=[*routes(lambda _: access), Route("/graphql", Endpoint(lambda _: offered))])


def told(answer: httpx.Response) -> str | None:
    """The error that an answer names: in its body, in its challenge, on its page, or at the client's own address."""
    if answer.is_redirect:
        return str(read(answer.headers["location"])["error"])
    if answer.headers.get("content-type", "").startswith("text/html"):
        return "a page"
    challenge = answer.headers.get("www-authenticate", "")
    if 'error="' in challenge:
        return str(challenge.partition('error="')[2].partition('"')[0])
    body = answer.json()
    return str(body["error"]) if "error" in body else None


Story = Callable[[Desk], Sent]


@asynccontextmanager
async def a_desk_on(fresh: Fresh) -> AsyncIterator[Desk]:
    """The same over a database of its own."""
    async with fresh() as url, a_desk(url) as desk:
        yield desk
