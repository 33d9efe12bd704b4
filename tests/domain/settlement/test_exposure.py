"""What a sponsor owes bounds what it awards: set by what is charged and paid, exact while others award."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from domain.banking.credit import set_credit
from domain.settlement.prepaid import alerts
from domain.settlement.prepaid.exposure import Exposure, exposure_of, meet
from domain.storage import Database, opened
from tests.domain.settlement.trading import NOON, Trading, a_coalition

CENT = {"price": "0.01", "tax_supply": "0.21"}
LIMITED = CENT | {"credit_limit": "12.10"}
"""A thousand points, with tax."""


@pytest.fixture
async def coalition(database: Database) -> Trading:
    """P may owe what a thousand points cost; R has no limit."""
    return await a_coalition(database, P=LIMITED, R={"price": "0.01", "price_redeem": "0.0085"})


async def owed(coalition: Trading, unpaid: str = "0") -> Exposure:
    """What P owes now."""
    whose = coalition.partner_ids["P"]
    return await coalition.do(exposure_of, whose, unpaid=Decimal(unpaid), now=coalition.now)


async def left(owner: asyncpg.Connection, kind: str = "CREDIT") -> int:
    """What is left of P's allowance."""
    sql = "SELECT sum(left_amount)::bigint FROM allowance_slice JOIN allowance USING (allowance_id) WHERE kind = $1"
    return int(await owner.fetchval(sql, kind))


async def test_awards_are_owed_with_their_tax_until_the_limit(coalition: Trading, owner: asyncpg.Connection) -> None:
    member = await coalition.join()
    await coalition.earn(member, "P", {"P": 700})
    assert (await owed(coalition)).owed == Decimal("8.47")
    assert await left(owner) == 3_630_000
    await coalition.earn(member, "P", {"P": 700})
    found = await owed(coalition)
    assert (found.owed, found.left, found.used) == (Decimal("12.10"), Decimal(0), Decimal(1))
    assert await owner.fetchval("SELECT sum(points) FROM transfer WHERE kind = 'ACCRUE'") == 1000


async def test_clawed_back_points_are_owed_no_more(coalition: Trading, owner: asyncpg.Connection) -> None:
    member = await coalition.join()
    lot = await coalition.earn(member, "P", {"P": 1000})
    await coalition.give_back(member, "P", lot, 400)
    assert (await owed(coalition)).owed == Decimal("7.26")
    assert await left(owner) == 4_840_000


async def test_an_unpaid_cycle_uses_the_limit_until_it_is_paid(coalition: Trading, owner: asyncpg.Connection) -> None:
    member = await coalition.join()
    await coalition.earn(member, "P", {"P": 600})
    await coalition.close(coalition.cycle)
    found = await owed(coalition)
    assert [(one.cycle.number, one.amount) for one in found.charged] == [(1, Decimal("7.26")), (2, Decimal(0))]
    await coalition.do(meet, await owed(coalition, unpaid="2.42"), now=coalition.now)
    assert await left(owner) == 2_420_000
    await coalition.do(meet, await owed(coalition), now=coalition.now)
    assert await left(owner) == 4_840_000


async def test_the_allowance_is_set_by_what_was_drawn_since_it_was_looked_at(
    coalition: Trading, owner: asyncpg.Connection
) -> None:
    member = await coalition.join()
    await coalition.earn(member, "P", {"P": 100})
    seen = await owed(coalition)
    await coalition.earn(member, "P", {"P": 250})
    await coalition.do(meet, seen, now=coalition.now)
    assert await left(owner) == 12_100_000 - 350 * 12_100


async def test_what_was_owed_before_there_was_a_limit_counts(coalition: Trading, owner: asyncpg.Connection) -> None:
    member = await coalition.join()
    await coalition.earn(member, "R", {"R": 300})
    await coalition.agree("R", {"price": "0.01", "credit_limit": "5.00"}, valid_from=NOON)
    await set_credit(coalition.database, now=coalition.now)
    await coalition.earn(member, "R", {"R": 300})
    whose = coalition.partner_ids["R"]
    awarded = await owner.fetchval("SELECT sum(points) FROM transfer WHERE sponsor_id = $1", whose)
    assert awarded == 500


async def test_a_band_that_is_reached_lowers_what_is_owed(coalition: Trading) -> None:
    banded: dict[str, Any] = {"price": "0.01", "bands": ((500, "0.005"),), "credit_limit": "10.00"}
    await coalition.agree("R", banded, valid_from=NOON)
    member = await coalition.join()
    await coalition.earn(member, "R", {"R": 600})
    found = await coalition.do(exposure_of, coalition.partner_ids["R"], now=coalition.now)
    assert found.owed == Decimal("3.00")


async def test_awards_and_settings_at_once_never_overdraw(database_url: str) -> None:
    """Sixteen tills award while the credit is set again and again: in the end exactly the limit is owed."""
    async with opened(database_url, connections=12) as database:
        coalition = await a_coalition(database, P=LIMITED)
        members = [await coalition.join() for _ in range(16)]
        done = asyncio.Event()

        async def setting() -> None:
            while not done.is_set():
                await set_credit(database, now=coalition.now)

        async def till(member: Any) -> None:
            for _ in range(12):
                await coalition.earn(member, "P", {"P": 7})

        setter = asyncio.create_task(setting())
        await asyncio.gather(*map(till, members))
        done.set()
        await setter
        assert (await owed(coalition)).owed == Decimal("12.10")


async def test_a_sponsor_is_told_once_a_fall(coalition: Trading, owner: asyncpg.Connection) -> None:
    member = await coalition.join()
    lot = await coalition.earn(member, "P", {"P": 850})
    for _ in range(2):
        await coalition.do(alerts.watch, now=coalition.now)
    sql = "SELECT partner_id, detail FROM event WHERE kind = 'ALLOWANCE_LOW'"
    assert [tuple(row) for row in await owner.fetch(sql)] == [(coalition.partner_ids["P"], "CREDIT")]
    await coalition.give_back(member, "P", lot, 500)
    assert await coalition.do(alerts.watch, now=coalition.now) == []
    await coalition.earn(member, "P", {"P": 550})
    assert len(await coalition.do(alerts.watch, now=coalition.now)) == 1
    assert len(await owner.fetch(sql)) == 2
