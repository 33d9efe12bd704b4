"""Trade-ins: quoted and recorded at counters, sold and taken back, shown to their members, and reported."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain import values
from domain.coalition import models as coalition_models
from domain.ids import PartnerId
from domain.members import recognition
from domain.paging import Page, PageRequest
from domain.trade_ins import errors as trade_in_errors
from domain.trade_ins import models, queries, reporting, valuing
from domain.trade_ins.consigning import CloseConsignment
from domain.trade_ins.models import Closed, CreditState, ItemState
from domain.trade_ins.recording import RecordTradeIn
from domain.trade_ins.reversing import ReverseTradeIn
from domain.trade_ins.terms import Form, SchemeId
from domain.trade_ins.valuing import Item, NotTaken
from partners.scopes import Scope
from resolvers import coalition, trade_ins
from resolvers.context import Context, Info
from resolvers.policies import acting_partner
from schema.connections import Connection, paged
from schema.errors import UserError, basics, or_null, refusals, shown
from schema.ids import Node, identified
from schema.members import Member, MemberRefInput
from schema.money import Money, MoneyInput
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.reward_shapes import money_of
from schema.scalars import IdempotencyKey
from schema.shape import shows

READ = needs(Scope.PURCHASES_READ, Scope.PURCHASES_WRITE)
WRITE = needs(Scope.PURCHASES_WRITE)
REPORT = needs(Scope.ANALYTICS_READ)
MINE = needs(Scope.PROFILE_READ)


@strawberry.type(description="The scheme takes no such item.")
class TradeInItemNotTaken(UserError):
    """Says why."""

    number: int = strawberry.field(description="The item's, in the request.")
    why: NotTaken = strawberry.field(description="What speaks against it.")


@shown.register
def _(error: trade_in_errors.ItemNotTaken) -> TradeInItemNotTaken:
    return TradeInItemNotTaken(**basics(error), number=error.number, why=NotTaken(error.why))


@strawberry.type
@shows(models.TradeInItem)
class TradeInItem:
    """A thing that was handed in, or several alike."""

    number: int
    """In its trade-in, from 1."""
    category: str
    """Of the price list."""
    sku: str | None
    """The article, where it was named."""
    serial: str | None
    """Without spaces and hyphens, in capitals."""
    grade: str
    """How well it is kept."""
    months: int | None
    """How old it is."""
    units: int
    """How many."""
    photos: list[str]
    """Links to pictures."""
    due_at: datetime | None
    """Until when it waits to be sold."""
    closed_at: datetime | None
    """When its consignment came to its end."""

    @strawberry.field
    @staticmethod
    def id(item: strawberry.Parent[models.TradeInItem], info: Info) -> strawberry.ID:
        """By which it is sold or given back."""
        return strawberry.ID(info.context.global_ids.encode("TradeInItem", item.item_id))

    @strawberry.field
    @staticmethod
    def state(item: strawberry.Parent[models.TradeInItem]) -> ItemState:
        """Where it stands."""
        return ItemState(item.state)

    @strawberry.field
    @staticmethod
    def closed_as(item: strawberry.Parent[models.TradeInItem]) -> Closed | None:
        """How its consignment came to its end."""
        return None if item.closed_as is None else Closed(item.closed_as)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def value(item: strawberry.Parent[models.TradeInItem], info: Info) -> values.Money | None:
        """What it is worth by the price list."""
        return await money_of(info, item.value)

    @strawberry.field(graphql_type=Money | None)
    @staticmethod
    async def sold_for(item: strawberry.Parent[models.TradeInItem], info: Info) -> values.Money | None:
        """What somebody paid for it."""
        return await money_of(info, item.sold_for)


@strawberry.type
@shows(models.TradeInCredit)
class TradeInCredit:
    """What the member got, or gets, for items."""

    given_at: datetime | None
    """When the member had it."""
    back_at: datetime | None
    """When it was taken back."""

    @strawberry.field
    @staticmethod
    def form(credit: strawberry.Parent[models.TradeInCredit]) -> Form:
        """A voucher, or what campaigns give for the action."""
        return Form(credit.form)

    @strawberry.field
    @staticmethod
    def state(credit: strawberry.Parent[models.TradeInCredit]) -> CreditState:
        """Where it stands."""
        return CreditState(credit.state)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def amount(credit: strawberry.Parent[models.TradeInCredit], info: Info) -> values.Money | None:
        """Of the voucher, or the worth that the action tells."""
        return await money_of(info, credit.amount)


@strawberry.type
@shows(queries.TradeIn)
class TradeIn(Node):
    """What one member handed in together at a counter of yours."""

    id: strawberry.ID = identified("trade_in_id")
    occurred_at: datetime
    """When, by the till's clock."""
    recorded_at: datetime
    """When we had it."""
    reversed_at: datetime | None
    """When it was taken back; null: it stands."""
    items: list[TradeInItem]
    """What was handed in."""
    credits: list[TradeInCredit]
    """What the member got, or gets, for it."""

    @strawberry.field(graphql_type=Member | None)
    @staticmethod
    async def member(trade_in: strawberry.Parent[queries.TradeIn], info: Info) -> recognition.KnownMember | None:
        """Who handed it in; null where it is a member no more."""
        return await trade_ins.member_of(info.context, trade_in)


findable(TradeIn, trade_ins.find, READ)


@strawberry.type
@shows(valuing.Valued)
class TradeInValue:
    """What an item would be worth."""

    category: str | None
    """Of the price list; null where it has none."""
    why_not: NotTaken | None
    """Why it is not taken; null where it is."""

    @strawberry.field
    @staticmethod
    def number(value: strawberry.Parent[valuing.Valued]) -> int:
        """The item's, in the request."""
        return value.item.number

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def price(value: strawberry.Parent[valuing.Valued], info: Info) -> values.Money | None:
        """Of one, by the list, before age."""
        return await money_of(info, value.price)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def value(value: strawberry.Parent[valuing.Valued], info: Info) -> values.Money | None:
        """Of all its units."""
        return await money_of(info, value.value)


@strawberry.type
@shows(queries.MyItem)
class MyTradeIn:
    """Something that you handed in, and what became of it."""

    scheme: str
    """What the scheme is called."""
    category: str
    """What it is."""
    grade: str
    """How well it is kept."""
    units: int
    """How many."""
    state: ItemState
    """Where it stands."""
    due_at: datetime | None
    """Until when it waits to be sold."""
    closed_as: Closed | None
    """How its consignment came to its end."""
    handed_in_at: datetime
    """When you handed it in."""
    form: Form | None
    """In what form you got credit; null: none yet."""
    credit_state: CreditState | None
    """Where the credit stands."""

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def value(item: strawberry.Parent[queries.MyItem], info: Info) -> values.Money | None:
        """What it is worth by the price list."""
        return await money_of(info, item.value)

    @strawberry.field(graphql_type=Money | None)
    @staticmethod
    async def credit(item: strawberry.Parent[queries.MyItem], info: Info) -> values.Money | None:
        """What you got for it, and for what you handed in with it; null: nothing yet."""
        return await money_of(info, item.credit)

    @strawberry.field(graphql_type=Money | None)
    @staticmethod
    async def sold_for(item: strawberry.Parent[queries.MyItem], info: Info) -> values.Money | None:
        """What somebody paid for it."""
        return await money_of(info, item.sold_for)

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(item: strawberry.Parent[queries.MyItem], info: Info) -> coalition_models.Partner:
        """Who took it."""
        return await coalition.partner(info.context, PartnerId(item.partner_id))


@strawberry.type
@shows(reporting.Taken)
class TradeInTaken:
    """Items of one category and grade under one scheme."""

    name: str
    """The scheme's."""
    category: str
    """Of its price list."""
    grade: str
    """How well they were kept."""
    own: bool
    """At your own counters; else at others' together, told over at least ten members."""
    members: int
    """Who handed them in."""
    items: int
    """How many lines."""
    units: int
    """How many things."""
    credited: int
    """How many lines were credited."""
    sold: int
    """How many consigned ones were sold."""
    waiting: int
    """How many wait to be sold."""
    unsold: int
    """How many nobody bought in time."""
    reversed: int
    """How many were taken back."""

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def value(taken: strawberry.Parent[reporting.Taken], info: Info) -> values.Money | None:
        """By the price list."""
        return await money_of(info, taken.value)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def credit(taken: strawberry.Parent[reporting.Taken], info: Info) -> values.Money | None:
        """What members were credited for them."""
        return await money_of(info, taken.credit)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def sold_for(taken: strawberry.Parent[reporting.Taken], info: Info) -> values.Money | None:
        """What buyers paid for the consigned ones."""
        return await money_of(info, taken.sold_for)


@strawberry.type
@shows(reporting.Cost)
class TradeInCost:
    """What a scheme cost one funder so far."""

    name: str
    """The scheme's."""
    points: int
    """Given for actions."""

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def money(cost: strawberry.Parent[reporting.Cost], info: Info) -> values.Money | None:
        """Taken off by vouchers that were used."""
        return await money_of(info, cost.amount)

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def funder(cost: strawberry.Parent[reporting.Cost], info: Info) -> coalition_models.Partner:
        """Who bears it."""
        return await coalition.partner(info.context, PartnerId(cost.funder_id))


@strawberry.type
@shows(reporting.TradeInReport)
class TradeInReport:
    """What trade-in came to."""

    taken: list[TradeInTaken]
    """What was handed in."""
    costs: list[TradeInCost]
    """Your own, and those of the sponsors of your schemes."""


@strawberry.input
class TradeInItemInput:
    """A thing that is handed in, or several alike."""

    category: str | None = None
    """Of the price list; as the article says, if not said."""
    sku: str | None = None
    """The article, where you know it."""
    grade: str
    """How well it is kept, in the scheme's words."""
    serial: str | None = None
    """Its serial number; spaces, hyphens and letter case do not matter."""
    months: int | None = None
    """How old it is, where the price asks for it."""
    units: int = 1
    """How many; 1 with a serial."""
    photos: list[str] = strawberry.field(default_factory=list)
    """At most ten https links to pictures that you keep."""

    def to_item(self, number: int) -> Item:
        """As the domain takes it. Raises: InvalidTradeIn."""
        said = {name: getattr(self, name) for name in ("category", "sku", "grade", "serial", "months", "units")}
        return Item(number=number, photos=tuple(self.photos), **said)


@strawberry.input
class TradeInRecordInput:
    """What a member hands in."""

    idempotency_key: IdempotencyKey
    """Yours for this trade-in; the same on every retry."""
    member: MemberRefInput
    """Who hands it in."""
    items: list[TradeInItemInput]
    """What: 1 to 100."""
    scheme: strawberry.ID | None = None
    """By which scheme; the one there is at your counters, if not said."""
    occurred_at: datetime | None = None
    """When; now if not said."""
    outlet_code: str | None = None
    """Your code of the shop; not needed by a till that is bound to one."""
    staff: str | None = None
    """Your reference for who took it."""
    reference: str | None = None
    """Your own number of it."""

    async def to_command(self, ctx: Context) -> RecordTradeIn:
        """As the domain takes it. Raises: InvalidTradeIn, InvalidValue, OutletNotFound."""
        return RecordTradeIn(
            partner_id=PartnerId(acting_partner(ctx.viewer)),
            member=self.member.to_ref(ctx),
            idempotency_key=self.idempotency_key,
            items=items_of(self.items),
            scheme_id=_scheme(ctx, self.scheme),
            outlet_id=await trade_ins.outlet_meant(ctx, self.outlet_code),
            occurred_at=self.occurred_at or ctx.now,
            dated=self.occurred_at is not None,
            staff=self.staff,
            reference=self.reference,
        )


@strawberry.input
class TradeInReverseInput:
    """A trade-in that is taken back."""

    idempotency_key: IdempotencyKey
    """Yours for this step."""
    trade_in: strawberry.ID
    """The trade-in."""


@strawberry.input
class ConsignmentSoldInput:
    """A consigned item that somebody bought."""

    idempotency_key: IdempotencyKey
    """Yours for this sale."""
    item: strawberry.ID
    """The item."""
    price: MoneyInput
    """What was paid for it."""
    occurred_at: datetime | None = None
    """When; now if not said."""


@strawberry.input
class ConsignmentEndInput:
    """A consigned item that is sold no more."""

    idempotency_key: IdempotencyKey
    """Yours for this step."""
    item: strawberry.ID
    """The item."""
    ends_as: Closed
    """GIVEN_BACK, GIVEN_AWAY, or FALLBACK where the scheme credits what nobody bought."""


@strawberry.type
class TradeInPayload:
    """What became of a trade-in."""

    trade_in: TradeIn | None = None
    """The trade-in as it stands; null when the step was refused."""
    codes: list[str] = strawberry.field(default_factory=list)
    """The codes of the vouchers that the member got by it, to be printed."""
    replayed: bool = False
    """Whether an earlier request with the same key had done it."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The trade-in's id.")]
Of = Annotated[strawberry.ID | None, strawberry.argument(description="Only of this scheme; of all, if not said.")]
Items = Annotated[list[TradeInItemInput], strawberry.argument(description="What would be handed in: 1 to 100.")]
Where = Annotated[str | None, strawberry.argument(description="Your code of the shop.")]
States = Annotated[
    list[ItemState] | None, strawberry.argument(description="Only with items that stand so; all, if not said.")
]
Since = Annotated[datetime, strawberry.argument(description="What was recorded from then on …")]
Until = Annotated[datetime | None, strawberry.argument(description="… and before then; until now, if not said.")]


@strawberry.type
class TradeInQuery:
    """Trade-ins."""

    @strawberry.field(graphql_type=list[TradeInValue], extensions=[WRITE])
    @staticmethod
    async def trade_in_quote(
        info: Info, items: Items, scheme: Of = None, outlet_code: Where = None
    ) -> list[valuing.Valued]:
        """What items are worth at your counters now, and why some are not taken; nothing is recorded."""
        wanted = _scheme(info.context, scheme)
        _, found = await trade_ins.quote(info.context, wanted, items_of(items), outlet_code)
        return found

    @strawberry.field(graphql_type=Connection[TradeIn], extensions=[READ, paged()])
    @staticmethod
    async def trade_ins(
        info: Info, page: PageRequest, scheme: Of = None, states: States = None
    ) -> Page[queries.TradeIn]:
        """What you took, newest first."""
        return await trade_ins.page(info.context, page, _scheme(info.context, scheme), states or ())

    @strawberry.field(graphql_type=TradeIn | None, extensions=[READ, or_null])
    @staticmethod
    async def trade_in(info: Info, id: Id) -> queries.TradeIn:
        """One of your trade-ins; null when there is none with this id."""
        return await trade_ins.find(info.context, info.context.global_ids.one("TradeIn", id))

    @strawberry.field(graphql_type=Connection[MyTradeIn], extensions=[MINE, paged()])
    @staticmethod
    async def my_trade_ins(info: Info, page: PageRequest) -> Page[queries.MyItem]:
        """What you handed in, newest first."""
        return await trade_ins.mine(info.context, page)

    @strawberry.field(graphql_type=TradeInReport, extensions=[REPORT])
    @staticmethod
    async def trade_in_report(
        info: Info, since: Since, until: Until = None, scheme: Of = None
    ) -> reporting.TradeInReport:
        """What was taken, by category and grade, and what it cost you and the sponsors of your schemes."""
        wanted = _scheme(info.context, scheme)
        return await trade_ins.report(info.context, wanted, since, until or info.context.now)


@strawberry.type
class TradeInMutation:
    """Items are handed in, sold and given back."""

    @strawberry.mutation(graphql_type=TradeInPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def trade_in_record(info: Info, input: TradeInRecordInput) -> Any:
        """Record what a member hands in; where credit is given now, the member has it at once."""
        return _payload(await trade_ins.record(info.context, await input.to_command(info.context)))

    @strawberry.mutation(graphql_type=TradeInPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def trade_in_reverse(info: Info, input: TradeInReverseInput) -> Any:
        """Take a trade-in back with all that was given for it, while none of that was used."""
        ids = info.context.global_ids
        command = ReverseTradeIn(
            partner_id=PartnerId(acting_partner(info.context.viewer)),
            trade_in_id=ids.one("TradeIn", input.trade_in),
            idempotency_key=input.idempotency_key,
        )
        return _payload(await trade_ins.reverse(info.context, command))

    @strawberry.mutation(graphql_type=TradeInPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def consignment_sold(info: Info, input: ConsignmentSoldInput) -> Any:
        """Somebody bought a consigned item, and its member is credited."""
        price = input.price.to_money()
        currency = (await coalition.coalition(info.context)).currency
        values.Money(Decimal(0), currency) + price  # of another currency it is refused
        command = _closing(info, input.item, input.idempotency_key, Closed.SOLD, price.minor, input.occurred_at)
        return _payload(await trade_ins.close(info.context, command))

    @strawberry.mutation(graphql_type=TradeInPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def consignment_end(info: Info, input: ConsignmentEndInput) -> Any:
        """Sell a consigned item no more: it is given back, given away, or credited as the scheme says."""
        command = _closing(info, input.item, input.idempotency_key, input.ends_as, None, None)
        return _payload(await trade_ins.close(info.context, command))


def items_of(items: list[TradeInItemInput]) -> tuple[Item, ...]:
    """As the domain takes them, numbered from 1. Raises: InvalidTradeIn."""
    return tuple(item.to_item(number) for number, item in enumerate(items, 1))


def _scheme(ctx: Context, text: str | None) -> SchemeId | None:
    return None if text is None else SchemeId(ctx.global_ids.one("TradeInScheme", text))


def _closing(
    info: Info, item: str, key: str, closed_as: Closed, sold_for: int | None, occurred_at: datetime | None
) -> CloseConsignment:
    item_id: UUID = info.context.global_ids.one("TradeInItem", item)
    return CloseConsignment(
        partner_id=PartnerId(acting_partner(info.context.viewer)),
        item_id=item_id,
        idempotency_key=key,
        closed_as=closed_as,
        sold_for=sold_for,
        occurred_at=occurred_at or info.context.now,
    )


def _payload(done: trade_ins.Done) -> TradeInPayload:
    return TradeInPayload(
        trade_in=done.trade_in,  # type: ignore[arg-type]
        codes=list(done.codes),
        replayed=done.replayed,
    )
