"""Trade-ins from the counter to credit: vouchers and points, races on one thing, consignment, and taking it back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from domain.audit.findings import Wrong
from domain.audit.trading_in import trade_ins_amiss
from domain.errors import DomainError, IdempotencyConflict
from domain.ledger.moving import merge_members
from domain.members.identifiers import Identifier
from domain.members.recognition import MemberRef
from domain.storage import Database, Sight
from domain.trade_ins import crediting, managing, queries, recording
from domain.trade_ins.errors import (
    InvalidTradeIn,
    InvalidTradeInScheme,
    ItemNotTaken,
    NotConsigned,
    OwnTradeIn,
    SerialTaken,
    TradeInAgreementMissing,
    TradeInCreditUsed,
    TradeInLimit,
    TradeInNotFound,
    TradeInReversed,
    TradeInSchemeNotFound,
    TradeInTooLate,
)
from domain.trade_ins.models import ItemState
from domain.trade_ins.terms import Form, Unsold
from domain.values import Rate
from domain.vouchers.errors import VoucherCancelled
from tests.domain.earning.world import KEYS, acting
from tests.domain.selling.counter import Counter
from tests.domain.trade_ins.yard import DAY, Yard, a_yard, consigned


@pytest.fixture
async def yard(database: Database) -> AsyncIterator[Yard]:
    """The shops and the maker; the books are sound in the end."""
    made = await a_yard(database)
    yield made
    await made.world.prove()


async def test_good_shoes_bring_twelve_euros_that_the_next_shop_takes_and_shop_and_maker_pay(yard: Yard) -> None:
    await yard.live()
    anna = await yard.world.member()
    command = yard.handing(anna, yard.item(serial="SN-1"))
    made = await yard.record(command)
    seen = await yard.seen(made.trade_in_id)
    assert [(item.value, item.state, item.serial) for item in seen.items] == [(1200, "CREDITED", "SN1")]
    assert [(credit.amount, credit.state) for credit in seen.credits] == [(1200, "GIVEN")]
    again = await yard.record(command)
    assert (again.trade_in_id, again.replayed) == (made.trade_in_id, True)
    used = await yard.use(anna, 3990)
    assert used.money.minor == 1200  # 39.90 - 12.00 = 27.90 are left to pay
    assert {owed.sponsor_id: owed.money.minor for owed in used.owed} == {yard.shop: 480, yard.maker: 720}
    own, makers, next_door = [await yard.report(one) for one in (yard.shop, yard.maker, yard.next_door)]
    assert {cost.funder_id: cost.amount for cost in own.costs} == {yard.shop: 480, yard.maker: 720}
    assert [(cost.funder_id, cost.amount) for cost in makers.costs] == [(yard.maker, 720)]
    assert next_door.costs == () == next_door.taken == makers.taken
    [taken] = own.taken
    assert (taken.category, taken.grade, taken.items, taken.value, taken.credit) == ("SHOES", "GOOD", 1, 1200, 1200)


async def test_a_key_is_one_trade_in(yard: Yard) -> None:
    await yard.live()
    anna = await yard.world.member()
    command = yard.handing(anna)
    answers = await asyncio.gather(*(yard.record(command) for _ in range(4)), return_exceptions=True)
    made = {answer.trade_in_id for answer in answers if not isinstance(answer, BaseException)}
    assert len(made) == 1
    with pytest.raises(IdempotencyConflict):
        await yard.record(yard.handing(anna, yard.item(grade="NEW"), idempotency_key=command.idempotency_key))


async def test_one_thing_is_handed_in_once_however_many_try_at_the_same_moment(yard: Yard) -> None:
    await yard.live()
    members = [await yard.world.member(f"CARD{number:04}") for number in range(6)]
    tries = [yard.record(yard.handing(who, yard.item(serial="sn 7-7"))) for who in members]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Recorded", *["SerialTaken"] * 5]
    with pytest.raises(SerialTaken):
        await yard.hands_in(members[0], yard.item(serial="SN77"), partner_id=yard.shop)


async def test_points_are_given_by_value_and_what_a_crash_left_is_finished(yard: Yard) -> None:
    await yard.live(form=Form.POINTS)
    await yard.pays()
    anna = await yard.world.member()
    seen = await yard.hands_in(anna, yard.item(), yard.item(number=2, grade="WORN", units=3))
    assert sorted((credit.amount, credit.state) for credit in seen.credits) == [(1200, "GIVEN"), (1200, "GIVEN")]
    assert await yard.points(anna) == 240

    await recording.keep(
        yard.database.pool, yard.handing(anna), caches=yard.caches(), lookup_key=KEYS.lookup, now=yard.now
    )
    assert await yard.points(anna) == 240
    done = await crediting.finish(yard.database.pool, caches=yard.caches(), lookup_key=KEYS.lookup, now=yard.now)
    assert (done.credited, done.waiting) == (1, 0)
    assert await yard.points(anna) == 360
    done = await crediting.finish(yard.database.pool, caches=yard.caches(), lookup_key=KEYS.lookup, now=yard.now)
    assert not done.anything


async def test_a_member_hands_in_as_many_as_the_scheme_takes_in_its_days(yard: Yard) -> None:
    await yard.live(most_items=2, most_days=30)
    anna = await yard.world.member()
    await yard.hands_in(anna)
    with pytest.raises(TradeInLimit):
        await yard.hands_in(anna, yard.item(units=2))
    await yard.hands_in(anna)
    yard.now += 30 * DAY + timedelta(minutes=1)
    await yard.hands_in(anna, yard.item(units=2))


async def test_sellers_hand_in_with_a_colleague(yard: Yard) -> None:
    await yard.live()
    counter = Counter(yard.world)
    seller = await counter.seller()
    with pytest.raises(OwnTradeIn):
        await yard.record(yard.handing(seller, outlet_id=yard.world.outlet))
    with pytest.raises(OwnTradeIn):
        await yard.record(yard.handing(seller, outlet_id=yard.world.other_outlet, staff="S1"))
    await yard.record(yard.handing(seller, outlet_id=yard.world.other_outlet, staff="S2"))


async def test_what_the_list_does_not_take_is_refused_and_leaves_nothing(yard: Yard) -> None:
    await yard.live()
    anna = await yard.world.member()
    for said in ({"category": "HATS"}, {"grade": "TORN"}, {"category": None, "sku": "milk"}):
        with pytest.raises(ItemNotTaken):
            await yard.hands_in(anna, yard.item(), yard.item(**{"number": 2, **said}))
    with pytest.raises(InvalidTradeIn):
        await yard.hands_in(anna, yard.item(serial="a1"), yard.item(number=2, serial="A-1"))
    with pytest.raises(TradeInSchemeNotFound):
        await yard.hands_in(anna, partner_id=yard.maker, member=MemberRef(identifier=Identifier.card("CARD0001")))
    assert (await yard.report(yard.shop)).taken == ()


async def test_a_sold_item_brings_its_share_once_however_many_sell_it(yard: Yard) -> None:
    await yard.live(consignment=consigned())
    anna = await yard.world.member()
    seen = await yard.hands_in(anna, yard.item(), yard.item(number=2))
    assert [item.state for item in seen.items] == ["CONSIGNED", "CONSIGNED"]
    assert seen.credits == ()
    first, second = (item.item_id for item in seen.items)
    answers = await asyncio.gather(*(yard.sells(first, 2999) for _ in range(5)), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Ended", *["NotConsigned"] * 4]
    sold = await yard.sells(second, 5000, key="sold-second")
    assert (sold.credit, sold.replayed) == (3000, False)
    assert (await yard.sells(second, 5000, key="sold-second")).replayed
    with pytest.raises(IdempotencyConflict):
        await yard.sells(second, 6000, key="sold-second")
    seen = await yard.seen(seen.trade_in_id)
    assert sorted(credit.amount for credit in seen.credits) == [1499, 3000]  # 29.99 / 2, rounded down; 50.00 * 3/5
    with pytest.raises(TradeInNotFound):
        await yard.sells(second, 5000, partner_id=yard.next_door)
    with pytest.raises(NotConsigned):
        await yard.reverse(seen.trade_in_id)


@pytest.mark.parametrize(
    ("unsold", "fallback", "state", "credited"),
    [
        (Unsold.GIVEN_BACK, None, ItemState.GIVEN_BACK, []),
        (Unsold.GIVEN_AWAY, None, ItemState.GIVEN_AWAY, []),
        (Unsold.FALLBACK, Rate(1, 4), ItemState.CREDITED, [300]),
    ],
)
async def test_what_nobody_bought_in_time_ends_as_the_scheme_says(
    yard: Yard, unsold: Unsold, fallback: Rate | None, state: ItemState, credited: list[int]
) -> None:
    await yard.live(consignment=consigned(unsold=unsold, fallback=fallback))
    anna = await yard.world.member()
    seen = await yard.hands_in(anna, yard.item(serial="S1"))
    yard.now += 60 * DAY - timedelta(minutes=1)
    assert not (await yard.turn()).anything
    yard.now += timedelta(minutes=1)
    assert (await yard.turn()).unsold == 1
    assert not (await yard.turn()).anything
    seen = await yard.seen(seen.trade_in_id)
    assert [item.state for item in seen.items] == [state]
    assert [credit.amount for credit in seen.credits] == credited
    if state is ItemState.GIVEN_BACK:
        await yard.hands_in(anna, yard.item(serial="S1"))


async def test_a_member_that_became_another_gets_the_credit_as_that_one(yard: Yard) -> None:
    await yard.live(consignment=consigned())
    anna, twin = await yard.world.member(), await yard.world.member("CARD0002")
    seen = await yard.hands_in(anna)
    await merge_members(yard.database.pool, anna, twin, now=yard.now)
    await yard.sells(seen.items[0].item_id, 2000)
    used = await yard.use(twin, 5000)
    assert used.money.minor == 1000


async def test_an_unused_credit_goes_back_and_a_used_one_does_not(yard: Yard) -> None:
    await yard.live()
    anna = await yard.world.member()
    first, second = await yard.hands_in(anna, yard.item(serial="S1")), await yard.hands_in(anna)
    assert not await yard.reverse(first.trade_in_id, "back-first")
    assert await yard.reverse(first.trade_in_id, "back-first")
    with pytest.raises(TradeInReversed):
        await yard.reverse(first.trade_in_id)
    await yard.use(anna, 5000)
    with pytest.raises(TradeInCreditUsed):
        await yard.reverse(second.trade_in_id)
    third = await yard.hands_in(anna, yard.item(serial="S1"))
    yard.now += 14 * DAY + timedelta(minutes=1)
    with pytest.raises(TradeInTooLate):
        await yard.reverse(third.trade_in_id)


async def test_points_go_back_whole_or_not_at_all(yard: Yard) -> None:
    await yard.live(form=Form.POINTS)
    await yard.pays()
    anna = await yard.world.member()
    seen = await yard.hands_in(anna)
    assert await yard.points(anna) == 120
    await yard.reverse(seen.trade_in_id)
    assert await yard.points(anna) == 0
    assert [credit.state for credit in (await yard.seen(seen.trade_in_id)).credits] == ["TAKEN_BACK"]


async def test_of_using_and_reversing_at_the_same_moment_one_comes_first(yard: Yard) -> None:
    await yard.live()
    anna = await yard.world.member()
    seen = await yard.hands_in(anna)
    answers = await asyncio.gather(yard.use(anna, 5000), yard.reverse(seen.trade_in_id), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, DomainError)]
    assert len(refused) == 1
    assert isinstance(refused[0], TradeInCreditUsed | VoucherCancelled)


async def test_nobody_pays_who_has_not_agreed_and_the_coupon_says_who_does(yard: Yard) -> None:
    terms = await yard.terms()
    async with acting(yard.database, Sight.partner(yard.shop)) as session:
        drafted = await managing.draft(session, yard.shop, terms, now=yard.now)
        with pytest.raises(TradeInAgreementMissing):
            await managing.publish(session, yard.shop, drafted.scheme_id, now=yard.now)
        other = await yard.terms(sponsors=())
        alone = await managing.draft(session, yard.shop, other, now=yard.now)
        with pytest.raises(InvalidTradeInScheme):
            await managing.publish(session, yard.shop, alone.scheme_id, now=yard.now)
    async with acting(yard.database, Sight.partner(yard.next_door)) as session:
        with pytest.raises(TradeInSchemeNotFound):
            await queries.scheme_by_id(session, drafted.scheme_id)


async def test_the_maker_sees_what_others_took_of_its_own_make_over_ten_members_only(yard: Yard) -> None:
    await yard.live(prices=((await yard.terms()).prices[0],))
    for number in range(10):
        who = await yard.world.member(f"CARD{number:04}")
        await yard.hands_in(who, yard.item(sku="milk"))
        told = (await yard.report(yard.maker)).taken
        assert [(one.items, one.own) for one in told] == ([(10, False)] if number == 9 else [])


CHANGES = {
    "another value": "UPDATE trade_in_item SET value = value + 1",
    "another credit": "UPDATE trade_in_credit SET amount = amount + 1",
    "a credit from nowhere": "UPDATE trade_in_credit SET entry_id = gen_random_uuid()",
    "a credit of two vouchers": "UPDATE voucher SET amount = amount + 5",
    "a voucher of no credit": "UPDATE trade_in_credit SET voucher_id = gen_random_uuid()",
}


async def test_each_change_behind_the_books_back_is_found(database: Database, owner: Any) -> None:
    yard = await a_yard(database)
    await yard.live()
    await yard.hands_in(await yard.world.member())
    for table in ("trade_in_item", "trade_in_credit", "voucher"):
        await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER")
    for change in CHANGES.values():
        changing = owner.transaction()
        await changing.start()
        await owner.execute(change)
        assert {one.wrong for one in await trade_ins_amiss(owner)} == {Wrong.TRADE_IN_DIFFERS}, change
        await changing.rollback()
