"""Partners' files over HTTP: put in parts that may be sent again, asked how far they are, and their worklist as CSV.

PUT  /files/reconciliation/<id>        Content-Range: bytes 0-1048575/5242880
HEAD /files/reconciliation/<id>        Upload-Offset: 1048576
GET  /files/reconciliation/<id>.csv    the exceptions
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from domain.coalition.founding import coalition_of
from domain.errors import DomainError, InvalidValue
from domain.paging import LARGEST_PAGE, PageRequest
from domain.reconciliation import csv_report, queries
from domain.reconciliation.errors import UploadOutOfPlace, UploadTooLarge
from domain.reconciliation.files import LARGEST_PART
from domain.reconciliation.models import PartnerFile
from domain.reconciliation.queries import Wanted
from domain.reconciliation.words import FileState
from domain.values import minor_digits
from hansa.file_requests import guarded
from partners.scopes import Scope
from resolvers import reconciliation
from resolvers.context import Context
from schema.errors import shown

TYPE = "ReconciliationFile"
_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15}|\*)")
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/=]{44}):")


@dataclass(frozen=True, slots=True)
class Range:
    """Which bytes of a file a request brings."""

    start: int
    end: int | None
    """The last of them; None where the request brings all there are."""
    total: int | None


def routes() -> list[Route]:
    """The addresses of partners' files; before those of downloads, whose pattern they would fit."""
    return [
        Route("/files/reconciliation/{name}", guarded(put, Scope.RECONCILIATION_WRITE), methods=["PUT"]),
        Route("/files/reconciliation/{name}", guarded(look, Scope.RECONCILIATION_WRITE), methods=["GET", "HEAD"]),
    ]


async def put(ctx: Context, request: Request) -> Response:
    """Take the next bytes of a file, and all of it once the last are here.

    Raises: PartnerFileNotFound, and what `files.append` and `files.complete` refuse.
    """
    file_id = _named(ctx, request.path_params["name"])
    file = await reconciliation.file(ctx, file_id)
    brought = range_of(request)
    if file.state not in {FileState.UPLOADING, FileState.REFUSED} and brought.total in {None, file.size}:
        return _stands(file, 201)  # the answer to the last part was lost
    most: int = request.state.settings.file_limit
    if brought.total is not None and brought.total > most:
        return await _refused(ctx, file_id, UploadTooLarge(most))
    try:
        received = await _taken(ctx, request, file_id, brought, most)
    except (UploadTooLarge, UploadOutOfPlace) as refusal:
        return await _refused(ctx, file_id, refusal)
    total = brought.total if brought.end is not None else received
    if received not in {total, file.size}:
        return _stands(await reconciliation.file(ctx, file_id), 202)
    return _stands(await reconciliation.complete(ctx, file_id, _digest_of(request)), 201)


async def look(ctx: Context, request: Request) -> Response:
    """How far a file is, or its exceptions as CSV. Raises: PartnerFileNotFound."""
    name: str = request.path_params["name"]
    file = await reconciliation.file(ctx, _named(ctx, name.removesuffix(".csv")))
    if not name.endswith(".csv"):
        return _stands(file, 200)
    digits = minor_digits((await ctx.read(coalition_of)).currency)
    headers = {"content-disposition": f'attachment; filename="exceptions-{file.sequence}.csv"'}
    # Answered after the request's own context is closed, so it reads with one of its own.
    return StreamingResponse(_exceptions(ctx.fresh(), file, digits), 200, headers, "text/csv; charset=utf-8")


def range_of(request: Request) -> Range:
    """Which bytes a request brings. Raises: InvalidValue."""
    written = request.headers.get("content-range")
    if written is None:
        return Range(0, None, None)
    found = _RANGE.fullmatch(written)
    start, end = (int(found[1]), int(found[2])) if found else (1, 0)
    if found is None or end < start or (found[3] != "*" and end >= int(found[3])):
        raise InvalidValue("Content-Range is of the form: bytes 0-1048575/5242880", path=("Content-Range",))
    return Range(start, end, None if found[3] == "*" else int(found[3]))


async def _taken(ctx: Context, request: Request, file_id: UUID, brought: Range, most: int) -> int:
    """Store what comes as it comes, so that a connection that breaks loses next to nothing."""
    start, waiting = brought.start, bytearray()
    received = 0
    async for piece in request.stream():
        waiting += piece
        while len(waiting) >= LARGEST_PART:
            received = await reconciliation.append(ctx, file_id, start, bytes(waiting[:LARGEST_PART]), most=most)
            start += LARGEST_PART
            del waiting[:LARGEST_PART]
        if brought.end is not None and start + len(waiting) > brought.end + 1:
            raise InvalidValue("more bytes came than Content-Range says", path=("Content-Range",))
    return await reconciliation.append(ctx, file_id, start, bytes(waiting), most=most) if waiting else received


async def _exceptions(ctx: Context, file: PartnerFile, digits: int) -> AsyncIterator[str]:
    wanted = Wanted(file_id=file.file_id)
    async with ctx:
        yield csv_report.heading()
        page = await ctx.read(queries.exceptions_of, wanted, PageRequest(first=LARGEST_PAGE))
        while True:
            yield "".join(csv_report.line(one, digits=digits) for one in page.items)
            if not page.has_next:
                return
            after = PageRequest(first=LARGEST_PAGE, after=page.keys[-1])
            page = await ctx.read(queries.exceptions_of, wanted, after)


def _digest_of(request: Request) -> bytes | None:
    """The SHA-256 that the request gives for the whole file (RFC 9530). Raises: InvalidValue."""
    written = request.headers.get("repr-digest")
    if written is None:
        return None
    found = _DIGEST.fullmatch(written)
    try:
        return base64.b64decode(found[1], validate=True) if found else _no_digest()
    except binascii.Error:
        return _no_digest()


def _no_digest() -> bytes:
    raise InvalidValue("Repr-Digest is of the form: sha-256=:base64:", path=("Repr-Digest",))


def _named(ctx: Context, name: str) -> UUID:
    """The file of an address. Raises: NotFound."""
    (file_id,) = ctx.global_ids.decode(TYPE, name)
    return file_id


def _stands(file: PartnerFile, status: int) -> Response:
    about = {"state": file.state, "received": file.received, "size": file.size, "percent": queries.done_of(file)}
    return JSONResponse(about, status, {"upload-offset": str(file.received), "cache-control": "no-store"})


async def _refused(ctx: Context, file_id: UUID, refusal: DomainError) -> Response:
    """Where to go on from is said beside why not."""
    file = await reconciliation.file(ctx, file_id)
    told = shown(refusal)
    body = {"errors": [{"message": told.message, "extensions": {"code": told.code}}]}
    status = 413 if isinstance(refusal, UploadTooLarge) else 409
    return JSONResponse(body, status, {"upload-offset": str(file.received), "cache-control": "no-store"})
