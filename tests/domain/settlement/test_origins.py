"""A movement leads back to the purchase that earned its points, for whoever may see that purchase."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from domain.paging import PageRequest
from domain.settlement import drilling, origins
from domain.settlement.drilling import LineTransfer
from domain.settlement.models import Cycle
from domain.storage import COALITION, Sight
from tests.domain.settlement.test_drilling import all_lines, month, pages
from tests.domain.settlement.trading import Trading

__all__ = ["month"]


async def movements(trading: Trading, cycle: Cycle) -> AsyncIterator[LineTransfer]:
    """Every movement under each line."""
    for line in await all_lines(trading, cycle):
        async for moved in pages(trading, drilling.transfers_under, line.line_id, first=100):
            yield moved


async def test_a_movement_is_found_alone_by_its_name(month: tuple[Trading, Cycle]) -> None:
    trading, cycle = month
    for line in await all_lines(trading, cycle):
        whole = [moved async for moved in pages(trading, drilling.transfers_under, line.line_id, first=100)]
        for moved in whole[:3]:
            name = (moved.wallet_id, moved.entry_id, moved.n)
            page = await trading.do(drilling.transfers_under, line.line_id, PageRequest(), only=name)
            assert page.items == [moved]


async def test_points_come_from_the_purchase_whose_lot_they_are_of(month: tuple[Trading, Cycle]) -> None:
    trading, cycle = month
    async with trading.session() as session:
        lots = await session.execute(
            text("SELECT t.wallet_id, t.entry_id, t.n, l.entry_id FROM transfer t JOIN lot l USING (wallet_id, lot_id)")
        )
        bought = {tuple(row[:3]): row[3] for row in lots}
    kinds = set()
    async for moved in movements(trading, cycle):
        async with trading.session() as session:
            origin = await origins.origin_of(session, moved)
        assert origin is not None
        assert origin.basket is not None
        assert origin.basket.entry_id == bought[moved.wallet_id, moved.entry_id, moved.n]
        kinds.add(moved.kind)
    assert {"ACCRUE", "REDEEM", "CLAWBACK", "EXPIRE"} <= kinds


@pytest.mark.parametrize(("letter", "sells"), [("P", True), ("Q", True), ("R", False)])
async def test_a_partner_is_led_to_baskets_of_its_own_shops_alone(
    month: tuple[Trading, Cycle], letter: str, *, sells: bool
) -> None:
    trading, cycle = month
    own = trading.partner_ids[letter]
    led = set()
    async for moved in movements(trading, cycle):
        async with trading.session(COALITION) as session:
            origin = await origins.origin_of(session, moved)
        async with trading.session(Sight.partner(own)) as session:
            seen = await origins.origin_of(session, moved)
        assert origin is not None
        assert origin.basket is not None
        if seen is not None and seen.basket is not None:
            assert seen.basket == origin.basket
            led.add(seen.basket.partner_id)
    assert led == ({own} if sells else set())
