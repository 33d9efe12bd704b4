"""`hansa referral` and `hansa segment surprise`, and what recipes say of referral."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from domain.earning.errors import InvalidAction
from domain.referral.errors import ReferralProgrammeNotFound, ReferralStateConflict
from domain.referral.terms import AfterReturn
from domain.segments.errors import SegmentNotFound
from domain.storage import Database
from hansa.commands.referral import app as referral
from hansa.commands.segment import app as segment
from hansa.recipes.drawing import recipe_of
from hansa.recipes.parts import InvalidRecipe
from hansa.recipes.referring import referrals_of
from tests.builders.ledger import Books, a_ledger
from tests.hansa.test_settling import Desk as SettlingDesk

FRIENDS = """
name: Bring a friend
least: 20.00
within_days: 60
most: 5
most_days: 365
after_return: leave
words: {en: "Bring a friend: {code}"}
"""
RECIPE = """
currency: EUR
time_zone: Europe/Riga
partners: {shop: {does: sells}, maker: {does: makes}}
campaigns: {}
referral:
  friends:
    name: Bring a friend
    host: maker
    least: 20.00
    at: [shop]
    return_days: 30
    asks: no
  own:
    name: Ours
    owner: shop
    starts: 2026-05-01
"""
STARTS = datetime(2026, 3, 1, tzinfo=UTC)


class Desk(SettlingDesk):
    """The commands as `hansa` has them."""

    app = typer.Typer()


Desk.app.add_typer(referral.app)
Desk.app.add_typer(segment.app)


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    """A shop and a maker."""
    async with a_ledger(database, database_url) as books:
        yield books


@pytest.mark.usefixtures("books")
async def test_a_programme_is_drawn_up_published_changed_and_ended(database_url: str, tmp_path: Path) -> None:
    desk, file, shop = Desk(database_url), tmp_path / "friends.yaml", ("--partner", "shop")
    file.write_text(FRIENDS, encoding="utf-8")
    assert "draw-up FILE" in await desk.shows("referral", "list")
    drawn = await desk.says("referral", "draw-up", str(file), *shop)
    assert (drawn["state"], drawn["version"], drawn["partner"]) == ("DRAFT", 1, "shop")
    assert drawn["terms"]["host"] == "shop"
    assert drawn["terms"]["least"] == 2000
    named = ("Bring a friend", *shop)
    assert (await desk.says("referral", "publish", *named))["state"] == "LIVE"
    shown = await desk.shows("referral", "show", *named)
    assert "rewards are left" in shown
    assert "5 friends in 365 days" in shown
    file.write_text(FRIENDS.replace("20.00", "30.00"), encoding="utf-8")
    assert (await desk.says("referral", "draw-up", str(file), *shop))["version"] == 2
    assert (await desk.says("referral", "publish", *named))["version"] == 2
    assert "30.00 USD within 60 days" in await desk.shows("referral", "list")
    assert "No referral was refused" in await desk.shows("referral", "refusals", *named)
    assert "Nothing is due" in await desk.shows("referral", "run")
    assert (await desk.says("referral", "end", *named))["state"] == "ENDED"
    assert isinstance(await desk.refuses("referral", "publish", *named), ReferralStateConflict)
    assert isinstance(await desk.refuses("referral", "show", "Another"), ReferralProgrammeNotFound)
    file.write_text("name: x\nmost: many\n", encoding="utf-8")
    refused = await desk.refuses("referral", "draw-up", str(file), *shop)
    assert isinstance(refused, InvalidRecipe)
    assert "friends.yaml, line 2, most" in str(refused)


@pytest.mark.usefixtures("books")
async def test_a_segment_that_is_not_there_is_not_surprised(database_url: str) -> None:
    desk, shop = Desk(database_url), ("--partner", "shop")
    nobody = await desk.refuses("segment", "surprise", "Nobody", *shop, "--occasion", "First snow")
    assert isinstance(nobody, SegmentNotFound)
    assert isinstance(await desk.refuses("segment", "surprise", "Nobody", *shop, "--occasion", " "), InvalidAction)


def test_a_recipe_says_referral_in_its_own_words() -> None:
    recipe = recipe_of(RECIPE, "friends.yaml")
    cast = recipe.imagined()
    friends, own = referrals_of(recipe, cast, starts=STARTS)
    assert (friends.key, friends.owner, friends.terms.host) == ("friends", None, cast.partners["maker"])
    assert (friends.terms.least, friends.terms.partners) == (2000, frozenset({cast.partners["shop"]}))
    assert (friends.terms.starts_at, friends.terms.return_days, friends.terms.asks) == (STARTS, 30, False)
    assert friends.terms.after_return is AfterReturn.TAKE_BACK
    assert (own.owner, own.terms.host) == (cast.partners["shop"], cast.partners["shop"])
    assert own.terms.starts_at == datetime(2026, 4, 30, 21, tzinfo=UTC), "midnight in Riga"


@pytest.mark.parametrize(
    "wrong", ["most: 0", "after_return: perhaps", "friendly: yes", "not_segments: [Nobody]", "least: much"]
)
def test_what_a_recipe_says_wrong_is_named_with_its_line(wrong: str) -> None:
    said = RECIPE.replace("    host: maker\n    least: 20.00\n", f"    host: maker\n    {wrong}\n")
    recipe = recipe_of(said, "friends.yaml")
    with pytest.raises(InvalidRecipe) as refused:
        referrals_of(recipe, recipe.imagined(), starts=STARTS)
    assert "friends.yaml, line 10, referral.friends." in refused.value.message
