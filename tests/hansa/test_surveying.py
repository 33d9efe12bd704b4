"""`hansa survey`: from a file to a report, and what it refuses."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from io import StringIO
from pathlib import Path

import pytest
import typer

from domain.storage import Database
from domain.surveys.errors import InvalidSurvey, SurveyNotFound, SurveyStateConflict
from hansa.commands.survey import app as survey
from hansa.recipes.parts import InvalidRecipe
from tests.builders.ledger import Books, a_ledger
from tests.hansa.test_settling import Desk as SettlingDesk

MILK = """
name: milk
title: {en: About the milk, lv: Par pienu}
questions:
  taste: {kind: csat, text: How was it, measures: satisfaction}
  why: {kind: choice, text: What was wrong, options: {sour: Sour, thin: Thin}, only_if: {question: taste, at_most: 2}}
  words: {kind: text, text: Anything else, required: no}
moments:
  - {kind: purchase, at: [shop], lines: {categories: DAIRY}, delay_hours: 24}
"""


class Desk(SettlingDesk):
    """The commands as `hansa` has them."""

    app = typer.Typer()


Desk.app.add_typer(survey.app)


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    """A shop and a maker."""
    async with a_ledger(database, database_url) as books:
        yield books


@pytest.mark.usefixtures("books")
async def test_a_survey_goes_from_a_file_to_its_end(database_url: str, tmp_path: Path) -> None:
    desk, file, shop = Desk(database_url), tmp_path / "milk.yaml", ("--partner", "shop")
    file.write_text(MILK, encoding="utf-8")
    assert "survey draft FILE" in await desk.shows("survey", "list")
    drawn = await desk.says("survey", "draft", str(file), *shop)
    assert (drawn["state"], drawn["version"], drawn["partner"]) == ("DRAFT", 1, "shop")
    named = ("milk", *shop)
    assert (await desk.says("survey", "publish", *named))["state"] == "LIVE"
    shown = await desk.shows("survey", "show", *named)
    assert "taste is at most 2" in shown
    assert "purchase" in await desk.shows("survey", "list")
    assert "Fewer than 10 members" in await desk.shows("survey", "report", *named)
    told = await desk.says("survey", "report", *named, "--by", "month")
    assert (told["whole"], told["groups"]) == (None, [])
    (heading,) = csv.reader(StringIO(await desk.shows("survey", "export", *named)))
    assert heading == ["member", "version", "product", "partner", "outlet", "month", "taste", "why", "words"]
    assert "Nothing is due" in await desk.shows("survey", "run")
    assert (await desk.says("survey", "pause", *named))["state"] == "PAUSED"
    assert (await desk.says("survey", "resume", *named))["version"] == 2
    assert (await desk.says("survey", "draft", str(file), *shop))["version"] == 3
    assert (await desk.says("survey", "end", *named))["state"] == "ENDED"
    assert isinstance(await desk.refuses("survey", "publish", *named), SurveyStateConflict)
    assert isinstance(await desk.refuses("survey", "show", "wine"), SurveyNotFound)
    assert isinstance(await desk.refuses("survey", "report", *named, "--by", "colour"), InvalidSurvey)
    assert await desk.says("survey", "policy", "--most", "2") == {"asks_most": 2, "asks_days": 7}
    file.write_text(MILK.replace("question: taste", "question: colour"), encoding="utf-8")
    refused = await desk.refuses("survey", "draft", str(file), *shop)
    assert isinstance(refused, InvalidRecipe)
    assert "milk.yaml, line 6" in str(refused)
