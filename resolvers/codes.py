"""On-pack codes: entered by members, tills and shops' pages; ordered, printed and watched by their makers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.codes import entering, ordering, queries, watching
from domain.codes.batches import Batch, BatchId, OrderBatch
from domain.codes.entering import Entered, Looked, Naming
from domain.codes.errors import BatchNotFound
from domain.codes.models import CodeAlarm, CodePrint, CodeVoid
from domain.codes.queries import Entered as WhatCame
from domain.codes.queries import Entry
from domain.codes.watching import Thresholds
from domain.codes.writing import normal
from domain.events.queries import members as members_known
from domain.ids import OutletId, PartnerId
from domain.members import recognition
from domain.members.enrolment import MemberKeys
from domain.members.errors import MemberNotFound
from domain.members.recognition import KnownMember, MemberRef
from domain.paging import Page, PageRequest
from domain.surveys.answers import Answers
from domain.surveys.queries import surveys_recorded
from domain.surveys.terms import SurveyId
from resolvers import members, redemptions
from resolvers.context import Context
from resolvers.policies import acting_partner, member_meant, serving_partner
from resolvers.segments import owner_of
from resolvers.surveys import Form
from resolvers.tills import caches_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A code as somebody types or scans it, and where."""

    code: str
    outlet_code: str | None = None
    channel: str | None = None
    staff: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A real code, and the survey that is to be answered before it counts for the member."""

    looked: Looked
    survey_id: UUID | None


async def check(ctx: Context, said: Said, ref: MemberRef | None) -> Found:
    """What a code is for, at a till or in a shop's page. Raises: CodeMistyped, CodeNotAccepted, GuessedTooOften."""
    return await _found(ctx, await _at_partner(ctx, said, ref))


async def check_mine(ctx: Context, said: Said) -> Found:
    """The same for the member itself."""
    return await _found(ctx, _of_member(ctx, said))


async def enter(ctx: Context, said: Said, ref: MemberRef | None, answers: Answers | None) -> Entered:
    """Enter a code for a member who stands there.

    Raises: MemberNotFound, CodeMistyped, CodeNotAccepted, EnoughCodes, SurveyWanted, GuessedTooOften.
    """
    naming = await _at_partner(ctx, said, ref)
    if naming.member is None:
        raise MemberNotFound
    return await _entered(ctx, naming, answers)


async def enter_mine(ctx: Context, said: Said, answers: Answers | None) -> Entered:
    """Enter a code of one's own."""
    return await _entered(ctx, _of_member(ctx, said), answers)


async def form(ctx: Context, survey_id: UUID | None) -> Form | None:
    """The survey that a real code waits for: whoever holds such a code may read what it asks."""
    if survey_id is None:
        return None
    key = (SurveyId(survey_id), None)
    found = (await ctx.fetch(surveys_recorded, [key])).get(key)
    return None if found is None else Form(found)


async def order(ctx: Context, command: OrderBatch) -> Batch:
    """Order codes."""
    return await ctx.write(ordering.order, _maker(ctx), command, now=ctx.now, by=ctx.viewer.person_id)


async def print_codes(ctx: Context, batch_id: UUID, reason: str | None) -> CodePrint:
    """Let the codes of a batch be fetched once."""
    return await ctx.write(
        ordering.print_again, _maker(ctx), BatchId(batch_id), reason=reason, now=ctx.now, by=ctx.viewer.person_id
    )


async def put_live(ctx: Context, batch_id: UUID) -> Batch:
    """Let its codes be accepted from now on."""
    return await ctx.write(ordering.put_live, _maker(ctx), BatchId(batch_id), now=ctx.now, by=ctx.viewer.person_id)


async def end(ctx: Context, batch_id: UUID) -> Batch:
    """Let none of its codes be entered any more."""
    return await ctx.write(ordering.end, _maker(ctx), BatchId(batch_id), now=ctx.now, by=ctx.viewer.person_id)


async def hold(ctx: Context, batch_id: UUID) -> Batch:
    """Let none of its codes be entered for now."""
    return await ctx.write(ordering.hold, _maker(ctx), BatchId(batch_id), now=ctx.now, by=ctx.viewer.person_id)


async def release(ctx: Context, batch_id: UUID) -> Batch:
    """Let its codes be entered again."""
    return await ctx.write(ordering.release, _maker(ctx), BatchId(batch_id), by=ctx.viewer.person_id)


async def void(
    ctx: Context, batch_id: UUID, reason: str, serials: tuple[int, int] | None, listed: Sequence[str] | None
) -> tuple[Batch, int]:
    """Void a batch, some of its serials, or codes that are named; the batch, and how many codes were voided."""
    maker, batch = _maker(ctx), BatchId(batch_id)
    now, by = ctx.now, ctx.viewer.person_id
    if serials is not None:
        voided = await ctx.write(ordering.void_serials, maker, batch, *serials, reason=reason, now=now, by=by)
    elif listed is not None:
        key = ctx.keys.lookups
        voided = await ctx.write(ordering.void_codes, maker, batch, listed, reason=reason, key=key, now=now, by=by)
    else:
        voided = (await ctx.write(ordering.void, maker, batch, reason=reason, now=now, by=by)).count
    return await find(ctx, batch_id), voided


async def find(ctx: Context, batch_id: UUID) -> Batch:
    """One of the viewer's batches. Raises: WrongAudience, BatchNotFound."""
    owner_of(ctx)
    return await ctx.read(queries.batch_by_id, BatchId(batch_id))


async def batch_of(ctx: Context, batch_id: UUID | None) -> Batch | None:
    """The batch of an entry, alarm or event; None where it is nobody's."""
    return None if batch_id is None else await ctx.load(queries.batches_by_ids, batch_id)


async def page(ctx: Context, request: PageRequest) -> Page[Batch]:
    """The viewer's batches."""
    owner_of(ctx)
    return await ctx.read(queries.batches_page, request)


async def what_came(ctx: Context, batch: Batch) -> WhatCame:
    """What came of a batch so far."""
    return await ctx.load(queries.entered_of, batch.batch_id)


async def entries(ctx: Context, batch_id: UUID, request: PageRequest) -> Page[Entry]:
    """Entries of one of the viewer's batches; none of another's."""
    owner_of(ctx)
    batch = await ctx.load(queries.batches_by_ids, batch_id)
    return Page([], [], has_next=False) if batch is None else await ctx.read(queries.entries_page, batch, request)


async def prints(ctx: Context, batch: Batch) -> list[CodePrint]:
    """When its codes were given out."""
    return await ctx.read(queries.prints_of, batch.batch_id)


async def voids(ctx: Context, batch: Batch) -> list[CodeVoid]:
    """Which of its serials were voided."""
    return await ctx.read(queries.voids_of, batch.batch_id)


async def member_of(ctx: Context, member_id: UUID | None) -> KnownMember | None:
    """A member who lets the maker know; None for others, and to the coalition, which has no name for members."""
    if member_id is None or ctx.viewer.partner_id is None:
        return None
    return await ctx.load(members_known, member_id)


async def alarms(ctx: Context, batch_id: UUID | None, request: PageRequest) -> Page[CodeAlarm]:
    """Alarms of the viewer's batches."""
    owner_of(ctx)
    wanted = None if batch_id is None else BatchId(batch_id)
    return await ctx.read(queries.alarms_page, request, batch_id=wanted)


async def alarm_of(ctx: Context, alarm_id: UUID | None) -> CodeAlarm | None:
    """The alarm of an event."""
    return None if alarm_id is None else await ctx.load(queries.alarms_by_ids, alarm_id)


async def find_alarm(ctx: Context, alarm_id: UUID) -> CodeAlarm:
    """One of the viewer's alarms. Raises: WrongAudience, BatchNotFound."""
    owner_of(ctx)
    found = await alarm_of(ctx, alarm_id)
    if found is None:
        raise BatchNotFound
    return found


async def thresholds(ctx: Context) -> Thresholds:
    """From when on alarms ring for the viewer's batches."""
    return await ctx.read(watching.thresholds_of, _maker(ctx))


async def watch(ctx: Context, wanted: Thresholds) -> Thresholds:
    """Let alarms ring otherwise."""
    return await ctx.write(watching.change, _maker(ctx), wanted, now=ctx.now)


async def _found(ctx: Context, naming: Naming) -> Found:
    looked = await _looked(ctx, naming)
    survey_id = await ctx.fetch(entering.survey_wanted, looked, naming.member, now=ctx.now)
    return Found(looked=looked, survey_id=survey_id)


async def _entered(ctx: Context, naming: Naming, answers: Answers | None) -> Entered:
    keys = MemberKeys(lookup=ctx.keys.lookups, personal=ctx.keys.personal_data)
    caches = await caches_of(ctx)
    normal(naming.code)
    async with ctx.guessable_code(naming.member_id):
        looked = await ctx.post(entering.look_up, naming, key=ctx.keys.lookups, now=ctx.now)
        return await ctx.post(entering.enter, naming, looked, answers, caches=caches, keys=keys, now=ctx.now)


async def _looked(ctx: Context, naming: Naming) -> Looked:
    normal(naming.code)
    async with ctx.guessable_code(naming.member_id):
        return await ctx.post(entering.look_up, naming, key=ctx.keys.lookups, now=ctx.now)


async def _at_partner(ctx: Context, said: Said, ref: MemberRef | None) -> Naming:
    partner_id = PartnerId(serving_partner(ctx.viewer))
    outlet_id = await redemptions.outlet_at(ctx, partner_id, said.outlet_code)
    member = None
    if ref is not None or ctx.viewer.on_behalf_of is not None:
        async with ctx.guessable():
            meant = await members.meant(ctx, ref)
            (member,) = await ctx.fetch(recognition.recognise, [meant], partner_id, key=ctx.keys.lookups, now=ctx.now)
            if member is None:
                raise MemberNotFound
    return _naming(ctx, said, member, partner_id, None if outlet_id is None else OutletId(outlet_id))


def _of_member(ctx: Context, said: Said) -> Naming:
    through = None if ctx.viewer.on_behalf_of is None else PartnerId(serving_partner(ctx.viewer))
    return _naming(ctx, said, member_meant(ctx.viewer), through, None)


def _naming(
    ctx: Context, said: Said, member: KnownMember | None, through: PartnerId | None, outlet_id: OutletId | None
) -> Naming:
    return Naming(
        code=said.code,
        member=member,
        through=through,
        outlet_id=outlet_id,
        network=ctx.network,
        channel=said.channel,
        staff=said.staff,
    )


def _maker(ctx: Context) -> PartnerId:
    return PartnerId(acting_partner(ctx.viewer))
