"""`hansa settle` beside the steps of a cycle: answers, settings, partners that fail, adjustments by hand."""

from __future__ import annotations

import pytest

from domain.errors import Forbidden, InvalidValue, NotFound
from domain.settlement import finishing
from domain.settlement.errors import SecondPersonNeeded, SettlementOutOfOrder
from domain.storage import Database
from partners.people import admitting
from partners.scopes import PersonRole
from tests.domain.settlement.trading import HYBRID, NOON, Trading, a_coalition, anybody
from tests.hansa.test_settling import Desk

ANNA, BERT, MAIJA, OLA = "anna@hansa.example", "bert@hansa.example", "maija@hansa.example", "ola@olla.example"


@pytest.fixture
async def trading(database: Database) -> Trading:
    """A month of trade between two partners, and the people who will close it."""
    trading = await a_coalition(database, olla=HYBRID, rimi=HYBRID)
    member = await trading.join()
    await trading.earn(member, "olla", {"olla": 10_000})
    await trading.redeem(member, "rimi", 4_000)
    olla = trading.partner_ids["olla"]
    for name, email, role, partner_id in (
        ("Anna", ANNA, PersonRole.COALITION_PREPARER, None),
        ("Bert", BERT, PersonRole.COALITION_APPROVER, None),
        ("Maija", MAIJA, PersonRole.COALITION_ADMIN, None),
        ("Ola", OLA, PersonRole.PARTNER_FINANCE, olla),
    ):
        person = admitting.AdmitPerson(name=name, email=email, roles=frozenset({role}), partner_id=partner_id)
        await trading.do(admitting.admit, person, now=NOON)
    return trading


@pytest.mark.usefixtures("trading")
async def test_a_partner_answers_by_one_of_its_own_people(database_url: str) -> None:
    desk = Desk(database_url)
    await desk.shows("cut-off")
    await desk.shows("compute")
    await desk.shows("propose", "--as", ANNA)
    before = await desk.says("answers")
    assert {one["answer"] for one in before["answers"]} == {"NONE"}
    assert isinstance(await desk.refuses("answer", "rimi", "--as", OLA), Forbidden)
    assert isinstance(await desk.refuses("answer", "olla", "--as", ANNA), Forbidden)
    assert "accepted" in await desk.shows("answer", "olla", "--as", OLA)
    after = await desk.says("answers")
    assert sorted(one["answer"] for one in after["answers"]) == ["ACCEPTED", "NONE"]


@pytest.mark.usefixtures("trading")
async def test_settings_are_shown_and_changed_by_name(database_url: str) -> None:
    desk = Desk(database_url)
    assert (await desk.says("policy"))["calendar"] == "BY_HAND"
    words = ("policy", "calendar=MONTH", "days_to_answer=10", "de_minimis=5.00", "refuse_unsecured=true")
    assert isinstance(await desk.refuses(*words), InvalidValue)
    assert isinstance(await desk.refuses(*words, "--as", ANNA), Forbidden)
    changed = await desk.says(*words, "--as", MAIJA)
    assert (changed["calendar"], changed["days_to_answer"], changed["refuse_unsecured"]) == ("MONTH", 10, True)
    assert "MONTH" in await desk.shows("policy")
    for wrong in ("calendar=DAILY", "days_to_answer=91", "days_to_answer=ten", "cover_warning=0.9", "nothing=1", "x"):
        assert isinstance(await desk.refuses("policy", wrong, "--as", MAIJA), InvalidValue), wrong
    assert (await desk.says("policy"))["days_to_answer"] == 10


async def test_a_failed_partner_is_set_aside_and_taken_back_by_two_people(database_url: str, trading: Trading) -> None:
    desk = Desk(database_url)
    name = trading.cycle.name
    await desk.shows("cut-off")
    await desk.shows("compute")
    assert isinstance(await desk.refuses("agree", "olla", "--as", BERT), NotFound)
    await desk.shows("set-aside", "olla", "--as", ANNA, "--reason", "insolvent")
    assert isinstance(await desk.refuses("agree", "olla", "--as", ANNA), Forbidden)
    done = await desk.says("agree", "olla", "--as", BERT)
    assert [row["fate"] for row in done["set_aside"]] == ["SET_ASIDE"]
    assert done["lines"]
    statement = await desk.says("statement", "olla", "--cycle", name)
    assert statement["balance"]["net"] == "0"
    assert isinstance(
        await desk.refuses("write-off", "olla", "--as", ANNA, "--reason", "bankrupt", "--cycle", name),
        SettlementOutOfOrder,
    )
    await desk.shows("take-back", "olla", "--as", ANNA, "--reason", "it pays")
    assert "taken back" in await desk.shows("agree", "olla", "--as", BERT)
    assert (await desk.says("statement", "olla", "--cycle", name))["balance"]["net"] != "0"


async def test_an_adjustment_by_hand_takes_two_people(database_url: str, trading: Trading) -> None:
    desk = Desk(database_url)
    name = trading.cycle.name
    words = ("adjust", "make", "olla", "operator", "12.50", "--adjusts", name, "--note", "counted twice", "--as", ANNA)
    made = (await desk.says(*words))[0]
    number = made["adjustment_id"]
    assert "waits for a second person" in await desk.shows("adjust", "list")
    assert isinstance(await desk.refuses("adjust", "agree", number, "--as", ANNA), (Forbidden, SecondPersonNeeded))
    assert (await desk.says("adjust", "agree", number, "--as", BERT))[0]["agreed_at"]
    other = (await desk.says(*words))[0]["adjustment_id"]
    assert (await desk.says("adjust", "withdraw", other, "--as", ANNA))[0]["withdrawn_at"]
    for wrong in (("12.505",), ("0",), ("much",)):
        assert isinstance(await desk.refuses("adjust", "make", "olla", "tax", *wrong, *words[5:]), InvalidValue)
    assert isinstance(await desk.refuses(*words, "--reason", "PREPAID"), InvalidValue)
    assert isinstance(await desk.refuses("adjust", "agree", "first", "--as", BERT), InvalidValue)


async def test_a_settled_cycle_is_put_away(database_url: str, trading: Trading) -> None:
    desk = Desk(database_url)
    cycle_id = trading.cycle.cycle_id
    assert "Day by day" in await desk.shows("status")
    await desk.shows("cut-off")
    await desk.shows("compute")
    await desk.shows("propose", "--as", ANNA, "--days", "0")
    await desk.shows("approve", "--as", BERT)
    assert isinstance(await desk.refuses("close", "--as", ANNA), NotFound)
    approved_at = (await desk.says("status"))["cycles"][1]["approved_at"]
    now = trading.now.fromisoformat(approved_at)
    await trading.do(finishing.instruct, cycle_id, by=anybody(), now=now)
    await trading.do(finishing.settle, cycle_id, now=now)
    assert (await desk.says("close", "--as", ANNA))["state"] == "CLOSED"
