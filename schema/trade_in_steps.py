"""Items are handed in, sold and given back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from domain import values
from domain.ids import PartnerId
from domain.trade_ins.consigning import CloseConsignment
from domain.trade_ins.models import Closed
from domain.trade_ins.recording import RecordTradeIn
from domain.trade_ins.reversing import ReverseTradeIn
from domain.trade_ins.terms import SchemeId
from domain.trade_ins.valuing import Item
from partners.scopes import Scope
from resolvers import coalition, trade_ins
from resolvers.context import Context, Info
from resolvers.policies import acting_partner
from schema.errors import UserError, refusals
from schema.members import MemberRefInput
from schema.money import MoneyInput
from schema.permissions import needs
from schema.scalars import IdempotencyKey
from schema.trade_in_parts import TradeIn

WRITE = needs(Scope.PURCHASES_WRITE)


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
            scheme_id=scheme_of(ctx, self.scheme),
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


def scheme_of(ctx: Context, text: str | None) -> SchemeId | None:
    """Which scheme an id names; None: none is named."""
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
