"""Vouchers with amounts of their own: given with one, never without, and never promised."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from domain.members.recognition import MemberRef
from domain.vouchers import issuing
from domain.vouchers.errors import InvalidCoupon
from domain.vouchers.issuing import GiveVouchers
from domain.vouchers.queries import coupons_to_give
from domain.vouchers.terms import Codes, TakesOff
from tests.domain.vouchers.builders import KEY, Counter


async def test_a_voucher_takes_off_what_it_was_given_with(counter: Counter) -> None:
    coupon, plain = await counter.live(takes=TakesOff(valued=True)), await counter.live()
    who = await counter.books.member()
    command = GiveVouchers(
        partner_id=counter.shop,
        idempotency_key="give-valued-1",
        member=MemberRef(pairwise_id=who.pairwise_id),
        coupon_id=coupon.coupon_id,
        count=1,
        occurred_at=counter.books.now,
        amount=1234,
    )
    told = {"key": KEY, "zone": ZoneInfo("UTC"), "now": counter.books.now}
    for wrong in (replace(command, amount=None), replace(command, coupon_id=plain.coupon_id)):
        with pytest.raises(InvalidCoupon):
            await issuing.give(counter.books.pool, wrong, **told)  # type: ignore[arg-type]
    [voucher] = await issuing.give(counter.books.pool, command, **told)  # type: ignore[arg-type]
    used = await counter.use(counter.using(voucher.code(KEY)))
    assert used.money.minor == 1234
    async with counter.acting(counter.shop) as session:
        promised = await coupons_to_give(session, counter.shop, [coupon.coupon_id, plain.coupon_id])
    assert promised == {plain.coupon_id}
    await counter.books.prove()


def test_what_each_takes_off_is_said_in_one_way(counter: Counter) -> None:
    for said in ({"valued": True, "amount": 5}, {}):
        with pytest.raises(InvalidCoupon):
            TakesOff(**said)  # type: ignore[arg-type]
    with pytest.raises(InvalidCoupon):
        counter.terms(takes=TakesOff(valued=True), codes=Codes.POOL)
