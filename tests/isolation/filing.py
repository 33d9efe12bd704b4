"""Files over HTTP, as a shop's client asks for them: statements, invoices, bookings, what reconciliation found."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
import polars as pl
import pypdf
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from hansa import files, uploads
from hansa.service import Service
from partners.routes import routes
from partners.state import AccessState
from partners.viewer import Viewer, viewer_of
from resolvers.context import Context
from tests.builders.graphql import KEYS
from tests.builders.served import settings_for
from tests.isolation.asking import ENGINE
from tests.isolation.names import Names
from tests.isolation.shop import NOW
from tests.isolation.world import World

PARQUET = "application/vnd.apache.parquet"

Address = Callable[[Names], str]
_NAMES: Mapping[str, Callable[[Names], str]] = {
    "Statement": lambda names: names.statement,
    "Invoice": lambda names: names.invoice,
    "Cycle": lambda names: names.cycles["settled"],
}


def _under(folder: str, kind: str, form: str) -> Address:
    return lambda names: f"/files/{folder}/{_NAMES[kind](names)}.{form}"


DOWNLOADS: Mapping[str, Address] = {
    **{
        f"{folder} of a {kind} as {form}": _under(folder, kind, form)
        for (folder, kind), forms in files.MAKERS.items()
        for form in forms
    },
    "exceptions": lambda names: f"/files/reconciliation/{names.file}.csv",
    "how far a file is": lambda names: f"/files/reconciliation/{names.file}",
}
"""Every file there is, by its address in somebody's names."""
NOTHING_OWN = {"how far a file is", *(f"journal of a Cycle as {form}" for form in files.MAKERS["journal", "Cycle"])}
"""What tells a shop no words of its own; the operator's journal is the operator's."""


def offered(world: World, access: AccessState) -> ASGIApp:
    """The authorization server, its pages, and the files beside them."""
    app = Starlette(routes=[*uploads.routes(), *files.routes(), *routes(lambda _: access)])

    async def context_of(viewer: Viewer, snapshots: bool) -> Context:  # noqa: FBT001 - as Service declares it
        return Context(viewer=viewer, database=world.database, clock=lambda: NOW, keys=KEYS, snapshots=snapshots)

    async def viewer(headers: Headers, method: str = "POST") -> Viewer:
        return await viewer_of(headers, access, method=method, url=f"{access.issuer.url}/graphql")

    service = Service(engine=ENGINE, viewer_of=viewer, still_stands=viewer, context_of=context_of)
    state = {"service": service, "access": access, "settings": settings_for(world.url, Path.cwd())}

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": dict(state)}, receive, send)

    return serve


def readable(response: httpx.Response) -> str:
    """What somebody reads in an answer, whatever its form."""
    kind = response.headers.get("content-type", "")
    if kind.startswith(files.PDF):
        pages = pypdf.PdfReader(io.BytesIO(response.content)).pages
        return "\n".join(page.extract_text() for page in pages)
    if kind.startswith(PARQUET):
        return pl.read_parquet(io.BytesIO(response.content)).write_csv()
    return response.text
