"""Coupons, as the partners that own, pay for and take them manage them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from domain.ids import CouponId, PartnerId
from domain.paging import Page, PageRequest
from domain.vouchers import issuing, managing, pooling, queries
from domain.vouchers.errors import CouponNotFound
from domain.vouchers.issuing import GiveVouchers
from domain.vouchers.pooling import Brought
from domain.vouchers.queries import Counts
from domain.vouchers.terms import Coupon, CouponState, CouponTerms
from domain.vouchers.told import Told
from partners.viewer import Audience
from resolvers.context import Context
from resolvers.policies import acting_partner
from resolvers.tills import caches_of


async def find(ctx: Context, coupon_id: UUID) -> Coupon:
    """The latest version of a coupon. Raises: CouponNotFound."""
    return await ctx.read(queries.coupon_by_id, CouponId(coupon_id))


async def of_partner(ctx: Context, page: PageRequest, states: list[CouponState]) -> Page[Coupon]:
    """The coupons that the partner owns, pays for or takes."""
    return await ctx.read(queries.coupons_of, PartnerId(acting_partner(ctx.viewer)), page, states=states)


def concerns(ctx: Context, coupon: Coupon) -> bool:
    """Whether the viewer is the coupon's owner or one of its sponsors, or the coalition: not only a till of it."""
    if ctx.viewer.audience is Audience.COALITION:
        return True
    parties = {coupon.partner_id, *coupon.terms.funders}
    return ctx.viewer.on_behalf_of is None and ctx.viewer.partner_id in parties


def owns(ctx: Context, coupon: Coupon) -> bool:
    """Whether the viewer is the coupon's owner, or the coalition."""
    own = ctx.viewer.partner_id == coupon.partner_id and ctx.viewer.on_behalf_of is None
    return own or ctx.viewer.audience is Audience.COALITION


async def awaiting(ctx: Context, coupon: Coupon) -> set[PartnerId]:
    """The sponsors that have not agreed to the terms as they are, for those whom it concerns."""
    if not concerns(ctx, coupon):
        return set()
    agreed = await ctx.read(queries.agreed_sponsors, coupon.coupon_id, coupon.terms.fingerprint())
    return set(coupon.terms.funders) - set(agreed) - {coupon.partner_id}


async def counts(ctx: Context, coupon: Coupon) -> Counts | None:
    """What became of its vouchers, for its owner."""
    return await ctx.read(queries.counts_of, coupon.coupon_id) if owns(ctx, coupon) else None


async def draft(ctx: Context, terms: CouponTerms) -> Coupon:
    """Write a new coupon."""
    return await ctx.write(managing.draft, _owner(ctx), terms, key=ctx.keys.lookups, now=ctx.now)


async def change(ctx: Context, coupon_id: UUID, terms: CouponTerms) -> Coupon:
    """Change a coupon."""
    key = ctx.keys.lookups
    return await ctx.write(managing.change, _owner(ctx), CouponId(coupon_id), terms, key=key, now=ctx.now)


async def agree(ctx: Context, coupon_id: UUID, fingerprint: bytes) -> Coupon:
    """Agree as a sponsor to the terms that have this fingerprint."""
    return await ctx.write(managing.agree, _owner(ctx), CouponId(coupon_id), fingerprint, now=ctx.now)


async def publish(ctx: Context, coupon_id: UUID) -> Coupon:
    """Let vouchers be given and taken."""
    by = ctx.viewer.person_id
    return await ctx.write(managing.publish, _owner(ctx), CouponId(coupon_id), by=by, now=ctx.now)


async def pause(ctx: Context, coupon_id: UUID) -> Coupon:
    """Give and take none for now."""
    return await ctx.write(managing.pause, _owner(ctx), CouponId(coupon_id), now=ctx.now)


async def resume(ctx: Context, coupon_id: UUID) -> Coupon:
    """Go on under the same terms."""
    return await ctx.write(managing.resume, _owner(ctx), CouponId(coupon_id), key=ctx.keys.lookups, now=ctx.now)


async def end(ctx: Context, coupon_id: UUID) -> Coupon:
    """Give none any more."""
    return await ctx.write(managing.end, _owner(ctx), CouponId(coupon_id), now=ctx.now)


async def bring_in(ctx: Context, coupon_id: UUID, codes: Sequence[str]) -> Brought:
    """Add codes to a pool, numbered from one."""
    lines = list(enumerate(codes, 1))
    owner, key = _owner(ctx), ctx.keys.lookups
    return await ctx.write(pooling.bring_in, owner, CouponId(coupon_id), lines, key=key, now=ctx.now)


async def make_codes(ctx: Context, coupon_id: UUID, count: int) -> list[str]:
    """Make codes for a pool."""
    owner, key = _owner(ctx), ctx.keys.lookups
    return await ctx.write(pooling.make, owner, CouponId(coupon_id), count, key=key, now=ctx.now)


async def give(ctx: Context, command: GiveVouchers) -> list[Told]:
    """Give a member vouchers."""
    zone = (await caches_of(ctx)).zone
    async with ctx.guessable():
        return await ctx.post(issuing.give, command, key=ctx.keys.lookups, zone=zone, now=ctx.now)


def code_given(ctx: Context, voucher: Told) -> str:
    """The code of a voucher that its coupon's owner just gave. Raises: CouponNotFound."""
    if voucher.owner_id != ctx.viewer.partner_id:
        raise CouponNotFound
    return voucher.code(ctx.keys.lookups)


def _owner(ctx: Context) -> PartnerId:
    return PartnerId(acting_partner(ctx.viewer))
