"""A shop and a partner's counters, tiers of a calendar year, ten dollars for 500, a drop of one: two members, 2025."""

from __future__ import annotations

import pytest

from tests.presets.conftest import Open

pytestmark = pytest.mark.slow
"""Takes a few seconds each; the quick run lives through others."""


async def test_a_year_and_a_half(preset: Open) -> None:
    town = await preset("sephora-beauty-insider")
    await town.at("2025-01-15 12:00")
    ada, ben = await town.enrol("Ada", born="1990-05-20"), await town.enrol("Ben")
    await ada.buys({"lipstick": "2 for 49.98"}, earns=49)
    await ada.is_at("Insider")
    await town.at("2025-02-08 12:00")
    await ada.buys({"lipstick": "27.00", "towel": "15.00"}, at="stores", earns=27)  # a towel is no cosmetics
    await town.at("2025-03-01 12:00")
    await ada.buys({"lipstick": "300.00"}, earns=300)
    await ben.buys({"lipstick": "2600.00"}, earns=2600)
    await ada.has(376)
    await town.at("2025-03-02 12:00")
    await ada.is_at("VIB")  # 376.98 of 350.00, the counters among it
    await ben.is_at("Rouge")

    await town.at("2025-05-20 12:00")
    await ada.has(626)  # 250 for the birthday
    await town.at("2025-06-01 12:00")
    await ada.takes("cash", 500, off="10.00")
    await ada.has(126)
    await ada.buys({"lipstick": "2400.00"}, earns=2400)

    await town.at("2025-09-01 10:00")
    await ben.takes("drop", 2500, off="100.00")  # there is one
    await ada.cannot_take("drop", 2500, "OUT_OF_STOCK")
    await ada.has(2526)
    await ben.has(100)
    await town.at("2026-01-10 12:00")
    await ada.buys({"lipstick": "20.00"}, earns=20)
    await ada.is_at("Rouge")  # to the end of the next year
    await town.at("2026-09-02 12:00")
    await ada.has(2546)
    await ben.has(0)  # a year without anything

    # 0.022 a point given, 0.020 honoured. The shop gave 49 + 300 + 2600 + 250 + 2400 + 20, 5619, and 14 of the 27 at
    # the counters: 123.618 and 0.308; it honoured 3,000: 60.00. The stores gave the other 13: 0.286.
    await town.closes()
    await town.settles("2025-01", shop="-63.93", stores="-0.29", operator="64.22")
