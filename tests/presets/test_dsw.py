"""Certificates by themselves or saved, tiers by what is spent in a year, a birthday, shoes given away: half of 2025."""

from __future__ import annotations

import pytest

from tests.presets.conftest import Open


@pytest.mark.slow
async def test_half_a_year(preset: Open) -> None:
    town = await preset("dsw-vip")
    await town.at("2025-01-10 11:00")
    ada, ben = await town.enrol("Ada", born="1990-06-14"), await town.enrol("Ben")
    await ada.buys({"boots": "89.95", "gift card": "50.00"}, earns=89)  # gift cards earn nothing
    await ada.has(0, waiting=89)
    await ada.is_at("Club")
    await ben.saves("certificate")
    await ben.buys({"boots": "210.00"}, earns=210)
    await town.at("2025-01-12 11:00")
    await ada.has(89)  # two days later
    await ben.has(210)
    await ben.is_at("Gold")  # 210.00 of 200.00

    await town.at("2025-02-01 12:00")
    await ada.buys({"boots": "120.00"}, earns=120)
    await town.at("2025-02-02 12:00")
    await ada.is_at("Gold")  # 89.95 and 120.00; a gift card does not count
    await town.at("2025-02-03 12:00")
    await ada.has(209)
    await town.at("2025-02-04 13:00")
    await ada.holds("5.00 off", "5.00 off")  # a day after they could be spent
    await ada.has(9)
    await ben.has(210)  # who saves
    await ben.takes("saved", 200)
    await ben.holds("10.00 off")
    await ben.has(10)

    await town.at("2025-02-10 12:00")
    await ada.uses("5.00 off", {"boots": "60.00"}, off="5.00")
    await ada.buys({"boots": "55.00"}, earns=55)
    await ada.holds("5.00 off")

    await town.at("2025-03-01 12:00")
    await ben.buys({"boots": "300.00"}, earns=300)  # the rate of the tier that he came with
    await town.at("2025-03-05 12:00")
    await ben.is_at("Elite")  # 510.00 of 500.00
    await ben.buys({"boots": "50.00"}, earns=100)  # two points a dollar
    await town.at("2025-03-08 12:00")
    await ben.has(410)

    await town.at("2025-06-14 09:00")
    await ada.has(64)  # 9 and 55
    await ada.holds("5.00 off on your birthday")  # the certificate of February was good for 90 days
    await ada.does("SHOE_DONATION", earns=50, pairs=2)
    await town.at("2025-06-15 10:00")
    await ada.has(14)  # 114 became one certificate more
    await ada.holds("5.00 off", "5.00 off on your birthday")

    # 0.055 a point given: Ada 89 + 120 + 55 + 50, Ben 210 + 300 + 100, that are 924: 50.82. 0.050 a point honoured:
    # three certificates and the 200 that Ben saved, 500: 25.00. What a certificate takes off is the shop's own.
    await town.at("2025-07-15 00:00")
    await town.closes()
    await town.settles("2025-01", shop="-25.82", operator="25.82")
