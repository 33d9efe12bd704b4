"""A partner's program hands a file in over HTTP, loses the line, goes on, and reads what came of it."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from domain.coalition.models import Partner
from domain.storage import Database
from hansa.storefront.proofs import ProofKey
from partners.scopes import Scope
from resolvers.reconciling import work_off
from tests.builders.partner_files import COLUMNS, TIME, WORDS, FileRow, written
from tests.builders.served import a_secret, a_server
from tests.domain.reconciliation.shop import CLOSES, OPENS, Shop, a_shop
from tests.hansa.test_files import House

SAVE = """mutation ($input: ReconciliationMappingSaveInput!) { reconciliationMappingSave(input: $input) {
    mapping { name version columns { field column } } userErrors { code path message } } }"""
BEGIN = """mutation ($input: ReconciliationBeginInput!) { reconciliationBegin(input: $input) {
    file { id state uploadPath sequence } userErrors { code path } } }"""
FILE = """query ($id: ID!) { reconciliationFile(id: $id) { state percent rowsRead bytesReceived refusal
    findings { code message } report { rows postings fileAmount
        outcomes { outcome reason rows points amount { amount currency } } } } }"""
LIST = """query ($file: ID!) { reconciliationExceptions(first: 10, filter: { file: $file, states: [OPEN] }) { nodes {
    row reference outcome severity suggestion because file { id } steps { what } suggested { reference row } } } }"""
MAPPING = {
    "columns": [{"field": name.name, "column": column} for name, column in COLUMNS.items()],
    "kinds": [{"word": word, "kind": kind.value} for word, kind in WORDS.items()],
    "timeFormat": TIME,
}
PERIOD = {"startsAt": OPENS.isoformat(), "endsAt": CLOSES.isoformat()}


@dataclass
class Town:
    """A shop, its program, and a rival's."""

    shop: Shop
    own: House
    rival: House
    narrow: House

    async def send(
        self, house: House, method: str, address: str, content: bytes = b"", **headers: str
    ) -> httpx.Response:
        """One request for a file."""
        named = {name.replace("_", "-"): value for name, value in headers.items()} | house.proven(method, address)
        return await house.http.request(method, address, content=content, headers=named)


@pytest.fixture
async def town(database: Database, database_url: str, owner: asyncpg.Connection, tmp_path: Path) -> AsyncIterator[Town]:
    shop = await a_shop(database)
    await owner.execute("UPDATE coalition SET sandbox = true")  # where a secret is enough to write
    async with shop.trading.session() as session:
        partners = {letter: await session.get_one(Partner, key) for letter, key in shop.trading.partner_ids.items()}
    limited = a_server(database_url, tmp_path, file_limit=5_000)
    async with limited as issuer, httpx.AsyncClient(base_url=issuer) as http:

        async def signed_in(partner: Partner, *scopes: Scope) -> House:
            secret, key = await a_secret(database, partner, scopes=frozenset(scopes)), ProofKey.new()
            proof = {"dpop": key.proof("POST", f"{issuer}/oauth/token")}
            asked = await http.post("/oauth/token", **secret.request(issuer), headers=proof)
            return House(http, asked.json()["access_token"], key)

        yield Town(
            shop=shop,
            own=await signed_in(partners["P"], Scope.RECONCILIATION_WRITE),
            rival=await signed_in(partners["Q"], Scope.RECONCILIATION_WRITE),
            narrow=await signed_in(partners["P"], Scope.PURCHASES_READ),
        )


async def begun(town: Town, **how: Any) -> dict[str, Any]:
    wanted = {"mapping": "tills", "name": "november.csv", "sequence": 1, **PERIOD, **how}
    answer = (await town.own.ask(BEGIN, input=wanted))["reconciliationBegin"]
    assert answer["userErrors"] == [], answer
    found: dict[str, Any] = answer["file"]
    return found


async def a_month(town: Town) -> list[FileRow]:
    for number in range(8):
        await town.shop.sell(f"A{number}", at=OPENS + timedelta(days=number, hours=3), amount=1_000 + number)
    return await town.shop.posted()


async def test_a_file_goes_up_in_parts_and_its_outcome_comes_back(town: Town) -> None:
    kept = (await town.own.ask(SAVE, input={"name": "tills", "content": MAPPING}))["reconciliationMappingSave"]
    assert (kept["userErrors"], kept["mapping"]["version"]) == ([], 1)
    rows = await a_month(town)
    content = written(
        [replace(rows[0], amount=1), *rows[1:7], replace(rows[0], reference="=cmd|' /C calc'!A0", points=3)]
    )
    file = await begun(town, sha256=hashlib.sha256(content).hexdigest(), controlTotals={"rows": 8})
    path, total = file["uploadPath"], len(content)
    first = await town.send(town.own, "PUT", path, content[:100], content_range=f"bytes 0-99/{total}")
    assert (first.status_code, first.headers["upload-offset"]) == (202, "100")
    hole = await town.send(town.own, "PUT", path, content[200:], content_range=f"bytes 200-{total - 1}/{total}")
    assert (hole.status_code, hole.headers["upload-offset"]) == (409, "100")
    asked = await town.send(town.own, "HEAD", path)
    assert (asked.status_code, asked.headers["upload-offset"]) == (200, "100")
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"
    last = {"content_range": f"bytes 100-{total - 1}/{total}", "repr_digest": digest}
    for _ in range(2):  # the second time because the first answer was lost
        done = await town.send(town.own, "PUT", path, content[100:], **last)
        assert (done.status_code, done.json()["state"]) == (201, "RECEIVED")
    await work_off(town.shop.ctx)
    found = (await town.own.ask(FILE, id=file["id"]))["reconciliationFile"]
    assert (found["state"], found["percent"], found["rowsRead"], found["report"]["postings"]) == ("DONE", 100, 8, 8)
    outcomes = {one["outcome"]: one["rows"] for one in found["report"]["outcomes"]}
    assert outcomes == {"MATCHED": 6, "AMOUNT_DIFFERS": 1, "MISSING_IN_FILE": 1, "MISSING_IN_LEDGER": 1}
    listed = (await town.own.ask(LIST, file=file["id"]))["reconciliationExceptions"]["nodes"]
    assert [(one["row"], one["outcome"]) for one in listed] == [
        (2, "AMOUNT_DIFFERS"),
        (9, "MISSING_IN_LEDGER"),
        (None, "MISSING_IN_FILE"),
    ]
    assert listed[0]["because"] == "the ledger has 10 points and 10.00 EUR"
    report = await town.send(town.own, "GET", f"{path}.csv")
    assert report.headers["content-type"] == "text/csv; charset=utf-8"
    cells = list(csv.DictReader(io.StringIO(report.text)))
    assert [one["outcome"] for one in cells] == ["AMOUNT_DIFFERS", "MISSING_IN_LEDGER", "MISSING_IN_FILE"]
    assert cells[1]["reference"] == "'=cmd|' /C calc'!A0", "a spreadsheet shows it, and does not execute it"


async def test_a_file_is_its_partners_and_nobody_elses(town: Town) -> None:
    await town.shop.map()
    file = await begun(town)
    for house, status in ((town.rival, 404), (town.narrow, 403)):
        for method in ("PUT", "GET", "HEAD"):
            answer = await town.send(house, method, file["uploadPath"], b"x" if method == "PUT" else b"")
            assert answer.status_code == status, (method, answer.text)
    assert (await town.own.http.put(file["uploadPath"], content=b"x")).status_code == 401


@pytest.mark.parametrize(
    ("headers", "size", "status", "code"),
    [
        ({"content_range": "bytes 0-9/99999"}, 10, 413, "UPLOAD_TOO_LARGE"),
        ({"content_range": "bytes 0-9/*"}, 11, 422, "INVALID_VALUE"),
        ({"content_range": "bytes 9-0/10"}, 10, 422, "INVALID_VALUE"),
        ({"content_range": "octets 0-9/10"}, 10, 422, "INVALID_VALUE"),
        ({}, 6_000, 413, "UPLOAD_TOO_LARGE"),
        ({"repr_digest": "sha-256=:" + "A" * 43 + "=:"}, 10, 422, "FILE_NOT_WHOLE"),
        ({"repr_digest": "md5=:AA==:"}, 10, 422, "INVALID_VALUE"),
        ({}, 0, 422, "FILE_NOT_WHOLE"),
    ],
)
async def test_what_is_sent_wrongly_is_told_what_is_wrong(
    town: Town, headers: dict[str, str], size: int, status: int, code: str
) -> None:
    await town.shop.map()
    file = await begun(town)
    answer = await town.send(town.own, "PUT", file["uploadPath"], b"x" * size, **headers)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code), answer.text


async def test_a_mapping_is_refused_at_its_column(town: Town) -> None:
    wrong = MAPPING | {"timeZone": "Mars/Olympus"}
    answer = (await town.own.ask(SAVE, input={"name": "tills", "content": wrong}))["reconciliationMappingSave"]
    assert [(one["code"], one["path"]) for one in answer["userErrors"]] == [
        ("MAPPING_INVALID", ["input", "content", "timeZone"])
    ]
