"""`hansa bank`: a cycle is paid from the command line by two persons, and what waits is decided there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from domain.errors import Forbidden
from domain.storage import Database
from hansa.commands.bank.app import app
from partners.people import admitting
from tests.domain.banking.paying import Booked, Paying, an_approved_cycle
from tests.domain.settlement.trading import NOON
from tests.hansa.test_settling import ANNA, APPROVER, BERT, PREPARER, Desk


class BankDesk(Desk):
    """Runs the bank's commands."""

    app = app


@pytest.fixture
async def paying(database: Database) -> Paying:
    """An approved cycle, and the people who will pay it."""
    paying = await an_approved_cycle(database)
    for name, email, roles in (("Anna", ANNA, PREPARER), ("Bert", BERT, APPROVER)):
        await paying.do(admitting.admit, admitting.AdmitPerson(name=name, email=email, roles=roles), now=NOON)
    return paying


async def test_a_cycle_is_paid_from_the_command_line(database_url: str, paying: Paying, tmp_path: Path) -> None:
    desk, out, statement = BankDesk(database_url), tmp_path / "payments.xml", tmp_path / "statement.xml"
    planned: Any = await desk.says("instruct", "--as", ANNA, "--plan", "through-operator")
    assert sorted(row["amount"] for row in planned) == ["10.00", "17.00", "20.00"]
    assert isinstance(await desk.refuses("release", "--as", ANNA), Forbidden)
    assert "17.00" in await desk.shows("release", "--as", BERT)
    said = await desk.says("pay", "--out", str(out))
    assert said["payments"] == 1
    assert out.read_bytes().startswith(b"<?xml")
    payments = await paying.payments()
    p, q, r = (payments[letter].reference for letter in "PQR")
    content = paying.statement(
        Booked(amount=payments["P"].amount + 5, on=paying.today, reference=p),
        Booked(amount=payments["Q"].amount, on=paying.today, name="Q SIA", words="points"),
        Booked(amount=-payments["R"].amount, on=paying.today, reference=r),
    )
    statement.write_bytes(content)
    assert "1" in await desk.shows("import", str(statement), "--as", ANNA)
    assert "taken in before" in await desk.shows("import", str(statement), "--as", ANNA)
    waiting = await desk.shows("worklist")
    assert "S-1/2" in waiting
    assert "Paid too much" in waiting
    matched = await desk.says("match", "S-1/2", q, "--as", ANNA)
    assert matched["outcome"] == "MATCHED"
    assert "No entry waits" in await desk.shows("worklist")
    (kept,) = (await desk.says("worklist"))["credits"]
    await desk.shows("credit", kept["credit_id"], "--use", "adjust", "--as", ANNA)
    assert "ADJUSTED" in await desk.shows("credit", kept["credit_id"], "--as", BERT)
    assert {row["state"] for row in await desk.says("payments", "--cycle", paying.cycle.name)} == {"PAID"}


async def test_what_is_open_is_shown_by_age_and_given_up_by_two(database_url: str, paying: Paying) -> None:
    desk = BankDesk(database_url)
    await desk.shows("instruct", "--as", ANNA)
    shown = await desk.shows("ageing")
    assert "Partner P" in shown
    assert "47.00" in shown
    reference = (await paying.payments())["P"].reference
    await desk.shows("write-off", reference, "--reason", "insolvent", "--as", ANNA)
    assert "insolvent" in await desk.shows("worklist")
    (done,) = await desk.says("write-off", reference, "--as", BERT)
    assert (done["state"], done["written_off"]) == ("WRITTEN_OFF", "20.00")
    assert sum(float(row["open"]) for row in await desk.says("ageing")) == 27
