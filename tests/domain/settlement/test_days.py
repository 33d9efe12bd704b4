"""The open cycle day by day: finished days are counted once, and the last day comes to the running position."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from domain.settlement import days
from domain.settlement.forecasting import running_position
from domain.settlement.parties import partner
from domain.storage import Database, Sight
from tests.domain.settlement.trading import HYBRID, NOON, Trading, a_coalition


async def three_days(trading: Trading) -> None:
    """P awards 100 on the first day and 50 on the third; R redeems 60 on the third and gives 10 back."""
    member = await trading.join()
    await trading.earn(member, "P", {"P": 100})
    trading.now = NOON + timedelta(days=2)
    await trading.earn(member, "P", {"P": 50})
    redemption = await trading.redeem(member, "R", 60)
    await trading.reverse(member, "R", redemption, 10)


async def series(trading: Trading) -> dict[tuple[str, date], tuple[int, int, str]]:
    found = await trading.do(days.position_days, now=trading.now)
    return {
        (trading.letter(partner(day.partner_id)), day.day): (day.issued, day.redeemed, f"{day.position:.2f}")
        for day in found
    }


async def test_each_day_says_what_moved_and_what_the_cycle_comes_to_by_then(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    await three_days(trading)
    first = NOON.date()
    assert await series(trading) == {
        ("P", first): (100, 0, "-0.40"),
        ("P", first + timedelta(days=1)): (0, 0, "-0.40"),
        ("P", first + timedelta(days=2)): (50, 0, "-0.90"),
        ("R", first): (0, 0, "0.00"),
        ("R", first + timedelta(days=1)): (0, 0, "0.00"),
        ("R", first + timedelta(days=2)): (0, 50, "0.42"),
    }
    forecast = await trading.do(running_position, now=trading.now)
    last = {day.partner_id: day.position for day in await trading.do(days.position_days, now=trading.now)}
    for whose, position in last.items():
        balance = forecast.of(partner(whose))
        assert balance is not None
        assert balance.net == position


async def test_finished_days_are_counted_once_and_say_the_same(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    await three_days(trading)
    before = await series(trading)
    midnight = NOON.replace(hour=22) + timedelta(days=1)
    assert await trading.do(days.count_days, now=midnight + timedelta(minutes=30)) == 1, "the third day is not over"
    assert await series(trading) == before
    assert await trading.do(days.count_days, now=trading.now) == 0
    assert await trading.do(days.count_days, now=trading.now + timedelta(days=1)) == 3
    assert await trading.do(days.count_days, now=trading.now + timedelta(days=1)) == 0
    assert await series(trading) == before


async def test_days_are_read_with_the_coalitions_sight(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    await three_days(trading)
    await trading.do(days.count_days, now=trading.now)
    async with trading.session(Sight.partner(trading.partner_ids["P"])) as session:
        assert await session.scalar(text("SELECT count(*) FROM daily_flow")) == 0
    with pytest.raises(Exception, match="with the sight of the coalition"):
        async with trading.session(Sight.partner(trading.partner_ids["P"])) as session:
            await days.position_days(session, now=trading.now)
