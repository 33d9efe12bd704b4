"""The codes of a batch as a file, fetched once: a stream of CSV that is made while it is read.

GET /files/codes/<CodePrint id>.csv
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from domain.codes import ordering
from domain.codes.batches import Batch
from domain.codes.printing import HEADING, Printed, printed
from domain.errors import NotFound
from domain.ids import PartnerId
from hansa.file_requests import NOT_THERE, guarded
from partners.scopes import Scope
from resolvers.context import Context
from resolvers.policies import acting_partner

SUFFIX = ".csv"


async def download(ctx: Context, request: Request) -> Response:
    """A batch's codes, the first time that somebody fetches this print. Raises: NotFound, WrongAudience."""
    name: str = request.path_params["name"]
    if not name.endswith(SUFFIX):
        raise NotFound(NOT_THERE)
    print_id = ctx.global_ids.one("CodePrint", name.removesuffix(SUFFIX))
    maker = PartnerId(acting_partner(ctx.viewer))
    batch = await ctx.write(ordering.take, maker, print_id, now=ctx.now)
    lines = lines_of(ctx, batch, request.state.access.issuer.url)
    headers = {
        "content-disposition": f'attachment; filename="codes-{batch.batch_id}{SUFFIX}"',
        "cache-control": "private, no-store",
    }
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


async def lines_of(ctx: Context, batch: Batch, site: str) -> AsyncIterator[str]:
    """The file's lines, many at once."""
    yield _written([HEADING])
    async for chunk in printed(ctx.database.pool, batch, key=ctx.keys.lookups, site=site):
        yield _written(_cells(one) for one in chunk)


def routes() -> list[Route]:
    """The address of these files; before those of others, whose pattern it would fit."""
    return [Route("/files/codes/{name}", guarded(download, Scope.CODES_MANAGE))]


def _cells(one: Printed) -> tuple[str, ...]:
    return str(one.serial), one.code, one.sku, one.link


def _written(rows: Iterable[Iterable[str]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()
