"""Puts the server together: settings in, an ASGI application out."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TypedDict

import structlog
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Scope

from domain.storage import Database, opened
from hansa import code_files, files, uploads
from hansa.clocks import CoalitionClock
from hansa.endpoint import Endpoint
from hansa.frontend import ENTRIES, REFRESH_SECONDS, Frontend
from hansa.listening import listening
from hansa.mailing import mailer_of
from hansa.middleware import CarefulBrowsers, OneName, RequestIds
from hansa.numbering import numbered
from hansa.pages import first_page
from hansa.service import Service
from hansa.settings import Settings
from hansa.sockets import SocketEndpoint
from partners import routes, state
from partners.buckets.keeping import SharedBuckets
from partners.challenges import challenge
from partners.fetching import Outbound
from partners.issuer import Issuer
from partners.keys import Keys, derive
from partners.limits import Limits
from partners.state import AccessState
from partners.viewer import Viewer, still_stands, viewer_of
from partners.webhooks.relaying import relay
from resolvers.allowances import Quotas
from resolvers.context import Context
from resolvers.following import feeds_of
from resolvers.guessing import Guessing, misses
from schema.execution import Engine
from schema.root import printed, product

API = "/graphql"
COMPRESSED = Middleware(GZipMiddleware, minimum_size=1_000, compresslevel=4)
"""For answers of the API; events stay as they are. Nothing secret lies beside what a foreign page could have sent."""

log = structlog.get_logger("hansa")


class State(TypedDict):
    """What lives as long as the server runs, reached as `request.state.<name>`."""

    settings: Settings
    keys: Keys
    database: Database
    clock: CoalitionClock
    access: AccessState
    service: Service


def create_app(settings: Settings, *, frontend: Frontend | None = None) -> Starlette:
    """The application on a database that is ready; with a frontend it also shows pages, as soon as they are there."""
    engine = Engine(product(), introspection=settings.introspection)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[State]:
        async with running(settings, engine) as state, preparing(frontend):
            yield state

    def service_of(scope: Scope) -> Service:
        service: Service = scope["state"]["service"]
        return service

    async def first(_request: Request) -> Response:
        return first_answer(frontend)

    return Starlette(
        routes=[
            Route("/", first),
            Route("/health", health),
            Route("/schema.graphql", contract),
            Route(API, Endpoint(service_of), middleware=[COMPRESSED]),
            WebSocketRoute(API, SocketEndpoint(service_of)),
            *uploads.routes(),
            *code_files.routes(),
            *files.routes(),
            *routes.routes(lambda request: request.state.access),
            *(frontend.routes() if frontend else []),
        ],
        middleware=[
            Middleware(RequestIds),
            Middleware(OneName, issuer=settings.issuer),
            Middleware(CarefulBrowsers, secure=Issuer(settings.issuer).secure),
        ],
        exception_handlers={Exception: failed},
        lifespan=lifespan,
    )


@asynccontextmanager
async def preparing(frontend: Frontend | None) -> AsyncIterator[None]:
    """Bring the pages about beside the server, which does not wait for them."""
    task = asyncio.create_task(frontend.prepare()) if frontend else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def first_answer(frontend: Frontend | None) -> Response:
    """The first page; while the others are being built, it looks again by itself."""
    says = frontend.says() if frontend else "Not served here."
    page = first_page(api=API, frontend=says, links=ENTRIES if frontend and frontend.ready else {})
    return HTMLResponse(page, headers={"refresh": str(REFRESH_SECONDS)} if frontend and frontend.under_way else None)


@asynccontextmanager
async def running(settings: Settings, engine: Engine) -> AsyncIterator[State]:
    """Open what the server needs, and close it again."""
    keys = derive(settings.key())
    origins = frozenset(settings.origins)
    async with (
        opened(settings.database_url or "", connections=settings.connections) as database,
        state.opened(
            database,
            issuer=settings.issuer,
            keys=keys,
            clock=lambda: datetime.now(UTC),
            ticks=time.monotonic,
            origins=origins,
            limits=Limits(SharedBuckets(database.pool, key=keys.lookups)),  # by the database's clock
            mailer=mailer_of(settings, database),
            outbound=Outbound(named=settings.outbound_hosts),
            card_prefix=settings.card_prefix,
        ) as access,
        numbered(database, relay),
        listening(settings.database_url or "", feeds_of(database)),
    ):
        clock = CoalitionClock(database)
        if settings.smtp_url is None and not (await access.watch.standing()).sandbox:
            log.warning("No mail leaves from here, so members cannot sign in by mail: set HANSA_SMTP_URL")
        gc.freeze()  # what lives as long as the server is not looked through again by every collection
        service = service_on(settings, engine, access, clock)
        yield State(settings=settings, keys=keys, database=database, clock=clock, access=access, service=service)


def service_on(settings: Settings, engine: Engine, access: AccessState, clock: CoalitionClock) -> Service:
    """The endpoint's needs, met by what is open."""
    limit = misses(settings.misses) if settings.misses else None
    guessing = Guessing(access.limits, limit, access.ticks, code_misses=settings.code_misses)

    async def who(headers: Headers, method: str) -> Viewer:
        return await viewer_of(headers, access, method=method)

    async def still(headers: Headers) -> Viewer:
        return await still_stands(headers, access)

    async def context(viewer: Viewer, snapshots: bool) -> Context:  # noqa: FBT001  # as Service declares it
        await clock.look()
        context = Context(
            viewer=viewer,
            database=access.database,
            clock=clock,
            keys=access.keys,
            outside=access.outside,
            snapshots=snapshots,
        )
        context.guessing = guessing
        return context

    return Service(
        engine=engine,
        viewer_of=who,
        still_stands=still,
        context_of=context,
        challenge=challenge(access.issuer),
        limits=access.limits,
        quotas=Quotas(known=settings.allowance, public=settings.public_allowance),
        trusted=trusted_documents(settings),
        origins=access.origins,
    )


def trusted_documents(settings: Settings) -> Mapping[str, str]:
    """The documents of the file that was named, by their ids."""
    if settings.trusted_documents is None:
        return {}
    documents: dict[str, str] = json.loads(settings.trusted_documents.read_text(encoding="utf-8"))
    return documents


async def health(request: Request) -> Response:
    """Whether the server and its database answer."""
    try:
        database: Database = request.state.database
        await database.pool.fetchval("SELECT 1", timeout=2)
    except (OSError, TimeoutError) as problem:
        log.warning("The database does not answer", problem=repr(problem))
        return JSONResponse({"status": "down", "database": "down"}, 503)
    return JSONResponse({"status": "up", "database": "up"})


async def contract(_request: Request) -> Response:
    """The published contract."""
    return PlainTextResponse(printed())


async def failed(request: Request, error: Exception) -> Response:  # noqa: ARG001  # the server logs it with its trace
    """What nobody foresaw outside of GraphQL."""
    request_id = getattr(request.state, "request_id", "")
    extensions = {"code": "INTERNAL", "requestId": request_id}
    body = {"errors": [{"message": "Something went wrong on our side.", "extensions": extensions}]}
    return JSONResponse(body, 500)
