"""Purchases: what a basket would earn, what it earned, and why."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain.earning import commands
from domain.earning.basket import MOST_LINES, BasketLine, Tender
from domain.earning.commands import PreviewPurchase, RecordPurchase
from domain.earning.errors import TooManyLines
from domain.errors import DomainError, InvalidValue
from domain.ids import PartnerId
from domain.settlement.counting import CountedPart as DomainCountedPart
from domain.values import Money as DomainMoney
from domain.values import Points
from domain.vouchers.uses import UseRef
from partners.scopes import Scope
from resolvers import invoices, purchases, vouchers
from resolvers.context import Context, Info
from resolvers.policies import acting_partner
from schema.awards import Award, AwardCut, Benefit, WonToken
from schema.errors import UserError, or_null, refusals, shown
from schema.ids import Node, identified
from schema.invoices import CountedPart
from schema.members import Member, MemberRefInput
from schema.nodes import findable
from schema.permissions import needs
from schema.previews import PurchasePreview
from schema.scalars import CurrencyCode, IdempotencyKey
from schema.shape import shows
from schema.wallets import Afterwards, Left

WRITE = needs(Scope.PURCHASES_WRITE)
LARGEST_BULK = 500


@strawberry.type
@shows(commands.PurchaseReceipt)
class Purchase(Node):
    """A recorded purchase and what it earned."""

    id: strawberry.ID = identified("wallet_id", "entry_id")
    points: Points
    """All the points it earned."""
    awards: list[Award]
    """What it earned, campaign by campaign."""
    cuts: list[AwardCut]
    """What of its awards fell away, since a budget is used up or a sponsor can fund no more points now."""
    benefits: list[Benefit]
    """Value in money that its sponsors pay to the shop."""
    tokens: list[WonToken]
    """Things it won that are no points."""
    idle_lines: int
    """How many lines had a quantity of zero, and so earned nothing."""
    member: Member | None
    """Whose purchase it is; null where the member was named in a way that no longer holds."""

    @strawberry.field(graphql_type=list[CountedPart] | None, extensions=[needs(Scope.SETTLEMENT_READ)])
    @staticmethod
    async def statement_parts(
        purchase: strawberry.Parent[commands.PurchaseReceipt], info: Info
    ) -> list[DomainCountedPart]:
        """The statement lines you are a side of that count it, and what it adds to each; null without the scope."""
        return await invoices.parts_of(info.context, purchase.wallet_id, purchase.entry_id)


@strawberry.input
class PurchaseLineInput:
    """One line of a receipt."""

    sku: str
    """Your article number, at most 64 characters."""
    quantity: Decimal = Decimal(1)
    """Pieces, kilograms or litres; zero is accepted and earns nothing. At most four decimals."""
    amount: Decimal
    """What was paid for the line, after all discounts, in the purchase's currency."""
    discount: Decimal = Decimal(0)
    """What you took off your price."""
    coupon: Decimal = Decimal(0)
    """The face value of makers' coupons you took."""
    coupon_match: Decimal = Decimal(0)
    """What you added to the makers' coupons."""
    number: int | None = None
    """The line's number on the receipt; its place in the list if not said."""

    def to_line(self, place: int, currency: str) -> BasketLine:
        """As the domain takes it. Raises: InvalidBasket, InvalidValue."""
        amounts = {name: self._minor(name, currency) for name in ("amount", "discount", "coupon", "coupon_match")}
        number = place if self.number is None else self.number
        return BasketLine(number=number, sku=self.sku, quantity=self.quantity, **amounts)

    def _minor(self, name: str, currency: str) -> int:
        try:
            return DomainMoney(getattr(self, name), currency).minor
        except InvalidValue as refused:
            raise refused.at(name) from None


@strawberry.input
class TenderInput:
    """A means of payment."""

    kind: str
    """Your word in capital letters, such as CASH, CARD or STORED_VALUE."""
    amount: Decimal
    """What was paid by it, in the purchase's currency."""

    def to_tender(self, currency: str) -> Tender:
        """As the domain takes it. Raises: InvalidBasket, InvalidValue."""
        try:
            amount = DomainMoney(self.amount, currency).minor
        except InvalidValue as refused:
            raise refused.at("amount") from None
        return Tender(kind=self.kind, amount=amount)


@strawberry.input
class PurchasePreviewInput:
    """A basket that is not yet paid."""

    lines: list[PurchaseLineInput]
    """Its lines, at most 500."""
    currency: CurrencyCode
    """Its currency: that of the coalition's contracts."""
    outlet_code: str | None = None
    """Your code of the shop; not needed by a till that is bound to one."""
    member: MemberRefInput | None = None
    """Whose basket it is, if known yet."""
    occurred_at: datetime | None = None
    """When; now if not said."""
    channel: str | None = None
    """Such as STORE, WEB or APP."""
    tenders: list[TenderInput] = strawberry.field(default_factory=list)
    """How it is paid, if known: each means once, at most 20."""

    def to_preview(self, ctx: Context) -> PreviewPurchase:
        """As the domain takes it."""
        return PreviewPurchase(member=self.member.to_ref(ctx) if self.member else None, **self.basics(ctx))

    def basics(self, ctx: Context) -> dict[str, Any]:
        """What a preview and a purchase have in common."""
        if len(self.lines) > MOST_LINES:
            raise TooManyLines(len(self.lines), MOST_LINES)
        return {
            "partner_id": PartnerId(acting_partner(ctx.viewer)),
            "outlet_id": purchases.own_outlet(ctx, self.outlet_code),
            "outlet_code": self.outlet_code,
            "occurred_at": self.occurred_at or ctx.now,
            "dated": self.occurred_at is not None,
            "currency": self.currency,
            "channel": self.channel,
            "lines": tuple(_lines(self.lines, self.currency)),
            "tenders": tuple(_tenders(self.tenders, self.currency)),
        }


@strawberry.input
class PurchaseRecordInput(PurchasePreviewInput):
    """A purchase that a member has made."""

    member: MemberRefInput
    """Who made it."""
    idempotency_key: IdempotencyKey
    """Yours for this purchase; the same on every retry."""
    staff: str | None = None
    """Your reference for who served."""
    receipt_number: str | None = None
    """Your own number of the receipt, by which it can be returned."""
    voucher_uses: list[strawberry.ID] = strawberry.field(default_factory=list)
    """The uses of vouchers that made its lines cheaper; each names one purchase."""

    def to_command(self, ctx: Context) -> RecordPurchase:
        """As the domain takes it."""
        return RecordPurchase(
            member=self.member.to_ref(ctx),
            idempotency_key=self.idempotency_key,
            staff=self.staff,
            receipt_number=self.receipt_number,
            **self.basics(ctx),
        )


@strawberry.input
class PurchasesRecordInput:
    """Many purchases at once, under the same rules as one."""

    purchases: list[PurchaseRecordInput]
    """At most 500; each is recorded or refused on its own."""


def _lines(lines: list[PurchaseLineInput], currency: str) -> list[BasketLine]:
    read = []
    for place, line in enumerate(lines):
        try:
            read.append(line.to_line(place + 1, currency))
        except DomainError as refused:
            raise refused.at("lines", str(place)) from None
    return read


def _tenders(tenders: list[TenderInput], currency: str) -> list[Tender]:
    read = []
    for place, tender in enumerate(tenders):
        try:
            read.append(tender.to_tender(currency))
        except DomainError as refused:
            raise refused.at("tenders", str(place)) from None
    return read


@strawberry.type
class PurchasePayload(Afterwards):
    """What became of a purchase."""

    purchase: Purchase | None = None
    """The purchase; null when it was refused."""
    replayed: bool = False
    """Whether an earlier request with the same key had recorded it."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was recorded."""


@strawberry.type
class PurchasesPayload:
    """What became of many purchases."""

    results: list[PurchasePayload] = strawberry.field(default_factory=list)
    """A result for each, in their order."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why none of them was looked at; empty when each has its own result."""


def left_over(wallet_id: UUID, counters: commands.Counters) -> Left:
    """What a posting left in a wallet."""
    return Left(wallet_id=wallet_id, available=counters.available, pending=counters.pending, debt=counters.debt)


def _payload(answer: commands.PurchaseReceipt | DomainError) -> PurchasePayload:
    if isinstance(answer, DomainError):
        return PurchasePayload(user_errors=[shown(answer)])
    return PurchasePayload(
        purchase=answer,  # type: ignore[arg-type]
        left=left_over(answer.wallet_id, answer.counters),
        replayed=answer.replayed,
    )


findable(Purchase, purchases.find, needs(Scope.PURCHASES_READ, Scope.PURCHASES_WRITE))

Id = Annotated[strawberry.ID, strawberry.argument(description="The purchase's id.")]
Basket = Annotated[PurchasePreviewInput, strawberry.argument(description="The basket.")]


@strawberry.type
class PurchaseQuery:
    """Purchases."""

    @strawberry.field(graphql_type=PurchasePreview, extensions=[WRITE])
    @staticmethod
    async def purchase_preview(info: Info, basket: Basket) -> commands.PurchasePreview:
        """What a basket would earn now, and what is missing for more; nothing is written."""
        return await purchases.preview(info.context, basket.to_preview(info.context))

    @strawberry.field(
        graphql_type=Purchase | None, extensions=[needs(Scope.PURCHASES_READ, Scope.PURCHASES_WRITE), or_null]
    )
    @staticmethod
    async def purchase(info: Info, id: Id) -> commands.PurchaseReceipt:
        """One of your purchases; null when there is none with this id."""
        return await purchases.find(info.context, *info.context.global_ids.pair("Purchase", id))


@strawberry.type
class PurchaseMutation:
    """Purchases are made."""

    @strawberry.mutation(graphql_type=PurchasePayload, extensions=[WRITE, refusals])
    @staticmethod
    async def purchase_record(info: Info, input: PurchaseRecordInput) -> Any:
        """Record a purchase; the member has the points at once, or after the return window."""
        uses = await vouchers.own_uses(info.context, input.voucher_uses)
        receipt = await purchases.record(info.context, input.to_command(info.context))
        await vouchers.explain(info.context, receipt.wallet_id, receipt.entry_id, uses)
        return _payload(receipt)

    @strawberry.mutation(graphql_type=PurchasesPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def purchases_record(info: Info, input: PurchasesRecordInput) -> Any:
        """Record many purchases, each with its own result."""
        if len(input.purchases) > LARGEST_BULK:
            raise InvalidValue(f"at most {LARGEST_BULK} purchases at once", path=("purchases",))
        return PurchasesPayload(results=await _recorded(info.context, input.purchases))


async def _recorded(ctx: Context, wanted: list[PurchaseRecordInput]) -> list[PurchasePayload]:
    """A result for each; what is malformed is refused alone and stops none of the others."""
    results: dict[int, PurchasePayload] = {}
    sound: dict[int, RecordPurchase] = {}
    uses: dict[int, list[UseRef]] = {}
    for place, one in enumerate(wanted):
        try:
            uses[place] = await vouchers.own_uses(ctx, one.voucher_uses)
            sound[place] = one.to_command(ctx)
        except DomainError as refused:
            results[place] = _payload(refused.at("purchases", str(place)))
    answers = await purchases.record_many(ctx, list(sound.values()))
    for place, answer in zip(sound, answers, strict=True):
        results[place] = _payload(answer)
        if not isinstance(answer, DomainError):
            await vouchers.explain(ctx, answer.wallet_id, answer.entry_id, uses[place])
    return [results[place] for place in range(len(wanted))]
