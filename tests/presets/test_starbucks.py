"""Stars by means of payment (2023), and by tier (2026): two members of each form, half a year and more."""

from __future__ import annotations

import pytest

from tests.presets.conftest import Open

pytestmark = pytest.mark.slow
"""Takes a few seconds each; the quick run lives through others."""


async def test_stars_of_2023(preset: Open) -> None:
    town = await preset("starbucks-rewards-2023")
    await town.at("2023-05-31 08:00")
    ada, ben = await town.enrol("Ada", born="1995-07-04"), await town.enrol("Ben")
    await ada.buys({"latte": "5.45"}, paid={"STORED_VALUE": "5.45"}, earns=10)  # two stars a dollar, 10.9
    await ada.loses(10, on="2023-12-01")  # November is the sixth month, and its 30th the last day
    await town.at("2023-06-01 08:00")
    await ada.buys({"latte": "5.45", "beans": "14.95"}, paid={"STORED_VALUE": "8.00", "CARD": "12.40"}, earns=28)
    await town.at("2023-06-06 08:00")
    await ada.buys({"latte": "5.45"}, paid={"STORED_VALUE": "5.45"}, earns=20)  # a double day
    await ben.buys({"beans": "10 for 149.50"}, paid={"CARD": "149.50"}, earns=298)  # 149, twice
    await ada.has(58)
    await town.at("2023-06-07 08:00")
    await ada.takes("ladder", 25)  # a drink made her way
    await ada.has(33)
    await ben.takes("ladder", 200)  # a handcrafted drink
    await ben.has(98)
    await ben.cannot_take("ladder", 100, "INSUFFICIENT_POINTS")

    await town.at("2023-07-04 09:00")
    await ada.holds("A drink of your choice")
    await ada.uses("A drink of your choice", {"latte": "5.45"}, off="0")  # a thing, no money
    await ada.holds()
    await town.at("2023-07-12 09:00")
    await ada.has(33)
    await town.at("2023-11-30 23:00")
    await ada.has(33)  # the 10 of May went first
    await town.at("2023-12-01 12:00")
    await ada.has(33)
    await town.at("2024-01-01 12:00")
    await ada.has(0)  # those of June, at the end of December
    await ben.has(0)

    # 10 + 28 + 20 + 298 stars at 0.033: 356 are 11.748. 225 honoured at 0.030: 6.75.
    await town.closes()
    await town.settles("2023-01", coffee_house="-5.00", operator="5.00")


async def test_stars_of_2026(preset: Open) -> None:
    town = await preset("starbucks-rewards-2026")
    await town.at("2026-01-15 08:00")
    ada, ben = await town.enrol("Ada", born="1995-07-04"), await town.enrol("Ben", born="1990-07-04")
    await ada.buys({"beans": "50.00"}, earns=50)
    await town.at("2026-02-01 08:00")
    await ben.buys({"beans": "500.00"}, earns=500)
    await town.at("2026-02-02 08:00")
    await ada.is_at("Green")
    await ben.is_at("Gold")  # 500 stars within twelve months
    await town.at("2026-03-01 08:00")
    await ben.buys({"beans": "50.00"}, earns=60)  # 1.2 stars a dollar
    await town.at("2026-06-02 08:00")
    await ben.buys({"latte": "5.45"}, earns=12)  # 6.54, twice, on a double day
    await town.at("2026-06-10 08:00")
    await ben.takes("two off", 60, off="2.00")
    await ben.has(512)
    await town.at("2026-07-04 08:00")
    await ada.holds("A drink on your birthday")
    await ben.holds("A drink in the week of your birthday")
    await town.at("2026-07-06 08:30")
    await ada.holds()  # one full day after it came
    await ben.uses("A drink in the week of your birthday", {"latte": "5.45"}, off="0")
    await town.at("2026-07-20 08:00")
    await ada.has(0)  # six months without activity
    await ben.has(512)
    await town.at("2026-12-15 08:00")
    await ben.has(72)  # what came to him as Gold stays

    # 50 + 500 + 60 + 12 stars at 0.033: 622 are 20.526. 60 honoured at 0.030: 1.80.
    await town.closes()
    await town.settles("2026-01", coffee_house="-18.73", operator="18.73")
