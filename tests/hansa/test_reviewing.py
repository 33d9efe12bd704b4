"""`hansa review` and `hansa trial`."""

from __future__ import annotations

from pathlib import Path

import typer

from domain.storage import Database
from hansa.commands.review import app as review
from hansa.commands.trial import app as trial
from tests.domain.reviews.shelf import GTIN
from tests.domain.trials.kitchen import a_kitchen
from tests.hansa.test_settling import Desk as SettlingDesk

TRIAL = """
name: New milk
products: [M]
places: 2
survey: tried
apply_from: 2026-11-01
apply_until: 2026-12-01
feedback_until: 2026-12-31
handing: outlet
choosing: first_come
at: [shop]
cost: 0.90
words: {en: Taste it}
"""


class Desk(SettlingDesk):
    """The commands as `hansa` has them."""

    app = typer.Typer()


Desk.app.add_typer(review.app)
Desk.app.add_typer(trial.app)


async def test_reviews_are_judged_at_the_desk(database: Database, database_url: str, tmp_path: Path) -> None:
    kitchen, desk, file = await a_kitchen(database), Desk(database_url), tmp_path / "policy.yaml"
    assert "hansa review policy FILE" in await desk.shows("review", "policy")
    file.write_text("earns_at: written\n", encoding="utf-8")
    [policy] = await desk.says("review", "policy", str(file), "--partner", "maker")
    assert (policy["partner"], policy["terms"]["earns_at"]) == ("maker", "WRITTEN")
    one = await kitchen.writes(await kitchen.tester(), 4, title="Fresh")
    other = await kitchen.writes(await kitchen.tester(), 1, words="Sour")
    assert "Fresh" in await desk.shows("review", "list")
    assert (await desk.says("review", "publish", str(one)))["decision"] == "PUBLISH"
    await desk.says("review", "refuse", str(other), "--reason", "OFF_TOPIC")
    assert await desk.says("review", "refusals") == [
        {"moderator": "maker", "stars": 1, "reason": "OFF_TOPIC", "count": 1}
    ]
    assert (await desk.says("review", "product", GTIN))["counts"] == [0, 0, 0, 1, 0]
    assert "4/1 = 4.00" in await desk.shows("review", "product", GTIN)
    assert "Sour" in await desk.shows("review", "show", str(other))
    assert (await desk.says("review", "run"))["earned"] == 1


async def test_trials_are_kept_at_the_desk(database: Database, database_url: str, tmp_path: Path) -> None:
    await a_kitchen(database)
    desk, file, maker = Desk(database_url), tmp_path / "milk.yaml", ("--partner", "maker")
    assert "hansa trial draft FILE" in await desk.shows("trial", "list")
    file.write_text(TRIAL, encoding="utf-8")
    drawn = await desk.says("trial", "draft", str(file), *maker)
    assert (drawn["state"], drawn["terms"]["cost"]) == ("DRAFT", 90)
    assert (await desk.says("trial", "publish", "New milk", *maker))["state"] == "LIVE"
    assert (await desk.says("trial", "pause", "New milk", *maker))["state"] == "PAUSED"
    assert (await desk.says("trial", "resume", "New milk", *maker))["version"] == 2
    assert "New milk" in await desk.shows("trial", "list")
    assert "first come" in await desk.shows("trial", "show", "New milk", *maker)
    assert (await desk.says("trial", "end", "New milk", *maker))["state"] == "ENDED"
