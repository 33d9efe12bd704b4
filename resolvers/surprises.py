"""Surprises, as partners' marketing people give them."""

from __future__ import annotations

from uuid import UUID

from domain.earning import surprising
from domain.earning.surprising import Surprise, Surprised
from domain.ids import PartnerId, SegmentId
from domain.members.recognition import MemberRef
from domain.segments import queries
from resolvers import members
from resolvers.context import Context
from resolvers.policies import acting_partner
from resolvers.tills import caches_of


async def to_segment(ctx: Context, segment_id: UUID, occasion: str) -> Surprised:
    """Surprise the members of a segment, a thousand at once. Raises: WrongAudience, SegmentNotFound, InvalidAction."""
    surprise = Surprise(partner_id=PartnerId(acting_partner(ctx.viewer)), occasion=occasion)
    segment = await ctx.read(queries.segment_by_id, SegmentId(segment_id))
    found = await ctx.read(surprising.to_surprise, surprise, segment.segment_id)
    caches, key = await caches_of(ctx), ctx.keys.lookups
    return await ctx.post(surprising.surprise_members, surprise, found, caches=caches, lookup_key=key, now=ctx.now)


async def to_member(ctx: Context, ref: MemberRef, occasion: str) -> Surprised:
    """Surprise one member. Raises: WrongAudience, MemberNotFound, InvalidAction."""
    surprise = Surprise(partner_id=PartnerId(acting_partner(ctx.viewer)), occasion=occasion)
    member = await members.find(ctx, ref)
    caches, key = await caches_of(ctx), ctx.keys.lookups
    return await ctx.post(surprising.surprise_member, surprise, member, caches=caches, lookup_key=key, now=ctx.now)
