"""`hansa preset`: what there is, what one says, and a coalition of one's own file, from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import NotFound
from hansa.commands.preset import app as presetting
from hansa.presets.finding import names
from hansa.recipes.parts import InvalidRecipe
from tests.hansa.test_settling import Desk as AnyDesk
from tests.presets.test_loading import MINE, MORE


class Desk(AnyDesk):
    """Runs `hansa preset`."""

    app = presetting.app


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A programme of one's own."""
    path = tmp_path / "mine.yaml"
    path.write_text(MINE + MORE)
    return str(path)


async def test_a_preset_is_listed_and_shown() -> None:
    desk = Desk("postgresql://nobody@localhost/none")
    listed = await desk.says("list")
    assert [one["name"] for one in listed] == names()
    page = await desk.shows("list")
    assert all(name in page for name in names())
    for name in names():
        assert "campaigns" in await desk.shows("show", name)
    told = await desk.says("show", names()[0])
    assert (told["programme"], told["parts"]["partners"]) == (listed[0]["programme"], 1)


@pytest.fixture
def misspelt(tmp_path: Path) -> str:
    """One with a slip of the pen."""
    path = tmp_path / "mine.yaml"
    path.write_text(MINE.replace("calendar: month", "calender: month"))
    return str(path)


async def test_a_file_is_checked_and_nothing_is_written(file: str) -> None:
    desk = Desk("postgresql://nobody@localhost/none")
    assert "partners: 2, articles: 1, types of actions: 1, segments: 2, campaigns: 2" in await desk.shows("check", file)
    assert (await desk.says("check", file))["campaigns"] == 2
    assert isinstance(await desk.refuses("check", "nobody"), NotFound)
    assert isinstance(await desk.refuses("check", "nobody.yaml"), InvalidRecipe)


async def test_a_slip_of_the_pen_is_told_with_its_line(misspelt: str) -> None:
    refused = await Desk("postgresql://nobody@localhost/none").refuses("check", misspelt)
    assert isinstance(refused, InvalidRecipe)
    where = "mine.yaml, line 6, coalition.calender"
    assert str(refused) == f"{where}: there is no part 'calender'; did you mean 'calendar'?"


async def test_a_file_is_loaded_and_shows_its_secrets_once(database_url: str, file: str) -> None:
    desk = Desk(database_url)
    first = await desk.says("load", file)
    assert all(one["new"] for one in first["made"])
    assert [(one["whose"], len(one["secret"])) for one in first["clients"]] == [("", 43), ("shop", 43), ("maker", 43)]
    page = await desk.shows("load", file)
    assert "was there" in page
    assert "the coalition" in page
    assert not any(one["secret"] in page for one in first["clients"])
    assert all(one["client_id"] in page for one in first["clients"])
