"""Products that members have: registered, covered by a warranty, handed on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.paging import Page, PageRequest
from domain.service import information as domain_information
from domain.service import models
from domain.service.case_models import Coverage
from domain.service.models import RegistrationEnd
from partners.scopes import Scope
from resolvers import coalition, registrations
from resolvers.context import Info
from schema.connections import Connection, paged
from schema.errors import UserError, refusals
from schema.ids import Node, identified
from schema.members import MemberRefInput
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.product_information import ProductInformation
from schema.shape import shows

MINE = needs(Scope.PROFILE_READ)
CHANGE = needs(Scope.PROFILE_WRITE)
Shown = strawberry.Parent[models.Registration]


@strawberry.type
@shows(models.Registration)
class Registration(Node):
    """A product that you have, or had."""

    id: strawberry.ID = identified("registration_id")
    article: str
    """Its maker's own number."""
    serial_ends: str | None
    """How its serial ends."""
    verified: bool
    """The maker's list has the serial."""
    registered_at: datetime
    """When it was registered."""
    bought_at: datetime
    """When it was bought: as the books have it, else as you said."""
    warranty_until: datetime | None
    """Until when the maker stands for it; null where it says nothing."""
    ended_at: datetime | None
    """When you had it no more."""

    @strawberry.field
    @staticmethod
    def proven(registration: Shown) -> bool:
        """A purchase in the books proves it."""
        return registration.purchase_entry_id is not None

    @strawberry.field
    @staticmethod
    def ended(registration: Shown) -> RegistrationEnd | None:
        """Why you have it no more; null while you do."""
        return None if registration.ended is None else RegistrationEnd(registration.ended)

    @strawberry.field
    @staticmethod
    def coverage(registration: Shown, info: Info) -> Coverage:
        """Whether the warranty covers it now, or why not."""
        return registrations.coverage(info.context, registration)

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def maker(registration: Shown, info: Info) -> coalition_models.Partner:
        """Who made it."""
        return await coalition.partner(info.context, registration.partner_id)

    @strawberry.field(graphql_type=ProductInformation | None)
    @staticmethod
    async def information(registration: Shown, info: Info) -> domain_information.ProductInformation | None:
        """What the maker told of it on the day it was bought."""
        return await registrations.told_then(info.context, registration)


findable(Registration, registrations.find, MINE)


@strawberry.input
class MyProductRegisterInput:
    """A product that you have."""

    maker: str
    """The maker's short name."""
    article: str
    """The maker's own number."""
    serial: str | None = None
    """As it stands on the product; asked for where the maker says so."""
    bought_at: datetime | None = None
    """When you bought it; what the books have goes first."""


@strawberry.input
class ProductRegisterInput(MyProductRegisterInput):
    """A product that a member of yours has."""

    member: MemberRefInput
    """Whose it is."""


@strawberry.input
class MyProductInput:
    """One of your products."""

    registration: strawberry.ID
    """The product."""


@strawberry.input
class MyProductTakeInput:
    """A product that somebody hands you."""

    code: str
    """The code its owner told you; letter case, spaces and hyphens do not matter."""


@strawberry.type
class MyProductPayload:
    """What became of a product of yours."""

    registration: Registration | None = None
    """The product; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class MyProductOfferPayload:
    """What became of an offer."""

    code: str | None = None
    """Tell it to who gets the product: shown once; null when the offer was refused."""
    until: datetime | None = None
    """Until when it is good."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the offer was refused; empty when it was made."""


@strawberry.type
class ProductRegisterPayload:
    """What became of a registration at a shop; the product itself is the member's to see."""

    registered: bool = False
    """Whether it is registered now."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


Ended = Annotated[bool, strawberry.argument(description="Also those that you have no more.")]


@strawberry.type
class RegistrationQuery:
    """Products that members have."""

    @strawberry.field(graphql_type=Connection[Registration], extensions=[MINE, paged()])
    @staticmethod
    async def my_products(info: Info, page: PageRequest, *, ended: Ended = False) -> Page[models.Registration]:
        """Your registered products, the newest first."""
        return await registrations.mine(info.context, page, ended=ended)


@strawberry.type
class RegistrationMutation:
    """Products are registered and handed on."""

    @strawberry.mutation(graphql_type=MyProductPayload, extensions=[CHANGE, refusals])
    @staticmethod
    async def my_product_register(info: Info, input: MyProductRegisterInput) -> Any:
        """Register a product; again it is the same registration. A serial is registered by one member at a time."""
        made = await registrations.register(
            info.context, input.maker, input.article, serial=input.serial, bought_at=input.bought_at
        )
        return MyProductPayload(registration=made)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ProductRegisterPayload, extensions=[needs(Scope.PURCHASES_WRITE), refusals])
    @staticmethod
    async def product_register(info: Info, input: ProductRegisterInput) -> Any:
        """Register a product for a member of yours; what it bought of you proves it."""
        await registrations.register_at_shop(
            info.context,
            input.member.to_ref(info.context),
            input.maker,
            input.article,
            serial=input.serial,
            bought_at=input.bought_at,
        )
        return ProductRegisterPayload(registered=True)

    @strawberry.mutation(graphql_type=MyProductOfferPayload, extensions=[CHANGE, refusals])
    @staticmethod
    async def my_product_offer(info: Info, input: MyProductInput) -> Any:
        """Get a code by which another member takes the product over, once, within 30 days."""
        wanted = info.context.global_ids.one("Registration", input.registration)
        code, until = await registrations.offer(info.context, wanted)
        return MyProductOfferPayload(code=code, until=until)

    @strawberry.mutation(graphql_type=MyProductPayload, extensions=[CHANGE, refusals])
    @staticmethod
    async def my_product_take(info: Info, input: MyProductTakeInput) -> Any:
        """Take over a product, with what is left of its warranty."""
        return MyProductPayload(registration=await registrations.take(info.context, input.code))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=MyProductPayload, extensions=[CHANGE, refusals])
    @staticmethod
    async def my_product_give_up(info: Info, input: MyProductInput) -> Any:
        """Let a product go that you have no more."""
        wanted = info.context.global_ids.one("Registration", input.registration)
        return MyProductPayload(registration=await registrations.give_up(info.context, wanted))  # type: ignore[arg-type]
