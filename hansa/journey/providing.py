"""What the demonstration's partners and its coalition provide before the first day: packs of points, and a reserve."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.ids import PersonId
from domain.liability import movements
from domain.liability.models import MovementKind
from domain.liability.movements import RecordMovement
from domain.settlement.prepaid import packs as prepaid
from domain.settlement.prepaid.models import PackState, PrepaidPack
from domain.settlement.prepaid.packs import OrderPacks
from hansa.journey.bank import Booked
from hansa.journey.founding import Founded
from hansa.journey.paying import book
from resolvers.context import Context

ON_PACKS = "quillstone"
"""Who pays before it awards."""
PACKS = 2
RESERVE = Decimal("4000.00")
"""Covers all points of the first weeks, if every one of them is redeemed."""
SHORT_BY = Decimal("0.60")


async def provide(ctx: Context, founded: Founded) -> None:
    """Deposit the reserve; order packs and pay them by bank, one order in full and another not quite. Once only."""
    today = ctx.now.astimezone(ZoneInfo("UTC")).date()
    await _deposit(ctx, founded.preparer, today)
    paid, short = await _ordered(ctx, founded, PACKS, "opening"), await _ordered(ctx, founded, 1, "more")
    if paid.state is PackState.ORDERED:
        booked = [_paying(paid, paid.gross, today), _paying(short, short.gross - SHORT_BY, today)]
        await book(ctx, booked, by=founded.preparer)
    await ctx.close()


async def _deposit(ctx: Context, by: PersonId, today: date) -> None:
    command = RecordMovement(
        kind=MovementKind.DEPOSIT,
        amount=RESERVE,
        value_on=today,
        note="Paid in by the operator before the first point",
        idempotency_key="demo-opening",
        by=by,
    )
    await ctx.write(movements.record, command, now=ctx.now)


async def _ordered(ctx: Context, founded: Founded, packs: int, key: str) -> PrepaidPack:
    command = OrderPacks(partner_id=founded.partners[ON_PACKS], packs=packs, idempotency_key=f"demo-{key}")
    return await ctx.write(prepaid.order, command, by=founded.finance[ON_PACKS], now=ctx.now)


def _paying(pack: PrepaidPack, amount: Decimal, today: date) -> Booked:
    return Booked(amount=amount, on=today, reference=pack.reference, name="Quillstone Drinks Inc.")
