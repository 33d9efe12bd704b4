"""Deferred revenue from real baskets: it rolls forward to the cent, and a partner sees its own alone."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest

from domain.errors import InvalidValue
from domain.liability import deferring
from domain.liability.deferring import Deferred
from domain.storage import Database, Sight
from tests.domain.settlement.trading import HYBRID, Trading, a_coalition


async def report(trading: Trading, letter: str = "P", **how: object) -> list[Deferred]:
    whose = trading.partner_ids[letter]
    return await trading.do(deferring.deferred_revenue, whose, now=trading.now, **how)  # type: ignore[arg-type]


@pytest.fixture
async def trading(database: Database) -> Trading:
    """P sells three baskets of 10.00 with 100 points each, one of which comes back; a half of the points is spent."""
    trading = await a_coalition(database, P=HYBRID, Q=HYBRID, R=HYBRID)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 100})
    lot = await trading.earn(member, "P", {"P": 100})
    await trading.earn(member, "P", {"Q": 100})
    await trading.earn(member, "Q", {"P": 40})
    await trading.approve(await trading.close(trading.cycle))
    await trading.give_back(member, "P", lot, 100)
    await trading.redeem(member, "R", 70)
    await trading.close(trading.cycle)
    return trading


async def test_what_was_allocated_is_what_the_points_are_worth_beside_the_goods(trading: Trading) -> None:
    first, second = await report(trading, value=Decimal("0.02"), urr=Decimal("0.9"))
    assert (first.price, first.points) == (Decimal("20.00"), 200), "baskets that earned points of its own"
    # 200 points at 0.02 and 90 % sell for 3.60: 20.00 · 3.60 ÷ 23.60
    assert (first.opening, first.allocated, first.recognised, first.closing) == (
        Decimal(0),
        Decimal("3.05"),
        Decimal("0.00"),
        Decimal("3.05"),
    )
    assert (second.price, second.points) == (Decimal("-10.00"), -100)
    # 100 points are left: 10.00 · 1.80 ÷ 11.80 = 1.5254; of 140 issued 126 are expected, and 70 are redeemed
    assert second.opening == first.closing
    assert second.allocated == Decimal("1.53") - Decimal("3.05")
    assert second.recognised == Decimal("0.85")
    assert second.closing == second.opening + second.allocated - second.recognised


async def test_every_cycle_opens_with_what_the_one_before_left(trading: Trading) -> None:
    rows = await report(trading)
    for before, after in pairwise(rows):
        assert after.opening == before.closing
    assert all(row.opening + row.allocated - row.recognised == row.closing for row in rows)


async def test_a_partner_defers_its_own_and_sees_nothing_of_another(trading: Trading) -> None:
    p, q = trading.partner_ids["P"], trading.partner_ids["Q"]
    async with trading.session(Sight.partner(p)) as session:
        assert await deferring.deferred_revenue(session, p, now=trading.now) == await report(trading)
        with pytest.raises(Exception, match="its own points alone"):
            await deferring.deferred_revenue(session, q, now=trading.now)


async def test_nothing_is_deferred_where_a_point_is_worth_nothing(trading: Trading) -> None:
    assert {row.closing for row in await report(trading, value=Decimal(0))} == {Decimal(0)}
    with pytest.raises(InvalidValue):
        await report(trading, value=Decimal(-1))
    with pytest.raises(InvalidValue):
        await report(trading, urr=Decimal("1.01"))
