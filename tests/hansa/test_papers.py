"""Papers from the command line: files where they are wanted, and bookings under one's own codes."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdf
import pytest
import typer

from domain.banking.instructing import instruct
from domain.errors import InvalidValue, NotFound
from domain.settlement.policy_models import PaymentPlan
from domain.storage import Database
from hansa.commands.papers import app as papers
from tests.domain.settlement.trading import BERT, HYBRID, Trading, a_coalition
from tests.hansa.test_settling import Desk


class PaperDesk(Desk):
    """Runs the commands about papers."""

    async def run(self, *words: str) -> Any:
        """One command."""
        import asyncio  # noqa: PLC0415

        from typer.testing import CliRunner  # noqa: PLC0415

        app = typer.Typer()
        papers.register(app)
        return await asyncio.to_thread(lambda: CliRunner().invoke(app, list(words), env=self._environment))


@pytest.fixture
async def trading(database: Database) -> Trading:
    """A month that is computed, and not yet instructed."""
    trading = await a_coalition(database, olla=HYBRID | {"fee_fixed": "0.50"}, rimi=HYBRID)
    member = await trading.join()
    await trading.earn(member, "olla", {"olla": 123_456})
    await trading.redeem(member, "rimi", 45_678)
    return trading


async def test_a_statement_is_written_where_it_is_wanted(database_url: str, trading: Trading, tmp_path: Path) -> None:
    cycle = await trading.close(trading.cycle)
    desk = PaperDesk(database_url)
    place = tmp_path / "olla.pdf"
    told = await desk.says("statement", "olla", "--cycle", cycle.name, "--as", "pdf", "--out", str(place))
    assert told == {"file": str(place), "bytes": place.stat().st_size}
    assert "PRO FORMA" in "".join(page.extract_text() for page in pypdf.PdfReader(place).pages)
    rows = tmp_path / "lines.csv"
    await desk.shows("statement", "olla", "--as", "csv", "--out", str(rows))
    with rows.open(newline="") as opened:
        assert sum(Decimal(row["amount"]) for row in csv.DictReader(opened)) == Decimal("-768.39")
    await desk.shows("statement", "olla", "--as", "parquet", "--transfers", "--out", str(tmp_path / "moved.parquet"))
    assert (tmp_path / "moved.parquet").stat().st_size > 0
    assert "csv or parquet" in (await desk.run("statement", "olla", "--transfers")).output
    assert isinstance(await desk.refuses("statement", "nobody"), NotFound)


async def test_documents_are_listed_and_written_by_their_numbers(
    database_url: str, trading: Trading, tmp_path: Path
) -> None:
    cycle = await trading.close(trading.cycle)
    desk = PaperDesk(database_url)
    assert "numbered when it is instructed" in await desk.shows("invoices")
    await trading.approve(cycle)
    await trading.do(instruct, cycle.cycle_id, PaymentPlan.THROUGH_OPERATOR, by=BERT, now=trading.now)
    listed = await desk.says("invoices")
    assert [(one["partner"], one["number"]) for one in listed][:2] == [
        ("olla", "I-2026-00001"),
        ("rimi", "SI2-2026-00001"),
    ]
    shown = await desk.shows("invoices", "--cycle", cycle.name)
    assert "Self-billed invoice" in shown
    assert "all together" in shown
    place = tmp_path / "invoice.pdf"
    await desk.shows("invoice", "I-2026-00001", "--out", str(place))
    assert "I-2026-00001" in str(pypdf.PdfReader(place).metadata)
    assert isinstance(await desk.refuses("invoice", "I-1999-00001"), NotFound)


async def test_bookings_are_written_for_either_side_under_own_codes(
    database_url: str, trading: Trading, tmp_path: Path
) -> None:
    await trading.close(trading.cycle)
    desk = PaperDesk(database_url)
    chart = tmp_path / "chart.json"
    chart.write_text(json.dumps({"FEES": "8400"}))
    for whose, expected in (("operator", Decimal("-0.50")), ("olla", Decimal("0.50"))):
        place = tmp_path / f"{whose}.csv"
        await desk.shows("journal", "--for", whose, "--accounts", str(chart), "--out", str(place))
        with place.open(newline="") as opened:
            rows = list(csv.DictReader(opened))
        fees = [row for row in rows if row["account"] == "8400"]
        assert sum(Decimal(row["debit"]) - Decimal(row["credit"]) for row in fees) == expected
        assert sum(Decimal(row["debit"]) - Decimal(row["credit"]) for row in rows) == 0
    for wrong in ('{"BRIBES": "1"}', "[]", "{", '{"FEES": 8400}'):
        chart.write_text(wrong)
        refused = await desk.refuses("journal", "--accounts", str(chart), "--out", str(tmp_path / "x.csv"))
        assert isinstance(refused, InvalidValue), wrong
    assert not (tmp_path / "x.csv").exists()
