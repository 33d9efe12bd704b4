"""Half price on each fourth visit (2016); points, and a friend (2023): two members of each form, half a year."""

from __future__ import annotations

import pytest

from tests.presets.conftest import Open

pytestmark = pytest.mark.slow
"""Takes a few seconds each; the quick run lives through others."""


async def test_four_brands_of_2016(preset: Open) -> None:
    town = await preset("outback-dine-rewards-2016")
    await town.at("2016-08-01 19:00")
    ada, ben = await town.enrol("Ada", at="steaks"), await town.enrol("Ben", at="pasta")
    await ada.buys({"steak": "32.00"})
    await town.at("2016-08-08 19:00")
    await ada.buys({"pasta": "19.99"}, at="pasta")  # below 20.00, no visit
    await town.at("2016-08-15 19:00")
    await ada.buys({"pasta": "20.00"}, at="pasta")
    await ben.buys({"pasta": "25.00"})
    await town.at("2016-08-22 19:00")
    await ada.buys({"steak": "40.00"}, at="fish")
    await town.at("2016-08-29 19:00")
    await ada.buys({"steak": "120.00"}, at="dearest", wins=("Half price up to 20.00",))  # the fourth, at four brands
    await ada.holds("Half price up to 20.00")
    await town.at("2016-09-05 19:00")
    await ada.uses("Half price up to 20.00", {"steak": "60.00"}, off="20.00", at="steaks")  # half would be 30.00
    await ada.buys({"steak": "40.00"})  # the first of the next four
    await ada.holds()

    for month in (9, 10, 11):
        await town.at(f"2016-{month:02}-20 19:00")
        await ben.buys({"pasta": "30.00"}, wins=("Half price up to 20.00",) if month == 11 else ())
    await town.at("2016-12-20 19:00")
    await ben.uses("Half price up to 20.00", {"pasta": "30.00"}, off="15.00", at="pasta")

    # Four share what is off: of 20.00 taken at the steaks each owes 5.00, of 15.00 taken at the pasta each 3.75.
    # Steaks: 15.00 - 3.75; pasta: 11.25 - 5.00; the two others: 5.00 + 3.75.
    await town.at("2017-02-01 00:00")
    await town.closes()
    await town.settles("2016-07", steaks="11.25", pasta="6.25", fish="-8.75", dearest="-8.75")


async def test_points_and_a_friend_of_2023(preset: Open) -> None:
    town = await preset("outback-dine-rewards-2023")
    await town.at("2023-03-01 20:00")
    ada = await town.enrol("Ada", at="pasta")
    dinner = {"steak": "2 for 57.98", "wine": "24.00", "gift card": "50.00", "tax": "5.74", "tip": "16.40"}
    await ada.buys(dinner, earns=579)  # the food alone, 57.98
    await town.at("2023-03-05 12:00")
    ben = await town.enrol("Ben", at="steaks", code=await ada.code())
    await town.at("2023-03-20 20:00")
    await ben.buys({"steak": "19.99"}, earns=199)  # one cent short of 20.00
    await ada.holds()
    await town.at("2023-04-02 20:00")
    await ben.buys({"steak": "25.00"}, earns=250)
    await town.at("2023-04-04 12:00")
    await ada.holds("5.00 off for a friend")
    await ben.holds("5.00 off for a friend")
    await ben.uses("5.00 off for a friend", {"steak": "30.00"}, off="5.00")
    await ada.cannot_take("money off", 400, "POINTS_NOT_PAYABLE")
    await ada.takes("money off", 500, basket={"steak": "30.00"}, off="5.00")
    await ada.has(79)
    await town.at("2023-09-04 12:00")
    await ada.holds()  # 60 days are over
    await ben.has(449)

    # 579, 199 and 250 are shared: 290 + 100 + 125 by the steaks, 5.665; 289 + 99 + 125 by the pasta, 5.643, at 0.011.
    # 500 honoured at the pasta, 5.00. Of the friend's 5.00 at the steaks the pasta owes 2.50. 5.665 is 5.66, the even.
    await town.closes()
    await town.settles("2023-01", steaks="-3.16", pasta="-3.14", operator="6.31", rounding="-0.01")
