"""`hansa action`: types of actions listed, defined and retired at the desk."""

from __future__ import annotations

import pytest
import typer

from domain.earning.errors import ActionTypeNotFound, ActionTypeTaken, InvalidActionType
from domain.errors import InvalidValue, NotFound
from domain.storage import Database
from hansa.commands.action.app import app
from tests.domain.settlement.trading import a_coalition
from tests.hansa.test_settling import Desk as SettlingDesk


class Desk(SettlingDesk):
    """The command as `hansa` has it."""

    app = typer.Typer()


Desk.app.add_typer(app)


@pytest.fixture
async def desk(database: Database, database_url: str) -> Desk:
    """A coalition of two partners, and its desk."""
    await a_coalition(database, olla={}, rimi={})
    return Desk(database_url)


async def test_a_type_is_defined_told_and_retired(desk: Desk) -> None:
    carried = ("--field", "model:TEXT", "--field", "minutes:WHOLE:required")
    [made] = await desk.says("action", "define", "olla", "TEST_DRIVE", *carried)
    assert made == {
        "name": "TEST_DRIVE",
        "own": True,
        "fields": [
            {"name": "model", "kind": "TEXT", "required": False},
            {"name": "minutes", "kind": "WHOLE", "required": True},
        ],
    }
    assert (await desk.says("action", "list", "olla"))[-1] == made
    assert "minutes WHOLE (required)" in await desk.shows("action", "list", "olla")
    assert "TEST_DRIVE" not in await desk.shows("action", "list", "rimi")
    assert isinstance(await desk.refuses("action", "define", "olla", "TEST_DRIVE"), ActionTypeTaken)
    await desk.shows("action", "retire", "olla", "TEST_DRIVE")
    assert "TEST_DRIVE" not in await desk.shows("action", "list", "olla")
    assert isinstance(await desk.refuses("action", "retire", "olla", "TEST_DRIVE"), ActionTypeNotFound)


async def test_what_cannot_be_a_type_is_refused_by_name(desk: Desk) -> None:
    for words, why in (
        (("define", "olla", "REVIEW"), ActionTypeTaken),
        (("define", "olla", "test"), InvalidActionType),
        (("define", "olla", "TEST", "--field", "model"), InvalidValue),
        (("define", "olla", "TEST", "--field", "model:TEXT:perhaps"), InvalidValue),
        (("define", "olla", "TEST", "--field", "Model:TEXT"), InvalidActionType),
        (("list", "nobody"), NotFound),
    ):
        assert isinstance(await desk.refuses("action", *words), why), words
