"""Business members: as the partners that serve them keep them, and as the people who act for them do."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from domain.business import groups, queries, registering, users
from domain.business.groups import Group
from domain.business.models import BusinessKind, BusinessRole, ServiceState
from domain.business.queries import Business, MyBusiness, User
from domain.business.registering import RegisterBusiness
from domain.business.users import Invite, Invited
from domain.ids import PartnerId, SegmentId
from domain.ledger import queries as ledger
from domain.ledger.queries import Activity, Balance
from domain.members.enrolment import MemberKeys
from domain.members.identifiers import Identifier
from domain.members.recognition import MemberRef
from domain.paging import Page, PageRequest
from domain.rewards import redeeming
from domain.rewards.redeeming import RedeemReward
from domain.rewards.redemption import RedemptionReceipt
from domain.storage import Sight
from partners.mail import Mail
from partners.viewer import Audience
from resolvers import members, purchases
from resolvers.context import Context
from resolvers.policies import acting_member, acting_partner
from resolvers.tills import caches_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmActivity:
    """Something that happened in a firm's wallet, and who of the firm did it."""

    activity: Activity
    user_id: UUID | None


async def find(ctx: Context, business_id: UUID) -> Business:
    """A firm that the viewer's partner serves, or has served. Raises: WrongAudience, BusinessNotFound."""
    return await ctx.read(queries.business_by_id, _partner(ctx), business_id)


async def page(
    ctx: Context, request: PageRequest, kinds: Collection[BusinessKind], states: Collection[ServiceState]
) -> Page[Business]:
    """The firms that the viewer's partner serves, has served or has registered."""
    return await ctx.read(queries.businesses, _partner(ctx), request, kinds=kinds, states=states)


async def register(ctx: Context, command: RegisterBusiness) -> Business:
    """Make a firm a member, or meet one that is."""
    keys = MemberKeys(lookup=ctx.keys.lookups, personal=ctx.keys.personal_data)
    async with ctx.guessable():
        business_id = await ctx.post(registering.register, command, keys=keys, now=ctx.now)
    return await find(ctx, business_id)


async def approve(ctx: Context, business_id: UUID) -> Business:
    """Serve a firm that was registered."""
    by = ctx.viewer.person_id or ctx.viewer.client_id
    return await ctx.write(registering.approve, _partner(ctx), business_id, by=by, now=ctx.now)


async def end(ctx: Context, business_id: UUID) -> Business:
    """Refuse a firm, or serve it no more."""
    return await ctx.write(registering.end, _partner(ctx), business_id, now=ctx.now)


async def group_page(ctx: Context) -> list[Group]:
    """The groups of the viewer's partner."""
    return await ctx.read(groups.groups_of, _partner(ctx))


async def define_group(ctx: Context, name: str, kinds: Collection[BusinessKind]) -> Group:
    """Make a group of firms."""
    return await ctx.write(groups.define, _partner(ctx), name, kinds, now=ctx.now)


async def change_group(
    ctx: Context,
    group_id: UUID,
    kinds: Collection[BusinessKind] | None,
    put_in: Collection[UUID],
    take_out: Collection[UUID],
) -> Group:
    """Let other kinds belong to a group; put firms in and take others out."""
    partner_id, one = _partner(ctx), SegmentId(group_id)
    if kinds is not None:
        await ctx.write(groups.change_kinds, partner_id, one, kinds, now=ctx.now)
    await ctx.write(groups.put_in, partner_id, one, put_in, now=ctx.now)
    return await ctx.write(groups.take_out, partner_id, one, take_out, now=ctx.now)


async def name_buyer(ctx: Context, wallet_id: UUID, entry_id: UUID, ref: MemberRef) -> None:
    """Keep who of a firm bought at the viewer's partner. Raises: PurchaseNotFound, MemberNotFound, BuyerUnknown."""
    await purchases.find(ctx, wallet_id, entry_id)
    person = await members.find(ctx, ref)
    await ctx.post(users.name_buyer, _partner(ctx), wallet_id, entry_id, person.member_id, now=ctx.now)


async def mine(ctx: Context) -> list[MyBusiness]:
    """The firms that the viewer acts for."""
    _, member_id = acting_member(ctx.viewer)
    return await ctx.fetch(queries.my_businesses, member_id)


async def one_of_mine(ctx: Context, business_id: UUID) -> MyBusiness:
    """One of them. Raises: WrongAudience, BusinessNotFound."""
    _, member_id = acting_member(ctx.viewer)
    return await ctx.fetch(queries.acting_for, member_id, business_id)


async def balance_of(ctx: Context, firm: MyBusiness) -> Balance:
    """What a firm has; its role was asked for a moment ago, by the same request."""
    sight = Sight.member(firm.member_id)
    return await ctx.fetch(ledger.balance, firm.wallet_id, sight=sight, now=ctx.now)


async def activity_of(ctx: Context, firm: MyBusiness, request: PageRequest) -> Page[FirmActivity]:
    """What happened in a firm's wallet, newest first, and who of the firm did it."""
    _, member_id = acting_member(ctx.viewer)
    found = await ctx.fetch(ledger.activity, firm.wallet_id, request, sight=Sight.member(firm.member_id))
    entries = [one.entry_id for one in found.items]
    actors = await ctx.fetch(queries.actors, member_id, firm.business_id, entries)
    told = [FirmActivity(activity=one, user_id=actors.get(one.entry_id)) for one in found.items]
    return Page(items=told, keys=found.keys, has_next=found.has_next)


async def users_of(ctx: Context, firm: MyBusiness) -> list[User]:
    """Who acts for a firm, as far as the viewer's role shows it."""
    _, member_id = acting_member(ctx.viewer)
    key = ctx.keys.personal_data
    return await ctx.fetch(queries.users_of, member_id, firm.business_id, personal_key=key)


async def invite(ctx: Context, business_id: UUID, role: BusinessRole, called: str, email: str | None) -> Invited:
    """Let somebody act for a firm: as its owner, or as the partner that registered it. Mailed where that can be."""
    if ctx.viewer.audience is Audience.MEMBER:
        _, member_id = acting_member(ctx.viewer)
        command = Invite(business_id=business_id, role=role, called=called, member_id=member_id)
    else:
        command = Invite(business_id=business_id, role=role, called=called, partner_id=_partner(ctx))
    to = None if email is None else Identifier.email(email).value
    key, token = ctx.keys.personal_data, users.draw()
    made = await ctx.post(users.invite, command, personal_key=key, really=ctx.real_now(), token=token)
    if to is not None:
        await _mail(ctx, made, to)
    return made


async def join(ctx: Context, token: str) -> MyBusiness:
    """Act for a firm from now on, by an invitation."""
    _, member_id = acting_member(ctx.viewer)
    async with ctx.guessable():
        business_id = await ctx.post(users.join, token, member_id, really=ctx.real_now())
    return await one_of_mine(ctx, business_id)


async def change_user(ctx: Context, user_id: UUID, role: BusinessRole | None) -> User | None:
    """Give a user another role, or none; None: it is gone."""
    _, member_id = acting_member(ctx.viewer)
    await ctx.post(users.change, user_id, role, by=member_id, really=ctx.real_now())
    for firm in await mine(ctx):
        for user in await users_of(ctx, firm):
            if user.user_id == user_id:
                return user
    return None


async def redeem(ctx: Context, business_id: UUID, command: RedeemReward) -> RedemptionReceipt:
    """Take a reward for a firm, with its points; who of the firm did it is kept.

    Raises: BusinessNotFound, BusinessRoleMissing, and what redeeming raises.
    """
    _, member_id = acting_member(ctx.viewer)
    firm = await ctx.fetch(queries.spending_for, member_id, business_id)
    own = replace(command, idempotency_key=redeeming.own_key(firm.member_id, command.idempotency_key))
    caches, key = await caches_of(ctx), ctx.keys.lookups
    receipt = await ctx.post(redeeming.redeem, own, own=firm.member, caches=caches, lookup_key=key, now=ctx.now)
    where = (command.partner_id, receipt.redemption.wallet_id, receipt.redemption.entry_id)
    await ctx.post(users.name_buyer, *where, member_id, now=ctx.now)
    return receipt


async def _mail(ctx: Context, made: Invited, email: str) -> None:
    """The token, mailed where mail can be sent; the inviter has it either way."""
    text = (
        "You are invited to act for a firm at Hansa.\n\n"
        "Sign in to your own account and enter this within seven days:\n\n"
        f"{made.token}\n\nIf you did not expect this, leave it alone: without it nothing happens.\n"
    )
    with contextlib.suppress(OSError):
        await ctx.outside.mailer.send(Mail(to=email, subject="Your invitation to act for a firm", text=text))


def _partner(ctx: Context) -> PartnerId:
    return PartnerId(acting_partner(ctx.viewer))
