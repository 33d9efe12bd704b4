"""What the pages show of passkeys, passwords and authenticators: their routes, and their part of the account page."""

from __future__ import annotations

from typing import Any

from starlette.routing import Route

from domain.storage import ReadSession
from partners.endpoints import FindState
from partners.sign_in.visits import Visit


def routes(find: FindState) -> list[Route]:  # noqa: ARG001 - there are none yet
    """The pages and endpoints of passkeys, passwords and authenticators."""
    return []


async def shown(visit: Visit, session: ReadSession) -> dict[str, Any]:  # noqa: ARG001 - there is nothing yet
    """What templates/credentials.html shows of whoever is signed in, in the server's sight."""
    return {}
