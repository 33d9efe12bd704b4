"""Members, as partners know them and as they know themselves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from domain.earning import recorded, welcoming
from domain.earning.commands import AwardGiven
from domain.errors import InvalidValue
from domain.ids import PartnerId
from domain.ledger import queries as ledger
from domain.ledger.models import EntryKind
from domain.ledger.queries import Activity, Balance, PastBalance
from domain.members import cards, consents, enrolment, recognition
from domain.members.consents import GivenConsent
from domain.members.enrolment import Enrolled, EnrolMember, MemberKeys
from domain.members.errors import ConsentMissing, MemberNotFound
from domain.members.identifiers import Identifier
from domain.members.models import ConsentPurpose
from domain.members.recognition import KnownMember, MemberRef
from domain.paging import Page, PageRequest
from partners.scopes import Scope
from resolvers.context import Context
from resolvers.policies import acting_partner, member_meant, serving_partner
from resolvers.tills import caches_of


async def find(ctx: Context, ref: MemberRef) -> KnownMember:
    """A member as the asking partner knows it. Raises: PartnerNotActive, MemberNotFound."""
    partner_id = acting_partner(ctx.viewer)
    await ctx.fetch(recognition.serve, partner_id)
    return await find_at(ctx, ref, partner_id)


async def find_at(ctx: Context, ref: MemberRef, partner_id: UUID) -> KnownMember:
    """A member as this partner knows it. Raises: MemberNotFound."""
    async with ctx.guessable():
        (member,) = await ctx.fetch(recognition.recognise, [ref], partner_id, key=ctx.keys.lookups, now=ctx.now)
        if member is None:
            raise MemberNotFound
        return member


async def find_by_key(ctx: Context, key: UUID) -> KnownMember:
    """A member by the id in its global id: the partner's own id for it, or a member's own. Raises: MemberNotFound."""
    if ctx.viewer.member_id is None and ctx.viewer.on_behalf_of is None:
        if not ctx.viewer.may(Scope.MEMBERS_LOOKUP):
            raise MemberNotFound
        return await find(ctx, MemberRef(pairwise_id=key))
    member = me(ctx)
    if key != member.pairwise_id:
        raise MemberNotFound
    return member


async def meant(ctx: Context, ref: MemberRef | None) -> MemberRef:
    """Whom a request is about: on a member's behalf that very member, whether or not it is named.

    Raises: InvalidValue, where nobody is named; MemberNotFound, where somebody else is.
    """
    if ctx.viewer.on_behalf_of is None:
        if ref is None:
            raise InvalidValue("name the member, or act on its behalf", path=("member",))
        return ref
    member, partner_id = me(ctx), serving_partner(ctx.viewer)
    async with ctx.guessable():
        if ref is not None and not await ctx.fetch(recognition.names, ref, member, partner_id, key=ctx.keys.lookups):
            raise MemberNotFound
    return MemberRef(pairwise_id=member.pairwise_id)


def me(ctx: Context) -> KnownMember:
    """The member who asks, or on whose behalf a storefront does. Raises: WrongAudience."""
    return member_meant(ctx.viewer)


async def enrol(ctx: Context, command: EnrolMember) -> Enrolled:
    """Make a member."""
    keys = MemberKeys(lookup=ctx.keys.lookups, personal=ctx.keys.personal_data)
    async with ctx.guessable():
        enrolled = await ctx.post(enrolment.enrol, command, keys=keys, now=ctx.now)
    caches, key, partner_id = await caches_of(ctx), ctx.keys.lookups, PartnerId(command.partner_id)
    await ctx.post(welcoming.welcome, enrolled.member, partner_id, caches=caches, lookup_key=key, now=ctx.now)
    return enrolled


async def identify(ctx: Context, ref: MemberRef, identifiers: list[Identifier]) -> KnownMember:
    """Let a member be recognised by one more identifier. Raises: InvalidValue, MemberNotFound, AlreadyMember."""
    if len(identifiers) != 1:
        raise InvalidValue("give exactly one of card, e-mail, phone and external id")
    member, partner_id = await find(ctx, ref), acting_partner(ctx.viewer)
    async with ctx.guessable():
        await ctx.post(enrolment.identify, member, identifiers[0], partner_id=partner_id, key=ctx.keys.lookups)
    return member


async def record_consents(ctx: Context, ref: MemberRef, purposes: Collection[ConsentPurpose]) -> KnownMember:
    """Record what a member agreed to at the asking partner."""
    member = await find(ctx, ref)
    await ctx.post(consents.record, member, acting_partner(ctx.viewer), purposes, now=ctx.now)
    return member


async def consents_of(ctx: Context, member: KnownMember) -> list[GivenConsent]:
    """What a member allowed, the newest first: to the member all of it, to a partner what it was allowed itself."""
    if ctx.viewer.member_id is not None:
        return await ctx.read(consents.of_member, member.member_id)
    return await ctx.load(consents.of_members, member.member_id)


async def cards_of(ctx: Context, member: KnownMember) -> list[str]:
    """The member's cards, told to the member itself; to everybody else none."""
    if ctx.viewer.member_id != member.member_id or not ctx.viewer.may(Scope.PROFILE_READ):
        return []
    return await ctx.read(cards.cards_of, member.member_id, key=ctx.keys.personal_data)


async def seen_wallet(ctx: Context, member: KnownMember) -> Balance:
    """The wallet of a member the viewer knows. Raises: ConsentMissing."""
    try:
        return await wallet_of(ctx, member.wallet_id)
    except MemberNotFound:
        raise ConsentMissing from None


async def shown_wallet(ctx: Context, member: KnownMember) -> Balance | None:
    """The wallet of a member, None where the viewer may not see it."""
    if not ctx.viewer.may(Scope.BALANCE_READ):
        return None
    try:
        return await wallet_of(ctx, member.wallet_id)
    except MemberNotFound:
        return None


async def balance_as_of(ctx: Context, wallet_id: UUID, at: datetime) -> PastBalance:
    """A wallet as it stood at an instant of the past. Raises: InvalidValue, for one that is still to come."""
    if at > ctx.now:
        raise InvalidValue("what is to come is not known; ask for an instant that is over", path=("at",))
    return await ctx.fetch(ledger.balance_as_of, wallet_id, sight=ctx.viewer.sight, at=at)


async def tells_balance(ctx: Context, wallet_id: UUID) -> bool:
    """Whether the viewer may be told what a member has."""
    return await ctx.load(consents.balances_seen, wallet_id)


async def wallet_of(ctx: Context, wallet_id: UUID) -> Balance:
    """A wallet as it stands. Raises: MemberNotFound."""
    return await ctx.fetch(ledger.balance, wallet_id, sight=ctx.viewer.sight, now=ctx.now)


async def activity_of(ctx: Context, wallet_id: UUID, page: PageRequest) -> Page[Activity]:
    """What happened in a wallet, newest first."""
    return await ctx.fetch(ledger.activity, wallet_id, page, sight=ctx.viewer.sight)


async def entry_of(ctx: Context, wallet_id: UUID, version: int) -> Activity | None:
    """What happened at this place of a wallet's history; None where the viewer sees nothing there."""
    from_there = PageRequest(first=1, after=(version + 1,))
    page = await activity_of(ctx, wallet_id, from_there)
    return next((entry for entry in page.items if entry.version == version), None)


async def awards_of(ctx: Context, entry: Activity) -> tuple[AwardGiven, ...]:
    """What a purchase earned, campaign by campaign; nothing for all else that happens in a wallet."""
    if entry.kind is not EntryKind.PURCHASE:
        return ()
    books = await ctx.fetch(recorded.recorded, PartnerId(entry.partner_id), entry.wallet_id, entry.entry_id)
    return recorded.recorded_awards(books)
