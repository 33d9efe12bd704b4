"""What pages show of passkeys, passwords and authenticators: the routes, and the part of the account page."""

from __future__ import annotations

from typing import Any

from starlette.routing import Route

from domain.storage import ReadSession
from partners.endpoints import FindState
from partners.sign_in import authenticator_pages, passkey_pages, password_pages, ways_in
from partners.sign_in.visits import Visit


def routes(find: FindState) -> list[Route]:
    """The pages and endpoints of passkeys, passwords and authenticators."""
    return [*passkey_pages.routes(find), *password_pages.routes(find), *authenticator_pages.routes(find)]


async def shown(visit: Visit, session: ReadSession) -> dict[str, Any]:
    """What templates/credentials.html shows of whoever is signed in, in the server's sight."""
    assert visit.facts is not None, "the account page is for those who are signed in"
    return {
        "ways": await ways_in.of(session, visit.facts.subject),
        "passkey_name": passkey_pages.suggested_name(visit),
    }
