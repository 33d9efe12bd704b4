"""`hansa code`: an order becomes a file, codes are put live, held, voided, and what came of them is told."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import typer

from domain.codes.errors import BatchNotFound, BatchStateConflict, InvalidBatch, PrintedBefore
from domain.storage import Database
from hansa.commands.code import app as coding
from hansa.recipes.parts import InvalidRecipe
from partners.keys import derive
from tests.domain.codes.pantry import Pantry, a_pantry
from tests.hansa.test_settling import Desk as SettlingDesk

ORDER = """
name: Spring milk
kind: random
products: [{sku: milk, count: 30}]
units: 6
cost: 7.00
most_a_day: 5
"""


class Desk(SettlingDesk):
    """The commands as `hansa` has them."""

    app = typer.Typer()


Desk.app.add_typer(coding.app)


@pytest.fixture
async def pantry(database: Database) -> Pantry:
    """A maker of milk."""
    return await a_pantry(database)


async def test_a_batch_goes_from_its_order_to_what_came_of_it(
    pantry: Pantry, database_url: str, tmp_path: Path
) -> None:
    desk, file = Desk(database_url), tmp_path / "spring.yaml"
    assert "hansa code order" in await desk.shows("code", "list")
    file.write_text(ORDER, encoding="utf-8")
    ordered = await desk.says("code", "order", str(file), "--partner", "maker")
    assert (ordered["state"], ordered["count"], ordered["cost"], ordered["partner"]) == ("ORDERED", 30, 700, "maker")
    assert not {"seed", "number"} & ordered.keys(), "what codes are made from is told to nobody"
    name = "Spring milk"
    assert isinstance(await desk.refuses("code", "put-live", name), BatchStateConflict)
    printed = list(csv.DictReader(io.StringIO((await desk.run("code", "print", name)).stdout)))
    assert ([row["serial"] for row in printed[:2]], len({row["code"] for row in printed})) == (["0", "1"], 30)
    assert isinstance(await desk.refuses("code", "print", name), PrintedBefore)
    again = list(csv.DictReader(io.StringIO((await desk.run("code", "print", name, "--reason", "lost")).stdout)))
    assert again == printed
    assert (await desk.says("code", "put-live", name))["state"] == "LIVE"

    pantry.key = derive(("0123456789abcdef" * 4).encode()).lookups
    anna = await pantry.member()
    for row in printed[:3]:
        await pantry.enters(anna, row["code"])
    shown = await desk.shows("code", "show", name)
    assert "3 of 30" in shown
    assert "2.34 EUR" in shown
    assert "on hold" in await desk.shows("code", "hold", name)
    assert "live" in await desk.shows("code", "release", name)
    await desk.says("code", "void", name, "--reason", "torn", "--serials", "10-12")
    listed = tmp_path / "torn.txt"
    listed.write_text(f"{printed[20]['code']}\n\n", encoding="utf-8")
    await desk.says("code", "void", name, "--reason", "torn", "--file", str(listed))
    assert await pantry.refuses(anna, printed[11]["code"]) == "VOID"
    assert await pantry.refuses(anna, printed[20]["code"]) == "VOID"
    both = await desk.refuses("code", "void", name, "--reason", "x", "--serials", "1-2", "--file", str(listed))
    assert isinstance(both, InvalidBatch)
    assert isinstance(await desk.refuses("code", "void", name, "--reason", "x", "--serials", "some"), InvalidBatch)
    assert "No alarm" in await desk.shows("code", "alarms")
    assert (await desk.says("code", "end", name))["state"] == "ENDED"
    assert (await desk.says("code", "void", name, "--reason", "over"))["state"] == "VOID"
    assert (await desk.says("code", "list", "--partner", "maker"))[0]["entered"]["entries"] == 3
    assert isinstance(await desk.refuses("code", "show", "Another"), BatchNotFound)
    file.write_text(ORDER.replace("random", "paper"), encoding="utf-8")
    assert isinstance(await desk.refuses("code", "order", str(file), "--partner", "maker"), InvalidRecipe)
