"""`hansa campaign`: a file becomes drafts, drafts go live, and what they came to is read at the desk."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from domain.earning.errors import AgreementMissing, CampaignStateConflict
from domain.errors import DomainError, InvalidValue, NotFound
from domain.storage import Database
from hansa.commands.campaign import app as campaigning
from hansa.recipes.parts import InvalidRecipe
from tests.domain.earning.world import World, a_world
from tests.hansa.test_settling import Desk as SettlingDesk

FILE = """
programme: Evenings
source: a test
as_of: 2026-11-01
confidence: high
currency: EUR
time_zone: Europe/Riga
partners: {shop: sells, dairy: makes milk}
outlets: {"1": shop}
campaigns:
  evenings:
    name: Happy hour
    paid_by: {shop: 1/2, dairy: 1/2}
    starts: 2026-11-01
    ends: 2026-12-31
    when: {weekdays: [monday, friday], hours: 16:00-18:00, condition: purchase.amount >= 1000}
    gives: {points_per_unit: 3}
    caps: {points: 100, each: day}
    budget: {points: 1000}
  wheel:
    name: Spin
    paid_by: shop
    starts: 2026-11-01
    gives:
      prize:
        wheel:
          - {weight: 1, points: 100}
          - {weight: 9}
"""


class Desk(SettlingDesk):
    """The commands as `hansa` has them."""

    app = typer.Typer()


Desk.app.add_typer(campaigning.app)


@pytest.fixture(autouse=True)
async def world(database: Database) -> World:
    """A shop and a maker."""
    return await a_world(database)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two campaigns as YAML."""
    path = tmp_path / "evenings.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


def rewrite(file: Path, words: str, others: str) -> None:
    """The file says something else."""
    file.write_text(FILE.replace(words, others), encoding="utf-8")


async def test_a_file_becomes_campaigns_that_are_agreed_to_published_and_ended(database_url: str, file: Path) -> None:
    desk = Desk(database_url)
    drawing = ("campaign", "draw-up", str(file), "--as", "dairy=maker")
    assert [one["state"] for one in await desk.says(*drawing, "--preview")] == ["DRAFT", "DRAFT"]
    assert await desk.says("campaign", "list") == []
    first = await desk.says(*drawing)
    again = await desk.says(*drawing)
    assert [one["id"] for one in first] == [one["id"] for one in again]
    assert {one["name"]: one["sponsors"] for one in first} == {
        "Happy hour": {"shop": "1/2", "maker": "1/2"},
        "Spin": {"shop": "1"},
    }
    assert isinstance(await desk.refuses("campaign", "publish", "Happy hour"), AgreementMissing)
    assert "to agree" in await desk.shows("campaign", "show", "Happy hour")
    await desk.says("campaign", "agree", "Happy hour", "--sponsor", "maker")
    live = await desk.says("campaign", "publish", "Happy hour")
    assert (live["state"], live["awaiting"]) == ("LIVE", [])
    told = await desk.shows("campaign", "show", "Happy hour")
    for words in (
        "3 points per EUR",
        "Mon Fri 16:00-18:00",
        "purchase.amount >= 1000",
        "at most 100 points for each",
        "1,000 points",
    ):
        assert words in told
    for step, state in (("pause", "PAUSED"), ("resume", "LIVE"), ("end", "ENDED")):
        assert (await desk.says("campaign", step, "Happy hour"))["state"] == state
    assert [one["name"] for one in await desk.says("campaign", "list", "--state", "DRAFT")] == ["Spin"]
    assert [one["name"] for one in await desk.says("campaign", "list", "--partner", "maker")] == ["Happy hour"]
    assert await desk.says("campaign", "list", "--trigger", "VISIT") == []
    found = await desk.says("campaign", "results", "Happy hour", "--by", "HOUR")
    assert (found["tally"]["awards"], found["budget"]["left"]) == (0, 1000)
    assert "1,000 of 1,000 left" in await desk.shows("campaign", "results", "Happy hour")


async def test_a_wheel_is_shown_with_its_odds_and_keeps_its_seed_to_itself(database_url: str, file: Path) -> None:
    desk = Desk(database_url)
    await desk.says("campaign", "draw-up", str(file), "--as", "dairy=maker")
    live = await desk.says("campaign", "publish", "Spin")
    assert len(live["commitment"]) == 64
    told = await desk.shows("campaign", "show", live["id"])
    assert "1/10 100 points, 9/10 nothing" in told
    assert live["commitment"][:16] in told
    for step in ("turns", "reveal-seed"):
        assert isinstance(await desk.refuses("campaign", step, "Spin"), CampaignStateConflict)


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (("show", "Nothing"), NotFound),
        (("list", "--state", "ASLEEP"), InvalidValue),
        (("results", "Nothing", "--by", "WEEK"), InvalidValue),
    ],
)
async def test_what_is_refused_names_why(database_url: str, words: tuple[str, ...], refusal: type[DomainError]) -> None:
    assert isinstance(await Desk(database_url).refuses("campaign", *words), refusal)


async def test_a_file_that_names_nobody_here_is_refused(database_url: str, file: Path) -> None:
    desk = Desk(database_url)
    assert isinstance(await desk.refuses("campaign", "draw-up", str(file)), NotFound)
    assert isinstance(await desk.refuses("campaign", "draw-up", str(file), "--as", "dairy"), InvalidValue)
    rewrite(file, "weight: 1,", "weight: none,")
    assert isinstance(await desk.refuses("campaign", "draw-up", str(file), "--as", "dairy=maker"), InvalidRecipe)
    rewrite(file, "currency: EUR", "currency: USD")
    assert isinstance(await desk.refuses("campaign", "draw-up", str(file), "--as", "dairy=maker"), InvalidValue)
