"""Reconciliation, as partners hand files in and both sides clear up what does not agree."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from domain.coalition.founding import coalition_of
from domain.errors import InvalidValue
from domain.ids import PartnerId, PersonId
from domain.paging import Page, PageRequest
from domain.reconciliation import files, keeping, previewing, queries, sides, worklist
from domain.reconciliation.files import BeginFile
from domain.reconciliation.mapping import Mapping
from domain.reconciliation.models import ExceptionStep, PartnerFile, ReconciliationMapping
from domain.reconciliation.previewing import Preview
from domain.reconciliation.queries import Exceptional, Wanted
from domain.reconciliation.sides import Side
from domain.reconciliation.words import Resolution
from domain.values import Money
from partners.errors import SignInTooOld
from resolvers.context import Context
from resolvers.policies import acting_for, acting_person

LARGEST_FILE = 8 * 1024**3
"""More than any server is set to take; what one takes is its setting, kept to where bytes come in."""


async def partner_of(ctx: Context, partner_id: UUID | None) -> PartnerId:
    """Whose files these are. Raises: WrongAudience."""
    return PartnerId(acting_for(ctx.viewer, partner_id))


async def mappings(ctx: Context, partner_id: UUID | None) -> list[ReconciliationMapping]:
    """The newest versions of a partner's mappings."""
    return await ctx.read(keeping.mappings_of, await partner_of(ctx, partner_id))


async def mapping(ctx: Context, mapping_id: UUID) -> ReconciliationMapping:
    """One version of a mapping. Raises: MappingNotFound."""
    return await ctx.read(keeping.by_id, mapping_id)


async def save(ctx: Context, partner_id: UUID | None, name: str, content: Mapping) -> ReconciliationMapping:
    """Keep a mapping. Raises: WrongAudience, InvalidValue."""
    whose = await partner_of(ctx, partner_id)
    return await ctx.write(keeping.save, whose, name, content, by=_person(ctx), now=ctx.now)


async def preview(ctx: Context, content: Mapping, sample: bytes) -> Preview:
    """What a mapping makes of the first rows of a file. Raises: FileUnreadable."""
    currency = (await ctx.read(coalition_of)).currency
    return previewing.preview(sample, content, currency=currency)


async def begin(ctx: Context, partner_id: UUID | None, command: BeginFile) -> PartnerFile:
    """Announce a file of one's own, or, for the coalition, of a partner it names. Raises: what `files.begin` does."""
    whose = await partner_of(ctx, partner_id)
    own = replace(command, partner_id=whose)
    return await ctx.write(files.begin, own, most=LARGEST_FILE, by=_person(ctx), now=ctx.now)


async def submit(ctx: Context, partner_id: UUID | None, command: BeginFile, content: bytes) -> PartnerFile:
    """Hand a small file in at once. Raises: what `files.begin` and `files.complete` do."""
    if not content:
        raise InvalidValue("a file has at least one byte", path=("content",))
    own = replace(command, partner_id=await partner_of(ctx, partner_id), size=len(content))
    return await ctx.write(files.submit, own, content, most=LARGEST_FILE, by=_person(ctx), now=ctx.now)


async def append(ctx: Context, file_id: UUID, start: int, part: bytes, *, most: int) -> int:
    """Take the next bytes of a file. Raises: what `files.append` does."""
    return await ctx.write(files.append, file_id, start, part, most=most)


async def complete(ctx: Context, file_id: UUID, sha256: bytes | None) -> PartnerFile:
    """All of a file is here. Raises: what `files.complete` does."""
    return await ctx.write(files.complete, file_id, sha256=sha256, now=ctx.now)


async def withdraw(ctx: Context, file_id: UUID) -> PartnerFile:
    """Take a file back. Raises: PartnerFileNotFound, FileOutOfOrder."""
    return await ctx.write(files.withdraw, file_id, now=ctx.now)


async def file(ctx: Context, file_id: UUID) -> PartnerFile:
    """A file. Raises: PartnerFileNotFound."""
    return await ctx.read(queries.file_by_id, file_id)


async def files_of(ctx: Context, partner_id: UUID | None, page: PageRequest) -> Page[PartnerFile]:
    """Files of a partner, newest first; for the coalition of all of them, if it names none."""
    whose = None if partner_id is None else PartnerId(acting_for(ctx.viewer, partner_id))
    return await ctx.read(queries.files_of, whose, page)


async def exceptions(ctx: Context, wanted: Wanted, page: PageRequest) -> Page[Exceptional]:
    """The worklist."""
    return await ctx.read(queries.exceptions_of, wanted, page)


async def exception(ctx: Context, exception_id: UUID) -> Exceptional:
    """One exception. Raises: ExceptionNotFound."""
    return await ctx.read(queries.exception_by_id, exception_id)


async def suggested(ctx: Context, one: Exceptional) -> Exceptional | None:
    """The most likely counterpart of an exception, where there is one."""
    place = one.suggested_place
    return None if place is None else await ctx.load(queries.exceptions_at, place)


async def ledger_says(ctx: Context, one: Exceptional) -> Side | None:
    """What the ledger has of an exception, where it has anything."""
    place = sides.place_in_ledger(one)
    return None if place is None else await ctx.load(sides.of_ledger, place)


async def amount_of(ctx: Context, side: Side) -> Money | None:
    """The amount that a side names."""
    if side.amount is None:
        return None
    return Money.of_minor(side.amount, (await ctx.read(coalition_of)).currency)


async def steps_of(ctx: Context, exception_id: UUID) -> list[ExceptionStep]:
    """What was done about an exception."""
    return await ctx.load(queries.steps_by_exceptions, exception_id)


async def file_of(ctx: Context, one: Exceptional) -> PartnerFile:
    """The file in which an exception was found."""
    return await ctx.load(queries.files_by_ids, one.found.file_id)


async def assign(ctx: Context, exception_id: UUID, *, to_me: bool) -> Exceptional:
    """Take an exception upon oneself, or put it down. Raises: WrongAudience, what `worklist.assign` does."""
    by = PersonId(acting_person(ctx.viewer))
    await ctx.write(worklist.assign, exception_id, by if to_me else None, by=by, now=ctx.now)
    return await exception(ctx, exception_id)


async def note(ctx: Context, exception_id: UUID, text: str) -> Exceptional:
    """Write something down. Raises: WrongAudience, what `worklist.note` does."""
    await ctx.write(worklist.note, exception_id, text, by=PersonId(acting_person(ctx.viewer)), now=ctx.now)
    return await exception(ctx, exception_id)


async def resolve(ctx: Context, exception_id: UUID, resolution: Resolution, text: str | None) -> Exceptional:
    """Clear an exception up by oneself. Raises: WrongAudience, what `worklist.resolve` does."""
    by = PersonId(acting_person(ctx.viewer))
    await ctx.write(worklist.resolve, exception_id, resolution, text=text, by=by, now=ctx.now)
    return await exception(ctx, exception_id)


async def propose(
    ctx: Context, exception_id: UUID, resolution: Resolution, text: str, counterpart_id: UUID | None
) -> Exceptional:
    """Propose what a second person has to confirm. Raises: WrongAudience, what `worklist.propose` does."""
    by = PersonId(acting_person(ctx.viewer))
    other = None if counterpart_id is None else (await exception(ctx, counterpart_id)).found
    row, number = (None, None) if other is None else (other.row, other.number)
    await ctx.write(worklist.propose, exception_id, resolution, text=text, row=row, number=number, by=by, now=ctx.now)
    return await exception(ctx, exception_id)


async def confirm(ctx: Context, exception_id: UUID) -> Exceptional:
    """Confirm as a second person, freshly signed in. Raises: SignInTooOld, what `worklist.confirm` does."""
    by = PersonId(acting_person(ctx.viewer))
    if not ctx.viewer.is_fresh(ctx.real_now()):
        raise SignInTooOld
    await ctx.write(worklist.confirm, exception_id, by=by, now=ctx.now)
    return await exception(ctx, exception_id)


async def decline(ctx: Context, exception_id: UUID, text: str) -> Exceptional:
    """Decline a proposal, or take it back. Raises: WrongAudience, what `worklist.decline` does."""
    by = PersonId(acting_person(ctx.viewer))
    await ctx.write(worklist.decline, exception_id, text=text, by=by, now=ctx.now)
    return await exception(ctx, exception_id)


def _person(ctx: Context) -> PersonId | None:
    """Who does it, where a person does; files may come from programs."""
    return None if ctx.viewer.person_id is None else PersonId(ctx.viewer.person_id)
