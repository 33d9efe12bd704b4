"""Joint activities: as partners hold them, as members answer and come, and as doors record it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.activities import attending, codes, costing, inviting, managing, queries, reporting
from domain.activities.attending import Came
from domain.activities.costing import EnterCost
from domain.activities.errors import ActivityNotFound
from domain.activities.inviting import Answer
from domain.activities.models import ActivityCost, ActivityPlace, CameBy, PlaceState
from domain.activities.queries import MyActivity
from domain.activities.reporting import ActivityReport
from domain.activities.terms import Activity, ActivityId, ActivityState, ActivityTerms
from domain.ids import PartnerId, SegmentId
from domain.members import recognition
from domain.members.links import ids_at_partners
from domain.members.recognition import KnownMember, MemberRef
from domain.paging import Page, PageRequest
from partners.viewer import Audience
from resolvers.context import Context
from resolvers.policies import acting_member, acting_partner
from resolvers.tills import caches_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A code that somebody shows now."""

    code: str
    valid_until: datetime


async def find(ctx: Context, activity_id: UUID) -> Activity:
    """The latest version of an activity. Raises: ActivityNotFound."""
    return await ctx.read(queries.activity_by_id, ActivityId(activity_id))


async def page(ctx: Context, request: PageRequest, states: Sequence[ActivityState]) -> Page[Activity]:
    """The activities that the viewer owns, hosts or shares."""
    return await ctx.read(queries.activities_page, request, states=states)


async def awaiting(ctx: Context, activity: Activity) -> set[PartnerId]:
    """The partners that have not agreed to the terms as they are, for its owner and those who share its costs."""
    parties = {activity.partner_id, *activity.terms.funders}
    if ctx.viewer.audience is not Audience.COALITION and ctx.viewer.partner_id not in parties:
        return set()
    agreed = await ctx.read(queries.agreed_partners, activity.activity_id, activity.terms.fingerprint())
    return set(activity.terms.funders) - set(agreed) - {activity.partner_id}


async def draft(ctx: Context, terms: ActivityTerms) -> Activity:
    """Write a new activity."""
    return await ctx.write(managing.draft, _own(ctx), terms, now=ctx.now)


async def change(ctx: Context, activity_id: UUID, terms: ActivityTerms) -> Activity:
    """Change an activity."""
    return await ctx.write(managing.change, _own(ctx), ActivityId(activity_id), terms, now=ctx.now)


async def agree(ctx: Context, activity_id: UUID, fingerprint: bytes) -> Activity:
    """Agree to bear a share under the terms that have this fingerprint."""
    return await ctx.write(managing.agree, _own(ctx), ActivityId(activity_id), fingerprint, now=ctx.now)


async def publish(ctx: Context, activity_id: UUID) -> Activity:
    """Let members be invited, and answer."""
    return await ctx.write(managing.publish, _own(ctx), ActivityId(activity_id), now=ctx.now)


async def pause(ctx: Context, activity_id: UUID) -> Activity:
    """Take no answers for now."""
    return await ctx.write(managing.pause, _own(ctx), ActivityId(activity_id), now=ctx.now)


async def resume(ctx: Context, activity_id: UUID) -> Activity:
    """Go on under the same terms."""
    return await ctx.write(managing.resume, _own(ctx), ActivityId(activity_id), now=ctx.now)


async def end(ctx: Context, activity_id: UUID) -> Activity:
    """Call it off, or put it away when it is over."""
    return await ctx.write(managing.end, _own(ctx), ActivityId(activity_id), now=ctx.now)


async def invite(ctx: Context, activity_id: UUID, members: Sequence[MemberRef], segment_id: UUID | None) -> int:
    """Invite members by their ids, or all of a segment; how many were not asked before."""
    partner_id, which, made = _own(ctx), ActivityId(activity_id), 0
    if members:
        async with ctx.guessable():
            found = await ctx.fetch(recognition.recognise, list(members), partner_id, key=ctx.keys.lookups, now=ctx.now)
        known = [one.member_id for one in found if one is not None]
        made += await ctx.write(inviting.invite, partner_id, which, known, now=ctx.now)
    if segment_id is not None:
        segment = SegmentId(segment_id)
        made += await ctx.write(inviting.invite_segment, partner_id, which, segment, now=ctx.now)
    return made


async def places(
    ctx: Context, request: PageRequest, activity_id: UUID, states: Sequence[PlaceState]
) -> Page[ActivityPlace]:
    """Those whom the viewer's partner invited."""
    return await ctx.read(queries.places_page, request, activity_id=ActivityId(activity_id), states=states)


async def member_of(ctx: Context, place: ActivityPlace) -> KnownMember | None:
    """Who was invited, as the partner that did knows the member; None, where it is one no more."""
    inviter = PartnerId(place.partner_id)
    if ctx.viewer.partner_id != inviter:
        return None
    pairwise_id = await ctx.load(ids_at_partners, (inviter, place.member_id))
    if pairwise_id is None:
        return None
    refs = [MemberRef(pairwise_id=pairwise_id)]
    (known,) = await ctx.fetch(recognition.recognise, refs, inviter, key=ctx.keys.lookups, now=ctx.now)
    return known


async def enter_cost(ctx: Context, command: EnterCost) -> ActivityCost:
    """Write a cost down."""
    return await ctx.write(costing.enter, command, now=ctx.now)


async def report(ctx: Context, activity_id: UUID) -> ActivityReport:
    """How an activity went, for one that takes part, or the coalition."""
    viewer = None if ctx.viewer.audience is Audience.COALITION else _own(ctx)
    return await ctx.read(reporting.report, viewer, ActivityId(activity_id), now=ctx.now)


async def host_code(ctx: Context, activity_id: UUID) -> Shown:
    """What the viewer's partner shows at its door now. Raises: ActivityNotFound, also where it is no host."""
    host = _own(ctx)
    activity = await ctx.read(queries.in_force, ActivityId(activity_id))
    if host not in activity.terms.hosts:
        raise ActivityNotFound
    code = codes.host_code(activity.activity_id, host, ctx.keys.lookups, now=ctx.now)
    return Shown(code=code, valid_until=codes.valid_until(ctx.now))


async def record(ctx: Context, activity_id: UUID, member: MemberRef | None, code: str | None) -> Came:
    """A host records who came: by the member's code, or by its card or number."""
    host, which, key = _own(ctx), ActivityId(activity_id), ctx.keys.lookups
    caches, now = await caches_of(ctx), ctx.now
    async with ctx.guessable():
        if code is not None:
            return await ctx.post(attending.by_member_code, which, code, host, caches=caches, key=key, now=now)
        assert member is not None, "the input is one-of"
        (known,) = await ctx.fetch(recognition.recognise, [member], host, key=key, now=now)
        if known is None:
            raise await ctx.fetch(recognition.unknown, host)
    way = CameBy.CARD
    return await ctx.post(attending.attend, which, known.member_id, host, way, caches=caches, lookup_key=key, now=now)


async def mine(ctx: Context) -> list[MyActivity]:
    """What the member was invited to, answered, or may come to. Raises: WrongAudience."""
    _, member_id = acting_member(ctx.viewer)
    return await ctx.read(queries.mine, member_id, now=ctx.now)


def code_of(ctx: Context, mine: MyActivity) -> Shown | None:
    """What the member shows at the door now; None without a place."""
    if mine.place_id is None or mine.state not in {PlaceState.ACCEPTED, PlaceState.INVITED}:
        return None
    code = codes.member_code(mine.place_id, ctx.keys.lookups, now=ctx.now)
    return Shown(code=code, valid_until=codes.valid_until(ctx.now))


async def answer(ctx: Context, activity_id: UUID, said: Answer, guests: int) -> MyActivity | None:
    """The member answers; how it stands then. Raises: WrongAudience, and what the domain refuses."""
    _, member_id = acting_member(ctx.viewer)
    which = ActivityId(activity_id)
    await ctx.post(inviting.answer, which, member_id, said, guests=guests, now=ctx.now)
    return await _mine(ctx, activity_id)


async def attend(ctx: Context, activity_id: UUID, code: str) -> tuple[MyActivity | None, Came]:
    """The member scans what a host shows. Raises: WrongAudience, and what attending refuses."""
    _, member_id = acting_member(ctx.viewer)
    standing = await _mine(ctx, activity_id)
    if standing is None:
        raise ActivityNotFound
    caches, key = await caches_of(ctx), ctx.keys.lookups
    async with ctx.guessable():
        came = await ctx.post(
            attending.by_host_code, standing.activity, code, member_id, caches=caches, key=key, now=ctx.now
        )
    return await _mine(ctx, activity_id), came


async def _mine(ctx: Context, activity_id: UUID) -> MyActivity | None:
    return next((one for one in await mine(ctx) if one.activity.activity_id == activity_id), None)


def _own(ctx: Context) -> PartnerId:
    return PartnerId(acting_partner(ctx.viewer))
