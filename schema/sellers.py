"""Sellers: proposed and agreed to by both sides; and what employers allow makers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.ids import PartnerId
from domain.members import recognition
from domain.paging import Page, PageRequest
from domain.selling import models
from domain.selling.models import EndedBy, SellerState
from domain.selling.sellers import Permit
from partners.scopes import Scope
from resolvers import coalition, selling
from resolvers.context import Info
from schema.connections import Connection, paged
from schema.errors import UserError, or_null, refusals
from schema.ids import Node, identified
from schema.members import Member, MemberRefInput
from schema.nodes import findable
from schema.partners import Outlet, Partner
from schema.permissions import needs
from schema.shape import shows

READ = needs(Scope.CAMPAIGNS_READ)
WRITE = needs(Scope.CAMPAIGNS_WRITE)
PUBLISH = needs(Scope.CAMPAIGNS_PUBLISH)
MINE = needs(Scope.PROFILE_READ)
CHANGE_MINE = needs(Scope.PROFILE_WRITE)


@strawberry.type
class SellerShown:
    """What both sides know of a seller."""

    since: datetime | None
    """Since when both agree."""
    proposed_at: datetime
    """When one of the two proposed it."""
    ended_at: datetime | None
    """When either ended it."""
    shows_rewards: bool
    """Whether the employer may see what this very seller is rewarded for."""

    @strawberry.field
    @staticmethod
    def state(seller: strawberry.Parent[models.Seller]) -> SellerState:
        """Where it stands."""
        return SellerState(seller.state)

    @strawberry.field
    @staticmethod
    def ended_by(seller: strawberry.Parent[models.Seller]) -> EndedBy | None:
        """Who ended it."""
        return seller.ended_by and EndedBy(seller.ended_by)  # type: ignore[return-value]

    @strawberry.field
    @staticmethod
    def awaits_member(seller: strawberry.Parent[models.Seller]) -> bool:
        """Whether the member has not agreed yet."""
        return seller.state == SellerState.PROPOSED and seller.member_agreed_at is None

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def employer(seller: strawberry.Parent[models.Seller], info: Info) -> coalition_models.Partner:
        """For whom."""
        return await coalition.partner(info.context, seller.employer_id)

    @strawberry.field(graphql_type=Outlet | None)
    @staticmethod
    async def outlet(seller: strawberry.Parent[models.Seller], info: Info) -> coalition_models.Outlet | None:
        """Where."""
        return await coalition.outlet_or_none(info.context, seller.outlet_id)


@strawberry.type
@shows(models.Seller)
class Seller(Node, SellerShown):
    """A member who sells at an outlet of yours."""

    id: strawberry.ID = identified("seller_id")
    staff: str | None
    """Your own reference, as your tills say who was at them."""

    @strawberry.field(graphql_type=Member | None)
    @staticmethod
    async def member(seller: strawberry.Parent[models.Seller], info: Info) -> recognition.KnownMember | None:
        """Who, as you know the member; null to the coalition."""
        return await selling.member_of(info.context, seller)


findable(Seller, selling.find_seller, READ)


@strawberry.type
class MySeller(SellerShown):
    """Where you sell."""

    @strawberry.field
    @staticmethod
    def id(seller: strawberry.Parent[models.Seller], info: Info) -> strawberry.ID:
        """By which you name it."""
        return strawberry.ID(info.context.global_ids.encode("MySeller", seller.seller_id))

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        """A member's own are shown so by the fields that find them."""
        return isinstance(obj, models.Seller)


@strawberry.type
@shows(models.SellerPermission)
class SellerPermission:
    """An employer lets a maker reward its staff."""

    skus: list[str]
    """For these articles; empty: for all."""
    most_units: int
    """So many units a seller may register in a calendar month; 0: any number."""
    given_at: datetime
    """Since when."""
    revoked_at: datetime | None
    """When it was taken back."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def employer(given: strawberry.Parent[models.SellerPermission], info: Info) -> coalition_models.Partner:
        """Whose staff."""
        return await coalition.partner(info.context, given.employer_id)

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def maker(given: strawberry.Parent[models.SellerPermission], info: Info) -> coalition_models.Partner:
        """Who may reward it."""
        return await coalition.partner(info.context, given.maker_id)


@strawberry.input
class SellerProposeInput:
    """A member who shall sell at an outlet of yours."""

    member: MemberRefInput
    """Who."""
    outlet_code: str
    """Your code of the outlet."""
    staff: str | None = None
    """Your own reference, as your tills say who was at them."""


@strawberry.input
class SellerInput:
    """A seller that takes a step."""

    seller: strawberry.ID
    """Which."""
    staff: str | None = None
    """When you agree: your own reference, as your tills say who was at them."""


@strawberry.input
class SellerPermitInput:
    """What you let a maker do."""

    maker: strawberry.ID
    """Who may reward your staff."""
    skus: list[str] = strawberry.field(default_factory=list)
    """For these articles, as sellers name them; none named: all."""
    most_units: int = 0
    """So many units a seller may register in a calendar month: 0 to 10000; 0: any number."""


@strawberry.input
class SellerRevokeInput:
    """A maker that may reward your staff no more."""

    maker: strawberry.ID
    """Which."""


@strawberry.input
class SellerSettingsSetInput:
    """What you want of your tills."""

    own_sales_earn: bool
    """Whether your sellers earn on what they buy where they sell; by itself they do not."""


@strawberry.input
class MySellerProposeInput:
    """Where you sell."""

    employer: strawberry.ID
    """For whom."""
    outlet_code: str
    """The employer's code of the outlet."""
    shows_rewards: bool = False
    """Whether the employer may see what you are rewarded for; it sees sums in any case."""


@strawberry.input
class MySellerInput:
    """A step of yours."""

    seller: strawberry.ID
    """Which."""
    shows_rewards: bool = False
    """When you agree: whether the employer may see what you are rewarded for; it sees sums in any case."""


@strawberry.type
class SellerPayload:
    """What became of a step with a seller."""

    seller: Seller | None = None
    """The seller; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class MySellerPayload:
    """What became of a step of yours."""

    seller: MySeller | None = None
    """Where you stand; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class SellerPermissionPayload:
    """What became of a permission."""

    permission: SellerPermission | None = None
    """The permission; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class SellerSettingsPayload:
    """What became of settings."""

    own_sales_earn: bool | None = None
    """As it is now; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The seller's id.")]
States = Annotated[list[SellerState] | None, strawberry.argument(description="Only those that stand so; all, else.")]


@strawberry.type
class SellerQuery:
    """Sellers."""

    @strawberry.field(graphql_type=Connection[Seller], extensions=[READ, paged()])
    @staticmethod
    async def sellers(info: Info, page: PageRequest, states: States = None) -> Page[models.Seller]:
        """Your staff, newest first."""
        return await selling.staff(info.context, page, states or ())

    @strawberry.field(graphql_type=Seller | None, extensions=[READ, or_null])
    @staticmethod
    async def seller(info: Info, id: Id) -> models.Seller:
        """One of your staff; null when there is none with this id."""
        return await selling.find_seller(info.context, info.context.global_ids.one("Seller", id))

    @strawberry.field(graphql_type=list[SellerPermission], extensions=[READ])
    @staticmethod
    async def seller_permissions(info: Info) -> list[models.SellerPermission]:
        """Whom you let reward your staff, and whose staff you may reward, as it stands."""
        return await selling.permissions(info.context)

    @strawberry.field(extensions=[READ])
    @staticmethod
    async def own_sales_earn(info: Info) -> bool:
        """Whether your sellers earn on what they buy where they sell."""
        return await selling.own_sales_earn(info.context)

    @strawberry.field(graphql_type=list[MySeller], extensions=[MINE])
    @staticmethod
    async def my_sellers(info: Info) -> list[models.Seller]:
        """Where you sell, have sold, or were proposed to, newest first."""
        return await selling.my_jobs(info.context)


@strawberry.type
class SellerMutation:
    """Sellers come and go."""

    @strawberry.mutation(graphql_type=SellerPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def seller_propose(info: Info, input: SellerProposeInput) -> Any:
        """Propose that a member sells at an outlet of yours; where it has said so itself, you agree to it."""
        ref = input.member.to_ref(info.context)
        return _seller(await selling.propose(info.context, ref, input.outlet_code, input.staff))

    @strawberry.mutation(graphql_type=SellerPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def seller_agree(info: Info, input: SellerInput) -> Any:
        """Agree to what a member has said of itself."""
        seller = info.context.global_ids.one("Seller", input.seller)
        return _seller(await selling.agree(info.context, seller, input.staff))

    @strawberry.mutation(graphql_type=SellerPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def seller_end(info: Info, input: SellerInput) -> Any:
        """Say that a member sells for you no more: from now on it registers nothing."""
        return _seller(await selling.end(info.context, info.context.global_ids.one("Seller", input.seller)))

    @strawberry.mutation(graphql_type=SellerPermissionPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def seller_permit(info: Info, input: SellerPermitInput) -> Any:
        """Let a maker reward your staff; what it was let before ends with it."""
        maker = PartnerId(info.context.global_ids.one("Partner", input.maker))
        command = Permit(maker_id=maker, skus=frozenset(input.skus), most_units=input.most_units)
        return SellerPermissionPayload(permission=await selling.permit(info.context, command))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=SellerPermissionPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def seller_revoke(info: Info, input: SellerRevokeInput) -> Any:
        """Let a maker reward your staff no more: nothing is registered, and nothing paid that is not paid yet."""
        maker = info.context.global_ids.one("Partner", input.maker)
        return SellerPermissionPayload(permission=await selling.revoke(info.context, maker))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=SellerSettingsPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def seller_settings_set(info: Info, input: SellerSettingsSetInput) -> Any:
        """Say whether your sellers earn on what they buy where they sell."""
        return SellerSettingsPayload(
            own_sales_earn=await selling.set_own_sales(info.context, earn=input.own_sales_earn)
        )

    @strawberry.mutation(graphql_type=MySellerPayload, extensions=[CHANGE_MINE, refusals])
    @staticmethod
    async def my_seller_propose(info: Info, input: MySellerProposeInput) -> Any:
        """Say that you sell somewhere; where the employer has said so itself, you agree to it."""
        employer = info.context.global_ids.one("Partner", input.employer)
        shown = {"shows_rewards": input.shows_rewards}
        return _mine(await selling.propose_myself(info.context, employer, input.outlet_code, **shown))

    @strawberry.mutation(graphql_type=MySellerPayload, extensions=[CHANGE_MINE, refusals])
    @staticmethod
    async def my_seller_agree(info: Info, input: MySellerInput) -> Any:
        """Agree to what an employer has said of you."""
        seller = info.context.global_ids.one("MySeller", input.seller)
        return _mine(await selling.agree_myself(info.context, seller, shows_rewards=input.shows_rewards))

    @strawberry.mutation(graphql_type=MySellerPayload, extensions=[CHANGE_MINE, refusals])
    @staticmethod
    async def my_seller_end(info: Info, input: MySellerInput) -> Any:
        """Say that you sell there no more."""
        return _mine(await selling.end_myself(info.context, info.context.global_ids.one("MySeller", input.seller)))


def _seller(seller: models.Seller) -> SellerPayload:
    return SellerPayload(seller=seller)  # type: ignore[arg-type]


def _mine(seller: models.Seller) -> MySellerPayload:
    return MySellerPayload(seller=seller)  # type: ignore[arg-type]
