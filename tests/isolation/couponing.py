"""A shop's own coupons: one that its member was given and has used, one with a pool of codes, and a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.members.recognition import KnownMember, MemberRef
from domain.products.catalogue import Catalogue
from domain.storage import Sight
from domain.values import Rate
from domain.vouchers import issuing, managing, pooling, using
from domain.vouchers.issuing import GiveVouchers
from domain.vouchers.taking import Holder, Line
from domain.vouchers.terms import Codes, Coupon, CouponTerms, TakesOff
from domain.vouchers.told import Told
from domain.vouchers.using import UseVouchers, Where
from tests.builders.graphql import KEYS
from tests.isolation.shop import Shop, acting


@dataclass(frozen=True, kw_only=True)
class Couponed:
    """What a shop has of coupons."""

    coupon_id: UUID
    draft_id: UUID
    pool_id: UUID
    voucher: tuple[UUID, UUID]
    """Its own member's, not used yet."""
    use: tuple[UUID, UUID]
    code: str
    """Of the voucher."""


async def coupons(shop: Shop, member: KnownMember, *, now: datetime) -> Couponed:
    """The shop's member is given two vouchers, and uses one."""
    zone, key = ZoneInfo("UTC"), KEYS.lookups
    coupon = await _coupon(shop, "Voucher", Codes.GENERATED, now=now)
    pool = await _coupon(shop, "Pool", Codes.POOL, now=now)
    draft = await _coupon(shop, "Sketch", Codes.GENERATED, now=None)
    async with acting(shop.database, Sight.partner(shop.partner_id)) as session:
        lines = [(1, shop.secret("CODE1")), (2, shop.secret("CODE2"))]
        await pooling.bring_in(session, shop.partner_id, pool.coupon_id, lines, key=key, now=now)
    gift = GiveVouchers(
        partner_id=shop.partner_id,
        idempotency_key=shop.secret("gift"),
        member=MemberRef(pairwise_id=member.pairwise_id),
        coupon_id=coupon.coupon_id,
        count=2,
        occurred_at=now,
    )
    used, kept = await issuing.give(shop.database.pool, gift, key=key, zone=zone, now=now)
    assert kept.wallet_id is not None
    assert kept.voucher_id is not None
    return Couponed(
        coupon_id=coupon.coupon_id,
        draft_id=draft.coupon_id,
        pool_id=pool.coupon_id,
        voucher=(kept.wallet_id, kept.voucher_id),
        use=await _used(shop, used, now=now),
        code=kept.code(key),
    )


async def _coupon(shop: Shop, name: str, codes: Codes, *, now: datetime | None) -> Coupon:
    terms = CouponTerms(
        name=shop.secret(name),
        takes=TakesOff(share=Rate(1, 3), most=100) if codes is Codes.POOL else TakesOff(amount=100),
        partners=frozenset({shop.partner_id}),
        days=300,
        codes=codes,
    )
    made = now or shop_opened(shop)
    async with acting(shop.database, Sight.partner(shop.partner_id)) as session:
        draft = await managing.draft(session, shop.partner_id, terms, key=KEYS.lookups, now=made)
        if now is None:
            return draft
        return await managing.publish(session, shop.partner_id, draft.coupon_id, now=now)


async def _used(shop: Shop, voucher: Told, *, now: datetime) -> tuple[UUID, UUID]:
    where = Where(currency="USD", zone=ZoneInfo("UTC"), catalogue=Catalogue(), key=KEYS.lookups)
    command = UseVouchers(
        partner_id=shop.partner_id,
        idempotency_key=shop.secret("voucher"),
        outlet_id=None,
        vouchers=(voucher.code(KEYS.lookups),),
        lines=(Line(number=1, sku="apple", quantity=Decimal(1), amount=300),),
        member_id=None,
        occurred_at=now,
        staff=shop.secret("Staff"),
    )
    made, _ = await using.use(shop.database.pool, command, [voucher], Holder(), where, now=now)
    return made.wallet_id, made.entry_id


def shop_opened(shop: Shop) -> datetime:
    """When the shop's own campaign went live."""
    live_from = shop.made["campaign"].live_from
    assert isinstance(live_from, datetime)
    return live_from + timedelta(minutes=1)
