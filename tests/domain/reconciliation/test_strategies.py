"""Which row belongs to which posting: by number, by outlet and time, in groups, within tolerances, over files."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.reconciliation.mapping import FieldName, Grain, Mapping, Strategy, Tolerances
from domain.reconciliation.models import PartnerFile
from domain.reconciliation.words import FileState, Outcome, Reason, RecordKind
from domain.storage import Database, opened
from tests.builders.partner_files import COLUMNS, Defect, FileRow, Found, found_of, make_file, mapping, posted, written
from tests.conftest import Fresh
from tests.domain.reconciliation.shop import CLOSES, OPENS, Shop, a_shop

NOON = datetime.fromisoformat("2026-11-03T12:00:00+00:00")


async def found(shop: Shop, file: PartnerFile) -> Counter[Found]:
    assert file.state == FileState.DONE, file.refusal_says
    return await found_of(shop.database.pool, file.file_id)


def plain(**columns: str) -> Mapping:
    names = {FieldName.OCCURRED_AT: "at", FieldName.POINTS: "p"} | {FieldName(name): to for name, to in columns.items()}
    return Mapping(columns=names, kind=RecordKind.PURCHASE, tolerances=Tolerances(seconds=300))


@pytest.mark.parametrize("seed", range(4))
async def test_rows_without_numbers_are_matched_by_outlet_time_and_figures(database: Database, seed: int) -> None:
    shop = await a_shop(database)
    await shop.map(mapping(columns={name: to for name, to in COLUMNS.items() if name is not FieldName.REFERENCE}))
    await shop.trade(Random(seed), 30)
    rows = await shop.posted()
    lacking = Random(seed).sample(range(len(rows)), 2)
    file = await shop.reconcile(written([row for place, row in enumerate(rows) if place not in lacking]))
    expected = Counter((Outcome.MISSING_IN_FILE, None, rows[place].reference) for place in lacking)
    assert await found(shop, file) == expected


@pytest.mark.parametrize("keep", ["everything", "number", "outlet", "nothing"])
async def test_rows_without_number_or_outlet_are_matched_by_what_is_left(database: Database, keep: str) -> None:
    """A web shop has no outlet, and some postings no number; a row may lack either though a column is there for it."""
    shop = await a_shop(database)
    await shop.map()
    for minutes in range(0, 40, 10):
        at = NOON + timedelta(minutes=minutes)
        await shop.sell(f"W{minutes}", at=at, amount=1_000 + minutes, outlet=None)
        await shop.sell(None, at=at + timedelta(minutes=3), amount=2_000 + minutes, outlet=None)
        await shop.sell(f"N{minutes}", at=at + timedelta(minutes=5), amount=3_000 + minutes)
    lost = {"number": ("outlet",), "outlet": ("reference",), "nothing": ("outlet", "reference")}.get(keep, ())
    there = await shop.posted()
    left: dict[str, Any] = dict.fromkeys(lost)
    rows = [replace(row, **left) for row in there]
    file = await shop.reconcile(written(rows[:4] + rows[5:]))
    assert await found(shop, file) == Counter([(Outcome.MISSING_IN_FILE, None, there[4].reference)])


async def test_rows_that_are_alike_in_everything_are_told_apart_by_their_count(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map(mapping(columns={name: to for name, to in COLUMNS.items() if name is not FieldName.REFERENCE}))
    for number in range(5):
        await shop.sell(f"A{number}", at=NOON)
    rows = await shop.posted()
    assert sum((await found(shop, await shop.reconcile(written(rows[:3])))).values()) == 2


async def test_without_numbers_a_wrong_zone_is_named_and_the_rows_are_matched_all_the_same(database: Database) -> None:
    shop = await a_shop(database)
    names = {name: to for name, to in COLUMNS.items() if name is not FieldName.REFERENCE}
    await shop.map(mapping(columns=names, time_zone="Europe/Riga"))
    await shop.trade(Random(5), 30)
    file = await shop.reconcile(written(await shop.posted(), zone="UTC"))
    assert await found(shop, file) == {}
    rows = len(await shop.posted())
    assert [one["message"] for one in file.findings] == [f"all {rows} records lie 2 h behind: is the file in UTC?"]


async def test_one_outlet_with_another_clock_is_named(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    await shop.trade(Random(6), 40)
    rows = [
        replace(row, occurred_at=row.occurred_at + timedelta(hours=1)) if row.outlet == "north" else row
        for row in await shop.posted()
    ]
    file = await shop.reconcile(written(rows))
    assert await found(shop, file) == {}
    assert [one["outlet"] for one in file.findings] == ["north"]
    assert "1 h ahead" in file.findings[0]["message"]


async def test_a_single_time_that_is_off_is_named_by_itself(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    await shop.trade(Random(7), 20)
    rows = await shop.posted()
    rows[3] = replace(rows[3], occurred_at=rows[3].occurred_at + timedelta(minutes=47))
    file = await shop.reconcile(written(rows))
    assert await found(shop, file) == {(Outcome.MATCHED, Reason.TIME, rows[3].reference): 1}
    assert file.findings == []


async def test_local_times_are_right_also_in_the_hour_that_the_clocks_pass_twice(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map(mapping(time_zone="Europe/Riga"))
    change = datetime.fromisoformat("2026-10-25T00:30:00+00:00")
    for hours in (-1, 0, 1, 2):
        await shop.sell(f"A{hours}", at=change + timedelta(hours=hours))
    rows = [replace(row) for row in await shop_rows(shop, change - timedelta(days=1))]
    content = written(rows, zone="Europe/Riga")
    file = await shop.reconcile(content, starts_at=change - timedelta(days=1), ends_at=CLOSES)
    assert len(rows) == 4
    assert await found(shop, file) == {}
    assert file.findings == []


async def shop_rows(shop: Shop, starts_at: datetime) -> list[FileRow]:
    return await posted(shop.database.pool, shop.partner_id, starts_at=starts_at, ends_at=CLOSES)


@pytest.mark.parametrize("strategies", [frozenset(Strategy), frozenset({Strategy.ONE_TO_ONE})])
async def test_one_row_for_several_postings_and_several_rows_for_one(
    database: Database, strategies: frozenset[Strategy]
) -> None:
    shop = await a_shop(database)
    await shop.map(mapping(strategies=strategies))
    await shop.sell("SPLIT", at=NOON, points=10, amount=1_000, key="one")
    await shop.sell("SPLIT", at=NOON + timedelta(minutes=1), points=5, amount=500, key="two")
    await shop.sell("LINES", at=NOON, points=30, amount=3_000)
    sums = FileRow(
        reference="SPLIT", kind=RecordKind.PURCHASE, outlet="north", occurred_at=NOON, points=15, amount=1_500
    )
    lines = [replace(sums, reference="LINES", points=10 * n, amount=1_000 * n) for n in (1, 2)]
    file = await shop.reconcile(written([sums, *lines]))
    outcome = await found(shop, file)
    assert outcome == {} if Strategy.MANY_TO_ONE in strategies else outcome != {}


async def test_sums_of_an_outlets_day_are_compared_as_such(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map(mapping(columns=COLUMNS | {FieldName.REFERENCE: "receipt"}, grain=Grain.OUTLET_DAY))
    for day in range(3):
        for number in range(4):
            at = NOON + timedelta(days=day, hours=number)
            await shop.sell(f"A{day}{number}", at=at, points=10, amount=1_000, outlet="south")
    daily = [
        FileRow(
            reference=f"DAY{day}",
            kind=RecordKind.PURCHASE,
            outlet="south",
            occurred_at=NOON.replace(hour=0) + timedelta(days=day),
            points=40,
            amount=4_000 + (day == 2),
        )
        for day in range(3)
    ]
    file = await shop.reconcile(written(daily))
    assert await found(shop, file) == {(Outcome.AMOUNT_DIFFERS, Reason.AMOUNT, "DAY2"): 1}


@pytest.mark.parametrize(("cents", "expected"), [(2, {}), (3, {(Outcome.AMOUNT_DIFFERS, Reason.AMOUNT, "A1"): 1})])
async def test_what_is_tolerated_is_matched_and_a_cent_more_is_not(
    database: Database, cents: int, expected: dict[Any, int]
) -> None:
    shop = await a_shop(database)
    await shop.map(mapping(tolerances=Tolerances(amount=2, seconds=0)))
    await shop.sell("A1", at=NOON)
    rows = [replace(row, amount=(row.amount or 0) + cents) for row in await shop.posted()]
    assert await found(shop, await shop.reconcile(written(rows))) == expected


async def test_a_number_that_comes_again_on_other_days_is_another_sale_each_time(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    for day in range(5):
        await shop.sell("17", at=NOON + timedelta(days=3 * day), amount=1_000 + day, key=f"till-{day}")
    rows = await shop.posted()
    file = await shop.reconcile(written([rows[0], *rows[2:]]))
    assert await found(shop, file) == {(Outcome.MISSING_IN_FILE, None, "17"): 1}


async def test_only_the_partners_own_postings_count(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    await shop.sell("OWN", at=NOON)
    own = await shop.posted()
    other = replace(shop, partner_id=shop.trading.partner_ids["Q"])
    await other.sell("OTHERS", at=NOON, outlet=None)
    file = await shop.reconcile(written([*own, replace(own[0], reference="OTHERS")]))
    assert await found(shop, file) == {(Outcome.MISSING_IN_LEDGER, None, "OTHERS"): 1}


DEFECTS = st.dictionaries(
    st.sampled_from([kind for kind in Defect if kind is not Defect.TIME_ZONE]), st.integers(1, 3), max_size=5
)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(defects=DEFECTS, shift=st.sampled_from([0, 0, -4, 7]), seed=st.integers(0, 10**6), size=st.integers(25, 45))
async def test_any_defects_are_found_and_none_invented(
    fresh: Fresh, defects: dict[Defect, int], shift: int, seed: int, size: int
) -> None:
    random = Random(seed)
    async with fresh() as url, opened(url, connections=3) as database:
        shop = await a_shop(database)
        await shop.map()
        await shop.trade(random, size)
        made = make_file(await shop.posted(), defects | ({Defect.TIME_ZONE: shift} if shift else {}), random)
        file = await shop.reconcile(written(made.rows), starts_at=OPENS - timedelta(hours=6))
        assert await found(shop, file) == made.expected
        assert [one["code"] for one in file.findings] == (["TIME_ZONE"] if shift else [])
        assert file.report is not None
        matched = sum(one["rows"] for one in file.report["outcomes"] if one["outcome"] == "MATCHED")
        assert matched == made.matched
