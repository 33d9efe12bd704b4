"""Flat points an order, a ladder of things to eat, points that lapse without activity: two members of each form."""

from __future__ import annotations

import pytest

from tests.presets.conftest import Open


@pytest.mark.slow
async def test_half_a_year_of_2015(preset: Open) -> None:
    town = await preset("dominos-2015")
    await town.at("2015-10-01 18:00")
    ada, ben = await town.enrol("Ada"), await town.enrol("Ben")
    await ada.buys({"pizza": "9.99"})  # one cent short of 10.00
    await ada.buys({"pizza": "10.00"}, earns=10)
    await town.at("2015-10-01 23:59")
    await ada.buys({"pizza": "3 for 36.00"})  # the day has had its order
    await ben.buys({"pizza": "12.00"}, earns=10)
    for day in ("02", "09", "16", "23", "30"):
        await town.at(f"2015-10-{day} 19:00")
        await ada.buys({"pizza": "14.00"}, earns=10)
    await ada.has(60)
    await town.at("2015-11-06 19:00")
    await ada.cannot_take("pizza", 60, "BASKET_NEEDED")
    await ada.takes("pizza", 60, basket={"pizza": "14.00"}, off="14.00")
    await ada.has(0)

    await town.at("2016-03-31 12:00")
    await ben.has(10)  # the last order was on 1 October
    await town.at("2016-04-02 00:00")
    await ben.has(0)  # six months without activity

    # 7 orders of 10 points at 0.11: 7.70. A pizza of 60 points honoured at 0.10: 6.00 come back.
    await town.closes()
    await town.settles("2015-09", pizzeria="-1.70", operator="1.70")


@pytest.mark.slow
async def test_half_a_year_of_2023(preset: Open) -> None:
    town = await preset("dominos-2023")
    await town.at("2023-10-01 18:00")
    ada, ben = await town.enrol("Ada"), await town.enrol("Ben")
    await ada.buys({"pizza": "4.50", "tip": "1.00"})  # the tip does not count
    await ada.buys({"pizza": "5.00"}, earns=10)
    await ben.buys({"pizza": "15.00"}, earns=10)
    for day in ("08", "15", "22"):
        await town.at(f"2023-10-{day} 19:00")
        await ada.buys({"pizza": "15.00"}, earns=10)
    await ada.has(40)
    await ada.cannot_take("ladder", 60, "INSUFFICIENT_POINTS")
    await ada.takes("ladder", 20)  # a dip
    await ada.has(20)
    await town.at("2024-03-31 12:00")
    await ben.has(10)
    await town.at("2024-04-02 12:00")
    await ben.has(0)  # half a year without an order
    await ada.has(20)
    await town.at("2024-04-24 12:00")
    await ada.has(0)

    # 5 orders of 10 points at 0.11: 5.50. 20 points honoured at 0.10: 2.00.
    await town.closes()
    await town.settles("2023-09", pizzeria="-3.50", operator="3.50")
