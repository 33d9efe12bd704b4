"""Goods that come back, and the points that go with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.earning import commands, returning
from domain.earning.commands import PurchaseRef, RecordReturn
from domain.earning.rerating import ReturnedLine
from domain.errors import DomainError
from domain.ids import PartnerId
from domain.values import Points
from partners.scopes import Scope
from resolvers import coalition, purchases
from resolvers.context import Context, Info
from resolvers.policies import acting_partner
from schema.errors import UserError, or_null, refusals
from schema.members import MemberRefInput
from schema.money import Money
from schema.partners import Partner
from schema.permissions import needs
from schema.purchases import Purchase, left_over
from schema.scalars import IdempotencyKey
from schema.shape import shows
from schema.wallets import Afterwards


@strawberry.type
@shows(commands.PointsTaken)
class PointsTaken:
    """Points that a return took back for one sponsor."""

    points: Points
    """How many."""
    owed: bool
    """Whether they were spent already, so that later earnings pay them."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def sponsor(taken: strawberry.Parent[commands.PointsTaken], info: Info) -> coalition_models.Partner:
        """To whom they go back."""
        return await coalition.partner(info.context, taken.sponsor_id)


@strawberry.type
@shows(commands.ReturnReceipt)
class PurchaseReturn:
    """A recorded return and what it took back."""

    points: Points
    """All the points it took back, owed ones included."""
    taken: list[PointsTaken]
    """What it took back, by sponsor."""

    @strawberry.field
    @staticmethod
    def vouchers_cancelled(back: strawberry.Parent[commands.ReturnReceipt]) -> int:
        """How many vouchers, won with the purchase, can be used no more."""
        return back.vouchers.cancelled

    @strawberry.field
    @staticmethod
    def vouchers_used(back: strawberry.Parent[commands.ReturnReceipt]) -> int:
        """How many vouchers, won with the purchase, were used before; they stay used."""
        return back.vouchers.used


@strawberry.type
class LineToReturn:
    """A line of a purchase, and how much of it may come back."""

    number: int
    """The line's number, by which it is given back."""
    sku: str
    """Your article number."""
    name: str | None
    """What you call it; null where your catalogue does not have it."""
    quantity: Decimal
    """How much was bought."""
    left: Decimal
    """How much of it has not come back yet."""
    amount: Money
    """What was paid for all of it."""


@strawberry.type
@shows(returning.PurchaseToReturn)
class PurchaseToReturn:
    """One of your purchases, as a counter looks at it that takes goods back."""

    occurred_at: datetime
    """When it was made."""

    @strawberry.field(graphql_type=Purchase)
    @staticmethod
    async def purchase(found: strawberry.Parent[returning.PurchaseToReturn], info: Info) -> commands.PurchaseReceipt:
        """The purchase, with what it earned."""
        return await purchases.find(info.context, found.wallet_id, found.entry_id)

    @strawberry.field
    @staticmethod
    async def lines(found: strawberry.Parent[returning.PurchaseToReturn], info: Info) -> list[LineToReturn]:
        """Its lines."""
        names = await purchases.names_of(info.context, found)
        return [
            LineToReturn(
                number=line.number,
                sku=line.sku,
                name=names.get(line.sku),
                quantity=line.quantity,
                left=line.left,
                amount=line.amount,  # type: ignore[arg-type]
            )
            for line in found.lines
        ]


ReceiptNumber = Annotated[str, strawberry.argument(description="Your number of the receipt.")]
Whose = Annotated[
    MemberRefInput | None,
    strawberry.argument(description="Whose purchase it was; needed where several receipts have the number."),
]


@strawberry.type
class ReturnQuery:
    """Purchases that goods come back of."""

    @strawberry.field(graphql_type=PurchaseToReturn | None, extensions=[needs(Scope.PURCHASES_WRITE), or_null])
    @staticmethod
    async def purchase_to_return(
        info: Info, receipt_number: ReceiptNumber, member: Whose = None
    ) -> returning.PurchaseToReturn:
        """One of your purchases by its receipt, with what of it may still come back; null when there is none."""
        ref = member.to_ref(info.context) if member is not None else None
        return await purchases.to_return(info.context, PurchaseRef(receipt_number=receipt_number, member=ref))


@strawberry.input
class ReturnLineInput:
    """What comes back of a line."""

    number: int
    """The line's number."""
    quantity: Decimal
    """How much of it."""


@strawberry.input
class PurchaseReturnInput:
    """Goods of a purchase that come back."""

    idempotency_key: IdempotencyKey
    """Yours for this return."""
    purchase: strawberry.ID | None = None
    """The purchase by its id; or else by your receipt number and the member."""
    receipt_number: str | None = None
    """Your number of the receipt."""
    member: MemberRefInput | None = None
    """Whose purchase it was; not needed with the purchase's id."""
    lines: list[ReturnLineInput] | None = None
    """What comes back; everything that is left if not said."""
    occurred_at: datetime | None = None
    """When; now if not said."""
    channel: str | None = None
    """Such as STORE, WEB or APP."""
    staff: str | None = None
    """Your reference for who served."""
    reference: str | None = None
    """Your own number of the return."""

    def to_command(self, ctx: Context) -> RecordReturn:
        """As the domain takes it."""
        return RecordReturn(
            partner_id=PartnerId(acting_partner(ctx.viewer)),
            idempotency_key=self.idempotency_key,
            purchase=self._ref(ctx),
            lines=None if self.lines is None else tuple(_lines(self.lines)),
            occurred_at=self.occurred_at or ctx.now,
            dated=self.occurred_at is not None,
            channel=self.channel,
            staff=self.staff,
            reference=self.reference,
        )

    def _ref(self, ctx: Context) -> PurchaseRef:
        member = self.member.to_ref(ctx) if self.member is not None else None
        if self.purchase is None:
            return PurchaseRef(receipt_number=self.receipt_number, member=member)
        wallet_id, entry_id = ctx.global_ids.pair("Purchase", self.purchase)
        return PurchaseRef(wallet_id=wallet_id, entry_id=entry_id, receipt_number=self.receipt_number, member=member)


def _lines(lines: list[ReturnLineInput]) -> Iterator[ReturnedLine]:
    for place, line in enumerate(lines):
        try:
            yield ReturnedLine(line.number, line.quantity)
        except DomainError as refused:
            raise refused.at("lines", str(place)) from None


@strawberry.type
class PurchaseReturnPayload(Afterwards):
    """What became of a return."""

    purchase_return: PurchaseReturn | None = None
    """The return; null when it was refused."""
    replayed: bool = False
    """Whether an earlier request with the same key had recorded it."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was recorded."""


@strawberry.type
class ReturnMutation:
    """Goods come back."""

    @strawberry.mutation(graphql_type=PurchaseReturnPayload, extensions=[needs(Scope.PURCHASES_WRITE), refusals])
    @staticmethod
    async def purchase_return(info: Info, input: PurchaseReturnInput) -> Any:
        """Record goods that come back; takes back what the smaller basket would not have earned, no more, no less."""
        receipt = await purchases.take_back(info.context, input.to_command(info.context))
        return PurchaseReturnPayload(
            purchase_return=receipt,  # type: ignore[arg-type]
            left=left_over(receipt.wallet_id, receipt.counters),
            replayed=receipt.replayed,
        )
