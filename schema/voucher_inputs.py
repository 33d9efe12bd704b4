"""What tills say about vouchers: codes or ids, who stands there, and the basket."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

from domain.errors import InvalidValue
from domain.values import Money
from domain.vouchers import taking
from domain.vouchers.uses import UseRef
from domain.vouchers.using import MOST_LINES, Named, ReverseVouchers, Shown, UseVouchers
from resolvers import coalition, vouchers
from resolvers.context import Context, Info
from schema.errors import within
from schema.members import MemberRefInput
from schema.scalars import IdempotencyKey


@strawberry.input
class VoucherLineInput:
    """A line of the basket."""

    sku: str
    """Your article number."""
    quantity: Decimal = Decimal(1)
    """Pieces, kilograms or litres."""
    amount: Decimal
    """What it costs after your own discounts, before vouchers."""
    number: int | None = None
    """The line's number on the receipt; its place in the list if not said."""

    def to_line(self, place: int, currency: str) -> taking.Line:
        """As the domain takes it. Raises: InvalidValue."""
        with within("amount"):
            amount = Money(self.amount, currency).minor
        number = place if self.number is None else self.number
        return taking.Line(number=number, sku=self.sku, quantity=self.quantity, amount=amount)


@strawberry.input
class VoucherCheckInput:
    """What is shown at the till."""

    codes: list[str] = strawberry.field(default_factory=list)
    """As typed or scanned: spaces, hyphens and letter case do not count. With `vouchers`, at most 20."""
    vouchers: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Vouchers by the ids you were told."""
    member: MemberRefInput | None = None
    """Who stands at the till; not needed on a member's behalf. Without codes and vouchers, the member's are listed."""
    lines: list[VoucherLineInput] | None = None
    """The basket, at most 500 lines; without it only whether they stand is told."""
    outlet_code: str | None = None
    """Your code of the shop; not needed by a till that is bound to one."""

    async def to_shown(self, info: Info) -> Shown:
        """As the domain takes it. Raises: InvalidValue."""
        return Shown(
            partner_id=vouchers.partner_of(info.context),
            outlet_id=None,
            vouchers=_named(info.context, self.codes, self.vouchers),
            lines=await _lines(info, self.lines),
        )


@strawberry.input
class VoucherUseInput(VoucherCheckInput):
    """Vouchers to be used for one basket, together or not at all."""

    idempotency_key: IdempotencyKey
    """Yours for this use; the same on every retry."""
    occurred_at: datetime | None = None
    """When, by your clock; now if not said."""
    channel: str | None = None
    """Such as STORE, WEB or APP."""
    staff: str | None = None
    """Your reference for who served."""
    reference: str | None = None
    """Your own number, such as the receipt's."""

    async def to_command(self, info: Info) -> UseVouchers:
        """As the domain takes it. Raises: InvalidValue."""
        asked = await self.to_shown(info)
        return UseVouchers(
            partner_id=asked.partner_id,
            idempotency_key=self.idempotency_key,
            outlet_id=None,
            vouchers=asked.vouchers,
            lines=asked.lines,
            member_id=None,
            occurred_at=vouchers.when(info.context, self.occurred_at),
            dated=self.occurred_at is not None,
            channel=self.channel,
            staff=self.staff,
            reference=self.reference,
        )


@strawberry.input
class VoucherReverseInput:
    """A use to be taken back."""

    idempotency_key: IdempotencyKey
    """Yours for this step."""
    use: strawberry.ID
    """The use, all of it."""
    occurred_at: datetime | None = None
    """When, by your clock; now if not said."""

    def to_command(self, ctx: Context) -> ReverseVouchers:
        """As the domain takes it."""
        wallet_id, entry_id = ctx.global_ids.pair("VoucherUse", self.use)
        return ReverseVouchers(
            partner_id=vouchers.partner_of(ctx),
            idempotency_key=self.idempotency_key,
            use=UseRef(wallet_id=wallet_id, entry_id=entry_id),
            occurred_at=vouchers.when(ctx, self.occurred_at),
            dated=self.occurred_at is not None,
        )


def _named(ctx: Context, codes: list[str], ids: list[strawberry.ID]) -> tuple[Named, ...]:
    return (*codes, *(ctx.global_ids.pair("Voucher", one) for one in ids))


async def _lines(info: Info, said: list[VoucherLineInput] | None) -> tuple[taking.Line, ...] | None:
    if said is None:
        return None
    if len(said) > MOST_LINES:
        raise InvalidValue(f"a basket has at most {MOST_LINES} lines", path=("lines",))
    currency = (await coalition.coalition(info.context)).currency
    lines = []
    for place, line in enumerate(said):
        with within("lines", str(place)):
            lines.append(line.to_line(place + 1, currency))
    return tuple(lines)
