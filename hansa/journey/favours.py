"""What the demonstration's first member has besides points: vouchers, a reward taken, a shop allowed to look."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from domain.earning.tills import Caches
from domain.ids import CouponId, RewardId
from domain.ledger.errors import InsufficientPoints
from domain.members import consents
from domain.members.identifiers import Identifier
from domain.members.models import ConsentPurpose
from domain.members.recognition import KnownMember, MemberRef, recognise
from domain.rewards.finding import latest_versions
from domain.rewards.quoting import Ask
from domain.rewards.redeeming import RedeemReward, redeem
from domain.vouchers.issuing import GiveVouchers, give
from domain.vouchers.queries import latest_coupons
from hansa.journey import cast
from hansa.journey.founding import Founded
from hansa.journey.trips import ZONE
from resolvers.context import Context

TAKEN = ("A coffee at the counter",)
"""Rewards that were redeemed, where the points were enough."""
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
        await _taken(ctx, ref, founded)
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


async def _taken(ctx: Context, ref: MemberRef, founded: Founded) -> None:
    caches = Caches.fresh(cast.CURRENCY, str(ZONE), standard_price=cast.STANDARD_PRICE)
    for reward in await ctx.read(latest_versions):
        if reward.terms.name not in TAKEN:
            continue
        command = RedeemReward(
            partner_id=founded.partners[cast.SHOP],
            idempotency_key=f"demo-{reward.terms.name.replace(' ', '-')}",
            member=ref,
            reward_id=RewardId(reward.reward_id),
            ask=Ask(),
            occurred_at=ctx.now - EARLIER,
        )
        # Whoever has spent it all on something else takes nothing.
        with suppress(InsufficientPoints):
            await redeem(ctx.database.pool, command, caches=caches, lookup_key=ctx.keys.lookups, now=ctx.now)
