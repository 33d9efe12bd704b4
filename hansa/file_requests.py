"""Requests for files: who asks, by the same credentials and limits as the API, and how they are turned away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from domain.errors import DomainError, NotFound
from hansa.endpoint import Exchange, Turned
from hansa.origins import is_allowed
from partners.errors import Unauthenticated
from partners.scopes import Scope
from partners.viewer import Audience, Viewer, viewer_of
from resolvers.context import Context
from schema.errors import shown
from schema.faults import Fault

FILE_COST = 20
"""What a file takes out of the caller's allowance: about as much as a large page of the API."""

NOT_THERE = "There is no such file, or none that you may see."

Answer = Callable[[Context, Request], Awaitable[Response]]


def guarded(answer: Answer, scope: Scope) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that answers those who hold a scope; what they may not see is not there for them."""

    async def serve(http: Request) -> Response:
        exchange = Exchange(http, http.state.service, getattr(http.state, "request_id", ""))
        return await _answered(exchange, answer, scope)

    return serve


async def _answered(exchange: Exchange, answer: Answer, scope: Scope) -> Response:
    try:
        viewer = await _admitted(exchange, scope)
        context: Context = await exchange.service.context_of(viewer, True)  # noqa: FBT003 - as Service declares it
        async with context:
            return await answer(context, exchange.http)
    except Turned as turned:
        return exchange.response(turned.status, turned.body(exchange.request_id), turned.headers)
    except NotFound:
        return _refused(exchange, 404, "NOT_FOUND", NOT_THERE)
    except DomainError as refusal:
        told = shown(refusal)
        return _refused(exchange, 422, told.code, told.message)


async def _admitted(exchange: Exchange, scope: Scope) -> Viewer:
    """Who asks, if they may. Raises: Turned."""
    http, service = exchange.http, exchange.service
    if not is_allowed(http.headers, service.origins):
        raise Turned(403, Fault.ORIGIN_REFUSED)
    viewer = await _viewer(exchange)
    await exchange.spend(viewer, FILE_COST)
    if not viewer.may(scope):
        if viewer.audience is Audience.NOBODY:
            raise Turned(401, Fault.UNAUTHENTICATED, headers={"www-authenticate": service.challenge})
        raise Turned(403, Fault.FORBIDDEN, f"The access token lacks {scope.value}.", requiredScopes=[[scope.value]])
    return viewer


async def _viewer(exchange: Exchange) -> Viewer:
    """A proof of possession names the file's own address. Raises: Turned."""
    http, access = exchange.http, exchange.http.state.access
    url = access.issuer.url + http.url.path
    try:
        return await viewer_of(http.headers, access, method=http.method, url=url)
    except Unauthenticated as unproven:
        await exchange.turn_away()
        challenge = {"www-authenticate": unproven.challenge}
        raise Turned(unproven.status, Fault.UNAUTHENTICATED, headers=challenge) from None


def _refused(exchange: Exchange, status: int, code: str, message: str) -> Response:
    extensions = {"code": code, "requestId": exchange.request_id}
    return exchange.response(status, {"errors": [{"message": message, "extensions": extensions}]})
