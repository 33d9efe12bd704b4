"""Tiers: what programmes promise, how members stand in them, and what their owners give by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.ids import PartnerId, TierProgrammeId
from domain.members import recognition
from domain.members.errors import MemberNotFound
from domain.members.recognition import KnownMember, MemberRef
from domain.tiers import managing, queries
from domain.tiers.asking import Held, held_of
from domain.tiers.errors import TierProgrammeNotFound
from domain.tiers.managing import GiveTier
from domain.tiers.models import ProgrammeState
from domain.tiers.queries import Count, Programme
from domain.tiers.standing import Standing, standing_of
from domain.tiers.terms import TierTerms
from resolvers.coalition import coalition
from resolvers.context import Context
from resolvers.policies import acting_for, acting_member, serving_partner
from resolvers.segments import owner_of

NOWHERE = PartnerId(UUID(int=0))
"""A till of nobody's: only the coalition's programme counts there."""


async def programmes(ctx: Context) -> list[Programme]:
    """All that are public, and the viewer's own draft."""
    return await ctx.read(queries.programmes)


async def find(ctx: Context, programme_id: UUID) -> Programme:
    """One of them. Raises: TierProgrammeNotFound."""
    return await ctx.read(queries.programme_by_id, programme_id)


async def counts(ctx: Context, programme_id: UUID) -> list[Count]:
    """How many members have each tier of the viewer's programme. Raises: WrongAudience, TierProgrammeNotFound."""
    await _own(ctx, programme_id)
    return await ctx.read(queries.counts, programme_id)


async def mine(ctx: Context) -> list[Standing]:
    """How the member stands, in the coalition's programme and in those of partners that know the member."""
    wallet_id, member_id = acting_member(ctx.viewer)
    known = await ctx.read(queries.partners_knowing, member_id)
    live = [one for one in await programmes(ctx) if one.owner is None or one.owner in known]
    return await _standings(ctx, live, wallet_id, member_id)


async def of_member(ctx: Context, ref: MemberRef) -> list[Standing]:
    """How a member stands that a partner knows: in the coalition's programme and the partner's own.

    Raises: WrongAudience, MemberNotFound.
    """
    partner_id = PartnerId(serving_partner(ctx.viewer))
    async with ctx.guessable():
        (member,) = await ctx.fetch(recognition.recognise, [ref], partner_id, key=ctx.keys.lookups, now=ctx.now)
        if member is None:
            raise MemberNotFound
    live = [one for one in await programmes(ctx) if one.owner in {None, partner_id}]
    return await _standings(ctx, live, member.wallet_id, member.member_id)


async def define(ctx: Context, terms: TierTerms) -> Programme:
    """Write the viewer's programme, or its next version."""
    return await ctx.write(managing.draw_up, owner_of(ctx), terms, now=ctx.now)


async def publish(ctx: Context, programme_id: UUID, applies_from: date | None) -> Programme:
    """Publish the draft."""
    step = (owner_of(ctx), TierProgrammeId(programme_id))
    return await ctx.write(managing.publish, *step, applies_from=applies_from, now=ctx.now)


async def end(ctx: Context, programme_id: UUID) -> Programme:
    """End the viewer's programme."""
    return await ctx.write(managing.end, owner_of(ctx), TierProgrammeId(programme_id), now=ctx.now)


async def give(ctx: Context, ref: MemberRef, command: GiveTier, partner_id: UUID | None) -> Standing | None:
    """Give a member a tier by hand; where it stands then. Raises: WrongAudience, MemberNotFound."""
    member = await _met(ctx, command.programme_id, ref, partner_id)
    programme = await ctx.write(managing.give, owner_of(ctx), member, command, now=ctx.now)
    return await _one(ctx, programme, member)


async def take_away(ctx: Context, ref: MemberRef, programme_id: UUID, partner_id: UUID | None) -> Standing | None:
    """Take back what a member was given by hand; where it stands then. Raises: WrongAudience, MemberNotFound."""
    member = await _met(ctx, programme_id, ref, partner_id)
    step = (owner_of(ctx), member, TierProgrammeId(programme_id))
    programme = await ctx.write(managing.take_away, *step, now=ctx.now)
    return await _one(ctx, programme, member)


async def _met(ctx: Context, programme_id: UUID, ref: MemberRef, partner_id: UUID | None) -> KnownMember:
    """A member, for a programme of the viewer's own, so that nobody tries out cards on none."""
    await _own(ctx, programme_id)
    whose = acting_for(ctx.viewer, partner_id)
    async with ctx.guessable():
        (member,) = await ctx.fetch(recognition.recognise, [ref], whose, key=ctx.keys.lookups, now=ctx.now)
        if member is None:
            raise MemberNotFound
    return member


async def _own(ctx: Context, programme_id: UUID) -> None:
    owner = owner_of(ctx)
    if (await find(ctx, programme_id)).owner != owner:
        raise TierProgrammeNotFound


async def _one(ctx: Context, programme: Programme, member: KnownMember) -> Standing | None:
    found = await _standings(ctx, [programme], member.wallet_id, member.member_id)
    return found[0] if found else None


async def _standings(ctx: Context, live: Sequence[Programme], wallet_id: UUID, member_id: UUID) -> list[Standing]:
    """Looked at first where a term has ended, so that nobody is told of a tier that is over."""
    going = [one for one in live if one.state is ProgrammeState.LIVE]
    shoppers = [(one.owner or NOWHERE, wallet_id, member_id) for one in going]
    held: dict[TierProgrammeId, Held] = {}
    # As a posting, since it writes where a term has ended: what is read afterwards is read anew.
    for found in (await ctx.post(held_of, shoppers, at=ctx.now)).values():
        held |= {one.programme_id: one for one in found}
    named = await coalition(ctx)
    currency, zone = named.currency, ZoneInfo(named.time_zone)
    standings = []
    for one in going:
        mine = held.get(one.programme_id)
        person = (wallet_id, member_id)
        standing = await ctx.read(standing_of, one, person, mine, currency=currency, zone=zone, now=ctx.now)
        if standing is not None:
            standings.append(standing)
    return standings
