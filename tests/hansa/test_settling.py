"""`hansa settle`: a whole close from the command line, by two persons, on tables and as JSON."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from typer.testing import CliRunner

from domain.coalition import founding
from domain.errors import Forbidden, InvalidValue, NotFound
from domain.ids import PersonId
from domain.settlement.errors import SecondPersonNeeded, SettlementOutOfOrder
from domain.storage import COALITION, Database, ReadSession, WriteSession
from hansa.commands.settle.app import app
from partners.people import admitting
from partners.scopes import PersonRole
from tests.domain.settlement.trading import FOUNDED, HYBRID, NOON, Trading, a_coalition

ANNA, BERT, CARL = "anna@hansa.example", "bert@hansa.example", "carl@hansa.example"
PREPARER, APPROVER = frozenset({PersonRole.COALITION_PREPARER}), frozenset({PersonRole.COALITION_APPROVER})


class Desk:
    """Runs commands as a person at the command line would."""

    app = app

    def __init__(self, url: str) -> None:
        self._environment = {"HANSA_DATABASE_URL": url, "HANSA_SECRET_KEY": "0123456789abcdef" * 4, "COLUMNS": "200"}

    async def run(self, *words: str) -> Any:
        """One command, in a thread of its own since it runs its own loop."""
        return await asyncio.to_thread(lambda: CliRunner().invoke(self.app, list(words), env=self._environment))

    async def shows(self, *words: str) -> str:
        """What a command that succeeds puts on the page."""
        done = await self.run(*words)
        assert done.exit_code == 0, done.exception
        return str(done.output)

    async def says(self, *words: str) -> Any:
        """What a command that succeeds says to programs."""
        return json.loads(await self.shows(*words, "--json"))

    async def refuses(self, *words: str) -> Any:
        """Why a command does not do it."""
        done = await self.run(*words)
        assert done.exit_code != 0
        return done.exception


@pytest.fixture
async def trading(database: Database) -> Trading:
    """A month of trade, and the people who will close it."""
    trading = await a_coalition(database, olla=HYBRID | {"fee_fixed": "0.50"}, rimi=HYBRID)
    member = await trading.join()
    await trading.earn(member, "olla", {"olla": 123_456})
    await trading.redeem(member, "rimi", 45_678)
    for name, email, roles in (
        ("Anna", ANNA, PREPARER),
        ("Bert", BERT, APPROVER),
        ("Carl", CARL, frozenset({PersonRole.COALITION_AUDITOR})),
    ):
        await trading.do(admitting.admit, admitting.AdmitPerson(name=name, email=email, roles=roles), now=NOON)
    return trading


async def test_a_cycle_is_closed_from_the_command_line(database_url: str, trading: Trading) -> None:
    desk = Desk(database_url)
    before = await desk.shows("status")
    cut = await desk.says("cut-off", "--cycle", trading.cycle.name, "--next", "next")
    computed = await desk.shows("compute")
    statement = await desk.shows("statement", "olla")
    netting = await desk.shows("netting")
    await desk.shows("propose", "--as", ANNA, "--days", "0")
    approved = await desk.says("approve", "--as", BERT)
    after = await desk.says("status")

    assert "A forecast" in before
    assert cut["state"] == "CUT_OFF"
    assert cut["entries"] == 2
    assert "all together" in computed
    assert "Partner olla pays EUR 768.39" in statement
    assert "−493.82" in statement
    assert "Between partners" in netting
    assert "need not be paid" in netting
    assert approved["state"] == "APPROVED"
    assert [(cycle["name"], cycle["state"]) for cycle in after["cycles"]] == [
        ("next", "OPEN"),
        (trading.cycle.name, "APPROVED"),
    ]


async def test_before_the_first_cycle_the_way_to_it_is_said(database_url: str, database: Database) -> None:
    async with database.session(COALITION) as plain, plain.begin():
        await founding.found(WriteSession(ReadSession(plain)), FOUNDED)
    desk = Desk(database_url)
    assert "hansa settle open" in await desk.shows("status")
    assert await desk.says("status") == {"cycles": []}
    assert (await desk.says("open", "--name", "first"))["state"] == "OPEN"
    assert "● open" in await desk.shows("status")


@pytest.mark.usefixtures("trading")
async def test_figures_come_as_strings_for_programs(database_url: str) -> None:
    desk = Desk(database_url)
    await desk.shows("cut-off")
    await desk.shows("compute", "--de-minimis", "1.00")
    statement = await desk.says("statement", "rimi")
    netting = await desk.says("netting")
    computed = await desk.says("compute")
    assert statement["balance"]["closing"] == "388.26"
    assert sum(int(owed["amount"]) for owed in netting["obligations"]) == netting["gross"]
    assert {balance["party"] for balance in computed["balances"]} >= {"OPERATOR", "TAX", "CHARITY", "ROUNDING"}


async def test_the_second_person_is_asked_for_by_name(database_url: str, trading: Trading) -> None:
    desk = Desk(database_url)
    await desk.shows("cut-off")
    assert isinstance(await desk.refuses("propose", "--as", ANNA), NotFound)
    await desk.shows("compute")
    assert isinstance(await desk.refuses("propose", "--as", CARL), Forbidden)
    assert isinstance(await desk.refuses("propose", "--as", "nobody@hansa.example"), NotFound)
    await desk.shows("propose", "--as", ANNA, "--days", "0")
    assert isinstance(await desk.refuses("approve", "--as", ANNA), Forbidden)
    anna = await trading.do(admitting.with_email, ANNA)
    await trading.do(admitting.change, PersonId(anna.person_id), roles=APPROVER)
    assert isinstance(await desk.refuses("approve", "--as", ANNA), SecondPersonNeeded), "also once the roles changed"
    await trading.do(admitting.change, PersonId(anna.person_id), roles=PREPARER)
    await desk.shows("approve", "--as", BERT)
    await desk.shows("void", "--as", ANNA, "--reason", "wrong contract")
    assert (await desk.says("status"))["cycles"][1]["state"] == "COMPUTED"


@pytest.mark.usefixtures("trading")
async def test_what_is_typed_wrong_is_said(database_url: str) -> None:
    desk = Desk(database_url)
    assert isinstance(await desk.refuses("statement", "olla"), NotFound)
    await desk.shows("cut-off")
    assert isinstance(await desk.refuses("compute", "--de-minimis", "five"), InvalidValue)
    await desk.shows("compute")
    assert "there are olla, rimi" in str(await desk.refuses("statement", "ola"))
    assert isinstance(await desk.refuses("open"), SettlementOutOfOrder)
