"""A real server on a real port for tests, and clients that may ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from domain.coalition.models import Partner
from domain.ids import PartnerId
from domain.storage import Database
from hansa.beside import serving_beside
from hansa.settings import Settings
from hansa.storefront import ClientSecret
from partners.clients import registering
from partners.clients.registering import CreateClient
from partners.scopes import SANDBOX_DEFAULT
from tests.builders.coalition import writing

SECRET = "a secret key for tests, long enough and never used elsewhere"


def settings_for(database_url: str, home: Path, **changes: Any) -> Settings:
    """The settings of a server on a test's own database."""
    return Settings(**{"home": home, "database_url": database_url, "secret_key": SECRET, "port": 8000, **changes})


class Elsewhere(httpx.AsyncHTTPTransport):
    """Carries what goes to the public address to one of the servers behind it."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it there."""
        request.url = request.url.copy_with(port=self._port)
        return await super().handle_async_request(request)


@asynccontextmanager
async def another_server(database_url: str, home: Path, issuer: str) -> AsyncIterator[int]:
    """The port of one more server of an installation, with caches of its own."""
    async with serving_beside(settings_for(database_url, home), issuer=issuer) as served:
        yield served.port


@asynccontextmanager
async def a_server(database_url: str, home: Path, **changes: Any) -> AsyncIterator[str]:
    """The address of a server that serves while the block lasts."""
    async with serving_beside(settings_for(database_url, home, **changes)) as served:
        yield served.issuer


async def a_secret(database: Database, partner: Partner | None, **wanted: Any) -> ClientSecret:
    """A client of a partner, or of the coalition, with its secret."""
    command = CreateClient(
        **{
            "name": "Till",
            "scopes": SANDBOX_DEFAULT,
            "partner_id": PartnerId(partner.partner_id) if partner else None,
            **wanted,
        }
    )
    async with writing(database) as session:
        made = await registering.create(session, command, now=datetime.now(UTC))
    return ClientSecret(str(made.client.client_id), made.secret or "")
