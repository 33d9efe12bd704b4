"""A partner's finance holds its own records against the ledger, and two of its people agree on what a row was."""

from __future__ import annotations

import asyncio
import base64
import csv
import hashlib
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from domain.reconciliation.words import RecordKind
from domain.storage import Database
from tests.builders import signing as ask
from tests.builders.finance import Town, a_town, basket
from tests.builders.houses import INVITE, Browser
from tests.builders.partner_files import COLUMNS, TIME, WORDS, FileRow, written

MAPPING = {
    "columns": [{"field": name.name, "column": column} for name, column in COLUMNS.items()],
    "kinds": [{"word": word, "kind": kind.value} for word, kind in WORDS.items()],
    "timeFormat": TIME,
}
LOOKS, PAUSE_SECONDS = 900, 0.1


@pytest.fixture
async def town(database: Database, database_url: str, owner: asyncpg.Connection, tmp_path: Path) -> AsyncIterator[Town]:
    """The shop alone."""
    async with a_town(database, database_url, owner, tmp_path, "shop") as town:
        yield town


async def test_three_defects_are_found_and_cleared_up_by_two_people(town: Town) -> None:
    rows = await _sold(town)
    mistyped, dearer = replace(rows[1], reference="R-20"), replace(rows[3], amount=40_001)
    content = written([rows[0], mistyped, rows[2], dearer, rows[0]])
    finance = town.shop.finance
    await finance.do(ask.MAPPING_SAVE, name="tills", content=MAPPING)
    async with town.worker():
        file = await _handed_in(town, content)
        report = (await finance.ask(ask.FILE, id=file))["reconciliationFile"]["report"]
    assert (report["rows"], report["postings"]) == (5, 4)
    assert {one["outcome"]: one["rows"] for one in report["outcomes"]} == {
        "MATCHED": 2,
        "DUPLICATE": 1,
        "AMOUNT_DIFFERS": 1,
        "MISSING_IN_LEDGER": 1,
        "MISSING_IN_FILE": 1,
    }
    found = {one["outcome"]: one for one in await _open(finance, file)}
    assert {name: (one["row"], one["suggestion"]) for name, one in found.items()} == {
        "DUPLICATE": (6, "CORRECT_FILE"),
        "AMOUNT_DIFFERS": (5, "ASK"),
        "MISSING_IN_LEDGER": (3, "MATCH"),
        "MISSING_IN_FILE": (None, "MATCH"),
    }
    assert found["MISSING_IN_LEDGER"]["suggested"]["reference"] == "R-2"
    await _forced(town, finance, found["MISSING_IN_LEDGER"]["id"])
    assert {one["outcome"] for one in await _open(finance, file)} == {"DUPLICATE", "AMOUNT_DIFFERS"}
    for name, resolution in (("DUPLICATE", "ACCEPTED"), ("AMOUNT_DIFFERS", "CORRECT_IN_NEXT_FILE")):
        await finance.do(ask.EXCEPTION_RESOLVE, exception=found[name]["id"], resolution=resolution)
    assert await _open(finance, file) == []


async def _sold(town: Town) -> list[FileRow]:
    """Four purchases, of 100.00, 200.00, 300.00 and 400.00, as the shop's own system has them."""
    await town.signed("shop")
    await town.campaign("shop", "A point a euro", {"ratePerUnit": {"points": "1"}})
    await town.on(2)
    await town.shop.till.enrol(card="ADA 0001")
    rows = []
    for number in range(1, 5):
        await town.on(2 + number)
        await town.shop.till.purchase(basket("ADA 0001", "bread", 100 * number, receipt_number=f"R-{number}"))
        at = datetime(2026, 3, 2 + number, 12, tzinfo=UTC)
        sold = partial(FileRow, reference=f"R-{number}", kind=RecordKind.PURCHASE, outlet="1", occurred_at=at)
        rows.append(sold(points=100 * number, amount=10_000 * number))
    return rows


async def _handed_in(town: Town, content: bytes) -> str:
    """In two parts, with the digest of the whole; gives the file once the worker has read it."""
    finance = town.shop.finance
    march = await town.cycle("2026-03", finance)
    wanted = {"mapping": "tills", "name": "march.csv", "sequence": 1, "cycle": march, "controlTotals": {"rows": 5}}
    file = (await finance.do(ask.FILE_BEGIN, **wanted))["file"]
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    total, path = len(content), file["uploadPath"]
    first = await finance.put(path, content[:90], content_range=f"bytes 0-89/{total}")
    assert (first.status_code, first.headers["upload-offset"]) == (202, "90")
    rest = {"content_range": f"bytes 90-{total - 1}/{total}", "repr_digest": f"sha-256=:{digest}:"}
    assert (await finance.put(path, content[90:], **rest)).status_code == 201
    for _ in range(LOOKS):
        state = (await finance.ask(ask.FILE, id=file["id"]))["reconciliationFile"]["state"]
        if state == "DONE":
            listed = list(csv.DictReader(io.StringIO((await finance.file(f"{path}.csv")).decode())))
            assert len(listed) == 4
            return str(file["id"])
        await asyncio.sleep(PAUSE_SECONDS)
    raise AssertionError(f"the file is still {state}")


async def _forced(town: Town, finance: Browser, exception: str) -> None:
    """One proposes, and cannot confirm; a colleague does, on both sides at once."""
    wanted = {
        "exception": exception,
        "resolution": "FORCE_MATCHED",
        "note": "The till printed R-2, somebody typed R-20",
    }
    assert (await finance.do(ask.EXCEPTION_PROPOSE, **wanted))["exception"]["state"] == "PROPOSED"
    assert await finance.refused(ask.EXCEPTION_CONFIRM, exception=exception) == "SECOND_PERSON_CONFIRMS"
    hired = {"name": "Mara", "email": "mara@shop.example", "roles": ["PARTNER_FINANCE"]}
    invited = (await town.shop.admin.do(INVITE, **hired))["invitation"]
    mara = await town.house.signed_in(invited["link"])
    done = (await mara.do(ask.EXCEPTION_CONFIRM, exception=exception))["exception"]
    assert (done["state"], done["resolution"]) == ("RESOLVED", "FORCE_MATCHED")
    assert [(step["what"], step["byMe"]) for step in done["steps"]] == [
        ("FORCE_MATCHED_PROPOSED", False),
        ("FORCE_MATCHED", True),
    ]


async def _open(finance: Browser, file: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await finance.ask(ask.EXCEPTIONS, file=file))["reconciliationExceptions"]["nodes"]
    return found
