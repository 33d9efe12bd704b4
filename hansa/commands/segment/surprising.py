"""`hansa segment surprise`: every member of a segment, piece by piece."""

from __future__ import annotations

from domain.earning.surprising import Surprise, surprise_members, to_surprise
from domain.segments.queries import segment_named
from domain.storage import ReadSession, Sight
from hansa import reporting
from hansa.commands.desk import Desk
from resolvers.tills import caches_of


async def surprise(desk: Desk, name: str, slug: str, occasion: str, *, json: bool) -> None:
    """Surprise whoever is left of a segment for this occasion."""
    owner = desk.partner(slug)
    wanted = Surprise(partner_id=owner, occasion=occasion)
    segment = await desk.ctx.read(segment_named, owner, name)
    caches, key, pool = await caches_of(desk.ctx), desk.ctx.keys.lookups, desk.ctx.database.pool
    total = {"members": 0, "points": 0, "tokens": 0}
    left = True
    while left:
        async with desk.ctx.database.session(Sight.partner(owner)) as session:
            found = await to_surprise(ReadSession(session), wanted, segment.segment_id)
        done = await surprise_members(pool, wanted, found, caches=caches, lookup_key=key, now=desk.ctx.now)
        total = {part: count + getattr(done, part) for part, count in total.items()}
        left = done.left and done.members > 0
    if json:
        return reporting.as_json(total)
    words = f"{total['members']:,} members, {total['points']:,} points, {total['tokens']:,} other things."
    return reporting.say(words if total["members"] else "Everybody was surprised already.")
