"""A file from its bytes to its report: each block of rows and each phase in a transaction of its own."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from typing import IO
from uuid import UUID

from domain.coalition.founding import coalition_of
from domain.errors import DomainError
from domain.members.identifiers import Identifier
from domain.reconciliation import files, keeping, matching, queries, reading
from domain.reconciliation.cells import Reader, Sums
from domain.reconciliation.errors import FileTaken
from domain.reconciliation.mapping import Mapping
from domain.reconciliation.models import PartnerFile
from domain.reconciliation.reading import BLOCK, Block
from domain.reconciliation.sources import SourceRow, Transcoder, figures_told, opened
from domain.reconciliation.words import FileFormat, FileState
from domain.storage import ReadSession
from partners.viewer import Audience, Viewer
from resolvers.context import Context

Say = Callable[[PartnerFile], None]


def silent(_file: PartnerFile) -> None:
    """Tell nobody how far it is."""


def for_partner(ctx: Context, file: PartnerFile) -> Context:
    """The same work with the partner's own sight, so that the walls hold for it too."""
    viewer = Viewer(audience=Audience.PARTNER, partner_id=file.partner_id, scopes=ctx.viewer.scopes)  # type: ignore[arg-type]
    return Context(viewer=viewer, database=ctx.database, clock=ctx.clock, keys=ctx.keys)


async def work_off(ctx: Context, *, say: Say = silent) -> int:
    """Process what waits, of each partner file by file; gives how many files were ended."""
    ended = 0
    while True:
        waiting = await ctx.write(reading.waiting)
        if not waiting:
            return ended
        for file in waiting:
            try:
                await process(ctx, file, say=say)
            except FileTaken:  # another worker has it, and goes on
                return ended
            ended += 1


async def process(ctx: Context, file: PartnerFile, *, say: Say = silent) -> PartnerFile:
    """Take one file to its end, from wherever it stands. Raises: FileTaken."""
    async with for_partner(ctx, file) as own:
        try:
            if file.state in {FileState.RECEIVED, FileState.READING}:
                await _read(own, file.file_id, say)
            return await _match(own, file.file_id, say)
        except FileTaken:
            raise
        except DomainError as why:
            refused = await own.write(reading.refuse, file.file_id, why, now=own.now)
            say(refused)
            return refused


async def _read(ctx: Context, file_id: UUID, say: Say) -> None:
    file = await ctx.write(reading.start, file_id)
    mapping = keeping.content_of(await ctx.read(keeping.by_id, file.mapping_id))
    currency = (await ctx.read(coalition_of)).currency
    member = _hashed(ctx, file)
    async with _spooled(ctx, file, mapping) as handle:
        source = await asyncio.to_thread(opened, handle, mapping, position=file.position, next_row=file.next_row)
        rows = source.rows()
        reader = Reader(mapping, currency=currency, member=member)
        place = file.position
        while block := await asyncio.to_thread(_block, rows, reader, place):
            file = await ctx.write(reading.take_in, file_id, block)
            place = block.after
            say(file)
        say(await ctx.write(reading.finish, file_id, figures_told(source.told, mapping)))


async def _match(ctx: Context, file_id: UUID, say: Say) -> PartnerFile:
    file = await ctx.read(queries.file_by_id, file_id)
    while file.state == FileState.MATCHING:
        file = await ctx.write(matching.go_on, file_id, now=ctx.now)
        say(file)
    return file


def _block(rows: Iterator[SourceRow], reader: Reader, before: int) -> Block | None:
    """The next rows; in a thread, so that the loop has time for others."""
    reader.sums = Sums()
    found = list(islice(rows, BLOCK))
    if not found:
        return None
    records = [reader.of(row.row, row.cells) for row in found]
    return Block(before=before, after=found[-1].position, next_row=found[-1].row + 1, records=records, sums=reader.sums)


@asynccontextmanager
async def _spooled(ctx: Context, file: PartnerFile, mapping: Mapping) -> AsyncIterator[IO[bytes]]:
    """The file on disk while it is read, text as UTF-8: a Parquet file is read from its end, and CSV from any row."""
    with tempfile.TemporaryFile() as handle:
        await ctx.read(_copied, file.file_id, mapping, handle)
        handle.seek(0)
        yield handle


async def _copied(session: ReadSession, file_id: UUID, mapping: Mapping, handle: IO[bytes]) -> None:
    text = Transcoder(mapping.encoding) if mapping.format is not FileFormat.PARQUET else None
    async for part in files.parts(session, file_id):
        await asyncio.to_thread(handle.write, part if text is None else text.feed(part))
    if text is not None:
        handle.write(text.feed(b"", final=True))


def _hashed(ctx: Context, file: PartnerFile) -> Callable[[str], bytes | None]:
    """What is kept in the place of a partner's own number for a member: what that member is looked up by."""

    def hashed(value: str) -> bytes | None:
        try:
            return Identifier.external(value, file.partner_id).lookup(ctx.keys.lookups)
        except DomainError:
            return None

    return hashed
