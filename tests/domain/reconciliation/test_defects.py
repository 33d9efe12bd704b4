"""Every defect of a file is found and named, and none is invented."""

from __future__ import annotations

from random import Random

import pytest

from domain.reconciliation.words import FileState
from domain.storage import Database
from tests.builders.partner_files import Defect, found_of, make_file, written
from tests.domain.reconciliation.shop import a_shop


@pytest.mark.parametrize(
    "defects",
    [
        {},
        {Defect.MISSING: 2},
        {Defect.DOUBLED: 2},
        {Defect.AMOUNT: 2},
        {Defect.POINTS: 2},
        {Defect.SIGN: 2},
        {Defect.EXTRA: 2},
        {Defect.UNREADABLE: 2},
        {Defect.TIME_ZONE: -4},
        dict.fromkeys(Defect, 1),
    ],
    ids=lambda defects: "+".join(defects) or "faultless",
)
async def test_every_defect_is_found_and_none_invented(database: Database, defects: dict[Defect, int]) -> None:
    shop = await a_shop(database)
    await shop.map()
    await shop.trade(Random(1), 40)
    made = make_file(await shop.posted(), defects, Random(2))
    file = await shop.reconcile(written(made.rows))
    assert file.state == FileState.DONE, file.refusal_says
    assert await found_of(database.pool, file.file_id) == made.expected
    assert [one["code"] for one in file.findings] == (["TIME_ZONE"] if made.shift else [])
