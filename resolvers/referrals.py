"""Referral: what a member sees of it, the codes that friends tell, and the programmes as their owners keep them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.ids import PartnerId
from domain.members import recognition
from domain.members.enrolment import Enrolled, EnrolMember, MemberKeys
from domain.members.links import ids_at_partners
from domain.members.recognition import KnownMember, MemberRef
from domain.paging import Page, PageRequest
from domain.referral import asking, inviting, joining, managing, queries
from domain.referral.inviting import AsFriend, Brought, Invitation
from domain.referral.joining import Taken
from domain.referral.models import Referral, ReferralState
from domain.referral.queries import Refused
from domain.referral.terms import Programme, ProgrammeId, ReferralTerms
from domain.rewards.queries import Redemption
from resolvers import members
from resolvers.context import Context
from resolvers.policies import acting_member
from resolvers.segments import owner_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MyReferral:
    """What a member passes on, and what came of it."""

    invitation: Invitation
    brought: Brought
    member_id: UUID


async def enrol(ctx: Context, command: EnrolMember, code: str | None) -> tuple[Enrolled, Taken | None]:
    """Make a member, perhaps as somebody's friend; nobody is made where the code is nobody's.

    Raises: ReferralCodeNotFound, and what enrolling raises.
    """
    if code is not None:
        async with ctx.guessable():
            await ctx.fetch(joining.open_programme, code, now=ctx.now)
    enrolled = await members.enrol(ctx, command)
    if code is None:
        return enrolled, None
    return enrolled, await _joined(ctx, code, enrolled.member.member_id, PartnerId(command.partner_id))


async def mine(ctx: Context, programme_id: UUID | None) -> MyReferral:
    """The member's own code and numbers. Raises: WrongAudience, NoReferralProgramme."""
    _, member_id = acting_member(ctx.viewer)
    wanted = None if programme_id is None else ProgrammeId(programme_id)
    programme = await ctx.fetch(inviting.programme_for, wanted, now=ctx.now)
    invitation = await ctx.post(inviting.invitation, programme, member_id, now=ctx.now)
    brought = await ctx.read(inviting.brought, member_id, programme.programme_id)
    return MyReferral(invitation=invitation, brought=brought, member_id=member_id)


async def accept(ctx: Context, code: str) -> Taken:
    """The member says by whose code it came. Raises: WrongAudience, ReferralCodeNotFound, AlreadyReferred."""
    _, member_id = acting_member(ctx.viewer)
    async with ctx.guessable():
        return await _joined(ctx, code, member_id, None)


async def after(ctx: Context, redemption: Redemption) -> Invitation | None:
    """What to tell the member just after a redemption; None, when it is not the moment."""
    if not redemption.spent:
        return None
    where = (redemption.partner_id, redemption.wallet_id, redemption.entry_id)
    return await ctx.post(asking.after_redemption, *where, now=ctx.now)


async def as_friend(ctx: Context, member_id: UUID) -> AsFriend | None:
    """How far the member is as somebody's friend; None: nobody brought it."""
    return await ctx.read(inviting.as_friend, member_id)


async def of_mine(ctx: Context, member_id: UUID) -> Invitation | None:
    """The same as the member itself sees it."""
    return await ctx.post(asking.of_member, member_id, now=ctx.now)


def link(ctx: Context, invitation: Invitation) -> str:
    """The address of the page that leads to joining."""
    return ctx.outside.issuer.url + invitation.path


async def find(ctx: Context, programme_id: UUID) -> Programme:
    """One of the viewer's programmes. Raises: WrongAudience, ReferralProgrammeNotFound."""
    owner_of(ctx)
    return await ctx.read(queries.programme_by_id, ProgrammeId(programme_id))


async def page(ctx: Context, request: PageRequest) -> Page[Programme]:
    """The viewer's programmes."""
    owner_of(ctx)
    return await ctx.read(queries.programmes_page, request)


async def draw_up(ctx: Context, terms: ReferralTerms, programme_id: UUID | None) -> Programme:
    """Write a programme, or its next version, down."""
    changed = None if programme_id is None else ProgrammeId(programme_id)
    return await ctx.write(managing.draw_up, owner_of(ctx), terms, programme_id=changed, now=ctx.now)


async def publish(ctx: Context, programme_id: UUID) -> Programme:
    """Put its draft live."""
    return await ctx.write(managing.publish, owner_of(ctx), ProgrammeId(programme_id), now=ctx.now)


async def end(ctx: Context, programme_id: UUID) -> Programme:
    """Let nobody join under it any more."""
    return await ctx.write(managing.end, owner_of(ctx), ProgrammeId(programme_id), now=ctx.now)


async def worklist(
    ctx: Context, request: PageRequest, programme_id: UUID | None, states: Sequence[ReferralState]
) -> Page[Referral]:
    """Referrals under the viewer's programmes."""
    owner_of(ctx)
    wanted = None if programme_id is None else ProgrammeId(programme_id)
    return await ctx.read(queries.referrals_page, request, programme_id=wanted, states=states)


async def refusals(ctx: Context, programme_id: UUID | None) -> list[Refused]:
    """Why referrals under the viewer's programmes did not count, and how often."""
    owner_of(ctx)
    wanted = None if programme_id is None else ProgrammeId(programme_id)
    return await ctx.read(queries.refusals, programme_id=wanted)


async def referral_of(ctx: Context, referral_id: UUID | None) -> Referral | None:
    """A referral under one of the viewer's programmes; None for another's."""
    return None if referral_id is None else await ctx.load(queries.referrals_by_ids, referral_id)


async def member_of(ctx: Context, referral: Referral, member_id: UUID | None) -> KnownMember | None:
    """One of the two, as the viewer's partner knows it; None to the coalition, which has no name for members."""
    if member_id is None or ctx.viewer.partner_id != referral.host:
        return None
    host = PartnerId(referral.host)
    pairwise_id = await ctx.load(ids_at_partners, (host, member_id))
    if pairwise_id is None:
        return None
    ref = MemberRef(pairwise_id=pairwise_id)
    (known,) = await ctx.fetch(recognition.recognise, [ref], host, key=ctx.keys.lookups, now=ctx.now)
    return known


async def _joined(ctx: Context, code: str, member_id: UUID, through: PartnerId | None) -> Taken:
    keys = MemberKeys(lookup=ctx.keys.lookups, personal=ctx.keys.personal_data)
    return await ctx.post(joining.join, code, member_id, through=through, keys=keys, now=ctx.now)
