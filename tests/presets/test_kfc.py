"""Stamps by the visit, bands of treats, stamps that go after a year, a club that closes: two members, 2021 and 2022."""

from __future__ import annotations

import pytest

from tests.presets.conftest import Open


@pytest.mark.slow
async def test_two_years_of_stamps(preset: Open) -> None:
    town = await preset("kfc-colonels-club")
    await town.at("2021-06-01 12:00")
    ada, ben = await town.enrol("Ada"), await town.enrol("Ben")
    await ada.buys({"fries": "2.99"})  # one penny short of 3.00
    await town.at("2021-06-01 19:00")
    await ada.buys({"bucket": "14.99"}, earns=1)  # one from 3.00 on
    await ada.buys({"fries": "3.00"})  # one visit a day counts
    await town.at("2021-06-02 19:00")
    await ada.buys({"bucket": "14.99", "fries": "3.00"}, earns=2)  # 17.99: two from 15.00 on
    await ada.has(3)

    for day in range(1, 6):
        await town.at(f"2021-07-0{day} 13:00")
        await ben.buys({"bucket": "15.00"}, earns=2)
    await town.at("2021-07-06 13:00")
    await ben.buys({"fries": "3.00"}, earns=1)
    await ben.has(11)  # five times two, and one

    await town.at("2021-08-01 12:00")
    await ada.cannot_take("treat", 7, "INSUFFICIENT_POINTS")
    await ada.takes("treat", 3)  # a side
    await ada.has(0)
    await ben.takes("off", 11, off="5.00")
    await ben.has(0)

    await town.at("2021-09-01 12:00")
    meal = await ada.buys({"bucket": "15.00"}, earns=2)
    await town.at("2021-09-02 12:00")
    await ada.buys({"fries": "4.00"}, earns=1)
    await meal.comes_back(2)
    await ada.has(1)

    await town.at("2022-01-01 00:00")
    await town.closes()

    await ada.loses(1, on="2022-09-03")  # 2 September, twelve months on, is its last day
    await town.at("2022-07-25 12:00")
    await ben.buys({"bucket": "15.00"}, earns=2)
    await town.at("2022-07-26 00:00")
    await ben.buys({"bucket": "15.00"})  # the club is closed
    await ben.has(2)
    await town.at("2022-09-02 23:59")
    await ada.has(1)  # what was collected is honoured still
    await town.at("2022-09-03 00:00")
    await ada.has(0)

    # Of 2021: Ada got 3 and 3 stamps and Ben 11, of which 2 were taken back: 15 at 0.45 are 6.75; 14 honoured at 0.40
    # are 5.60. Of 2022: 2 stamps at 0.45; the one that lapsed was paid for when it was given.
    await town.closes()
    await town.settles("2021-01", restaurant="-1.15", operator="1.15")
    await town.settles("2022-01", restaurant="-0.90", operator="0.90")
