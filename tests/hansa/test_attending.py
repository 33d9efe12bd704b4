"""`hansa case`, `hansa registration` and `hansa sides`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import typer

from domain.errors import InvalidValue
from domain.ids import PartnerId
from domain.service import telling
from domain.service.errors import InformationNotFound
from domain.service.information import ProductTerms
from domain.storage import Database, ReadSession, Sight, WriteSession
from hansa.commands.case import app as case
from hansa.commands.registration import app as registration
from hansa.commands.sides import app as sides
from hansa.recipes.parts import InvalidRecipe
from tests.builders.coalition import BEFORE
from tests.builders.ledger import Books, a_ledger
from tests.hansa.test_settling import Desk as SettlingDesk


class Desk(SettlingDesk):
    """The commands as `hansa` has them."""

    app = typer.Typer()


for one in (case, registration, sides):
    Desk.app.add_typer(one.app)


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    """A shop and a maker."""
    async with a_ledger(database, database_url) as books:
        yield books


@pytest.mark.usefixtures("books")
async def test_hours_and_rules_are_kept_at_the_desk(database_url: str, tmp_path: Path) -> None:
    desk, file = Desk(database_url), tmp_path / "hours.yaml"
    usual = await desk.says("case", "hours", "--partner", "shop")
    assert (usual["opens"], usual["days"], usual["answer_minutes"]) == ("09:00", [1, 2, 3, 4, 5], 480)
    file.write_text("opens: '08:30'\ndays: [1, 6]\nclosed: [2026-12-24]\nanswer_minutes: 90\n", encoding="utf-8")
    said = await desk.says("case", "hours", str(file), "--partner", "shop")
    assert (said["opens"], said["days"], said["closed"]) == ("08:30", [1, 6], ["2026-12-24"])
    shown = await desk.shows("case", "hours", "--partner", "shop")
    assert "Mon, Sat, 08:30 to 17:00" in shown
    assert "1:30" in shown
    file.write_text("opens: late\n", encoding="utf-8")
    refused = await desk.refuses("case", "hours", str(file))
    assert isinstance(refused, InvalidRecipe)
    assert "a time such as 09:00" in str(refused)
    file.write_text("opened: '09:00'\n", encoding="utf-8")
    assert "did you mean 'opens'" in str(await desk.refuses("case", "hours", str(file)))
    ruled = await desk.says("case", "route", "warranty", "coalition", "--partner", "maker")
    assert ruled == {"partner": "maker", "kind": "WARRANTY", "answers": "COALITION"}
    assert isinstance(await desk.refuses("case", "route", "warrant", "maker"), InvalidValue)
    assert "No case is open" in await desk.shows("case", "list")
    assert "No case came" in await desk.shows("case", "responses")
    assert "Nothing is due" in await desk.shows("case", "run")


async def test_serials_are_listed_from_a_file(books: Books, database_url: str, tmp_path: Path) -> None:
    desk, file = Desk(database_url), tmp_path / "serials.csv"
    file.write_text("SN-0001,L1\nSN-0002\n\nsn 0001\n", encoding="utf-8")
    assert isinstance(await desk.refuses("registration", "serials", "maker", "K1", str(file)), InformationNotFound)
    maker = PartnerId(books.maker.partner_id)
    async with books.database.session(Sight.partner(maker)) as session, session.begin():
        terms = ProductTerms(names={"en": "Kettle"})
        await telling.tell(WriteSession(ReadSession(session)), maker, "K1", terms, now=BEFORE)
    assert await desk.says("registration", "serials", "maker", "K1", str(file)) == {"added": 2, "listed": 3}
    assert await desk.says("registration", "counts", "maker") == []


@pytest.mark.usefixtures("books")
async def test_both_sides_are_shown_apart_and_together(database_url: str) -> None:
    desk = Desk(database_url)
    told = await desk.says("sides", "show", "shop")
    assert told["net"] == {"producer": "0", "seller": "0", "shared": "0", "together": "0"}
    shown = await desk.shows("sides", "show", "shop")
    assert "ours, at others' tills" in shown
    assert "fewer than ten members" in shown
