"""What is counted from purchase to purchase, in the books: stamps, prizes, caps, however many tills there are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain.earning.bounds import Cap, CapOf, CapPer
from domain.earning.commands import PurchaseReceipt
from domain.earning.periods import Period
from domain.earning.prizes import Prize, Slot, Token, TokenKind
from domain.earning.purchases import preview
from domain.earning.rules import Card, Counted, Gift, Mark, Milestones, RatePerUnit
from domain.earning.tills import Caches
from domain.earning.verdicts import Why
from domain.ledger.moving import merge_members
from domain.members.identifiers import Identifier
from domain.members.recognition import MemberRef
from domain.storage import Database, opened
from domain.values import Rate
from tests.domain.earning.builders import NOW, line
from tests.domain.earning.test_purchases import ONE_A_EURO, purchase, record, record_all
from tests.domain.earning.test_returning import give_back, returned
from tests.domain.earning.world import KEYS, World, a_world

TALLIES = "SELECT key, counted, rewarded, since, recent FROM tally ORDER BY key"
COFFEE = Token(kind=TokenKind.COUPON, name="A coffee", days=30)


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    """A coalition with a member at the shop; its books are sound in the end."""
    made = await a_world(database)
    await made.member()
    yield made
    await made.prove()


@pytest.fixture
def caches() -> Caches:
    """A server that has just started."""
    return Caches.fresh("EUR", "Europe/Riga")


async def stamps(owner: asyncpg.Connection[Any]) -> list[tuple[int, int]]:
    """Stamps and prizes of each tally."""
    return [(row["counted"], row["rewarded"]) for row in await owner.fetch(TALLIES)]


def told(answers: list[Any]) -> list[PurchaseReceipt]:
    """All answers, none of which is a refusal."""
    assert all(isinstance(answer, PurchaseReceipt) for answer in answers), answers
    return answers


async def test_fifty_purchases_of_one_member_in_one_call_are_fifty_stamps(
    world: World, caches: Caches, owner: asyncpg.Connection[Any]
) -> None:
    await world.live(Card(every=10, prize=Prize(points=100, token=COFFEE)))
    commands = [purchase(world, key=f"purchase-{number:03}") for number in range(50)]
    answers = told(await record_all(world, caches, *commands))
    assert sorted(answer.points for answer in answers) == [0] * 45 + [100] * 5
    assert sum(len(answer.tokens) for answer in answers) == 5
    assert await stamps(owner) == [(50, 5)]
    again = told(await record_all(world, caches, *commands))
    assert [one.replayed for one in again] == [True] * 50
    assert [one.points for one in again] == [one.points for one in answers]
    assert [one.tokens for one in again] == [one.tokens for one in answers]
    assert await stamps(owner) == [(50, 5)]


async def test_sixteen_tills_at_once_stamp_one_card_exactly(database_url: str) -> None:
    async with opened(database_url, connections=16) as database:
        world = await a_world(database)
        await world.member()
        await world.live(Card(every=4, prize=Prize(points=100)))
        await world.live(ONE_A_EURO, caps=(Cap(most=50),))
        tills = [Caches.fresh("EUR", "Europe/Riga") for _ in range(16)]
        answers = await asyncio.gather(
            *(record(world, till, purchase(world, key=f"purchase-{at:03}")) for at, till in enumerate(tills))
        )
        assert sum(answer.points for answer in answers) == 4 * 100 + 50
        owner = await asyncpg.connect(database_url)
        assert sorted(await stamps(owner)) == [(16, 4), (50, 0)]
        await owner.close()


async def test_what_is_returned_was_never_counted(world: World, caches: Caches, owner: asyncpg.Connection[Any]) -> None:
    await world.live(Card(every=2, prize=Prize(token=COFFEE)))
    await world.live(ONE_A_EURO, caps=(Cap(most=15, period=Period.MONTH),))
    await record(world, caches, purchase(world))
    before = await owner.fetch(TALLIES)
    won = await record(world, caches, purchase(world, key="purchase-2"))
    assert [token.name for token in won.tokens] == ["A coffee"]
    assert won.points == 5
    await give_back(world, returned(world, won))
    assert await owner.fetch(TALLIES) == before
    assert await owner.fetchval("SELECT count(*) FROM token WHERE taken_back_entry IS NULL") == 0
    third = await record(world, caches, purchase(world, key="purchase-3"))
    assert (len(third.tokens), third.points) == (1, 5)


async def test_two_returns_uncount_what_one_would(world: World, caches: Caches, owner: asyncpg.Connection[Any]) -> None:
    await world.live(Card(every=3, counted=Counted.ITEMS, prize=Prize(points=10, token=COFFEE)))
    bought = await record(world, caches, purchase(world, line(1, "milk", 700, "7")))
    assert (bought.points, len(bought.tokens)) == (20, 2)
    for number, (counted, points) in enumerate([(5, 10), (2, 0)]):
        receipt = await give_back(
            world, returned(world, bought, (1, "2" if number == 0 else "3"), key=f"return-{number:02}")
        )
        assert (await stamps(owner), receipt.counters.available) == ([(counted, points // 10)], points)
    assert await owner.fetchval("SELECT count(*) FROM token WHERE taken_back_entry IS NULL") == 0


async def test_milestones_are_won_once_over_purchases_and_returns(
    world: World, caches: Caches, owner: asyncpg.Connection[Any]
) -> None:
    marks = (Mark(at=2000, prize=Prize(points=50)), Mark(at=4000, prize=Prize(points=100)))
    await world.live(Milestones(marks=marks, counted=Counted.AMOUNT))
    first = await record(world, caches, purchase(world, line(1, "milk", 2500)))
    second = await record(world, caches, purchase(world, line(1, "milk", 2000), key="purchase-2"))
    assert (first.points, second.points) == (50, 100)
    await give_back(world, returned(world, first))
    assert await stamps(owner) == [(2000, 1)]
    third = await record(world, caches, purchase(world, line(1, "milk", 2500), key="purchase-3"))
    assert third.points == 100


async def test_a_preview_counts_nothing_and_tells_what_is_missing(
    world: World, caches: Caches, owner: asyncpg.Connection[Any]
) -> None:
    wheel = (Slot(weight=1, points=5), Slot(weight=1, token=COFFEE))
    await world.live(Card(every=3, prize=Prize(points=100)), name="Card")
    await world.live(Gift(prize=Prize(wheel=wheel)), name="Wheel")
    await record(world, caches, purchase(world))
    asked = purchase(world, key="purchase-2")
    shown = await preview(world.database.pool, asked, caches=caches, lookup_key=KEYS.lookup, now=NOW)
    assert [(one.campaign.terms.name, one.why, one.missing) for one in shown.rating.refusals] == [
        ("Card", Why.NOT_YET, 1)
    ]
    assert [(one.terms.name, turns) for one, turns in shown.rating.turns] == [("Wheel", 1)]
    assert sorted(await stamps(owner)) == [(1, 0), (1, 0)]
    bought = await record(world, caches, asked)
    assert bought.points in (0, 5)
    assert (bought.points == 5) != bool(bought.tokens)


async def test_a_household_shares_a_cap_that_rolls(world: World, caches: Caches) -> None:
    await world.live(ONE_A_EURO, caps=(Cap(most=2, of=CapOf.TIMES, per=CapPer.HOUSEHOLD, hours=24),))
    times = [NOW, NOW + timedelta(hours=20), NOW + timedelta(hours=23), NOW + timedelta(hours=25)]
    points = []
    for number, at in enumerate(times):
        command = purchase(world, key=f"purchase-{number:03}", occurred_at=at)
        points.append((await record(world, caches, command, now=at)).points)
    assert points == [10, 10, 0, 10]


async def test_merged_members_have_their_stamps_together(
    world: World, caches: Caches, owner: asyncpg.Connection[Any]
) -> None:
    await world.live(Card(every=5, prize=Prize(token=COFFEE)))
    other = await world.member("CARD0002")
    card = MemberRef(identifier=Identifier.card("CARD0002"))
    first = await world.member("CARD0001")
    bought = [await record(world, caches, purchase(world, key=f"purchase-{at:03}", member=card)) for at in range(6)]
    await record(world, caches, purchase(world))
    await merge_members(world.database.pool, other, first, now=NOW)
    assert await stamps(owner) == [(7, 1)]
    row = await owner.fetchrow("SELECT wallet_id, member_id, home_wallet_id FROM token")
    assert row is not None
    assert tuple(row) == (first.wallet_id, first.member_id, other.wallet_id)
    # What is returned now is taken back from where it went.
    await give_back(world, returned(world, bought[4], key="return-01"))
    assert await stamps(owner) == [(6, 0)]
    assert await owner.fetchval("SELECT count(*) FROM token WHERE taken_back_entry IS NULL") == 0
    stamped = await record(world, caches, purchase(world, key="purchase-x", member=card))
    assert (len(stamped.tokens), await stamps(owner)) == (1, [(7, 1)])


async def test_points_wait_as_long_as_their_articles_can_be_returned(
    world: World, caches: Caches, owner: asyncpg.Connection[Any]
) -> None:
    """1 point a unit over milk (0 days, 5.50), butter (14, 2.00) and wine (30, 1.50): 5, then 7, then 9 points."""
    await owner.execute("UPDATE product SET return_days = CASE sku WHEN 'milk' THEN 0 WHEN 'wine' THEN 30 END")
    await owner.execute("UPDATE product_feed SET version = version + 1")
    await world.live(RatePerUnit(points=Rate(1)), return_days=14)
    lines = (line(1, "milk", 550), line(2, "butter", 200), line(3, "wine", 150))
    bought = await record(world, caches, purchase(world, *lines))
    (award,) = bought.awards
    waits = [(portion.points, (portion.available_at - NOW).days) for portion in award.portions]
    assert (waits, bought.counters.available, bought.counters.pending) == ([(5, 0), (2, 14), (2, 30)], 5, 4)
    again = await record(world, caches, purchase(world, *lines))
    assert again.awards == bought.awards
    # Without the wine there are 7.50: what waits longest goes first.
    receipt = await give_back(world, returned(world, bought, (3, "1")))
    assert (receipt.counters.available, receipt.counters.pending) == (5, 2)
