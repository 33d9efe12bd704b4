"""Trade-ins as counters and members see them."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain import values
from domain.coalition import models as coalition_models
from domain.ids import PartnerId
from domain.members import recognition
from domain.trade_ins import errors as trade_in_errors
from domain.trade_ins import models, queries, valuing
from domain.trade_ins.models import Closed, CreditState, ItemState
from domain.trade_ins.terms import Form
from domain.trade_ins.valuing import NotTaken
from partners.scopes import Scope
from resolvers import coalition, trade_ins
from resolvers.context import Info
from schema.errors import UserError, basics, shown
from schema.ids import Node, identified
from schema.members import Member
from schema.money import Money
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.reward_shapes import money_of
from schema.shape import shows

READ = needs(Scope.PURCHASES_READ, Scope.PURCHASES_WRITE)


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
