"""`hansa reconcile` and `hansa exceptions`: what finance does about partners' files at the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.reconciliation.errors import SecondPersonNeeded
from domain.reconciliation.mapping import to_json
from domain.storage import Database
from hansa.cli import app
from partners.people import admitting
from partners.scopes import PersonRole
from tests.builders.partner_files import mapping, written
from tests.domain.reconciliation.shop import OPENS, Shop, a_shop
from tests.hansa.test_settling import Desk

ANNA, BERT = "anna@hansa.example", "bert@hansa.example"


class AnyDesk(Desk):
    """Runs any command."""

    app = app


@pytest.fixture
async def shop(database: Database) -> Shop:
    """Four sales, and two people of the coalition."""
    shop = await a_shop(database)
    for name, email in (("Anna", ANNA), ("Bert", BERT)):
        person = admitting.AdmitPerson(name=name, email=email, roles=frozenset({PersonRole.COALITION_PREPARER}))
        await shop.trading.do(admitting.admit, person, now=OPENS)
    for number in range(4):
        await shop.sell(f"A-{number}", at=OPENS + timedelta(days=number), amount=1_000 + number)
    return shop


async def test_a_file_is_tried_held_against_the_ledger_and_cleared_up(
    database_url: str, shop: Shop, tmp_path: Path
) -> None:
    desk = AnyDesk(database_url)
    rows = await shop.posted()
    file, how, out = tmp_path / "november.csv", tmp_path / "tills.json", tmp_path / "exceptions.csv"
    file.write_bytes(written([replace(rows[0], reference="a0"), replace(rows[1], amount=7), *rows[2:]]))
    how.write_text(json.dumps(to_json(mapping())))
    usual = ("reconcile", str(file), "--partner", "p", "--mapping")
    dry = await desk.shows(*usual, str(how), "--dry-run")
    for part in (
        "dry run",
        "In the ledger alone",
        "On both sides, and differs",
        "the ledger has 10 points and 10.01 EUR",
    ):
        assert part in dry
    shown = await desk.shows(*usual, "tills", "--report", str(out))
    assert "file 1 of Partner P" in shown
    assert len(out.read_text().splitlines()) == 1 + 3
    listed = await desk.says("exceptions", "list", "--partner", "p")
    assert [one["outcome"] for one in listed] == ["MISSING_IN_LEDGER", "AMOUNT_DIFFERS", "MISSING_IN_FILE"]
    row, differs = listed[0]["exception_id"], listed[1]["exception_id"]
    await desk.shows("exceptions", "propose", row, "--as", ANNA, "--note", "mistyped")
    assert isinstance(await desk.refuses("exceptions", "confirm", row, "--as", ANNA), SecondPersonNeeded)
    assert "force matched" in await desk.shows("exceptions", "confirm", row, "--as", BERT)
    await desk.shows("exceptions", "resolve", differs, "--as", BERT, "--how", "CORRECT_IN_NEXT_FILE")
    assert "Nothing is to be cleared up" in await desk.shows("exceptions", "list")


async def test_a_file_that_is_not_what_it_should_be_is_told_so(database_url: str, shop: Shop, tmp_path: Path) -> None:
    await shop.map()
    file = tmp_path / "november.csv"
    file.write_text("a;b\n")
    done = await AnyDesk(database_url).run("reconcile", str(file), "--partner", "p", "--mapping", "tills", "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == 1
    assert (found["state"], found["refusal"]) == ("REFUSED", "FILE_UNREADABLE")
