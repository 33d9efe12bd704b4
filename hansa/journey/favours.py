"""What the first member of the demonstration has besides points: vouchers in hand, and a shop allowed to look."""

from __future__ import annotations

from datetime import timedelta

from domain.ids import CouponId
from domain.members import consents
from domain.members.identifiers import Identifier
from domain.members.models import ConsentPurpose
from domain.members.recognition import KnownMember, MemberRef, recognise
from domain.vouchers.issuing import GiveVouchers, give
from domain.vouchers.queries import latest_coupons
from hansa.journey import cast
from hansa.journey.founding import Founded
from hansa.journey.trips import ZONE
from resolvers.context import Context

GIVEN = ("2.00 off fruit", "A quarter off cheese")
"""Coupons that their makers gave."""
EARLIER = timedelta(hours=20)
SEEN = frozenset({ConsentPurpose.BALANCE, ConsentPurpose.HISTORY})


async def favour(ctx: Context, founded: Founded, household: int) -> None:
    """Let the household have them; asked again, nothing more is given."""
    ref = MemberRef(identifier=Identifier.card(cast.card_of(household)))
    pool, shop = ctx.database.pool, founded.partners[cast.SHOP]
    (member,) = await recognise(pool, [ref], shop, key=ctx.keys.lookups, now=ctx.now)
    if isinstance(member, KnownMember):
        await consents.record(pool, member, shop, SEEN, now=ctx.now - EARLIER)
        await _given(ctx, ref)
    await ctx.close()


async def _given(ctx: Context, ref: MemberRef) -> None:
    for coupon in await ctx.read(latest_coupons):
        if coupon.terms.name in GIVEN:
            command = GiveVouchers(
                partner_id=coupon.partner_id,
                idempotency_key=f"demo-{coupon.terms.name.replace(' ', '-')}",
                member=ref,
                coupon_id=CouponId(coupon.coupon_id),
                count=1,
                occurred_at=ctx.now - EARLIER,
            )
            await give(ctx.database.pool, command, key=ctx.keys.lookups, zone=ZONE, now=ctx.now)
