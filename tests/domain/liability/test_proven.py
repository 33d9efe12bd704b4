"""The audit finds what does not tie in what is owed to members."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest

from domain.audit import owing
from domain.audit.findings import Wrong
from domain.liability import evaluating, reading
from domain.storage import Database
from tests.domain.liability.test_rolling import two_cycles
from tests.domain.settlement.trading import Trading


@pytest.fixture
async def trading(database: Database) -> Trading:
    """Two cycles of everything that can happen to points, and the figures of a day."""
    trading = await two_cycles(database)
    for cycle_id in await trading.do(reading.forgotten):
        assert await trading.do(reading.remember, cycle_id, now=trading.now)
    trading.now += timedelta(days=1)
    await trading.do(evaluating.take_day, (trading.now - timedelta(hours=12)).date(), now=trading.now)
    return trading


async def test_sound_books_have_no_findings(trading: Trading) -> None:
    assert await trading.do(owing.untied, now=trading.now) == []


async def test_before_the_first_cycle_there_is_nothing_to_prove(trading: Trading) -> None:
    assert await trading.do(owing.untied, now=trading.now - timedelta(days=1000)) == []


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ("UPDATE lot SET remaining = remaining - 1 WHERE remaining > 0", Wrong.LIABILITY_DIFFERS),
        (
            (
                "UPDATE statement_line SET points = points + 1, exact = (points + 1) * price * share,"
                " amount = (points + 1) * price * share + rounding WHERE source = 'CLAWBACK'"
            ),
            Wrong.ROLL_FORWARD_DIFFERS,
        ),
        ("UPDATE liability_sum SET points = points + 1 WHERE kind = 'ACCRUE'", Wrong.LIABILITY_DIFFERS),
        ("UPDATE reserve_finding SET outstanding = outstanding + 1", Wrong.LIABILITY_DIFFERS),
        ("UPDATE reserve_finding SET digest = sha256('forged')", Wrong.LIABILITY_DIFFERS),
    ],
)
async def test_what_was_changed_is_named(
    trading: Trading, owner: asyncpg.Connection, change: str, wrong: Wrong
) -> None:
    await owner.execute(change)
    found = {finding.wrong for finding in await trading.do(owing.untied, now=trading.now)}
    assert wrong in found
