"""Files over a real server: for whom they are, exactly, and for nobody else; read back by others' programs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pyarrow.parquet as pq
import pypdf
import pytest

from domain.banking.instructing import instruct
from domain.coalition.models import Partner
from domain.settlement import cycles
from domain.settlement.models import Cycle
from domain.settlement.policy_models import PaymentPlan
from domain.storage import Database
from hansa.storefront.proofs import ProofKey
from partners.scopes import Scope
from tests.builders.served import a_secret, a_server
from tests.domain.settlement.trading import ANNA, BERT, HYBRID, Trading, a_coalition

TAXED = HYBRID | {"tax_supply": "0.21", "tax_credit": "0.21", "fee_fixed": "3.33"}

STATEMENT = """
query ($cycle: ID!) { statement(cycle: $cycle) { id net { amount }
  files { pdf csv parquet transfersCsv transfersParquet journalCsv journalParquet }
  invoices { id number kind dueOn pdf net { amount } tax { amount } gross { amount currency } } } }
"""


PARTS = """
query ($id: ID!) { node(id: $id) { ... on Redemption {
  statementParts { kind points exact line { number kind } } } } }
"""


@dataclass
class House:
    """One client at the server."""

    http: httpx.AsyncClient
    token: str
    key: ProofKey
    """What its token is bound to."""

    def proven(self, method: str, address: str) -> dict[str, str]:
        """The headers of a request for one address."""
        url = str(self.http.base_url).rstrip("/") + address
        return {"authorization": f"DPoP {self.token}", "dpop": self.key.proof(method, url, token=self.token)}

    async def ask(self, query: str, **variables: Any) -> Any:
        """What GraphQL answers."""
        headers = self.proven("POST", "/graphql")
        answer = await self.http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        body = answer.json()
        assert "errors" not in body, body
        return body["data"]

    async def get(self, address: str, **headers: str) -> httpx.Response:
        """A file, or what is said instead."""
        return await self.http.get(address, headers={**self.proven("GET", address), **headers})

    async def file(self, address: str) -> bytes:
        """A file that is there."""
        answer = await self.get(address)
        assert answer.status_code == 200, answer.text
        return answer.content


@dataclass
class Town:
    """A settled month, a server, and who asks it."""

    trading: Trading
    cycle: Cycle
    p: House
    rival: House
    coalition: House
    narrow: House
    """A client of P without the scope."""

    async def statement(self) -> Any:
        """P's statement with its addresses."""
        found = await self.p.ask("{ cycles(first: 5) { nodes { id name } } }")
        (cycle,) = [one["id"] for one in found["cycles"]["nodes"] if one["name"] == self.cycle.name]
        return (await self.p.ask(STATEMENT, cycle=cycle))["statement"]


async def traded(trading: Trading) -> Cycle:
    """A month's trade, computed."""
    member = await trading.join()
    await trading.earn(member, "P", {"P": 33_333, "R": 12_345}, benefits={"R": "7.77"})
    redemption = await trading.redeem(member, "R", 20_101)
    await trading.reverse(member, "R", redemption, 1_001)
    await trading.redeem(member, "P", 777)
    return await trading.close(trading.cycle)


@pytest.fixture
async def town(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    trading = await a_coalition(database, P=TAXED, R=TAXED | {"price": "0.0117"})
    cycle = await traded(trading)
    async with trading.session() as session:
        partners = {letter: await session.get_one(Partner, key) for letter, key in trading.partner_ids.items()}
    async with a_server(database_url, tmp_path) as issuer, httpx.AsyncClient(base_url=issuer) as http:

        async def signed_in(partner: Partner | None, **wanted: Any) -> House:
            scopes = {"scopes": frozenset({Scope.SETTLEMENT_READ, Scope.HISTORY_READ})}
            secret, key = await a_secret(database, partner, **(scopes | wanted)), ProofKey.new()
            proof = {"dpop": key.proof("POST", f"{issuer}/oauth/token")}
            asked = await http.post("/oauth/token", **secret.request(issuer), headers=proof)
            return House(http, asked.json()["access_token"], key)

        yield Town(
            trading=trading,
            cycle=cycle,
            p=await signed_in(partners["P"]),
            rival=await signed_in(partners["R"]),
            coalition=await signed_in(None, scopes=frozenset({Scope.SETTLEMENT_READ})),
            narrow=await signed_in(partners["P"], scopes=frozenset({Scope.PURCHASES_READ})),
        )


@pytest.fixture
async def settled(town: Town) -> Town:
    """The month is instructed: its documents are numbered and its payments known."""
    await town.trading.approve(town.cycle)
    await town.trading.do(instruct, town.cycle.cycle_id, PaymentPlan.THROUGH_OPERATOR, by=BERT, now=town.trading.now)
    return town


def text_of(pdf: bytes) -> str:
    """All words of a PDF, with plain spaces."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


async def test_an_invoice_reads_back_with_its_number_totals_and_metadata(settled: Town) -> None:
    statement = await settled.statement()
    assert {one["kind"] for one in statement["invoices"]} >= {"INVOICE", "SELF_BILLED_INVOICE"}
    for invoice in statement["invoices"]:
        content = await settled.p.file(invoice["pdf"])
        reader = pypdf.PdfReader(io.BytesIO(content))
        assert reader.metadata is not None
        assert invoice["number"] in str(reader.metadata.title)
        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]
        assert "pdfaid:part" in reader.trailer["/Root"]["/Metadata"].get_data().decode()  # type: ignore[index]
        words = text_of(content)
        assert f"EUR {abs(Decimal(invoice['gross']['amount'])):,.2f}" in words.replace("−", "")
        assert "P SIA" in words
        assert "LV4000" in words
        assert ("Self-billing" in words) == invoice["kind"].startswith("SELF_BILLED")
    together = sum(Decimal(invoice["gross"]["amount"]) for invoice in statement["invoices"])
    assert together == Decimal(statement["net"]["amount"])


async def test_a_statement_on_paper_says_what_to_pay_whom_by_when_and_how(settled: Town) -> None:
    statement = await settled.statement()
    answer = await settled.p.get(statement["files"]["pdf"])
    words = text_of(answer.content)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'attachment; filename="statement-{settled.cycle.name}-p.pdf"'
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "PRO FORMA" not in words
    assert f"EUR {-Decimal(statement['net']['amount']):,.2f}" in words
    assert re.search(r"RF\d\d 0000 1000 1000 0", words), words
    assert "Please pay To Operator AS IBAN LV" in words
    assert settled.cycle.merkle_root is not None
    assert settled.cycle.merkle_root.hex() in words.replace(" ", "")
    assert f"/console/statements/{settled.cycle.name}/p" in words.replace(" ", "")
    assert len(re.findall(r"Page \d of \d", words)) == len(pypdf.PdfReader(io.BytesIO(answer.content)).pages)
    for invoice in statement["invoices"]:
        assert invoice["number"] in words


async def test_lines_come_back_exactly_from_csv_and_parquet(settled: Town) -> None:
    statement = await settled.statement()
    table = pq.read_table(io.BytesIO(await settled.p.file(statement["files"]["parquet"])))
    framed = pl.read_parquet(io.BytesIO(await settled.p.file(statement["files"]["parquet"])))
    content = (await settled.p.file(statement["files"]["csv"])).decode()
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    assert content.count("\r\n") == len(rows) + 1 == table.num_rows + 1
    assert str(table.schema.field("exact").type) == "decimal128(38, 24)"
    assert table.schema.field("amount").metadata[b"description"].startswith(b"What the line comes to")
    for name in ("base", "exact", "rounding", "amount", "price", "share"):
        plain = [Decimal(row[name]) if row[name] else None for row in rows]
        assert plain == table.column(name).to_pylist() == framed[name].to_list(), name
    for row in rows:
        basis = Decimal(row["points"]) * Decimal(row["price"]) if row["points"] else Decimal(row["base"])
        assert abs(Decimal(row["exact"])) == basis * Decimal(row["share"])
        assert Decimal(row["exact"]) + Decimal(row["rounding"]) == Decimal(row["amount"])
    assert framed["amount"].sum() == Decimal(statement["net"]["amount"])
    numbers = {invoice["number"] for invoice in statement["invoices"]}
    assert {row["document"] for row in rows} == numbers


async def test_transfers_add_up_to_their_lines_and_name_entries_by_ones_own_ids(settled: Town) -> None:
    files = (await settled.statement())["files"]
    lines = {row["line"]: row for row in pq.read_table(io.BytesIO(await settled.p.file(files["parquet"]))).to_pylist()}
    moved = pq.read_table(io.BytesIO(await settled.p.file(files["transfersParquet"]))).to_pylist()
    told = list(csv.DictReader(io.StringIO((await settled.p.file(files["transfersCsv"])).decode(), newline="")))
    assert [Decimal(row["exact"]) for row in told if row["exact"]] == [row["exact"] for row in moved if row["exact"]]
    sums: dict[int, Decimal] = {}
    for row in moved:
        sums[row["line"]] = sums.get(row["line"], Decimal(0)) + row["exact"]
    assert sums == {number: abs(row["exact"]) for number, row in lines.items() if row["points"] is not None}
    assert any((row["entry"] or "").startswith("Purchase_") for row in moved)
    spent = next(row["entry"] for row in moved if (row["entry"] or "").startswith("Redemption_"))
    found = await settled.p.ask(PARTS, id=spent)
    parts = [
        (part["line"]["number"], part["kind"], int(part["points"]), Decimal(part["exact"]))
        for part in found["node"]["statementParts"]
    ]
    assert {part["line"]["kind"] for part in found["node"]["statementParts"]} == {"REDEMPTION", "MARGIN"}
    assert sorted(parts) == sorted(
        (row["line"], row["kind"], row["points"], row["exact"]) for row in moved if row["entry"] == spent
    )
    elsewhere = [row for row in moved if row["recorded_by"] != "Partner P"]
    assert elsewhere
    assert {(row["entry"], row["posted_at"]) for row in elsewhere} == {(None, None)}


async def test_bookings_balance_in_the_file(settled: Town) -> None:
    files = (await settled.statement())["files"]
    rows = list(csv.DictReader(io.StringIO((await settled.p.file(files["journalCsv"])).decode(), newline="")))
    framed = pl.read_parquet(io.BytesIO(await settled.p.file(files["journalParquet"])))
    by_booking = framed.group_by("booking").agg(pl.col("debit").sum(), pl.col("credit").sum())
    assert by_booking["debit"].to_list() == by_booking["credit"].to_list()
    settlement = framed.filter(pl.col("account_name") == "SETTLEMENT")
    net = Decimal(str(settlement["debit"].sum())) - Decimal(str(settlement["credit"].sum()))
    assert net == Decimal((await settled.statement())["net"]["amount"])
    assert len(rows) == framed.height


async def test_a_rival_is_told_what_is_told_of_nothing(settled: Town) -> None:
    statement = await settled.statement()
    addresses = [*statement["files"].values(), *(invoice["pdf"] for invoice in statement["invoices"])]
    nothing = await settled.rival.get("/files/statements/Statement_nothing.pdf")
    assert nothing.status_code == 404
    told = nothing.json()["errors"][0]
    for address in addresses:
        answer = await settled.rival.get(address)
        assert answer.status_code == 404, address
        refused = answer.json()["errors"][0]
        assert refused["message"] == told["message"]
        assert refused["extensions"]["code"] == told["extensions"]["code"] == "NOT_FOUND"
        assert "etag" not in answer.headers
        assert (await settled.coalition.get(address)).status_code == 404, "ids are their viewer's own"
    for made_up in ("/files/statements/x.exe", "/files/else/Statement_x.pdf", "/files/invoices/Statement_x.pdf"):
        assert (await settled.p.get(made_up)).status_code == 404


async def test_nobody_and_who_lacks_the_scope_are_turned_away(settled: Town) -> None:
    address = (await settled.statement())["files"]["pdf"]
    anonymous = await settled.p.http.get(address)
    assert anonymous.status_code == 401
    assert anonymous.headers["www-authenticate"].startswith("Bearer realm=")
    forbidden = await settled.narrow.get(address)
    assert forbidden.status_code == 403
    assert forbidden.json()["errors"][0]["extensions"]["requiredScopes"] == [["settlement:read"]]
    assert (await settled.p.get(address, origin="https://elsewhere.example")).status_code == 403
    assert (await settled.p.http.post(address)).status_code == 405
    assert (await settled.p.http.get(address, headers={"authorization": "Bearer nonsense"})).status_code == 401


async def test_what_did_not_change_is_not_sent_again(settled: Town) -> None:
    files = (await settled.statement())["files"]
    for form in ("pdf", "csv", "parquet", "transfersCsv", "journalParquet"):
        first = await settled.p.get(files[form])
        again = await settled.p.get(files[form], **{"if-none-match": f'"other", {first.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b""), form
        assert again.headers["etag"] == first.headers["etag"]


async def test_a_draft_is_the_coalitions_and_a_proposal_is_pro_forma(town: Town) -> None:
    query = "{ cycles(first: 5) { nodes { name statements { partner { slug } files { pdf journalCsv } } } } }"

    async def of_p() -> str:
        found = (await town.coalition.ask(query))["cycles"]["nodes"]
        (cycle,) = [one for one in found if one["name"] == town.cycle.name]
        return str(
            next(one["files"]["pdf"] for one in cycle["statements"] if (one["partner"] or {}).get("slug") == "p")
        )

    assert (await town.statement()) is None
    await town.trading.do(cycles.propose, town.cycle.cycle_id, by=ANNA, now=town.trading.now)
    mine = await town.statement()
    assert mine["invoices"] == []
    for words in (text_of(await town.p.file(mine["files"]["pdf"])), text_of(await town.coalition.file(await of_p()))):
        assert "PRO FORMA" in words
        assert "this is no invoice" in words
        assert "Please pay" not in words


async def test_a_proof_of_possession_is_for_the_files_own_address_and_good_once(settled: Town) -> None:
    address = (await settled.statement())["files"]["pdf"]
    proven = settled.p.proven("GET", address)
    assert (await settled.p.http.get(address, headers=proven)).status_code == 200
    for used in (proven, settled.p.proven("GET", "/graphql"), settled.p.proven("POST", address)):
        assert (await settled.p.http.get(address, headers=used)).status_code == 401
