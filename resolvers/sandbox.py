"""What a sandbox offers to those who try things out."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.audit import trail
from domain.audit.models import Action, SubjectKind
from domain.audit.trail import Actor, Line
from domain.coalition.errors import NotASandbox
from domain.coalition.founding import coalition_of
from domain.ids import MemberId, PartnerId
from domain.members import trying
from domain.members.enrolment import MemberKeys
from domain.members.recognition import KnownMember
from domain.members.trying import TestMember
from domain.storage import WriteSession
from partners.acting import actor_of
from partners.sign_in import links
from partners.sign_in.links import SANDBOX_CODE_LIFETIME
from partners.sign_in.sessions import Subject
from resolvers.context import Context
from resolvers.policies import acting_partner


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A made-up member, as whoever made it gets it."""

    member: KnownMember
    card_number: str
    email: str
    sign_in_link: str = field(repr=False)


async def make_members(ctx: Context, count: int, idempotency_key: str) -> list[Trial]:
    """Make members at one's own partner. Raises: NotASandbox, InvalidValue, PartnerNotActive."""
    partner_id, by = PartnerId(acting_partner(ctx.viewer)), actor_of(ctx.viewer)
    if not (await ctx.read(coalition_of)).sandbox:
        raise NotASandbox
    keys = MemberKeys(lookup=ctx.keys.lookups, personal=ctx.keys.personal_data)
    made = await ctx.post(trying.make, partner_id, count, idempotency_key=idempotency_key, keys=keys, now=ctx.now)
    codes = await ctx.admit(_told, made, partner_id, by=by, ctx=ctx)
    return [
        Trial(
            member=one.enrolled.member,
            card_number=one.card_number,
            email=one.email,
            sign_in_link=links.link(ctx.outside.issuer, code),
        )
        for one, code in zip(made, codes, strict=True)
    ]


async def _told(
    session: WriteSession, made: list[TestMember], partner_id: PartnerId, *, by: Actor, ctx: Context
) -> list[str]:
    """A code for each to sign in with once, since no mail reaches them."""
    codes = []
    for one in made:
        subject = Subject(member_id=MemberId(one.enrolled.member.member_id))
        codes.append(await links.issue(session, subject, now=ctx.real_now(), lifetime=SANDBOX_CODE_LIFETIME))
    line = Line(
        actor=by,
        action=Action.TEST_MEMBERS_MADE,
        subject=SubjectKind.PARTNER,
        subject_id=partner_id,
        facts={"count": len(made)},
        partner_id=partner_id,
    )
    await trail.record(session, line, now=ctx.real_now())
    return codes
