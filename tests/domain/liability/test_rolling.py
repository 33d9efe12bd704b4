"""The roll-forward ties each cycle, to the last digit, and what does not tie is named."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import asyncpg

from domain.liability import rolling
from domain.storage import Database, Sight
from tests.domain.settlement.trading import HYBRID, Trading, a_coalition

MONTH = timedelta(days=31)


async def two_cycles(database: Database) -> Trading:
    """Earned, spent, reversed, clawed back into debt, repaid and expired, over two cycles at banded prices."""
    banded = HYBRID | {"bands": [(1500, "0.009")]}
    trading = await a_coalition(database, P=banded, Q=HYBRID | {"share_at_issuance": "1"}, R=HYBRID)
    member, other = await trading.join(), await trading.join()
    lot = await trading.earn(member, "P", {"P": 1000, "Q": 50})
    spent = await trading.redeem(member, "R", 700)
    await trading.reverse(member, "R", spent, 100)
    await trading.earn(other, "Q", {"Q": 333}, lives=timedelta(days=5))
    await trading.approve(await trading.close(trading.cycle))
    trading.now += MONTH
    await trading.give_back(member, "P", lot, 1000)
    await trading.earn(member, "Q", {"Q": 2000, "P": 1700})
    await trading.redeem(member, "R", 900)
    await trading.expire(other)
    await trading.close(trading.cycle)
    return trading


async def test_every_cycle_ties_for_each_sponsor_and_in_all(database: Database) -> None:
    trading = await two_cycles(database)
    rows = await trading.do(rolling.roll_forward, now=trading.now)
    assert len(rows) == 2 * 3
    assert rolling.untied(rows) == []
    for before, after in zip(rows, rows[3:], strict=False):
        assert after.opening == before.closing
    first, last = rows[2], rows[5]
    assert first.sponsor_id is None
    assert first.moved.billed == Decimal("7.83")  # 1,000 and 50 of P and Q: 0.4 of 10.00, all of 0.50 and 3.33
    assert (first.final, last.final) == (True, False)
    assert last.moved.breakage == Decimal("3.33")
    assert last.moved.clawed_back > 0


async def test_a_partner_sees_its_own_and_no_draft_and_it_ties_too(database: Database) -> None:
    trading = await two_cycles(database)
    whole = await trading.do(rolling.roll_forward, now=trading.now)
    for letter in "PQ":
        whose = trading.partner_ids[letter]
        async with trading.session(Sight.partner(whose)) as session:
            rows = await rolling.roll_forward(session, now=trading.now, sponsor_id=whose)
        assert [row.final for row in rows] == [True]
        assert rolling.untied(rows) == []
        mine = next(row for row in whole if row.sponsor_id == whose)
        assert rows[0].closing == mine.closing
        assert rows[0].moved.recognised == mine.moved.recognised + mine.moved.service


async def test_a_line_that_was_changed_behind_our_back_does_not_tie(
    database: Database, owner: asyncpg.Connection
) -> None:
    trading = await two_cycles(database)
    changed = await owner.execute(
        "UPDATE statement_line SET points = points + 1, exact = (points + 1) * price * share,"
        " amount = (points + 1) * price * share + rounding WHERE source = 'ACCRUE'"
    )
    assert changed != "UPDATE 0"
    assert rolling.untied(await trading.do(rolling.roll_forward, now=trading.now))
