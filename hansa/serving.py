"""Runs the server: a database, its newest form, and the application on it."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import TYPE_CHECKING, Any

import uvicorn

from hansa import logs
from hansa.asgi import create_app
from hansa.embedding import with_database
from hansa.frontend import Frontend
from hansa.migrating import migrate
from hansa.pooling import refuse_transaction_pooling

if TYPE_CHECKING:
    from hansa.settings import Settings


LARGEST_MESSAGE = 200_000
"""What one websocket message may hold, before anything of it is read."""


def serve(settings: Settings) -> None:
    """Serve until told to stop; then the embedded database is stopped too.

    Raises: PostgresUnavailable, RolesMissing, UnsafePooling, UnsafeSecret.
    """
    logs.configure(settings.log_format, settings.log_level)
    settings.key()
    # uvicorn ends by raising the signal it was stopped with: as an exit it passes through here, and all is put away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with with_database(settings) as served:
        asyncio.run(prepare(served))
        uvicorn.run(
            create_app(served, frontend=Frontend(served.home)),
            host=served.host,
            port=served.port,
            loop="uvloop",
            http="httptools",
            log_config=None,
            access_log=False,
            server_header=False,
            ws_max_size=LARGEST_MESSAGE,
            **proxied(served),
        )


def proxied(settings: Settings) -> dict[str, Any]:
    """Believe what trusted proxies say of where a request comes from (X-Forwarded-For), and nobody else.

    The server program by itself would believe whoever connects from its own machine.
    """
    return {"proxy_headers": bool(settings.trusted_proxies), "forwarded_allow_ips": list(settings.trusted_proxies)}


async def prepare(settings: Settings) -> None:
    """Bring the database to its newest form and make sure that it may be used as it is named."""
    url = settings.database_url or ""
    await migrate(url)
    await refuse_transaction_pooling(url)
