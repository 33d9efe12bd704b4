"""Files follow each other: what one lacks the next may bring, what one had the next may not repeat."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from domain.ids import CycleId
from domain.paging import PageRequest
from domain.reconciliation import files
from domain.reconciliation.errors import FileOutOfOrder
from domain.reconciliation.queries import Wanted, exceptions_of
from domain.reconciliation.words import ExceptionState, FileState, Outcome, Reason, Resolution
from domain.settlement import cycles
from domain.storage import Database
from resolvers.reconciling import work_off
from tests.builders.partner_files import Defect, FileRow, found_of, make_file, posted, written
from tests.domain.reconciliation.shop import Shop, a_shop

OCTOBER = datetime.fromisoformat("2026-10-01T00:00:00+00:00")
NOVEMBER = datetime.fromisoformat("2026-11-01T00:00:00+00:00")
DECEMBER = datetime.fromisoformat("2026-12-01T00:00:00+00:00")
MONTHS = {"october": (OCTOBER, NOVEMBER), "november": (NOVEMBER, DECEMBER)}


async def rows_of(shop: Shop, month: str) -> list[FileRow]:
    starts, ends = MONTHS[month]
    return await posted(shop.database.pool, shop.partner_id, starts_at=starts, ends_at=ends)


async def two_months(shop: Shop) -> None:
    for number in range(12):
        at = OCTOBER + timedelta(days=number * 2, hours=3)
        await shop.sell(f"O{number}", at=at, amount=1_000 + number)
        await shop.sell(f"N{number}", at=at + timedelta(days=31), amount=2_000 + number)


def of(month: str) -> dict[str, datetime]:
    return {"starts_at": MONTHS[month][0], "ends_at": MONTHS[month][1]}


async def open_exceptions(shop: Shop) -> Counter[str]:
    wanted = Wanted(states=[ExceptionState.OPEN])
    page = await shop.trading.do(exceptions_of, wanted, PageRequest(first=100))
    return Counter(one.found.outcome for one in page.items)


async def test_what_came_late_is_named_late_and_explains_what_was_missed(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    await two_months(shop)
    first = make_file(await rows_of(shop, "october"), {Defect.LATE: 3, Defect.MISSING: 1}, Random(1))
    october = await shop.reconcile(written(first.rows), **of("october"))
    assert await found_of(database.pool, october.file_id) == first.expected
    assert await open_exceptions(shop) == {"MISSING_IN_FILE": 4}
    second = make_file(await rows_of(shop, "november"), {Defect.EXTRA: 1}, Random(2), carried=first.withheld)
    november = await shop.reconcile(written(second.rows), **of("november"))
    assert await found_of(database.pool, november.file_id) == second.expected
    assert await open_exceptions(shop) == {"MISSING_IN_FILE": 1, "MISSING_IN_LEDGER": 1}
    assert november.findings == [{"code": "EXPLAINED", "records": 3, "message": "it explains 3 earlier exceptions"}]


async def test_what_an_earlier_file_had_is_a_duplicate(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    await two_months(shop)
    october = await rows_of(shop, "october")
    await shop.reconcile(written(october), **of("october"))
    again = [*await rows_of(shop, "november"), october[4]]
    november = await shop.reconcile(written(again), **of("november"))
    assert await found_of(database.pool, november.file_id) == {(Outcome.DUPLICATE, Reason.IDENTICAL, "O4"): 1}


async def test_a_row_that_comes_again_right_explains_the_one_that_was_wrong(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    await two_months(shop)
    october = await rows_of(shop, "october")
    wrong = [replace(october[0], amount=1), replace(october[1], broken=True), *october[2:]]
    await shop.reconcile(written(wrong), **of("october"))
    assert await open_exceptions(shop) == {"AMOUNT_DIFFERS": 1, "REJECTED": 1, "MISSING_IN_FILE": 1}
    right = [*await rows_of(shop, "november"), october[0], october[1]]
    november = await shop.reconcile(written(right), **of("november"))
    late = (Outcome.LATE, Reason.RECORD_LATE)
    assert await found_of(database.pool, november.file_id) == {(*late, "O0"): 1, (*late, "O1"): 1}
    assert await open_exceptions(shop) == {}


async def test_a_sale_that_was_posted_late_explains_the_row_that_waited_for_it(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    await two_months(shop)
    october = await rows_of(shop, "october")
    cycle = shop.trading.cycle
    first = await shop.reconcile(
        written([replace(october[0], reference="TILL-OFF"), *await all_of(shop)]), cycle_id=CycleId(cycle.cycle_id)
    )
    assert await found_of(database.pool, first.file_id) == {(Outcome.MISSING_IN_LEDGER, None, "TILL-OFF"): 1}
    await shop.trading.do(cycles.cut_off, cycle.cycle_id, now=shop.trading.now)
    following = (await shop.trading.do(cycles.cut_off, cycle.cycle_id, now=shop.trading.now)).following
    await shop.sell("TILL-OFF", at=october[0].occurred_at, points=october[0].points, amount=october[0].amount or 0)
    second = await shop.reconcile(written([]), cycle_id=CycleId(following.cycle_id))
    assert await found_of(database.pool, second.file_id) == {(Outcome.LATE, Reason.POSTING_LATE, "TILL-OFF"): 1}
    assert await open_exceptions(shop) == {}


async def all_of(shop: Shop) -> list[FileRow]:
    return await posted(shop.database.pool, shop.partner_id)


async def test_a_withdrawn_file_explains_nothing_any_more(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    await two_months(shop)
    first = make_file(await rows_of(shop, "october"), {Defect.LATE: 1}, Random(1))
    october = await shop.reconcile(written(first.rows), **of("october"))
    november = await shop.reconcile(written([*await rows_of(shop, "november"), *first.withheld]), **of("november"))
    assert await open_exceptions(shop) == {}
    with pytest.raises(FileOutOfOrder):
        await shop.trading.do(files.withdraw, october.file_id, now=shop.trading.now)
    await shop.trading.do(files.withdraw, november.file_id, now=shop.trading.now)
    assert await open_exceptions(shop) == {"MISSING_IN_FILE": 1}


async def test_a_dry_run_explains_nothing(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    await two_months(shop)
    first = make_file(await rows_of(shop, "october"), {Defect.LATE: 1}, Random(1))
    await shop.reconcile(written(first.rows), **of("october"))
    content = written([*await rows_of(shop, "november"), *first.withheld])
    dry = await shop.reconcile(content, dry_run=True, **of("november"))
    assert dry.report is not None
    assert {one["outcome"] for one in dry.report["outcomes"]} == {"MATCHED", "LATE"}
    assert await open_exceptions(shop) == {"MISSING_IN_FILE": 1}


async def test_files_are_worked_off_in_their_order(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    await two_months(shop)
    october, november = await rows_of(shop, "october"), await rows_of(shop, "november")
    first = await shop.hand_in(written(october[1:]), **of("october"))
    second = await shop.hand_in(written([*november, october[0]]), **of("november"))
    assert await work_off(shop.ctx) == 2
    late = {(Outcome.LATE, Reason.RECORD_LATE, "O0"): 1}
    assert await found_of(database.pool, second.file_id) == late
    page = await shop.trading.do(exceptions_of, Wanted(file_id=first.file_id), PageRequest(first=5))
    (explained,) = page.items
    assert (explained.found.resolution, explained.found.explained_by) == (Resolution.EXPLAINED, second.file_id)
    assert first.state == FileState.RECEIVED
