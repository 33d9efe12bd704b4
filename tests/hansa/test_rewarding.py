"""`hansa reward`: a file becomes drafts, drafts go live, stock is added, a sweepstake is drawn and proved."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from domain.earning.errors import AgreementMissing
from domain.errors import InvalidValue, NotFound
from domain.rewards.errors import DrawNotDue, RewardStateConflict
from domain.storage import Database
from hansa.commands.reward import app as rewarding
from hansa.recipes.parts import InvalidRecipe
from tests.domain.earning.world import World, a_world
from tests.hansa.test_settling import Desk as SettlingDesk

FILE = """
currency: EUR
time_zone: Europe/Riga
partners: {shop: sells, dairy: makes milk}
campaigns:
rewards:
  ladder:
    name: Something to eat
    kind: product
    starts: 2026-11-01
    steps: {25: {thing: A side}, 100: {free: {categories: ROLLS}, at_most: 4.00}}
    stock: 300
    limits: {pieces: 1, each: day}
  fifth:
    name: A fifth off
    kind: discount
    starts: 2026-11-01
    steps: {500: {share: 20 %, at_most: 10.00}}
    paid_by: {dairy: 1/2}
  harvest:
    name: The harvest
    kind: sweepstake
    starts: 2026-11-01
    steps: {10: {tickets: 1}}
    draw: {at: 2036-12-24 18:00, prizes: {A bicycle: 1, A bell: 9}}
"""


class Desk(SettlingDesk):
    """The commands as `hansa` has them."""

    app = typer.Typer()


Desk.app.add_typer(rewarding.app)


@pytest.fixture(autouse=True)
async def world(database: Database) -> World:
    """A shop and a maker."""
    return await a_world(database)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three rewards as YAML."""
    path = tmp_path / "rewards.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


def rewrite(file: Path, words: str, others: str) -> None:
    """The file says something else."""
    file.write_text(FILE.replace(words, others), encoding="utf-8")


async def test_a_file_becomes_rewards_that_are_agreed_to_published_stocked_and_ended(
    database_url: str, file: Path
) -> None:
    desk = Desk(database_url)
    drawing = ("reward", "draw-up", str(file), "--as", "dairy=maker")
    assert [one["state"] for one in await desk.says(*drawing, "--preview")] == ["DRAFT"] * 3
    assert await desk.says("reward", "list") == []
    await desk.says(*drawing)
    shown = await desk.says("reward", "publish", "Something to eat")
    assert (shown["state"], shown["left"], shown["limits"]) == ("LIVE", 300, [{"most": 1, "period": "DAY"}])
    assert (await desk.says("reward", "stock", "Something to eat", "--add", "20"))["left"] == 320
    assert isinstance(await desk.refuses("reward", "publish", "A fifth off"), AgreementMissing)
    await desk.says("reward", "agree", "A fifth off", "--sponsor", "maker")
    assert (await desk.says("reward", "publish", "A fifth off"))["awaiting"] == []
    assert (await desk.says("reward", "pause", "A fifth off"))["state"] == "PAUSED"
    assert (await desk.says("reward", "resume", "A fifth off"))["version"] == 2
    assert (await desk.says("reward", "end", "A fifth off"))["state"] == "ENDED"
    kinds = [one["kind"] for one in await desk.says("reward", "list", "--state", "LIVE", "--partner", "shop")]
    assert kinds == ["PRODUCT"]


async def test_a_draw_waits_for_its_time(database_url: str, file: Path) -> None:
    desk = Desk(database_url)
    await desk.says("reward", "draw-up", str(file), "--as", "dairy=maker")
    assert len((await desk.says("reward", "publish", "The harvest"))["commitment"]) == 64
    assert isinstance(await desk.refuses("reward", "draw", "The harvest"), DrawNotDue)
    assert isinstance(await desk.refuses("reward", "draw", "The harvest", "--check"), RewardStateConflict)
    assert await desk.says("reward", "giving") == []


async def test_what_there_is_not_is_told(database_url: str, file: Path) -> None:
    desk = Desk(database_url)
    assert isinstance(await desk.refuses("reward", "show", "A mug"), NotFound)
    assert isinstance(await desk.refuses("reward", "list", "--state", "ALIVE"), InvalidValue)
    assert isinstance(await desk.refuses("reward", "draw-up", str(file), "--as", "dairy"), InvalidValue)
    rewrite(file, "kind: sweepstake", "kind: lottery")
    assert isinstance(await desk.refuses("reward", "draw-up", str(file), "--as", "dairy=maker"), InvalidRecipe)


async def test_tables_are_worth_reading(database_url: str, file: Path) -> None:
    desk = Desk(database_url)
    await desk.says("reward", "draw-up", str(file), "--as", "dairy=maker")
    await desk.says("reward", "publish", "Something to eat")
    listed = await desk.shows("reward", "list")
    for words in ("25 to 100 points", "300", "sweepstake", "500 points"):
        assert words in listed
    shown = await desk.shows("reward", "show", "Something to eat")
    for words in ("25 points: A side", "the cheapest of ROLLS free, at most 4.00 EUR", "1 a day for each member"):
        assert words in shown
