"""`hansa reward waiting` and `hand-over`: what was redeemed and is still to be handed over, step by step."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import typer

from domain.errors import InvalidValue
from domain.ledger.errors import RedemptionNotFound
from domain.rewards.errors import FulfilmentStateConflict
from domain.rewards.terms import Fulfilment
from domain.storage import Database
from hansa.commands.reward import app as rewarding
from tests.builders.ledger import Books, a_ledger
from tests.domain.rewards.taking import a_reward, redeemed
from tests.hansa.test_settling import Desk as SettlingDesk

TOLD = "SELECT actor, facts->>'state' AS state FROM trail_line WHERE subject_id = $1 ORDER BY number"


class Desk(SettlingDesk):
    """The commands as `hansa` has them."""

    app = typer.Typer()


Desk.app.add_typer(rewarding.app)


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    """A coalition of a shop and a maker."""
    async with a_ledger(database, database_url) as books:
        yield books


async def test_what_waits_is_listed_and_handed_over(books: Books, database_url: str) -> None:
    desk, who, mug = Desk(database_url), await books.member(), await a_reward(books, fulfilment=Fulfilment.COLLECTED)
    await books.earn(who, 100)
    assert await desk.says("reward", "waiting") == []
    assert "Nothing waits" in await desk.shows("reward", "waiting")
    taken = await redeemed(books, who, mug, pieces=2)
    (waiting,) = await desk.says("reward", "waiting", "--partner", "shop")
    assert (waiting["redemption"], waiting["reward"], waiting["pieces"]) == (str(taken.entry_id), "A mug", 2)
    assert await desk.says("reward", "waiting", "--partner", "maker") == []
    assert "A mug" in await desk.shows("reward", "waiting")
    step = ("reward", "hand-over", waiting["redemption"])
    assert (await desk.says(*step, "--state", "READY", "--note", "Shelf 7"))["note"] == "Shelf 7"
    assert (await desk.says(*step))["state"] == "DONE"
    assert isinstance(await desk.refuses(*step, "--state", "READY"), FulfilmentStateConflict)
    assert isinstance(await desk.refuses(*step, "--state", "CANCELLED"), FulfilmentStateConflict)
    assert await desk.says("reward", "waiting") == []
    told = [tuple(row) for row in await books.owner.fetch(TOLD, taken.entry_id)]
    assert told == [("COMMAND_LINE", "READY"), ("COMMAND_LINE", "DONE")]


async def test_what_was_never_redeemed_is_told(books: Books, database_url: str) -> None:
    assert books.shop.slug == "shop"
    desk = Desk(database_url)
    assert isinstance(await desk.refuses("reward", "hand-over", str(uuid4())), RedemptionNotFound)
    assert isinstance(await desk.refuses("reward", "hand-over", "a mug"), InvalidValue)
    assert isinstance(await desk.refuses("reward", "hand-over", str(uuid4()), "--state", "GONE"), InvalidValue)
