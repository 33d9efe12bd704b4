"""How an endpoint of access is written: a function of the request and the running server's state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from partners import throttling
from partners.state import AccessState

FindState = Callable[[Request], AccessState]
Answer = Callable[[Request, AccessState], Awaitable[Response]]

NOT_STORED = {"Cache-Control": "no-store"}


def route(find: FindState, path: str, answer: Answer, method: str = "GET") -> Route:
    """A route whose answer is given the running server's state, within the limits of who asks."""

    async def endpoint(request: Request) -> Response:
        return await throttling.answered(request, find(request), answer)

    return Route(path, endpoint, methods=[method])
