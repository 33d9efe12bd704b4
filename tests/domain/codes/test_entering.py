"""Codes from order to entry: once each, one answer to all that is not accepted, and the same again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain.codes import ordering, queries, watching, writing
from domain.codes.batches import Batch, BatchId, OrderBatch, ProductPart
from domain.codes.entering import Stands
from domain.codes.errors import (
    BatchNotFound,
    BatchStateConflict,
    CodeMistyped,
    CodeNotAccepted,
    EnoughCodes,
    InvalidBatch,
    PrintedBefore,
)
from domain.codes.models import BatchKind, BatchState
from domain.codes.watching import Thresholds
from domain.ledger.moving import merge_members
from domain.paging import PageRequest
from domain.storage import COALITION, Database, Sight
from tests.domain.codes.pantry import HOUR, Pantry, a_pantry
from tests.domain.earning.world import KEYS, acting

KINDS = pytest.mark.parametrize("kind", list(BatchKind))


@pytest.fixture
async def pantry(database: Database) -> AsyncIterator[Pantry]:
    """The maker and the shop; the books are sound in the end."""
    made = await a_pantry(database)
    yield made
    await made.world.prove()


@KINDS
async def test_a_code_earns_once_and_tells_the_same_again(
    pantry: Pantry, kind: BatchKind, owner: asyncpg.Connection
) -> None:
    await pantry.paying()
    _, codes = await pantry.live(kind, units=6)
    anna, ben = await pantry.member(), await pantry.member()
    looked = await pantry.looks(anna, codes[3])
    assert (looked.stands, looked.serial, looked.product.name, looked.batch.units) == (Stands.OPEN, 3, "Milk", 6)
    first = await pantry.enters(anna, codes[3].lower().replace("-", " "))
    again = await pantry.enters(anna, codes[3], through=pantry.world.shop)
    assert (first.replayed, again.replayed) == (False, True)
    assert (first.receipt.points, again.receipt.points, await pantry.points(anna)) == (50, 50, 50)
    with pytest.raises(CodeNotAccepted):
        await pantry.enters(ben, codes[3])
    used = await owner.fetch("SELECT serial, member_id, partner_id FROM code_use")
    assert [tuple(row) for row in used] == [(3, anna.member_id, pantry.maker)]
    attributes = await owner.fetchval("SELECT attributes FROM action WHERE kind = 'CODE'")
    assert '"sku": "milk"' in attributes
    assert '"units": 6' in attributes
    assert '"place": "MEMBER"' in attributes


@KINDS
async def test_whoever_is_second_at_the_same_moment_is_told_what_everybody_is(pantry: Pantry, kind: BatchKind) -> None:
    await pantry.paying()
    _, codes = await pantry.live(kind, 10)
    anna, ben = await pantry.member(), await pantry.member()
    for code in codes:
        told = await asyncio.gather(pantry.enters(anna, code), pantry.enters(ben, code), return_exceptions=True)
        assert sorted(type(one).__name__ for one in told) == ["CodeNotAccepted", "Entered"]
    assert await pantry.points(anna) + await pantry.points(ben) == 500


async def test_one_member_at_two_tills_at_once_has_entered_once(pantry: Pantry) -> None:
    await pantry.paying()
    _, codes = await pantry.live(codes=5)
    anna = await pantry.member()
    for code in codes:
        looked = await pantry.looks(anna, code)
        told = await asyncio.gather(*(pantry.enters(anna, code, looked=looked) for _ in range(3)))
        assert sorted(one.replayed for one in told) == [False, True, True]
    assert await pantry.points(anna) == 250


@KINDS
async def test_all_that_is_not_accepted_is_answered_alike(
    pantry: Pantry, kind: BatchKind, owner: asyncpg.Connection
) -> None:
    ordered = await pantry.ordered(kind)
    codes = await pantry.printed(ordered)
    anna, ben = await pantry.member(), await pantry.member()

    async def refused(code: str, word: str) -> None:
        with pytest.raises(CodeNotAccepted) as told:
            await pantry.enters(anna, code)
        assert str(told.value) == "this code is not accepted"
        assert await owner.fetchval("SELECT became FROM code_try ORDER BY try_id DESC LIMIT 1") == word

    await refused(codes[0], "EARLY")
    await pantry.step(ordering.put_live, ordered, now=pantry.now)
    await pantry.enters(ben, codes[0])
    await refused(codes[0], "USED")
    await pantry.step(ordering.void_serials, ordered, first=4, last=6, reason="stolen", now=pantry.now)
    await refused(codes[5], "VOID")
    assert await pantry.step(
        ordering.void_codes, ordered, codes=codes[8:10], reason="torn", key=KEYS.lookup, now=pantry.now
    )
    await refused(codes[9], "VOID")
    await pantry.step(ordering.hold, ordered, now=pantry.now)
    await refused(codes[1], "HELD")
    assert not (await pantry.step(ordering.release, ordered)).held_at
    await pantry.enters(anna, codes[1])
    await pantry.step(ordering.end, ordered, now=pantry.now)
    await refused(codes[2], "OVER")
    await pantry.step(ordering.void, ordered, reason="a fault in printing", now=pantry.now)
    await refused(codes[2], "VOID")
    assert (await pantry.enters(anna, codes[1])).replayed, "what was entered stays"
    body = codes[2].replace("-", "")[:15] + ("X" if codes[2].replace("-", "")[15] != "X" else "Y")
    await refused(body + writing.check_character(body), "UNKNOWN")


async def test_a_mistyped_code_asks_nobody(pantry: Pantry, owner: asyncpg.Connection) -> None:
    anna = await pantry.member()
    _, codes = await pantry.live()
    plain = codes[0].replace("-", "")
    for text in ("", "7K3M", plain[:-1], plain + "0", plain[1] + plain[0] + plain[2:], "Ü" * 17, "'; DROP TABLE code"):
        if text != plain:
            with pytest.raises(CodeMistyped):
                await pantry.enters(anna, text)
    assert await owner.fetchval("SELECT count(*) FROM code_try") == 0


async def test_codes_are_valid_in_their_time_alone(pantry: Pantry) -> None:
    _, codes = await pantry.live(valid_from=pantry.now + HOUR, valid_until=pantry.now + 2 * HOUR)
    anna = await pantry.member()
    with pytest.raises(CodeNotAccepted):
        await pantry.enters(anna, codes[0])
    pantry.now += HOUR
    await pantry.enters(anna, codes[0])
    pantry.now += HOUR
    with pytest.raises(CodeNotAccepted):
        await pantry.enters(anna, codes[1])


async def test_a_member_enters_as_many_as_may_be_also_once_it_has_become_another(pantry: Pantry) -> None:
    await pantry.paying()
    _, codes = await pantry.live(most_a_day=2, most_a_member=3)
    anna, ben = await pantry.member(), await pantry.member()
    await pantry.enters(anna, codes[0])
    await pantry.enters(ben, codes[1])
    await merge_members(pantry.database.pool, ben, anna, now=pantry.now)
    with pytest.raises(EnoughCodes, match="tomorrow"):
        await pantry.enters(anna, codes[2])
    assert (await pantry.enters(anna, codes[1])).replayed, "what the other entered is the same member's now"
    pantry.now += timedelta(days=1)
    await pantry.enters(anna, codes[2])
    with pytest.raises(EnoughCodes):
        await pantry.enters(anna, codes[3])
    assert await pantry.points(anna) == 150


@KINDS
async def test_printing_goes_on_where_it_broke_off_and_a_second_time_needs_a_reason(
    pantry: Pantry, kind: BatchKind, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.codes.printing.CHUNK", 8)
    batch = await pantry.ordered(kind, 20)
    first = await pantry.printed(batch)
    with pytest.raises(PrintedBefore):
        await pantry.printed(batch)
    if kind is BatchKind.RANDOM:  # as a kill in between would leave it
        await owner.execute("ALTER TABLE code_batch DISABLE TRIGGER code_batch_stays")
        await owner.execute("DELETE FROM code WHERE serial >= 13")
        await owner.execute("UPDATE code_batch SET made = 13")
        with pytest.raises(BatchStateConflict):
            await pantry.step(ordering.put_live, batch, now=pantry.now)
    again = await asyncio.gather(*(pantry.printed(batch, f"lost {n}") for n in range(2)), return_exceptions=True)
    done = [one for one in again if isinstance(one, list)]
    assert done
    assert all(one == first for one in done)
    assert len(set(first)) == 20
    assert await owner.fetchval("SELECT count(*) FROM code") == (20 if kind is BatchKind.RANDOM else 0)
    assert (await pantry.step(ordering.put_live, batch, now=pantry.now)).state is BatchState.LIVE


async def test_a_file_is_fetched_once_and_by_its_maker_alone(pantry: Pantry) -> None:
    batch = await pantry.ordered()
    asked = await pantry.step(ordering.print_again, batch, reason=None, now=pantry.now)
    for who in (pantry.world.shop, pantry.maker, pantry.maker):
        async with acting(pantry.database, Sight.partner(who)) as session:
            if who == pantry.world.shop or asked.taken_at:
                with pytest.raises(BatchNotFound):
                    await ordering.take(session, who, asked.print_id, now=pantry.now)
            else:
                await ordering.take(session, who, asked.print_id, now=pantry.now)
                asked.taken_at = pantry.now
    async with acting(pantry.database, Sight.partner(pantry.world.shop)) as session:
        with pytest.raises(BatchNotFound):
            await queries.batch_by_id(session, BatchId(batch.batch_id))


async def test_an_order_says_what_is_wrong_with_it(pantry: Pantry) -> None:
    def order(**said: Any) -> OrderBatch:
        usual = {"name": "Milk", "kind": BatchKind.RANDOM, "products": (ProductPart(sku="milk", count=1),)}
        return OrderBatch(**{**usual, **said})

    wrong: list[tuple[str, dict[str, Any]]] = [
        ("name", {"name": " "}),
        ("products", {"products": ()}),
        ("count", {"kind": BatchKind.STATELESS, "products": (ProductPart(sku="milk", count=2**22 + 1),)}),
        ("units", {"units": 0}),
        ("cost", {"cost": -1}),
        ("most_a_day", {"most_a_day": 0}),
        ("valid_until", {"valid_from": pantry.now, "valid_until": pantry.now}),
    ]
    for field, said in wrong:
        with pytest.raises(InvalidBatch) as refused:
            order(**said)
        assert refused.value.path[-1] == field
    with pytest.raises(InvalidBatch, match="by its sku or by its gtin"):
        ProductPart(count=1)
    with pytest.raises(InvalidBatch, match="catalogue"):
        await pantry.ordered(products=(ProductPart(sku="butter", count=1),))


async def test_serials_go_through_the_products_and_the_report_counts_them(pantry: Pantry) -> None:
    parts = (ProductPart(sku="milk", count=3), ProductPart(sku="milk", count=2))
    batch, codes = await pantry.live(products=parts, cost=700)
    anna = await pantry.member()
    for code in (codes[0], codes[2], codes[3]):
        await pantry.enters(anna, code)
    async with acting(pantry.database, Sight.partner(pantry.maker)) as session:
        found = await queries.entered(session, await queries.batch_by_id(session, batch.batch_id))
    assert (found.entries, found.members, found.by_product) == (3, None, (("milk", 2), ("milk", 1)))
    assert [count for _, count in found.by_day] == [3]


async def test_alarms_ring_once_and_may_hold_a_batch(pantry: Pantry, owner: asyncpg.Connection) -> None:
    _, codes = await pantry.live()
    anna, ben = await pantry.member(), await pantry.member()
    async with acting(pantry.database, Sight.partner(pantry.maker)) as session:
        await watching.change(session, pantry.maker, Thresholds(misses=3, one_member=2, holds=True), now=pantry.now)
    await pantry.enters(anna, codes[0])
    for _ in range(2):
        with pytest.raises(CodeNotAccepted):
            await pantry.enters(ben, codes[0])
    assert (await watching.watch(pantry.database.pool, now=pantry.now)).raised == 0
    with pytest.raises(CodeNotAccepted):
        await pantry.enters(ben, codes[0])
    turns = [await watching.watch(pantry.database.pool, now=pantry.now) for _ in range(2)]
    assert [(turn.raised, turn.held) for turn in turns] == [(1, 1), (0, 0)]
    with pytest.raises(CodeNotAccepted):
        await pantry.enters(ben, codes[1])
    told = await owner.fetch("SELECT kind, partner_id FROM event WHERE kind = 'CODE_ALARM'")
    assert [row["partner_id"] for row in told] == [pantry.maker]
    async with acting(pantry.database, COALITION) as session:
        (alarm,) = (await queries.alarms_page(session, PageRequest(10))).items
    assert (alarm.kind, alarm.counted, alarm.threshold, alarm.held) == ("MISSES", 3, 3, True)


async def test_a_batch_does_not_change_and_does_not_go_back(pantry: Pantry, owner: asyncpg.Connection) -> None:
    batch, _ = await pantry.live()
    for change in ("units = 7", "state = 'PRINTED'", "made = 3", "cost = 1"):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await owner.execute(f"UPDATE code_batch SET {change}")
    with pytest.raises(BatchStateConflict):
        await pantry.step(ordering.hold, await _ended(pantry, batch), now=pantry.now)


async def _ended(pantry: Pantry, batch: Batch) -> Batch:
    ended: Batch = await pantry.step(ordering.end, batch, now=pantry.now)
    return ended
