"""`hansa prepaid` and `hansa exposure`: packs ordered and paid by two persons, and what sponsors can still award."""

from __future__ import annotations

import pytest
import typer

from domain.coalition.models import Billing
from domain.errors import Forbidden, InvalidValue
from domain.settlement.errors import AdvanceKept, NotOnPacks
from domain.storage import Database
from hansa.commands.prepaid import app as prepaying
from hansa.commands.settle import app as settling
from partners.people import admitting
from partners.scopes import PersonRole
from tests.domain.settlement.trading import NOON, Trading, a_coalition
from tests.hansa.test_settling import ANNA, APPROVER, BERT, PREPARER
from tests.hansa.test_settling import Desk as SettlingDesk

PACKS = {
    "price": "0.01",
    "tax_supply": "0.21",
    "billing": Billing.PREPAID,
    "pack_points": 1000,
    "pack_alert": 200,
    "pack_limit": True,
}


class Desk(SettlingDesk):
    """The commands as `hansa` has them."""

    app = typer.Typer()


Desk.app.add_typer(prepaying.app)
Desk.app.add_typer(settling.app)
Desk.app.command()(prepaying.exposure)


@pytest.fixture
async def trading(database: Database) -> Trading:
    """Olla is on packs, Rimi may owe five euros, and two people work for the coalition."""
    trading = await a_coalition(database, olla=PACKS, rimi={"price": "0.01", "credit_limit": "5.00"})
    for name, email, roles in (("Anna", ANNA, PREPARER), ("Bert", BERT, APPROVER)):
        await trading.do(admitting.admit, admitting.AdmitPerson(name=name, email=email, roles=roles), now=NOON)
    return trading


async def test_a_pack_is_ordered_and_paid_by_two_persons(database_url: str, trading: Trading) -> None:
    desk = Desk(database_url)
    assert "12.10" in await desk.shows("prepaid", "order", "olla", "--key", "spring-2026")
    [again] = await desk.says("prepaid", "order", "olla", "--key", "spring-2026")
    assert (again["number"], again["state"], again["points"]) == (1, "ORDERED", 1000)
    paying = ("prepaid", "pay", "olla", "1", "--as")
    with_money = ("--amount", "12.10", "--seen", "statement 41")
    assert isinstance(await desk.refuses(*paying, ANNA, "--amount", "12.10"), InvalidValue)
    [noted] = await desk.says(*paying, ANNA, *with_money)
    assert noted["state"] == "NOTED"
    assert isinstance(await desk.refuses(*paying, ANNA), Forbidden)
    [paid] = await desk.says(*paying, BERT)
    assert paid["state"] == "PAID"
    member = await trading.join()
    await trading.earn(member, "olla", {"olla": 900})
    listed = await desk.says("prepaid", "list")
    assert [(one["paid"], one["drawn"], one["drawn_points"]) for one in listed["advances"]] == [("12.10", "10.89", 900)]
    assert "Paid before and not used" in await desk.shows("prepaid", "list", "olla")


async def test_what_is_refused_names_why(database_url: str, trading: Trading) -> None:
    desk = Desk(database_url)
    assert isinstance(await desk.refuses("prepaid", "order", "rimi"), NotOnPacks)
    assert isinstance(await desk.refuses("prepaid", "cancel", "olla", "7", "--as", ANNA), InvalidValue)
    await desk.shows("prepaid", "order", "olla")
    auditor = admitting.AdmitPerson(
        name="Carl", email="carl@hansa.example", roles=frozenset({PersonRole.COALITION_AUDITOR})
    )
    await trading.do(admitting.admit, auditor, now=NOON)
    assert isinstance(await desk.refuses("prepaid", "cancel", "olla", "1", "--as", auditor.email), Forbidden)
    [cancelled] = await desk.says("prepaid", "cancel", "olla", "1", "--as", ANNA)
    assert cancelled["state"] == "CANCELLED"


async def test_exposure_shows_what_is_owed_beside_the_limit(database_url: str, trading: Trading) -> None:
    desk = Desk(database_url)
    member = await trading.join()
    await trading.earn(member, "rimi", {"rimi": 420})
    page = await desk.shows("exposure", "--set")
    assert "4.20" in page
    assert "84%" in page
    [told] = await desk.says("exposure", "rimi")
    assert (told["credit"]["exposure"]["limit"], told["credit"]["left"]) == ("5.000000", "0.800000")


async def test_the_running_position_stands_beside_what_bounds_each_sponsor(database_url: str, trading: Trading) -> None:
    desk = Desk(database_url)
    await trading.earn(await trading.join(), "rimi", {"rimi": 420})
    told = (await desk.says("settle", "status"))["means"]
    assert [one["credit"]["left"] for one in told if one["credit"]] == ["0.800000"]
    assert [one["packs"]["left"] for one in told if one["packs"]] == [0]
    page = await desk.shows("settle", "status")
    assert page.index("so far") < page.index("What sponsors can still award") < page.index("Day by day")


async def test_what_is_left_of_packs_is_given_back_by_two_persons(database_url: str, trading: Trading) -> None:
    desk = Desk(database_url)
    await desk.shows("prepaid", "order", "olla")
    paying = ("prepaid", "pay", "olla", "1", "--as")
    await desk.shows(*paying, ANNA, "--amount", "12.10", "--seen", "statement 41")
    await desk.shows(*paying, BERT)
    giving = ("prepaid", "give-back", "olla", "--as")
    assert isinstance(await desk.refuses(*giving, ANNA, "--reason", "It leaves packs"), AdvanceKept)
    await trading.agree("olla", {"price": "0.01", "tax_supply": "0.21"}, valid_from=NOON)
    assert "another person" in await desk.shows(*giving, ANNA, "--reason", "It leaves packs")
    assert "1,000 points are given back" in await desk.shows(*giving, BERT)
    listed = await desk.says("prepaid", "list")
    assert [(one["paid"], one["drawn"], one["drawn_points"]) for one in listed["advances"]] == [
        ("12.10", "12.10", 1000)
    ]
