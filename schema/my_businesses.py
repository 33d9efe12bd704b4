"""Firms as the people who act for them see them: wallet, users, rewards, bonuses; nobody's own wallet is touched."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain.business import queries, users
from domain.business.models import BusinessKind, BusinessRole, UserState
from domain.ledger import queries as ledger
from domain.paging import Page, PageRequest
from domain.values import Points
from partners.scopes import Scope
from resolvers import bonuses, business
from resolvers.business import FirmActivity
from resolvers.context import Info
from schema.bonuses import BonusSoFar, BonusStatement
from schema.connections import Connection, paged
from schema.errors import UserError, or_null, refusals
from schema.ids import identified
from schema.permissions import needs
from schema.redeeming import MyRewardRedeemInput
from schema.shape import shows
from schema.wallets import Activity, Due

READ = needs(Scope.PROFILE_READ)
WRITE = needs(Scope.PROFILE_WRITE)


@strawberry.type
@shows(queries.User)
class BusinessUser:
    """Somebody who acts for a firm, or is invited to."""

    id: strawberry.ID = identified("user_id")
    role: BusinessRole
    """What the user may do."""
    state: UserState
    """How far the user is."""
    called: str | None
    """How the firm calls the user."""
    invited_at: datetime
    """When the user was invited."""
    expires_at: datetime
    """Until when the invitation may be taken."""
    joined_at: datetime | None
    """Since when the user acts for the firm."""


@strawberry.type
@shows(users.Invited)
class BusinessInvitation:
    """An open invitation to act for a firm."""

    role: BusinessRole
    """As what."""
    token: str
    """To be entered by the one who is invited, signed in (`businessJoin`); shown this once."""
    expires_at: datetime
    """Until when."""


@strawberry.type
@shows(FirmActivity)
class BusinessActivity:
    """Something that happened in a firm's wallet, and who of the firm did it."""

    activity: Activity
    """What happened."""

    @strawberry.field
    @staticmethod
    def user(told: strawberry.Parent[FirmActivity], info: Info) -> strawberry.ID | None:
        """The id of the user who did it; null where that was not said."""
        return None if told.user_id is None else user_id(info, told.user_id)


@strawberry.type
class BusinessWallet:
    """What a firm has."""

    available: Points = strawberry.field(description="What can be spent now.")
    pending: Points = strawberry.field(description="What waits until its return window is over.")
    held: Points = strawberry.field(description="What is set aside.")
    debt: Points = strawberry.field(description="What is owed from later earnings.")
    expiries: list[Due] = strawberry.field(description="What expires when, soonest first.")


@strawberry.type
@shows(queries.MyBusiness)
class MyBusiness:
    """A firm that you act for."""

    id: strawberry.ID = identified("business_id")
    name: str
    """What it is called."""
    kind: BusinessKind
    """What sort of firm it is."""
    role: BusinessRole
    """What you may do."""
    served: bool
    """Whether a partner serves it; before, nothing is spent."""

    @strawberry.field(graphql_type=BusinessWallet)
    @staticmethod
    async def wallet(firm: strawberry.Parent[queries.MyBusiness], info: Info) -> Any:
        """What the firm has."""
        return _wallet(await business.balance_of(info.context, firm))

    @strawberry.field(graphql_type=Connection[BusinessActivity], extensions=[paged()])
    @staticmethod
    async def activity(
        firm: strawberry.Parent[queries.MyBusiness], info: Info, page: PageRequest
    ) -> Page[FirmActivity]:
        """What happened in the firm's wallet, the newest first."""
        return await business.activity_of(info.context, firm, page)

    @strawberry.field(graphql_type=list[BusinessUser])
    @staticmethod
    async def users(firm: strawberry.Parent[queries.MyBusiness], info: Info) -> list[queries.User]:
        """Who acts for the firm, or is invited to: to owners everybody, to others themselves."""
        return await business.users_of(info.context, firm)

    @strawberry.field(graphql_type=list[BonusStatement])
    @staticmethod
    async def bonuses(firm: strawberry.Parent[queries.MyBusiness], info: Info) -> Any:
        """The firm's bonus statements that were checked, the latest first."""
        return await bonuses.of_firm(info.context, firm)

    @strawberry.field(graphql_type=list[BonusSoFar])
    @staticmethod
    async def bonuses_so_far(firm: strawberry.Parent[queries.MyBusiness], info: Info) -> Any:
        """How the firm stands in the schemes that it takes part in; provisional."""
        return await bonuses.so_far(info.context, firm)


@strawberry.input
class BusinessInviteInput:
    """Somebody shall act for a firm."""

    business: strawberry.ID
    """The firm: one that you are an owner of, or that you registered and that has no owner yet."""
    role: BusinessRole
    """As what; a firm's first user is an OWNER."""
    called: str
    """How the firm calls the user, such as "Purchasing, Riga"; 1 to 80 characters."""
    email: str | None = None
    """Where the token is mailed to; else hand it over yourself. The address is not kept."""


@strawberry.input
class BusinessJoinInput:
    """You act for a firm from now on."""

    token: str
    """What you were given."""


@strawberry.input
class BusinessUserChangeInput:
    """Another role for a user, or none."""

    user: strawberry.ID
    """The user."""
    role: BusinessRole | None = None
    """The role from now on; without one the user acts for the firm no more, from this moment."""


@strawberry.input
class BusinessRewardRedeemInput(MyRewardRedeemInput):
    """A reward for a firm, by its points."""

    business: strawberry.ID
    """The firm."""


@strawberry.type
class BusinessInvitePayload:
    """What became of an invitation."""

    invitation: BusinessInvitation | None = None
    """The invitation; null when it was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was made."""


@strawberry.type
class BusinessJoinPayload:
    """What became of joining a firm."""

    business: MyBusiness | None = None
    """The firm; null when it was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


@strawberry.type
class BusinessUserChangePayload:
    """What became of a user's role."""

    user: BusinessUser | None = None
    """The user; null when the change was refused, or the user is gone."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the change was refused; empty when it was done."""


@strawberry.type
class BusinessRewardRedeemPayload:
    """What became of a firm's redemption."""

    wallet: BusinessWallet | None = None
    """What the firm has afterwards; null when it was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The firm's id.")]


@strawberry.type
class MyBusinessQuery:
    """Firms that you act for."""

    @strawberry.field(graphql_type=list[MyBusiness], extensions=[READ])
    @staticmethod
    async def my_businesses(info: Info) -> list[queries.MyBusiness]:
        """The firms that you act for; your own wallet is none of theirs."""
        return await business.mine(info.context)

    @strawberry.field(graphql_type=MyBusiness | None, extensions=[READ, or_null])
    @staticmethod
    async def my_business(info: Info, id: Id) -> queries.MyBusiness:
        """One of them; null when you act for no such firm."""
        return await business.one_of_mine(info.context, info.context.global_ids.one("MyBusiness", id))


@strawberry.type
class MyBusinessMutation:
    """People act for firms."""

    @strawberry.mutation(
        graphql_type=BusinessInvitePayload,
        extensions=[needs(Scope.PROFILE_WRITE, Scope.MEMBERS_ENROL), refusals],
    )
    @staticmethod
    async def business_invite(info: Info, input: BusinessInviteInput) -> Any:
        """Let somebody act for a firm; whoever enters the token within seven days does."""
        kind = "MyBusiness" if info.context.viewer.member_id is not None else "Business"
        firm = info.context.global_ids.one(kind, input.business)
        made = await business.invite(info.context, firm, input.role, input.called, input.email)
        return BusinessInvitePayload(invitation=made)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=BusinessJoinPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def business_join(info: Info, input: BusinessJoinInput) -> Any:
        """Act for a firm from now on, by what you were given."""
        joined = await business.join(info.context, input.token)
        return BusinessJoinPayload(business=joined)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=BusinessUserChangePayload, extensions=[WRITE, refusals])
    @staticmethod
    async def business_user_change(info: Info, input: BusinessUserChangeInput) -> Any:
        """Give a user of your firm another role, or none; everybody may leave. The last owner stays."""
        who = info.context.global_ids.one("BusinessUser", input.user)
        changed = await business.change_user(info.context, who, input.role)
        return BusinessUserChangePayload(user=changed)  # type: ignore[arg-type]

    @strawberry.mutation(
        graphql_type=BusinessRewardRedeemPayload, extensions=[needs(Scope.REDEMPTIONS_WRITE), refusals]
    )
    @staticmethod
    async def business_reward_redeem(info: Info, input: BusinessRewardRedeemInput) -> Any:
        """Take a reward for a firm by its points, as one of its owners or buyers."""
        firm = info.context.global_ids.one("MyBusiness", input.business)
        await business.redeem(info.context, firm, await input.to_command(info.context))
        mine = await business.one_of_mine(info.context, firm)
        return BusinessRewardRedeemPayload(wallet=_wallet(await business.balance_of(info.context, mine)))


def user_id(info: Info, who: UUID) -> strawberry.ID:
    """A user's id, as the viewer knows it."""
    return strawberry.ID(info.context.global_ids.encode("BusinessUser", who))


def _wallet(balance: ledger.Balance) -> BusinessWallet:
    return BusinessWallet(
        available=balance.available,
        pending=balance.pending,
        held=balance.held,
        debt=balance.debt,
        expiries=balance.expiries,  # type: ignore[arg-type]
    )
