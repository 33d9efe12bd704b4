"""A campaign's prize is a voucher that works at the till, from the purchase that wins it to the return."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from domain.earning.prizes import Prize, Token, TokenKind
from domain.earning.returning import record_return
from domain.earning.rules import Gift
from domain.earning.tills import Caches
from domain.storage import Database, Sight
from domain.vouchers import managing, using
from domain.vouchers.taking import Holder, Line
from domain.vouchers.terms import Codes, Coupon, CouponTerms, TakesOff
from domain.vouchers.told import Told
from domain.vouchers.using import Shown, UseVouchers, Where
from tests.domain.earning.builders import NOW
from tests.domain.earning.test_purchases import purchase, record
from tests.domain.earning.test_returning import returned
from tests.domain.earning.world import KEYS, OPENED, World, a_world, acting

BASKET = (Line(number=1, sku="tea", quantity=Decimal(1), amount=2000),)


@pytest.fixture
async def world(database: Database) -> World:
    """A coalition with a member at the shop."""
    made = await a_world(database)
    await made.member()
    return made


@pytest.fixture
def caches() -> Caches:
    """A server that has just started."""
    return Caches.fresh("EUR", "Europe/Riga")


async def promised(world: World, codes: Codes = Codes.GENERATED) -> Coupon:
    """Every purchase wins 5.00 off the next, for ten days."""
    terms = CouponTerms(
        name="5 off", takes=TakesOff(amount=500), partners=frozenset({world.shop}), days=10, codes=codes
    )
    async with acting(world.database, Sight.partner(world.shop)) as session:
        draft = await managing.draft(session, world.shop, terms, key=KEYS.lookup, now=OPENED)
        coupon = await managing.publish(session, world.shop, draft.coupon_id, now=OPENED)
    prize = Prize(token=Token(kind=TokenKind.COUPON, name="5 off", coupon=coupon.coupon_id))
    await world.live(Gift(prize=prize, minimum=0))
    return coupon


async def test_what_a_purchase_wins_is_used_and_stays_used_when_the_goods_come_back(
    world: World, caches: Caches
) -> None:
    await promised(world)
    receipt = await record(world, caches, purchase(world, key="purchase-won"))
    [token] = receipt.tokens
    assert token.voucher is not None
    assert (token.voucher.why, token.voucher.state) == (None, "OPEN")
    assert token.expires_at is not None
    assert (token.expires_at - NOW).days == 10
    again = await record(world, caches, purchase(world, key="purchase-won"))
    assert again.tokens == receipt.tokens
    where = Where(currency="EUR", zone=ZoneInfo("Europe/Riga"), catalogue=caches.catalogue, key=KEYS.lookup)
    named = (receipt.wallet_id, token.voucher.voucher_id)
    shown = Shown(partner_id=world.shop, outlet_id=None, vouchers=(named,), lines=BASKET)
    [voucher] = await using.look_up(world.database.pool, shown, None, where, now=NOW)
    assert isinstance(voucher, Told)
    command = UseVouchers(
        partner_id=world.shop,
        idempotency_key="voucher-won",
        outlet_id=None,
        vouchers=(voucher.code(KEYS.lookup),),
        lines=BASKET,
        member_id=None,
        occurred_at=NOW,
    )
    made, _ = await using.use(world.database.pool, command, [voucher], Holder(), where, now=NOW)
    assert made.money.minor == 500
    back = await record_return(world.database.pool, returned(world, receipt), lookup_key=KEYS.lookup, now=NOW)
    assert (back.vouchers.cancelled, back.vouchers.used) == (0, 1)
    await world.prove()


async def test_goods_that_come_back_take_an_unused_voucher_along(world: World, caches: Caches) -> None:
    await promised(world)
    receipt = await record(world, caches, purchase(world))
    back = await record_return(world.database.pool, returned(world, receipt), lookup_key=KEYS.lookup, now=NOW)
    assert (back.vouchers.cancelled, back.vouchers.used) == (1, 0)
    again = await record_return(world.database.pool, returned(world, receipt), lookup_key=KEYS.lookup, now=NOW)
    assert again.replayed
    assert again.vouchers == back.vouchers
    await world.prove()


async def test_an_empty_pool_refuses_no_purchase_and_the_receipt_says_so(world: World, caches: Caches) -> None:
    await promised(world, Codes.POOL)
    receipt = await record(world, caches, purchase(world))
    [token] = receipt.tokens
    assert token.voucher is not None
    assert (token.voucher.why, token.voucher.wallet_id) == ("CODES_USED_UP", None)
    await world.prove()
