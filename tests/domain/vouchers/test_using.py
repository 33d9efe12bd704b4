"""Vouchers at the till: used once, by one till, for what they are for; taken back once; owed by who agreed to pay."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.errors import IdempotencyConflict
from domain.values import Rate
from domain.vouchers import expiring, managing
from domain.vouchers.errors import (
    CouponPaused,
    VoucherAlreadyUsed,
    VoucherExpired,
    VoucherNotApplicable,
    VoucherNotFound,
    VouchersUsedUp,
    VoucherUseNotFound,
    VoucherUseReversed,
)
from domain.vouchers.taking import WhyNot
from domain.vouchers.terms import Codes, Paid, TakesOff, Together
from tests.builders.ledger import DAY
from tests.domain.vouchers.builders import KEY, Counter


async def test_a_voucher_is_used_by_its_code_and_its_sponsor_owes_what_it_took_off(counter: Counter) -> None:
    who = await counter.books.member()
    [voucher] = await counter.given(await counter.live(), who)
    made = await counter.use(counter.using(voucher.code(KEY)))
    assert made.money.minor == 500
    assert [(one.number, one.money.minor) for one in made.uses[0].lines] == [(1, 150), (2, 350)]  # 6 : 14 of 5.00
    assert [(one.sponsor_id, one.money.minor) for one in made.owed] == [(counter.maker, 500)]
    assert await counter.state(voucher) == ("USED", 1)
    await counter.books.prove()


async def test_a_code_is_read_as_people_type_it(counter: Counter) -> None:
    who = await counter.books.member()
    [voucher] = await counter.given(await counter.live(), who)
    typed = voucher.code(KEY).lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert (await counter.use(counter.using(typed))).money.minor == 500


async def test_a_used_voucher_is_refused_and_the_same_request_is_answered_again(counter: Counter) -> None:
    who = await counter.books.member()
    [voucher] = await counter.given(await counter.live(), who)
    command = counter.using(voucher.code(KEY), key="till-1-17")
    first = await counter.answered(command)
    assert await counter.answered(command) == (first[0], True)
    with pytest.raises(VoucherAlreadyUsed):
        await counter.use(counter.using(voucher.code(KEY)))
    with pytest.raises(IdempotencyConflict):
        await counter.use(counter.using(voucher.code(KEY), key="till-1-17", staff="Jo"))


async def test_of_two_tills_one_uses_a_voucher(counter: Counter) -> None:
    who = await counter.books.member()
    coupon = await counter.live()
    for voucher in await counter.given(coupon, who, 20):
        asked = [counter.use(counter.using(voucher.code(KEY))) for _ in range(2)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert sorted(type(answer).__name__ for answer in answers) == ["UseOfVouchers", "VoucherAlreadyUsed"]
    assert await counter.books.owner.fetchval("SELECT count(*) FROM voucher_use") == 20
    await counter.books.prove()


@pytest.mark.slow
async def test_of_two_tills_one_uses_each_of_a_thousand_vouchers(counter: Counter) -> None:
    coupon = await counter.live()
    for _ in range(10):
        who = await counter.books.member()
        for voucher in await counter.given(coupon, who, 100):
            asked = [counter.use(counter.using(voucher.code(KEY))) for _ in range(2)]
            answers = await asyncio.gather(*asked, return_exceptions=True)
            assert sorted(type(answer).__name__ for answer in answers) == ["UseOfVouchers", "VoucherAlreadyUsed"]
    assert await counter.books.owner.fetchval("SELECT count(*) FROM voucher_use") == 1000
    await counter.books.prove()


async def test_a_use_is_taken_back_once_and_the_voucher_is_open_again(counter: Counter) -> None:
    who = await counter.books.member()
    [voucher] = await counter.given(await counter.live(), who)
    made = await counter.use(counter.using(voucher.code(KEY)))
    back = await counter.reverse(made, key="undo-0001")
    assert back.reversed_at == counter.books.now
    assert await counter.state(voucher) == ("OPEN", 0)
    assert (await counter.reverse(made, key="undo-0001")).reversed_at == back.reversed_at
    with pytest.raises(VoucherUseReversed):
        await counter.reverse(made)
    assert await counter.books.owner.fetchval("SELECT state FROM benefit") == "REVERSED"
    again = await counter.use(counter.using(voucher.code(KEY)))
    assert again.entry_id != made.entry_id
    await counter.books.prove()


async def test_another_partner_takes_back_nothing_and_finds_nothing(counter: Counter) -> None:
    who = await counter.books.member()
    [voucher] = await counter.given(await counter.live(), who)
    with pytest.raises(VoucherNotFound):
        await counter.use(counter.using(voucher.code(KEY), at=counter.next_door))
    made = await counter.use(counter.using(voucher.code(KEY)))
    with pytest.raises(VoucherUseNotFound):
        await counter.reverse(made, at=counter.next_door)


async def test_nothing_is_used_past_its_term_swept_or_not(counter: Counter) -> None:
    who = await counter.books.member()
    first, second = await counter.given(await counter.live(), who, 2)
    assert first.expires_at is not None
    counter.books.now = first.expires_at - timedelta(seconds=1)
    made = await counter.use(counter.using(first.code(KEY)))
    counter.books.now = first.expires_at
    with pytest.raises(VoucherExpired):
        await counter.use(counter.using(second.code(KEY)))
    assert await expiring.expire(counter.books.pool, now=counter.books.now) == 1
    assert await counter.state(second) == ("EXPIRED", 0)
    with pytest.raises(VoucherExpired):
        await counter.use(counter.using(second.code(KEY)))
    await counter.reverse(made)  # what was used in time comes back with the coalition's days of grace
    assert await counter.state(first) == ("OPEN", 0)
    counter.books.now += timedelta(minutes=1)
    assert (await counter.use(counter.using(first.code(KEY)))).money.minor == 500
    await counter.books.prove()


async def test_a_voucher_for_several_uses_is_used_so_often(counter: Counter) -> None:
    who = await counter.books.member()
    [voucher] = await counter.given(await counter.live(uses=3), who)
    for n in range(3):
        assert await counter.state(voucher) == ("OPEN", n)
        await counter.use(counter.using(voucher.code(KEY)))
    assert await counter.state(voucher) == ("USED", 3)
    with pytest.raises(VoucherAlreadyUsed):
        await counter.use(counter.using(voucher.code(KEY)))


async def test_vouchers_go_together_only_where_each_allows_it(counter: Counter) -> None:
    who = await counter.books.member()
    alone = await counter.given(await counter.live(), who)
    others = await counter.live(name="Others", together=Together.OTHERS)
    share = await counter.live(name="A tenth", takes=TakesOff(share=Rate(1, 10)), together=Together.ANY)
    five, tenth = (await counter.given(others, who))[0], (await counter.given(share, who))[0]
    with pytest.raises(VoucherNotApplicable) as refused:
        await counter.use(counter.using(alone[0], five))
    assert refused.value.why == WhyNot.STANDS_ALONE
    made = await counter.use(counter.using(tenth, five))  # 5.00 off 20.00, then a tenth of the 15.00 that are left
    assert [one.money.minor for one in sorted(made.uses, key=lambda one: one.name)] == [150, 500]
    assert made.money.minor == 650


async def test_sponsors_pay_their_shares_and_the_shop_the_rest(counter: Counter) -> None:
    who = await counter.books.member()
    half = await counter.live(sponsors=(Paid(partner_id=counter.maker, share=Rate(1, 2)),), takes=TakesOff(amount=333))
    [voucher] = await counter.given(half, who)
    made = await counter.use(counter.using(voucher))
    assert [one.money.minor for one in made.owed] == [167]  # the odd cent goes to the first: 166.5 and 166.5 of 333


async def test_a_paused_coupon_is_not_taken_and_an_ended_one_stays_good(counter: Counter) -> None:
    who = await counter.books.member()
    coupon = await counter.live()
    [voucher] = await counter.given(coupon, who)
    async with counter.acting(counter.shop) as session:
        await managing.pause(session, counter.shop, coupon.coupon_id, now=counter.books.now)
    with pytest.raises(CouponPaused):
        await counter.use(counter.using(voucher))
    async with counter.acting(counter.shop) as session:
        await managing.end(session, counter.shop, coupon.coupon_id, now=counter.books.now)
    assert (await counter.use(counter.using(voucher))).money.minor == 500


async def test_a_public_word_is_each_members_as_often_as_it_says(counter: Counter) -> None:
    coupon = await counter.public(uses=2)
    one, other = await counter.books.member(), await counter.books.member()
    assert (await counter.use(counter.using("spring10"), one)).money.minor == 200
    assert (await counter.use(counter.using("SPRING 10"), one)).money.minor == 200
    with pytest.raises(VoucherAlreadyUsed):
        await counter.use(counter.using("SPRING10"), one)
    made = await counter.use(counter.using("SPRING10"), other)
    with pytest.raises(VoucherNotApplicable) as refused:
        await counter.use(counter.using("SPRING10"))
    assert refused.value.why == WhyNot.WRONG_MEMBER
    await counter.reverse(made)
    assert coupon.terms.codes is Codes.PUBLIC
    await counter.books.prove()


async def test_a_word_is_used_as_often_as_all_may_however_many_ask(counter: Counter) -> None:
    await counter.public(uses_in_all=10)
    members = [await counter.books.member() for _ in range(32)]
    asked = [counter.use(counter.using("SPRING10"), who) for who in members]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    made = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert len(made) == 10
    assert {type(answer) for answer in answers if isinstance(answer, BaseException)} == {VouchersUsedUp}
    await counter.books.prove()
    await counter.reverse(made[0])
    late = next(who for who, answer in zip(members, answers, strict=True) if isinstance(answer, BaseException))
    await counter.use(counter.using("SPRING10"), late)
    with pytest.raises(VouchersUsedUp):
        await counter.use(counter.using("SPRING10"), await counter.books.member())
    await counter.books.prove()


async def test_day_outlet_tier_and_segment_are_held_to(counter: Counter) -> None:
    who = await counter.books.member()
    asked: list[tuple[str, Any, WhyNot]] = [
        ("weekdays", frozenset({2}), WhyNot.WRONG_DAY),  # the books' day is a Monday
        ("outlets", frozenset({counter.outlet}), WhyNot.WRONG_OUTLET),
        ("tiers", frozenset({"gold"}), WhyNot.WRONG_TIER),
        ("starts_at", counter.books.now + DAY, WhyNot.NOT_YET),
        ("least", 2001, WhyNot.BASKET_TOO_SMALL),
    ]
    for part, value, why in asked:
        [voucher] = await counter.given(await counter.live(None, **{"name": part, part: value}), who)
        with pytest.raises(VoucherNotApplicable) as refused:
            await counter.use(counter.using(voucher))
        assert refused.value.why == why
    gold = await counter.live(name="Gold", tiers=frozenset({"gold"}))
    [voucher] = await counter.given(gold, who)
    assert (await counter.use(counter.using(voucher), who, tiers=frozenset({"gold"}))).money.minor == 500


async def test_whoever_shows_a_code_uses_it_unless_it_is_its_members_alone(counter: Counter) -> None:
    who, other = await counter.books.member(), await counter.books.member()
    [given] = await counter.given(await counter.live(), who)
    made = await counter.use(counter.using(given.code(KEY)), other)
    assert (made.wallet_id, made.member_id) == (who.wallet_id, who.member_id)
    [own] = await counter.given(await counter.live(name="Own", transferable=False), who)
    for shown_by in (None, other):
        with pytest.raises(VoucherNotApplicable) as refused:
            await counter.use(counter.using(own.code(KEY)), shown_by)
        assert refused.value.why == WhyNot.WRONG_MEMBER
    assert (await counter.use(counter.using(own.code(KEY)), who)).money.minor == 500


async def test_vouchers_of_two_members_are_not_used_together(counter: Counter) -> None:
    coupon = await counter.live(together=Together.ANY)
    vouchers = [(await counter.given(coupon, await counter.books.member()))[0] for _ in range(2)]
    with pytest.raises(VoucherNotApplicable):
        await counter.use(counter.using(*vouchers))
    assert [await counter.state(one) for one in vouchers] == [("OPEN", 0), ("OPEN", 0)]
