"""Business members, as the partners that serve them keep them: registered, approved, grouped, named as buyers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.business import groups, queries
from domain.business.models import BusinessKind, ServiceState
from domain.business.registering import RegisterBusiness
from domain.ids import PartnerId
from domain.members.models import ConsentPurpose
from domain.paging import Page, PageRequest
from domain.segments import definitions
from partners.scopes import Scope
from resolvers import business, segments
from resolvers.context import Context, Info
from resolvers.policies import acting_partner
from schema.connections import Connection, paged
from schema.errors import UserError, or_null, refusals
from schema.ids import Node, identified
from schema.members import MemberRefInput
from schema.nodes import findable
from schema.permissions import needs
from schema.scalars import IdempotencyKey
from schema.segments import Segment
from schema.shape import shows

LOOKUP = needs(Scope.MEMBERS_LOOKUP)
ENROL = needs(Scope.MEMBERS_ENROL)


@strawberry.type
@shows(queries.Business)
class Business(Node):
    """A firm as a member, as you know it: several people use its wallet, each by a role."""

    id: strawberry.ID = identified("business_id")
    kind: BusinessKind
    """What sort of firm it is."""
    name: str
    """What it is called."""
    ends_in: str | None
    """The last characters of its registration number."""
    state: ServiceState
    """How you stand to it."""
    registered_at: datetime
    """When you registered it."""
    approved_at: datetime | None
    """Since when you serve it."""
    ended_at: datetime | None
    """Since when you serve it no more."""


findable(Business, business.find, LOOKUP)


@strawberry.type
@shows(groups.Group)
class BusinessGroup:
    """A segment of firms that keeps itself: all of some kinds that you serve, and those put in by hand."""

    kinds: list[BusinessKind] = strawberry.field(description="All firms of these kinds belong to it.")
    made_at: datetime
    """When it was made."""

    @strawberry.field(graphql_type=Segment)
    @staticmethod
    async def segment(group: strawberry.Parent[groups.Group], info: Info) -> definitions.Segment:
        """What campaigns name, to give discounts and points to its firms alone."""
        return await segments.find(info.context, group.segment_id)


@strawberry.input
class BusinessRegisterInput:
    """A firm to be a member."""

    idempotency_key: IdempotencyKey
    """Yours for this registration; the same on every retry."""
    kind: BusinessKind
    """What sort of firm it is."""
    name: str
    """What it is called, 1 to 200 characters."""
    registration_number: str
    """In the companies' register; how it is spaced does not matter."""
    customer_number: str
    """Your own number for it: by it your tills and files name it (`externalId`)."""
    vat_number: str | None = None
    """Where it has one."""
    card_number: str | None = None
    """A card of the firm's own, where it has one."""
    consents: list[ConsentPurpose] = strawberry.field(default_factory=list)
    """What the firm allowed you; OFFERS lets bonus schemes count what it buys elsewhere."""

    def to_command(self, ctx: Context) -> RegisterBusiness:
        """As the domain takes it. Raises: WrongAudience, InvalidValue, InvalidBusiness."""
        return RegisterBusiness(
            partner_id=PartnerId(acting_partner(ctx.viewer)),
            idempotency_key=self.idempotency_key,
            kind=self.kind,
            name=self.name,
            registration_number=self.registration_number,
            vat_number=self.vat_number,
            customer_number=self.customer_number,
            card_number=self.card_number,
            consents=frozenset(self.consents),
        )


@strawberry.input
class BusinessInput:
    """A firm that takes a step."""

    business: strawberry.ID
    """The firm."""


@strawberry.input
class BusinessBuyerNameInput:
    """Who of a firm bought."""

    purchase: strawberry.ID
    """A purchase at your tills."""
    buyer: MemberRefInput
    """The person, by a card of its own, or as you know it."""


@strawberry.input
class BusinessGroupDefineInput:
    """A new group of firms."""

    name: str
    """What the segment is called, 1 to 80 characters."""
    kinds: list[BusinessKind] = strawberry.field(default_factory=list)
    """All firms of these kinds belong to it; none, for a group that is kept by hand alone."""


@strawberry.input
class BusinessGroupChangeInput:
    """A change of a group of firms."""

    group: strawberry.ID
    """The group's segment."""
    kinds: list[BusinessKind] | None = None
    """All firms of these kinds belong to it from now on; as they were, if not said."""
    put_in: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Firms that belong to it whatever their kind, at most 500."""
    take_out: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Firms that were put in and belong no more, at most 500."""


@strawberry.type
class BusinessPayload:
    """What became of a step with a firm."""

    business: Business | None = None
    """The firm; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class BusinessBuyerNamePayload:
    """What became of naming a buyer."""

    named: bool = False
    """Whether the purchase names the buyer now."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class BusinessGroupPayload:
    """What became of a step with a group."""

    group: BusinessGroup | None = None
    """The group; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The firm's id.")]
Kinds = Annotated[list[BusinessKind] | None, strawberry.argument(description="Only these; all, if not said.")]
States = Annotated[
    list[ServiceState] | None, strawberry.argument(description="Only those that stand so; all, if not said.")
]


@strawberry.type
class BusinessQuery:
    """Business members."""

    @strawberry.field(graphql_type=Connection[Business], extensions=[LOOKUP, paged()])
    @staticmethod
    async def businesses(
        info: Info, page: PageRequest, kinds: Kinds = None, states: States = None
    ) -> Page[queries.Business]:
        """The firms that you serve, have served or have registered, the first first."""
        return await business.page(info.context, page, kinds or (), states or ())

    @strawberry.field(graphql_type=Business | None, extensions=[LOOKUP, or_null])
    @staticmethod
    async def business(info: Info, id: Id) -> queries.Business:
        """One of them; null when there is none with this id."""
        return await business.find(info.context, info.context.global_ids.one("Business", id))

    @strawberry.field(graphql_type=list[BusinessGroup], extensions=[needs(Scope.CAMPAIGNS_READ)])
    @staticmethod
    async def business_groups(info: Info) -> list[groups.Group]:
        """Your groups of firms, the first first."""
        return await business.group_page(info.context)


@strawberry.type
class BusinessMutation:
    """Firms join, are approved and grouped."""

    @strawberry.mutation(graphql_type=BusinessPayload, extensions=[ENROL, refusals])
    @staticmethod
    async def business_register(info: Info, input: BusinessRegisterInput) -> Any:
        """Make a firm a member, or meet one whose numbers are known; it waits for `businessApprove`."""
        return _done(await business.register(info.context, input.to_command(info.context)))

    @strawberry.mutation(graphql_type=BusinessPayload, extensions=[ENROL, refusals])
    @staticmethod
    async def business_approve(info: Info, input: BusinessInput) -> Any:
        """Serve a firm: it comes into your groups and schemes."""
        return _done(await business.approve(info.context, _firm(info, input.business)))

    @strawberry.mutation(graphql_type=BusinessPayload, extensions=[ENROL, refusals])
    @staticmethod
    async def business_end(info: Info, input: BusinessInput) -> Any:
        """Refuse a firm, or serve it no more; what it has stays its own."""
        return _done(await business.end(info.context, _firm(info, input.business)))

    @strawberry.mutation(graphql_type=BusinessBuyerNamePayload, extensions=[needs(Scope.PURCHASES_WRITE), refusals])
    @staticmethod
    async def business_buyer_name(info: Info, input: BusinessBuyerNameInput) -> Any:
        """Say who of a firm bought; the first who was named stays."""
        ids = info.context.global_ids
        where = ids.pair("Purchase", input.purchase)
        await business.name_buyer(info.context, *where, input.buyer.to_ref(info.context))
        return BusinessBuyerNamePayload(named=True)

    @strawberry.mutation(graphql_type=BusinessGroupPayload, extensions=[needs(Scope.CAMPAIGNS_WRITE), refusals])
    @staticmethod
    async def business_group_define(info: Info, input: BusinessGroupDefineInput) -> Any:
        """Make a group of firms: a segment that keeps itself."""
        return _grouped(await business.define_group(info.context, input.name, input.kinds))

    @strawberry.mutation(graphql_type=BusinessGroupPayload, extensions=[needs(Scope.CAMPAIGNS_WRITE), refusals])
    @staticmethod
    async def business_group_change(info: Info, input: BusinessGroupChangeInput) -> Any:
        """Let other kinds belong to a group; put firms in and take others out."""
        put_in, take_out = ([_firm(info, one) for one in some] for some in (input.put_in, input.take_out))
        group = info.context.global_ids.one("Segment", input.group)
        return _grouped(await business.change_group(info.context, group, input.kinds, put_in, take_out))


def _firm(info: Info, text: str) -> Any:
    return info.context.global_ids.one("Business", text)


def _done(firm: queries.Business) -> BusinessPayload:
    return BusinessPayload(business=firm)  # type: ignore[arg-type]


def _grouped(group: groups.Group) -> BusinessGroupPayload:
    return BusinessGroupPayload(group=group)  # type: ignore[arg-type]
