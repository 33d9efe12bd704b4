"""Whom the demonstration's shop speaks to: segments, kept fresh as its customers buy."""

from __future__ import annotations

from domain.ids import PartnerId
from domain.segments import managing, queries
from domain.segments.definitions import Definition, Frequency, Recency
from domain.segments.managing import SegmentTerms
from hansa.journey import cast
from resolvers.context import Context

GROUPS = {
    "Regulars": Definition(parts=(Frequency(days=28, at_least=4),)),
    "Gone quiet": Definition(parts=(Recency(days=60), Recency(days=21, bought=False))),
}


async def group(ctx: Context, shop: PartnerId) -> None:
    """Define the shop's segments that are not there yet."""
    for name, definition in GROUPS.items():
        if await ctx.read(queries.find_named, shop, name) is None:
            terms = SegmentTerms(name=name, definition=definition)
            await ctx.write(managing.define, shop, terms, now=cast.SIGNED)
