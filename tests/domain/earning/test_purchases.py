"""Laws of purchases, from the till to the books."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.coalition import partners
from domain.coalition.errors import OutletNotFound, PartnerNotActive
from domain.coalition.models import PartnerStatus
from domain.earning import outlets
from domain.earning.basket import BasketLine
from domain.earning.commands import PreviewPurchase, PurchaseReceipt, RecordPurchase
from domain.earning.errors import (
    CurrencyMismatch,
    InvalidBasket,
    PurchaseInFuture,
    PurchaseTooOld,
    TooManyLines,
)
from domain.earning.expiry import Expiry, ExpiryKind
from domain.earning.matching import LineMatch
from domain.earning.outlets import OutletCodes
from domain.earning.purchases import preview, receipt_of, record_purchase, record_purchases
from domain.earning.rules import CouponRefund, Flat, Multiplier, RatePerUnit
from domain.earning.terms import Sponsor
from domain.earning.tills import Caches
from domain.earning.verdicts import Why
from domain.errors import DomainError, IdempotencyConflict, InvalidValue
from domain.ids import OutletId, new_id
from domain.ledger.errors import PurchaseNotFound
from domain.members.errors import MemberNotFound
from domain.members.identifiers import Identifier
from domain.members.recognition import MemberRef
from domain.storage import COALITION, Database
from domain.values import Money, Rate
from tests.domain.earning.builders import NOW, line, shared
from tests.domain.earning.world import KEYS, World, a_world, acting

CARD = MemberRef(identifier=Identifier.card("CARD0001"))
ONE_A_EURO = RatePerUnit(points=Rate(1))


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


def purchase(world: World, *lines: BasketLine, key: str = "purchase-1", **parts: Any) -> RecordPurchase:
    """A purchase at the shop's first outlet by the holder of the card."""
    return RecordPurchase(
        **{
            "partner_id": world.shop,
            "outlet_id": None if "outlet_code" in parts else world.outlet,
            "member": CARD,
            "idempotency_key": key,
            "occurred_at": NOW,
            "currency": "EUR",
            "receipt_number": f"R-{key}",
            "lines": lines or (line(1, "milk", 1099),),
            **parts,
        }
    )


async def record(world: World, caches: Caches, command: RecordPurchase, *, now: Any = NOW) -> PurchaseReceipt:
    """The receipt of one purchase."""
    return await record_purchase(world.database.pool, command, caches=caches, lookup_key=KEYS.lookup, now=now)


async def record_all(
    world: World, caches: Caches, *commands: RecordPurchase, now: Any = NOW
) -> list[PurchaseReceipt | DomainError]:
    """What became of many purchases."""
    return await record_purchases(world.database.pool, commands, caches=caches, lookup_key=KEYS.lookup, now=now)


async def test_a_purchase_earns_points_funded_as_agreed(
    world: World, caches: Caches, owner: asyncpg.Connection
) -> None:
    base = await world.live(ONE_A_EURO, name="Base")
    double = await world.live(
        Multiplier(factor=Rate(2), lines=LineMatch(categories=frozenset({"DAIRY"}))),
        name="Double dairy",
        sponsors=shared((world.maker, "3/5"), (world.shop, "2/5")),
    )
    # 19.98 → 19; milk alone 10.99 → 10 more, of which the maker pays 6.
    receipt = await record(world, caches, purchase(world, line(1, "milk", 1099), line(2, "wine", 899)))
    assert [(one.campaign.key, one.points, one.funded, one.lines) for one in receipt.awards] == [
        (base.key, 19, ((world.shop, 19),), (1, 2)),
        (double.key, 10, ((world.maker, 6), (world.shop, 4)), (1,)),
    ]
    assert receipt.awards[1].reason == "Double dairy: 2 times the points, on line 1"
    assert (receipt.points, receipt.counters.available, receipt.counters.pending, receipt.replayed) == (
        29,
        29,
        0,
        False,
    )
    lots = await owner.fetch("SELECT sponsor_id, campaign_id, original FROM lot ORDER BY lot_id")
    assert [tuple(lot) for lot in lots] == [
        (world.shop, base.campaign_id, 19),
        (world.maker, double.campaign_id, 6),
        (world.shop, double.campaign_id, 4),
    ]


async def test_the_same_request_again_gives_the_first_answer(world: World, caches: Caches) -> None:
    await world.live(ONE_A_EURO, expiry=Expiry(kind=ExpiryKind.MONTHS, months=12), return_days=14)
    await world.live(CouponRefund(), name="Refund", sponsors=(Sponsor(world.maker),))
    command = purchase(world, line(1, "milk", 1099, coupon=50), line(2, "wine", 100, "0"))
    first = await record(world, caches, command)
    await world.live(Flat(points=500), name="Came later")
    again = await record(world, Caches.fresh("EUR", "Europe/Riga"), command, now=NOW + timedelta(days=1))
    assert again.replayed
    assert replace(again, rating=first.rating) == first


async def test_a_request_is_answered_again_even_when_it_could_no_longer_be_made(world: World, caches: Caches) -> None:
    await world.live(ONE_A_EURO)
    first = await record(world, caches, purchase(world))
    later = await record(world, caches, purchase(world), now=NOW + timedelta(days=300))
    assert (later.replayed, later.entry_id, later.points) == (True, first.entry_id, first.points)


@pytest.mark.parametrize(
    "change",
    [
        {"lines": (line(1, "milk", 1100),)},
        {"lines": (line(1, "milk", 1099, "2"),)},
        {"lines": (line(1, "milk", 1099, coupon=1),)},
        {"receipt_number": "another"},
        {"staff": "somebody"},
        {"occurred_at": NOW - timedelta(seconds=1)},
        {"occurred_at": NOW - timedelta(days=60)},
    ],
)
async def test_the_same_key_for_another_request_is_refused(
    world: World, caches: Caches, change: dict[str, Any]
) -> None:
    await record(world, caches, purchase(world))
    with pytest.raises(IdempotencyConflict):
        await record(
            world, caches, purchase(world, **change) if "lines" not in change else replace(purchase(world), **change)
        )


async def test_a_refusal_leaves_the_key_free(world: World, caches: Caches) -> None:
    with pytest.raises(MemberNotFound):
        await record(world, caches, purchase(world, member=MemberRef(identifier=Identifier.card("NOBODY"))))
    assert not (await record(world, caches, purchase(world))).replayed


async def test_many_purchases_are_one_path_each_with_its_own_answer(world: World, caches: Caches) -> None:
    await world.live(ONE_A_EURO)
    await world.member("CARD0002")
    other = MemberRef(identifier=Identifier.card("CARD0002"))
    answers = await record_all(
        world,
        caches,
        purchase(world, key="purchase-1"),
        purchase(world, key="purchase-2", member=MemberRef(identifier=Identifier.card("NOBODY"))),
        purchase(world, key="purchase-3", currency="USD"),
        purchase(world, key="purchase-4"),
        purchase(world, key="purchase-5", member=other),
        purchase(world, key="purchase-6", outlet_code="nowhere"),
        purchase(world, key="purchase-7", outlet_code="2", outlet_id=None),
        purchase(world, key="purchase-8", occurred_at=NOW + timedelta(hours=1)),
        purchase(world, key="purchase-9", occurred_at=NOW - timedelta(days=32)),
        purchase(world, key="purchase-1"),
        purchase(world, key="purchase-a", outlet_id=OutletId(new_id())),
    )
    kinds = [
        (answer.points, answer.counters.available, answer.replayed)
        if isinstance(answer, PurchaseReceipt)
        else type(answer)
        for answer in answers
    ]
    assert kinds == [
        (10, 10, False),
        MemberNotFound,
        CurrencyMismatch,
        (10, 20, False),
        (10, 10, False),
        OutletNotFound,
        (10, 30, False),
        PurchaseInFuture,
        PurchaseTooOld,
        (10, 30, True),
        OutletNotFound,
    ]


async def test_no_purchases_are_no_answers(world: World, caches: Caches) -> None:
    assert await record_all(world, caches) == []


async def test_tills_at_once_lose_and_double_nothing(world: World, caches: Caches) -> None:
    await world.live(ONE_A_EURO)
    answers = await asyncio.gather(
        *(
            record_all(world, caches, *(purchase(world, key=f"purchase-{n % 7}") for n in range(start, start + 3)))
            for start in range(9)
        )
    )
    flat = [answer for some in answers for answer in some]
    assert all(isinstance(answer, PurchaseReceipt) for answer in flat)
    assert sum(not answer.replayed for answer in flat if isinstance(answer, PurchaseReceipt)) == 7
    last = await record(world, caches, purchase(world, key="purchase-last"))
    assert last.counters.available == 80


async def test_points_wait_for_the_return_window_and_lapse_by_their_policy(world: World, caches: Caches) -> None:
    await world.live(
        ONE_A_EURO,
        return_days=14,
        expiry=Expiry(kind=ExpiryKind.END_OF_MONTH, months=1),
    )
    bought = NOW - timedelta(days=3)
    receipt = await record(world, caches, purchase(world, occurred_at=bought))
    assert receipt.awards[0].available_at == bought + timedelta(days=14)
    assert receipt.awards[0].expires_at is not None
    assert receipt.awards[0].expires_at.isoformat() == "2026-12-31T22:00:00+00:00"
    assert (receipt.counters.available, receipt.counters.pending) == (0, 10)


async def test_points_never_lapse_before_they_can_be_spent(world: World, caches: Caches) -> None:
    await world.live(ONE_A_EURO, return_days=30, expiry=Expiry(kind=ExpiryKind.END_OF_MONTH))
    award = (await record(world, caches, purchase(world))).awards[0]
    assert award.expires_at is not None
    assert award.expires_at > award.available_at == NOW + timedelta(days=30)


async def test_a_lapse_by_inactivity_is_kept_with_the_lot(
    world: World, caches: Caches, owner: asyncpg.Connection
) -> None:
    await world.live(ONE_A_EURO, expiry=Expiry(kind=ExpiryKind.INACTIVITY, months=12))
    await record(world, caches, purchase(world))
    assert await owner.fetchval("SELECT inactivity_months FROM lot") == 12


async def test_a_makers_coupon_becomes_money_the_maker_owes_the_shop(
    world: World, caches: Caches, owner: asyncpg.Connection
) -> None:
    maker_lines = LineMatch(makers=frozenset({world.maker}))
    refund = await world.live(CouponRefund(cap=40, lines=maker_lines), sponsors=(Sponsor(world.maker),))
    receipt = await record(
        world, caches, purchase(world, line(1, "milk", 300, "2", coupon=100), line(2, "wine", 900, coupon=20))
    )
    assert [(one.campaign.key, one.sponsor_id, one.money, one.line) for one in receipt.benefits] == [
        (refund.key, world.maker, Money(Decimal("0.80"), "EUR"), 1)
    ]
    kept = await owner.fetchrow("SELECT sponsor_id, redeemer_id, amount, currency, state, kind FROM benefit")
    assert tuple(kept or ()) == (world.maker, world.shop, Decimal("0.80"), "EUR", "USED", "COUPON")


async def test_a_basket_worth_nothing_is_recorded_all_the_same(world: World, caches: Caches) -> None:
    receipt = await record(world, caches, purchase(world, line(1, "milk", 500, "0"), line(2, "wine", 0)))
    assert (receipt.awards, receipt.idle_lines, receipt.points) == ((), 1, 0)
    await world.live(Flat(points=5, minimum=100_000))
    caches = Caches.fresh("EUR", "Europe/Riga")
    short = await record(world, caches, purchase(world, key="purchase-2"))
    assert [(one.why, one.missing) for one in short.refusals] == [(Why.BELOW_MINIMUM, 98_901)]


async def test_a_sponsor_suspended_a_moment_ago_funds_nothing_and_spoils_nothing(world: World, caches: Caches) -> None:
    await world.live(ONE_A_EURO)
    await world.live(Flat(points=5), sponsors=(Sponsor(world.maker),))
    assert (await record(world, caches, purchase(world))).points == 15
    async with acting(world.database, COALITION) as session:
        await partners.change_status(session, world.maker, PartnerStatus.SUSPENDED)
    assert (await record(world, caches, purchase(world, key="purchase-2"))).points == 10


async def test_a_partner_that_is_not_active_records_nothing(world: World, caches: Caches) -> None:
    async with acting(world.database, COALITION) as session:
        await partners.change_status(session, world.shop, PartnerStatus.SUSPENDED)
    with pytest.raises(PartnerNotActive):
        await record(world, caches, purchase(world))


async def test_a_member_is_known_by_the_partners_own_id_too(world: World, caches: Caches) -> None:
    await world.live(ONE_A_EURO)
    first = await record(world, caches, purchase(world))
    assert first.member is not None
    named = MemberRef(pairwise_id=first.member.pairwise_id)
    second = await record(world, caches, purchase(world, key="purchase-2", member=named))
    assert (second.member, second.counters.available) == (first.member, 20)
    unknown = MemberRef(pairwise_id=UUID(int=1))
    with pytest.raises(MemberNotFound):
        await record(world, caches, purchase(world, key="purchase-3", member=unknown))


async def test_a_preview_says_what_a_purchase_would_earn_and_writes_nothing(
    world: World, caches: Caches, owner: asyncpg.Connection
) -> None:
    await world.live(ONE_A_EURO)
    await world.live(Flat(points=50, minimum=2000), name="From twenty")
    command = PreviewPurchase(
        partner_id=world.shop, outlet_code="2", occurred_at=NOW, currency="EUR", lines=(line(1, "milk", 1099),)
    )
    for member in (None, CARD):
        shown = await preview(
            world.database.pool,
            replace(command, member=member),
            caches=caches,
            lookup_key=KEYS.lookup,
            now=NOW,
        )
        assert (shown.rating.points, shown.awards[0].points, shown.member is None) == (10, 10, member is None)
        assert [(one.why, one.missing) for one in shown.rating.refusals] == [(Why.BELOW_MINIMUM, 901)]
    assert await owner.fetchval("SELECT count(*) FROM entry") == 0
    with pytest.raises(CurrencyMismatch):
        await preview(
            world.database.pool,
            replace(command, currency="USD"),
            caches=caches,
            lookup_key=KEYS.lookup,
            now=NOW,
        )


@pytest.mark.parametrize(
    ("parts", "refusal"),
    [
        ({"lines": ()}, InvalidBasket),
        ({"lines": tuple(line(number, "milk", 1) for number in range(1, 10_001))}, TooManyLines),
        ({"outlet_code": "1", "outlet_id": OutletId(UUID(int=1))}, InvalidBasket),
        ({"outlet_code": None, "outlet_id": None}, InvalidBasket),
        ({"idempotency_key": "short"}, InvalidValue),
        ({"receipt_number": ""}, InvalidValue),
        ({"staff": "x" * 65}, InvalidValue),
        ({"channel": "a\x1fb"}, InvalidValue),
    ],
)
def test_a_malformed_command_is_refused(parts: dict[str, Any], refusal: type[DomainError]) -> None:
    usual: dict[str, Any] = {
        "partner_id": new_id(),
        "outlet_code": "1",
        "member": CARD,
        "idempotency_key": "purchase-1",
        "occurred_at": NOW,
        "currency": "EUR",
        "lines": (line(1, "milk", 1099),),
    }
    with pytest.raises(refusal):
        RecordPurchase(**{**usual, **parts})


async def test_lines_are_kept_as_they_were_sold(world: World, caches: Caches, owner: asyncpg.Connection) -> None:
    base = await world.live(ONE_A_EURO)
    await record(
        world, caches, purchase(world, line(7, "milk", 300, "1.250", discount=20, coupon=5), line(3, "?", 99, "0"))
    )
    kept = await owner.fetchrow("SELECT numbers, skus, quantities, amounts, total, facts::text FROM purchase")
    assert kept is not None
    assert tuple(kept)[:5] == ([7, 3], ["milk", "?"], [Decimal("1.250"), Decimal(0)], [300, 99], 399)
    assert str(base.campaign_id) in kept["facts"]
    assert '"7": [20, 5, 0]' in kept["facts"]


async def test_a_receipt_can_be_read_again(world: World, caches: Caches) -> None:
    await world.live(ONE_A_EURO)
    first = await record(world, caches, purchase(world))
    read = await receipt_of(world.database.pool, world.shop, first.wallet_id, first.entry_id)
    assert (read.awards, read.counters, read.replayed) == (first.awards, first.counters, True)
    with pytest.raises(PurchaseNotFound):
        await receipt_of(world.database.pool, world.maker, first.wallet_id, first.entry_id)


async def test_outlet_codes_are_remembered_within_bounds(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlets, "MOST_REMEMBERED", 1)
    codes = OutletCodes()
    for _ in range(2):
        found = await codes.resolve(world.database.pool, {(world.shop, "1"), (world.shop, "2"), (world.shop, "?")})
        assert found == {(world.shop, "1"): world.outlet, (world.shop, "2"): world.other_outlet}
