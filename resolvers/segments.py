"""Segments, as partners and the coalition keep them; and what campaigns have brought."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from domain.analytics import costs
from domain.analytics import uplift as measuring
from domain.analytics.uplift import Uplift
from domain.ids import CampaignId, PartnerId, SegmentId
from domain.members import recognition
from domain.members.errors import MemberNotFound
from domain.members.recognition import KnownMember, MemberRef
from domain.paging import Page, PageRequest
from domain.segments import managing, queries
from domain.segments.definitions import Definition, Segment, shown
from domain.segments.managing import SegmentTerms
from domain.storage import COALITION, ReadSession
from partners.viewer import Audience
from resolvers.context import Context
from resolvers.policies import acting_for, acting_partner


def owner_of(ctx: Context) -> PartnerId | None:
    """Whose segments the viewer keeps: its partner's, or the coalition's (None). Raises: WrongAudience."""
    if ctx.viewer.audience is Audience.COALITION:
        return None
    return PartnerId(acting_partner(ctx.viewer))


async def find(ctx: Context, segment_id: UUID) -> Segment:
    """A segment that the viewer owns or may name. Raises: WrongAudience, SegmentNotFound."""
    owner_of(ctx)
    return await ctx.read(queries.segment_by_id, SegmentId(segment_id))


async def page(ctx: Context, request: PageRequest, *, retired: bool) -> Page[Segment]:
    """The segments that the viewer owns or may name."""
    owner_of(ctx)
    return await ctx.read(queries.segments_page, request, retired=retired)


async def listed(ctx: Context, segment_id: UUID, request: PageRequest) -> Page[KnownMember]:
    """Who is in a list of the viewer's. Raises: WrongAudience, SegmentNotFound, SegmentByRule."""
    owner = PartnerId(acting_partner(ctx.viewer))
    found = await ctx.read(queries.listed, owner, SegmentId(segment_id), request)
    refs = [MemberRef(pairwise_id=one) for one in found.items]
    known = await ctx.fetch(recognition.recognise, refs, owner, key=ctx.keys.lookups, now=ctx.now)
    members = [(member, key) for member, key in zip(known, found.keys, strict=True) if member is not None]
    return Page(items=[member for member, _ in members], keys=[key for _, key in members], has_next=found.has_next)


async def preview(ctx: Context, definition: Definition) -> int | None:
    """How many members a definition would mean, as far as that is told. Raises: InvalidSegment."""
    owner = owner_of(ctx)
    count = await ctx.read(queries.preview, definition, owner, personal_key=ctx.keys.personal_data, now=ctx.now)
    return shown(count, definition)


async def define(ctx: Context, terms: SegmentTerms) -> Segment:
    """Make a segment."""
    return await ctx.write(managing.define, owner_of(ctx), terms, now=ctx.now)


async def change(ctx: Context, segment_id: UUID, terms: SegmentTerms) -> Segment:
    """Change a segment."""
    return await ctx.write(managing.change, owner_of(ctx), SegmentId(segment_id), terms, now=ctx.now)


async def retire(ctx: Context, segment_id: UUID) -> Segment:
    """Let nobody be in it any more."""
    return await ctx.write(managing.retire, owner_of(ctx), SegmentId(segment_id), now=ctx.now)


async def put_in(ctx: Context, segment_id: UUID, refs: Sequence[MemberRef], partner_id: UUID | None) -> Segment:
    """Put members into a list. Raises: MemberNotFound, naming the first that nobody is known by."""
    owner, members = owner_of(ctx), await _known(ctx, segment_id, refs, partner_id)
    return await ctx.write(managing.put_in, owner, SegmentId(segment_id), members, now=ctx.now)


async def take_out(ctx: Context, segment_id: UUID, refs: Sequence[MemberRef], partner_id: UUID | None) -> Segment:
    """Take members out of a list. Raises: MemberNotFound, naming the first that nobody is known by."""
    owner, members = owner_of(ctx), await _known(ctx, segment_id, refs, partner_id)
    return await ctx.write(managing.take_out, owner, SegmentId(segment_id), members, now=ctx.now)


async def uplift(ctx: Context, campaign_id: UUID) -> Uplift:
    """What a campaign has brought: all of it to the coalition, a partner's own sales and costs to the partner.

    Raises: WrongAudience, CampaignNotFound, CampaignStateConflict, NoSalesToCompare, NoControlGroup, TooFewToCompare.
    """
    viewer, campaign = owner_of(ctx), CampaignId(campaign_id)
    found = await ctx.read(measuring.uplift, ctx.database.pool, campaign, viewer=viewer, now=ctx.now)
    async with ctx.database.session(COALITION) as session:
        spent = await costs.costs_of(ReadSession(session), campaign, viewer=viewer, now=ctx.now)
    return found.costing(spent)


async def _known(
    ctx: Context, segment_id: UUID, refs: Sequence[MemberRef], partner_id: UUID | None
) -> list[KnownMember]:
    """Members as a partner knows them; for a list that there is, so that nobody tries out cards on none."""
    await find(ctx, segment_id)
    managing.check_many(refs)
    whose = acting_for(ctx.viewer, partner_id)
    async with ctx.guessable():
        known = await ctx.fetch(recognition.recognise, refs, whose, key=ctx.keys.lookups, now=ctx.now)
        for number, member in enumerate(known):
            if member is None:
                refused = MemberNotFound()
                refused.path = ("members", str(number))
                raise refused
    return [member for member in known if member is not None]
