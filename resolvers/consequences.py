"""What follows at once from money that moved or terms that changed, each in a transaction after the one that moved it.

The worker does the same twice a minute, so what is refused here is not lost: it is logged there, and left for people.
"""

from __future__ import annotations

from contextlib import suppress

from domain.banking.credit import set_credit
from domain.ids import PersonId
from domain.liability import securing
from domain.liability.errors import LiabilityNotKnown
from domain.settlement.errors import PriceUnknown
from domain.settlement.steps import settled_since
from resolvers.context import Context


async def of_credit(ctx: Context) -> None:
    """Sponsors may award by what they owe from now on."""
    with suppress(PriceUnknown):
        await set_credit(ctx.database, now=ctx.now)


async def of_payments(ctx: Context) -> None:
    """Money was matched, taken back or given up: credit is set by it, and the reserve judged if a cycle is settled."""
    await of_credit(ctx)
    if await ctx.read(settled_since, ctx.now):
        await of_reserve(ctx)


async def of_reserve(ctx: Context, *, by: PersonId | None = None) -> None:
    """The reserve has moved: unsecured issuance stops, or goes on."""
    with suppress(LiabilityNotKnown, PriceUnknown):  # before the first cycle there is nothing to judge
        await ctx.write(securing.secure, now=ctx.now, by=by)
