"""Laws of goods that come back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.coalition.errors import OutletNotFound
from domain.coalition.models import ReturnPolicy
from domain.earning import managing, returning
from domain.earning.commands import PurchaseReceipt, PurchaseRef, RecordReturn, ReturnReceipt
from domain.earning.errors import AmbiguousReceipt, DuplicateLine, InvalidBasket, NothingLeft, ReturnExceedsPurchase
from domain.earning.matching import LineMatch
from domain.earning.recorded import Recorded, recorded
from domain.earning.rerating import ReturnedLine
from domain.earning.returning import record_return
from domain.earning.rules import CouponRefund, Flat, Multiplier, RatePerUnit
from domain.earning.terms import Sponsor
from domain.earning.tills import Caches
from domain.errors import DomainError, IdempotencyConflict, InvalidValue
from domain.ids import new_id
from domain.ledger.errors import Busy, PurchaseNotFound
from domain.ledger.moving import merge_members
from domain.members.errors import MemberNotFound
from domain.members.identifiers import Identifier
from domain.members.recognition import MemberRef
from domain.products import feeding
from domain.products.feeding import ProductItem
from domain.rewards.redemption import RedeemPoints, redeem
from domain.storage import Database, Sight
from domain.values import Points, Rate
from tests.domain.earning.builders import NOW, line, shared
from tests.domain.earning.test_purchases import CARD, ONE_A_EURO, purchase, record
from tests.domain.earning.world import KEYS, World, a_world, acting


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


def returned(
    world: World, bought: PurchaseReceipt | PurchaseRef, *lines: tuple[int, str], key: str = "return-01", **parts: Any
) -> RecordReturn:
    """Some of a purchase comes back; no line named: everything."""
    ref = (
        bought if isinstance(bought, PurchaseRef) else PurchaseRef(wallet_id=bought.wallet_id, entry_id=bought.entry_id)
    )
    return RecordReturn(
        **{
            "partner_id": world.shop,
            "idempotency_key": key,
            "purchase": ref,
            "lines": tuple(ReturnedLine(number, Decimal(quantity)) for number, quantity in lines) or None,
            "occurred_at": NOW,
            "outlet_id": world.outlet,
            **parts,
        }
    )


async def give_back(world: World, command: RecordReturn, *, now: Any = NOW) -> ReturnReceipt:
    """The receipt of a return."""
    return await record_return(world.database.pool, command, lookup_key=KEYS.lookup, now=now)


async def a_campaign_of_each_kind(world: World) -> dict[str, Any]:
    """A base rate, a bonus from twenty euros shared with the maker, double dairy by the maker."""
    return {
        "base": await world.live(ONE_A_EURO, name="Base"),
        "bonus": await world.live(
            Flat(points=50, minimum=2000), name="Bonus", sponsors=shared((world.maker, "3/5"), (world.shop, "2/5"))
        ),
        "double": await world.live(
            Multiplier(factor=Rate(2), lines=LineMatch(categories=frozenset({"DAIRY"}))),
            name="Double",
            sponsors=(Sponsor(world.maker),),
        ),
    }


BASKET = (line(1, "milk", 1299, "3"), line(2, "wine", 999))
"""22.98: 22 points, 50 from 20.00, 12 more for the milk."""


async def test_a_return_takes_back_what_the_smaller_basket_would_not_have_earned(world: World, caches: Caches) -> None:
    campaigns = await a_campaign_of_each_kind(world)
    bought = await record(world, caches, purchase(world, *BASKET))
    assert bought.points == 84
    # Two of three bottles are left, 8.66: 18 points in all, no bonus, 8 for the milk.
    receipt = await give_back(world, returned(world, bought, (1, "1")))
    taken = {(one.campaign.terms.name, one.sponsor_id): one.points for one in receipt.taken}
    assert taken == {
        ("Base", world.shop): 4,
        ("Bonus", world.maker): 30,
        ("Bonus", world.shop): 20,
        ("Double", world.maker): 4,
    }
    assert {one.campaign.key for one in receipt.taken} == {one.key for one in campaigns.values()}
    assert (receipt.points, receipt.counters.available, receipt.replayed) == (58, 26, False)


async def test_returns_in_parts_take_what_one_return_takes(world: World, caches: Caches) -> None:
    await a_campaign_of_each_kind(world)
    in_parts = await record(world, caches, purchase(world, *BASKET, key="purchase-1"))
    at_once = await record(world, caches, purchase(world, *BASKET, key="purchase-2"))
    parts = [
        await give_back(world, returned(world, in_parts, *lines, key=f"return-{number}"))
        for number, lines in enumerate([[(1, "0.5")], [(2, "1"), (1, "1.5")]], 10)
    ]
    whole = await give_back(world, returned(world, at_once, (1, "2"), (2, "1")))
    assert sum(part.points for part in parts) == whole.points


async def test_everything_back_leaves_nothing(world: World, caches: Caches) -> None:
    await a_campaign_of_each_kind(world)
    bought = await record(world, caches, purchase(world, *BASKET))
    await give_back(world, returned(world, bought, (1, "1")))
    rest = await give_back(world, returned(world, bought, key="return-02"))
    assert (rest.counters.available, rest.counters.debt) == (0, 0)
    with pytest.raises(NothingLeft):
        await give_back(world, returned(world, bought, key="return-03"))


async def test_buying_and_returning_makes_no_points(world: World, caches: Caches) -> None:
    await a_campaign_of_each_kind(world)
    for number in range(3):
        bought = await record(world, caches, purchase(world, *BASKET, key=f"purchase-{number}"))
        receipt = await give_back(world, returned(world, bought, key=f"return-{number}0"))
        assert (receipt.points, receipt.counters.available) == (84, 0)


async def test_the_same_return_again_gives_the_first_answer_and_takes_nothing(world: World, caches: Caches) -> None:
    await a_campaign_of_each_kind(world)
    bought = await record(world, caches, purchase(world, *BASKET))
    for command in (returned(world, bought, (1, "2")), returned(world, bought, key="return-02")):
        first = await give_back(world, command)
        again = await give_back(world, command, now=NOW + timedelta(days=90))
        assert again.replayed
        assert (again.entry_id, again.taken, again.counters) == (first.entry_id, first.taken, first.counters)
    for lines in ([(2, "1")], [(1, "3")], [(1, "1")]):
        with pytest.raises(IdempotencyConflict):
            await give_back(world, returned(world, bought, *lines))
    with pytest.raises(IdempotencyConflict):
        await give_back(world, returned(world, bought, (1, "1"), key="purchase-1"))


async def test_spent_points_are_owed_and_paid_from_the_next_purchase(world: World, caches: Caches) -> None:
    await world.live(ONE_A_EURO)
    bought = await record(world, caches, purchase(world, line(1, "milk", 10_000)))
    await _spend(world, 80)
    receipt = await give_back(world, returned(world, bought))
    assert [(one.points, one.owed) for one in receipt.taken] == [(20, False), (80, True)]
    assert (receipt.counters.available, receipt.counters.debt) == (0, 80)
    after = await record(world, caches, purchase(world, line(1, "milk", 10_000), key="purchase-2"))
    assert (after.counters.available, after.counters.debt) == (20, 0)


async def _spend(world: World, points: int) -> None:
    command = RedeemPoints(
        partner_id=world.shop,
        idempotency_key="redeem-01",
        member=CARD,
        points=Points(points),
        occurred_at=NOW,
        outlet_id=world.outlet,
    )
    await redeem(world.database.pool, command, lookup_key=KEYS.lookup, now=NOW)


async def test_a_sponsor_that_takes_within_the_balance_bears_the_rest(database: Database, caches: Caches) -> None:
    world = await a_world(database, return_policy=ReturnPolicy.WITHIN_BALANCE)
    await world.member()
    await world.live(ONE_A_EURO)
    bought = await record(world, caches, purchase(world, line(1, "milk", 10_000)))
    await _spend(world, 80)
    receipt = await give_back(world, returned(world, bought))
    assert (receipt.counters.available, receipt.counters.debt) == (0, 0)
    assert receipt.points == 20


async def test_points_that_still_wait_are_taken_where_they_wait(world: World, caches: Caches) -> None:
    await world.live(ONE_A_EURO, return_days=14)
    bought = await record(world, caches, purchase(world))
    assert bought.counters.pending == 10
    receipt = await give_back(world, returned(world, bought))
    assert (receipt.points, receipt.counters.pending, receipt.counters.available) == (10, 0, 0)


async def test_the_rules_of_the_purchase_hold_whatever_has_changed_since(world: World, caches: Caches) -> None:
    base = await world.live(ONE_A_EURO, name="Base")
    await world.live(RatePerUnit(points=Rate(5), lines=LineMatch(categories=frozenset({"DAIRY"}))), name="Dairy")
    bought = await record(world, caches, purchase(world, *BASKET))
    async with acting(world.database, Sight.partner(world.shop)) as session:
        await feeding.feed(session, world.shop, [ProductItem(sku="milk", name="Milk", category="WATER")], now=NOW)
        await managing.change(session, world.shop, base.campaign_id, world.terms(Flat(points=1)), now=NOW)
        await managing.publish(session, world.shop, base.campaign_id, now=NOW)
    receipt = await give_back(world, returned(world, bought, (1, "3")))
    # Of 22 and 64, what 9.99 of wine earns is left: 9 and 0.
    assert {one.campaign.terms.name: one.points for one in receipt.taken} == {"Base": 13, "Dairy": 64}


async def test_a_coupon_is_claimed_no_more_once_its_line_is_back(
    world: World, caches: Caches, owner: asyncpg.Connection
) -> None:
    await world.live(CouponRefund(), sponsors=(Sponsor(world.maker),))
    lines = (line(1, "milk", 300, "2", coupon=50), line(2, "wine", 900, coupon=20))
    bought = await record(world, caches, purchase(world, *lines))
    await give_back(world, returned(world, bought, (1, "1")))
    assert await _benefits(owner) == {Decimal("0.50"): "USED", Decimal("0.20"): "USED"}
    await give_back(world, returned(world, bought, (1, "1"), key="return-02"))
    assert await _benefits(owner) == {Decimal("0.50"): "REVERSED", Decimal("0.20"): "USED"}


async def _benefits(owner: asyncpg.Connection) -> dict[Decimal, str]:
    rows = await owner.fetch("SELECT amount, state FROM benefit")
    return {row["amount"].normalize(): row["state"] for row in rows}


async def test_a_purchase_is_found_by_card_and_receipt_number(world: World, caches: Caches) -> None:
    await world.live(ONE_A_EURO)
    await world.member("CARD0002")
    other = MemberRef(identifier=Identifier.card("CARD0002"))
    mine = await record(world, caches, purchase(world, key="purchase-1", receipt_number="0001"))
    await record(world, caches, purchase(world, key="purchase-2", receipt_number="0001", member=other))
    await record(world, caches, purchase(world, key="purchase-3", receipt_number="0002", member=other))
    by_card = await give_back(world, returned(world, PurchaseRef(receipt_number="0001", member=CARD)))
    assert by_card.purchase.entry_id == mine.entry_id
    by_number = await give_back(world, returned(world, PurchaseRef(receipt_number="0002"), key="return-02"))
    assert by_number.points == 10
    with pytest.raises(AmbiguousReceipt):
        await give_back(world, returned(world, PurchaseRef(receipt_number="0001"), key="return-03"))
    with pytest.raises(PurchaseNotFound):
        await give_back(world, returned(world, PurchaseRef(receipt_number="0002", member=CARD), key="return-04"))
    nobody = MemberRef(identifier=Identifier.card("NOBODY"))
    with pytest.raises(MemberNotFound):
        await give_back(world, returned(world, PurchaseRef(receipt_number="0001", member=nobody), key="return-05"))


async def test_nobody_returns_the_purchase_of_another_partner(world: World, caches: Caches) -> None:
    bought = await record(world, caches, purchase(world))
    for ref in (bought, PurchaseRef(receipt_number="R-purchase-1")):
        with pytest.raises(PurchaseNotFound):
            await give_back(world, returned(world, ref, partner_id=world.maker, outlet_id=None))


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [
        ([(1, "3.1")], ReturnExceedsPurchase),
        ([(9, "1")], ReturnExceedsPurchase),
        ([(1, "1"), (1, "1")], DuplicateLine),
    ],
)
async def test_a_return_of_more_than_was_bought_is_refused(
    world: World, caches: Caches, lines: list[tuple[int, str]], refusal: type[DomainError]
) -> None:
    bought = await record(world, caches, purchase(world, *BASKET))
    with pytest.raises(refusal):
        await give_back(world, returned(world, bought, *lines))


async def test_returns_at_once_never_take_twice(world: World, caches: Caches) -> None:
    await a_campaign_of_each_kind(world)
    bought = await record(world, caches, purchase(world, *BASKET))
    outcomes = await asyncio.gather(
        *(give_back(world, returned(world, bought, (1, "1"), key=f"return-1{number}")) for number in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, ReturnReceipt) for one in outcomes) == 3
    assert sum(isinstance(one, ReturnExceedsPurchase) for one in outcomes) == 1
    rest = await give_back(world, returned(world, bought))
    assert (rest.counters.available, rest.counters.debt) == (0, 0)


def test_a_purchase_is_named_in_one_way() -> None:
    wallet, entry = UUID(int=1), UUID(int=2)
    wrong: tuple[dict[str, Any], ...] = (
        {},
        {"wallet_id": wallet},
        {"entry_id": entry},
        {"member": CARD},
        {"wallet_id": wallet, "entry_id": entry, "receipt_number": "1"},
        {"wallet_id": wallet, "entry_id": entry, "member": CARD},
        {"receipt_number": ""},
    )
    for parts in wrong:
        with pytest.raises(InvalidValue):
            PurchaseRef(**parts)


def test_a_return_names_more_than_nothing() -> None:
    with pytest.raises(InvalidBasket):
        ReturnedLine(1, Decimal(0))


async def test_a_return_follows_a_member_that_turned_out_to_be_another(world: World, caches: Caches) -> None:
    await world.live(ONE_A_EURO)
    bought = await record(world, caches, purchase(world, *BASKET, receipt_number="0001"))
    one, other = await world.member(), await world.member("CARD0002")
    await merge_members(world.database.pool, one, other, now=NOW)
    by_id = returned(world, bought, (1, "1"))
    by_card = returned(world, PurchaseRef(receipt_number="0001", member=CARD), (1, "1"), key="return-02")
    for command in (by_id, by_card):
        receipt = await give_back(world, command)
        assert (receipt.wallet_id, receipt.purchase.wallet_id) == (other.wallet_id, one.wallet_id)
        again = await give_back(world, command)
        assert (again.replayed, again.purchase, again.taken) == (True, receipt.purchase, receipt.taken)
    rest = await give_back(world, returned(world, bought, key="return-03"))
    assert (rest.counters.available, rest.counters.debt) == (0, 0)
    # The purchase itself is answered as at first, and the next one is recorded for whom the card names now.
    assert (await record(world, caches, purchase(world, *BASKET, receipt_number="0001"))).replayed
    following = await record(world, caches, purchase(world, key="purchase-2"))
    assert following.wallet_id == other.wallet_id


async def test_what_the_functions_tell_is_for_the_partner_that_recorded_it(world: World, caches: Caches) -> None:
    await world.live(ONE_A_EURO)
    bought = await record(world, caches, purchase(world))
    back = await give_back(world, returned(world, bought))
    pool = world.database.pool
    for partner_id, rows in ((world.shop, 1), (world.maker, 0)):
        asked = (partner_id, bought.wallet_id, bought.entry_id)
        assert len(await pool.fetch("SELECT * FROM purchase_as_rated($1, $2, $3)", *asked)) == rows
        assert len(await pool.fetch("SELECT * FROM find_purchases($1, $2, NULL)", partner_id, "R-purchase-1")) == rows
        keys = ([partner_id], ["purchase-1"])
        assert len(await pool.fetch("SELECT * FROM entries_by_key($1, $2)", *keys)) == rows
        taken = (partner_id, back.wallet_id, back.entry_id)
        assert len(await pool.fetch("SELECT * FROM claw_backs_of($1, $2, $3)", *taken)) == rows


async def test_a_return_is_answered_again_though_its_receipt_number_now_names_several(
    world: World, caches: Caches
) -> None:
    await world.live(ONE_A_EURO)
    bought = await record(world, caches, purchase(world, receipt_number="0001"))
    command = returned(world, PurchaseRef(receipt_number="0001"))
    first = await give_back(world, command)
    await record(world, caches, purchase(world, key="purchase-2", receipt_number="0001"))
    again = await give_back(world, command)
    assert (again.replayed, again.purchase.entry_id, again.taken) == (True, bought.entry_id, first.taken)


async def test_a_return_that_others_keep_overtaking_gives_up(
    world: World, caches: Caches, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.live(ONE_A_EURO)
    bought = await record(world, caches, purchase(world, line(1, "milk", 1000, "100")))
    read = recorded
    numbers = iter(range(10, 99))

    async def overtaken(*where: Any) -> Recorded:
        books = await read(*where)
        with monkeypatch.context() as patch:
            patch.setattr(returning, "recorded", read)
            await give_back(world, returned(world, bought, (1, "1"), key=f"return-{next(numbers)}"))
        return books

    monkeypatch.setattr(returning, "recorded", overtaken)
    with pytest.raises(Busy):
        await give_back(world, returned(world, bought, (1, "1")))
    monkeypatch.setattr(returning, "recorded", read)
    rest = await give_back(world, returned(world, bought))
    assert (rest.replayed, rest.counters.available) == (False, 0)


async def test_a_return_is_made_at_an_outlet_of_the_partner(world: World, caches: Caches) -> None:
    bought = await record(world, caches, purchase(world))
    with pytest.raises(OutletNotFound):
        await give_back(world, returned(world, bought, outlet_id=new_id()))
