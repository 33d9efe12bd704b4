"""No points, but coupons: after every third purchase, for furniture, for joining, on the birthday: half of 2020."""

from __future__ import annotations

import pytest

from tests.presets.conftest import Open

pytestmark = pytest.mark.slow
"""Takes a few seconds each; the quick run lives through others."""


async def test_half_a_year(preset: Open) -> None:
    town = await preset("big-lots-buzz-club")
    await town.at("2020-02-01 10:00")
    ada, eve = await town.enrol("Ada", born="1980-06-01"), await town.enrol("Eve")
    await ada.holds("15 % off one purchase")  # for joining
    await town.puts_in("employees", eve, at="shop")
    await ada.uses("15 % off one purchase", {"candles": "8.00"}, off="1.20")
    await ada.buys({"candles": "6.80"})  # the first of three
    await town.at("2020-02-08 10:30")
    await ada.buys({"sofa": "499.99"}, wins=("10.00 off", "10.00 off"))  # 200.00 twice, 99.99 are kept
    await town.at("2020-02-15 10:30")
    await ada.buys({"candles": "3.00", "sofa": "100.01"}, wins=("5.00 off", "10.00 off"))  # the third; and 200.00
    await eve.buys({"sofa": "499.99"})  # who works there
    await ada.holds("10.00 off", "10.00 off", "10.00 off", "5.00 off")

    await town.at("2020-02-22 10:30")
    await ada.uses("10.00 off", {"sofa": "250.00"}, off="10.00")
    sofa = await ada.buys({"sofa": "240.00"}, wins=("10.00 off",))
    await town.at("2020-02-29 10:30")
    await sofa.comes_back(0)
    await ada.holds("10.00 off", "10.00 off", "5.00 off")  # what came with it goes with it
    await town.at("2020-04-20 10:30")
    await ada.holds()  # 30 and 60 days are over
    await town.at("2020-06-01 09:00")
    assert await ada.how_many() == 1  # the birthday's wheel says which
    await town.at("2020-08-01 09:00")
    assert await ada.how_many() == 0
    await ada.has(0)

    # Nobody gives points, and what is off at the till is the shop's own.
    await town.closes()
    await town.settles("2019-01")
