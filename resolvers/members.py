"""Members, as partners know them and as they know themselves."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from domain.errors import InvalidValue
from domain.ledger import queries as ledger
from domain.ledger.queries import Activity, Balance
from domain.members import consents, enrolment, recognition
from domain.members.enrolment import Enrolled, EnrolMember, MemberKeys
from domain.members.errors import ConsentMissing, MemberNotFound
from domain.members.identifiers import Identifier
from domain.members.models import ConsentPurpose, MemberKind
from domain.members.recognition import KnownMember, MemberRef
from domain.paging import Page, PageRequest
from resolvers.context import Context
from resolvers.policies import acting_member, acting_partner


async def find(ctx: Context, ref: MemberRef) -> KnownMember:
    """A member as the asking partner knows it. Raises: MemberNotFound."""
    return await find_at(ctx, ref, acting_partner(ctx.viewer))


async def find_at(ctx: Context, ref: MemberRef, partner_id: UUID) -> KnownMember:
    """A member as this partner knows it. Raises: MemberNotFound."""
    (member,) = await ctx.fetch(recognition.recognise, [ref], partner_id, key=ctx.keys.lookups, now=ctx.now)
    if member is None:
        raise MemberNotFound
    return member


async def find_by_key(ctx: Context, key: UUID) -> KnownMember:
    """A member by the id in its global id: the partner's own id for it, or a member's own. Raises: MemberNotFound."""
    if ctx.viewer.member_id is not None:
        if key != ctx.viewer.member_id:
            raise MemberNotFound
        return me(ctx)
    return await find(ctx, MemberRef(pairwise_id=key))


def me(ctx: Context) -> KnownMember:
    """The member who asks. Raises: WrongAudience."""
    wallet_id, member_id = acting_member(ctx.viewer)
    return KnownMember(wallet_id=wallet_id, member_id=member_id, kind=MemberKind.CONSUMER, pairwise_id=member_id)


async def enrol(ctx: Context, command: EnrolMember) -> Enrolled:
    """Make a member."""
    keys = MemberKeys(lookup=ctx.keys.lookups, personal=ctx.keys.personal_data)
    return await ctx.post(enrolment.enrol, command, keys=keys, now=ctx.now)


async def identify(ctx: Context, ref: MemberRef, identifiers: list[Identifier]) -> KnownMember:
    """Let a member be recognised by one more identifier. Raises: InvalidValue, MemberNotFound, AlreadyMember."""
    if len(identifiers) != 1:
        raise InvalidValue("give exactly one of card, e-mail, phone and external id")
    member, partner_id = await find(ctx, ref), acting_partner(ctx.viewer)
    await ctx.post(enrolment.identify, member, identifiers[0], partner_id=partner_id, key=ctx.keys.lookups)
    return member


async def consent(ctx: Context, ref: MemberRef, purposes: Collection[ConsentPurpose]) -> KnownMember:
    """Record what a member agreed to at the asking partner."""
    member = await find(ctx, ref)
    await ctx.post(consents.record, member, acting_partner(ctx.viewer), purposes, now=ctx.now)
    return member


async def revoke(ctx: Context, partner_id: UUID, purpose: ConsentPurpose) -> KnownMember:
    """Take back what a partner was allowed to see."""
    member = me(ctx)
    await ctx.write(consents.revoke, member.member_id, partner_id, purpose, now=ctx.now)
    return member


async def seen_wallet(ctx: Context, member: KnownMember) -> Balance:
    """The wallet of a member the viewer knows. Raises: ConsentMissing."""
    try:
        return await wallet_of(ctx, member.wallet_id)
    except MemberNotFound:
        raise ConsentMissing from None


async def tells_balance(ctx: Context, wallet_id: UUID) -> bool:
    """Whether the viewer may be told what a member has."""
    return await ctx.load(consents.balances_seen, wallet_id)


async def wallet_of(ctx: Context, wallet_id: UUID) -> Balance:
    """A wallet as it stands. Raises: MemberNotFound."""
    return await ctx.fetch(ledger.balance, wallet_id, sight=ctx.viewer.sight, now=ctx.now)


async def activity_of(ctx: Context, wallet_id: UUID, page: PageRequest) -> Page[Activity]:
    """What happened in a wallet, newest first."""
    return await ctx.fetch(ledger.activity, wallet_id, page, sight=ctx.viewer.sight)
