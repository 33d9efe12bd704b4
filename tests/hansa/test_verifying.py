"""`hansa verify` says what it read, what is wrong and where, and its exit code tells programs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from domain.storage import Database
from hansa.cli import app
from tests.builders.ledger import Books, a_ledger

Verify = Callable[..., Awaitable[Result]]


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    """Books with a little in them."""
    async with a_ledger(database, database_url) as books:
        who = await books.member()
        await books.earn(who, 100)
        await books.redeem(who, 30)
        yield books


@pytest.fixture
def verify(database_url: str, tmp_path: Path) -> Verify:
    """The command, on the test's database unless another is named."""

    async def run(*words: str, url: str = database_url) -> Result:
        surroundings = {"HANSA_DATABASE_URL": url, "HANSA_HOME": str(tmp_path), "COLUMNS": "300"}
        return await asyncio.to_thread(CliRunner().invoke, app, ["verify", *words], env=surroundings)

    return run


async def test_sound_books_are_called_sound(books: Books, verify: Verify) -> None:
    said = await verify()
    assert said.exit_code == 0
    told = await books.owner.fetch("SELECT action, count(*) FROM trail_line GROUP BY action ORDER BY action")
    assert [tuple(row) for row in told] == [
        ("CONTRACT_DRAWN_UP", 2),
        ("CONTRACT_SIGNED", 2),
        ("CYCLE_STEP_TAKEN", 1),
        ("PARTNER_CHANGED", 2),
    ], "two partners were admitted, with a contract each, and the first cycle opened"
    read = "1 wallets, 2 entries, 2 transfers, 1 lots and 1 baskets read, and 7 lines of the audit trail."
    assert read in said.output


async def test_a_finding_is_named_and_fails_the_command(books: Books, verify: Verify) -> None:
    await books.owner.execute("UPDATE lot SET remaining = 71")
    said = await verify()
    assert said.exit_code == 1
    assert "LOT_DIFFERS" in said.output
    assert "remaining is 71, its transfers come to 70" in said.output
    for_programs = json.loads((await verify("--json")).output)
    assert not for_programs["sound"]
    wrong = {finding["wrong"] for finding in for_programs["findings"]}
    assert wrong == {"LOT_DIFFERS", "SUM_DIFFERS", "LIABILITY_DIFFERS"}


async def test_a_database_that_was_never_migrated_is_told_apart_from_unsound_books(server: str, verify: Verify) -> None:
    said = await verify(url=server)
    assert said.exit_code == 3
    assert "hansa migrate" in said.output
