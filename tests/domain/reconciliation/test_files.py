"""Files are handed in part by part, numbered without gaps, and refused whole where they are not what they say."""

from __future__ import annotations

import asyncio
import hashlib
from decimal import Decimal

import pytest

from domain.errors import DomainError
from domain.reconciliation import files
from domain.reconciliation.errors import (
    FileNotWhole,
    FileOutOfOrder,
    FileRepeated,
    MappingNotFound,
    SequenceGap,
    SequenceRepeated,
    UploadOutOfPlace,
    UploadTooLarge,
)
from domain.reconciliation.files import ControlTotals
from domain.reconciliation.mapping import Place, Told, Total
from domain.reconciliation.models import PartnerFile
from domain.reconciliation.queries import file_by_id
from domain.reconciliation.words import FileState
from domain.storage import Database, Sight
from resolvers.reconciling import work_off
from tests.builders.partner_files import found_of, mapping, written
from tests.domain.reconciliation.shop import MOST, OPENS, Shop, a_shop
from tests.domain.settlement.trading import ANNA


async def begun(shop: Shop, **how: object) -> PartnerFile:
    command = shop.command(**how)
    return await shop.trading.do(files.begin, command, most=MOST, by=ANNA, now=shop.trading.now)


async def test_files_count_up_without_a_gap_and_none_comes_twice(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    await shop.hand_in(b"a", sequence=7)
    for sequence, refusal in ((7, SequenceRepeated), (6, None), (9, SequenceGap)):
        if refusal is not None:
            with pytest.raises(refusal):
                await begun(shop, sequence=sequence)
    with pytest.raises(FileRepeated):
        await begun(shop, sequence=8, sha256=hashlib.sha256(b"a").digest())
    again = await begun(shop, sequence=8)
    await shop.trading.do(files.append, again.file_id, 0, b"a", most=MOST)
    with pytest.raises(FileRepeated):
        await shop.trading.do(files.complete, again.file_id, now=shop.trading.now)
    with pytest.raises(MappingNotFound):
        await begun(shop, sequence=9, mapping="other")


async def test_of_two_that_take_a_number_at_once_one_is_told(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    both = await asyncio.gather(*(begun(shop, sequence=1) for _ in range(2)), return_exceptions=True)
    assert sorted(isinstance(one, SequenceRepeated) for one in both) == [False, True]


async def test_a_dry_run_takes_no_number_and_leaves_nothing_but_its_report(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    await shop.sell("A1", at=OPENS)
    await shop.sell("A2", at=OPENS)
    content = written((await shop.posted())[:1])
    dry = await shop.reconcile(content, dry_run=True)
    assert dry.state == FileState.DONE
    assert dry.report is not None
    assert {one["outcome"]: one["rows"] for one in dry.report["outcomes"]} == {"MATCHED": 1, "MISSING_IN_FILE": 1}
    assert [one["reference"] for one in dry.report["examples"]] == ["A2"]
    assert await found_of(database.pool, dry.file_id) == {}
    real = await shop.reconcile(content)
    assert (real.sequence, real.state) == (1, FileState.DONE)
    assert real.report is not None
    assert real.report["outcomes"] == dry.report["outcomes"]


async def test_parts_are_taken_in_their_places_and_again(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    content = written([])
    file = await begun(shop, size=len(content), sha256=hashlib.sha256(content).digest())
    assert await shop.trading.do(files.append, file.file_id, 0, content[:10], most=MOST) == 10
    assert await shop.trading.do(files.append, file.file_id, 0, content[:10], most=MOST) == 10
    assert await shop.trading.do(files.append, file.file_id, 4, content[4:20], most=MOST) == 20
    with pytest.raises(UploadOutOfPlace):
        await shop.trading.do(files.append, file.file_id, 21, content[21:], most=MOST)
    with pytest.raises(FileNotWhole):
        await shop.trading.do(files.complete, file.file_id, now=shop.trading.now)
    with pytest.raises(UploadTooLarge):
        await shop.trading.do(files.append, file.file_id, 20, content[20:], most=25)
    with pytest.raises(FileNotWhole):
        await shop.trading.do(files.append, file.file_id, 20, content[20:] + b"more", most=MOST)
    await shop.trading.do(files.append, file.file_id, 20, content[20:], most=MOST)
    with pytest.raises(FileNotWhole, match="SHA-256"):
        await shop.trading.do(files.complete, file.file_id, sha256=b"0" * 32, now=shop.trading.now)
    done = await shop.trading.do(files.complete, file.file_id, now=shop.trading.now)
    assert done.state == FileState.RECEIVED
    with pytest.raises(FileOutOfOrder):
        await shop.trading.do(files.append, file.file_id, len(content), b"x", most=MOST)


@pytest.mark.parametrize(
    ("totals", "says"),
    [
        (ControlTotals(rows=3), "rows: told 3, found 2"),
        (ControlTotals(rows=2, points=Decimal(21)), "points: told 21, found 20"),
        (ControlTotals(amount=Decimal("19.99")), "amount: told 19.99, found 20.00"),
    ],
)
async def test_a_file_that_is_not_what_it_is_said_to_be_is_refused(
    database: Database, totals: ControlTotals, says: str
) -> None:
    shop = await a_shop(database)
    await shop.map()
    for name in ("A1", "A2"):
        await shop.sell(name, at=OPENS)
    file = await shop.reconcile(written(await shop.posted()), totals=totals)
    assert (file.state, file.refusal, file.refusal_says) == (FileState.REFUSED, "CONTROL_TOTALS_DIFFER", says)
    assert await found_of(database.pool, file.file_id) == {}
    right = await shop.reconcile(written(await shop.posted()), sequence=1, totals=ControlTotals(rows=2))
    assert right.state == FileState.DONE


async def test_the_totals_and_the_number_that_stand_in_a_file_are_compared_too(database: Database) -> None:
    shop = await a_shop(database)
    trailer = {Total.ROWS: Told(place=Place.TRAILER, cell=2), Total.AMOUNT: Told(place=Place.TRAILER, cell=3)}
    header = {Total.SEQUENCE: Told(place=Place.HEADER, cell=2)}
    await shop.map(mapping(header_rows=1, trailer_rows=1, totals=header | trailer))
    await shop.sell("A1", at=OPENS)
    rows = written(await shop.posted())
    for number, count, refusal in ((2, 1, "CONTROL_TOTALS_DIFFER"), (1, 2, "CONTROL_TOTALS_DIFFER"), (1, 1, None)):
        file = await shop.reconcile(f"HDR,{number}\n".encode() + rows + f"TRL,{count},10.00\n".encode(), sequence=1)
        assert file.refusal == refusal, file.refusal_says


async def test_a_file_that_the_mapping_does_not_fit_is_refused_by_name(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    file = await shop.reconcile(b"a,b,c\n1,2,3\n")
    assert (file.state, file.refusal) == (FileState.REFUSED, "FILE_UNREADABLE")
    assert "there is no column 'receipt'" in (file.refusal_says or "")


async def test_after_a_file_was_refused_those_behind_it_do_not_count_either(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    await shop.sell("A1", at=OPENS)
    first = await shop.hand_in(b"nonsense", sequence=1)
    second = await shop.hand_in(written(await shop.posted()), sequence=2)
    await work_off(shop.ctx)
    assert (await shop.trading.do(file_by_id, first.file_id)).refusal == "FILE_UNREADABLE"
    assert (await shop.trading.do(file_by_id, second.file_id)).refusal == "SEQUENCE_GAP"


async def test_a_file_can_be_withdrawn_and_sent_again(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    await shop.sell("A1", at=OPENS)
    content = written(await shop.posted())
    file = await shop.reconcile(content, sequence=1)
    gone = await shop.trading.do(files.withdraw, file.file_id, now=shop.trading.now)
    assert (gone.state, gone.refusal) == (FileState.REFUSED, "FILE_WITHDRAWN")
    again = await shop.reconcile(content, sequence=1)
    assert again.report is not None
    assert [one["outcome"] for one in again.report["outcomes"]] == ["MATCHED"]


async def test_nobody_reaches_anothers_file(database: Database) -> None:
    shop = await a_shop(database)
    await shop.map()
    file = await begun(shop)
    stranger = Sight.partner(shop.trading.partner_ids["Q"])
    for rule, arguments in (
        (files.append, {"start": 0, "part": b"x", "most": MOST}),
        (files.complete, {"now": shop.trading.now}),
        (files.withdraw, {"now": shop.trading.now}),
    ):
        with pytest.raises(DomainError) as refused:
            async with shop.trading.session(stranger) as session:
                await rule(session, file.file_id, **arguments)
        assert refused.value.code == "FILE_NOT_FOUND"
