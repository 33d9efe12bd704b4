"""Every endpoint of access, to be mounted beside the API."""

from __future__ import annotations

from starlette.routing import Route

from partners import unsubscribing
from partners.endpoints import FindState
from partners.oauth import routes as oauth
from partners.sign_in import routes as sign_in


def routes(find: FindState) -> list[Route]:
    """All endpoints; `find` gives the running server's state, as in `routes(lambda request: request.state.access)`."""
    return [*oauth.routes(find), *sign_in.routes(find), *unsubscribing.routes(find)]
