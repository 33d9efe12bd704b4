"""Check-ins and a wheel (2017); stars of two sister brands (2022): two members of each form, half a year."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.presets.conftest import Open
from tests.presets.town import Customer

pytestmark = pytest.mark.slow
"""Takes a few seconds each; the quick run lives through others."""


async def test_check_ins_of_2017(preset: Open) -> None:
    town = await preset("hardees-star-rewards-2017")
    await town.at("2016-05-02 12:00")
    ada, ben = await town.enrol("Ada"), await town.enrol("Ben")
    given = await _spins(ada)  # the first turns the wheel
    await town.at("2016-05-02 18:00")
    await ada.does("CHECK_IN", earns=100)
    await town.at("2016-05-03 11:59")
    await ada.does("CHECK_IN")  # a third within 24 hours of the first
    await town.at("2016-05-03 12:00")
    await ada.does("CHECK_IN", earns=100)
    given += await _spins(ben)
    await town.at("2016-05-03 18:00")
    given += await _spins(ada)  # the fourth that counts
    for month in (6, 7):
        await town.at(f"2016-0{month}-10 12:00")
        await ada.does("CHECK_IN", earns=100)
        await ben.does("CHECK_IN", earns=100)
    await town.at("2016-08-10 12:00")
    await ada.does("CHECK_IN", earns=100)
    given += await _spins(ben)  # his fourth
    await town.at("2016-11-10 12:00")
    given += await _spins(ada)  # her eighth
    given += 7 * 100  # five of hers and two of his turned no wheel

    # Whatever the wheel gave: each point at 0.0055, and none honoured, since nobody says for what.
    await town.closes()
    paid = (given * Decimal("0.0055")).quantize(Decimal("0.01"))
    await town.settles("2015-01", restaurant=f"-{paid}", operator=f"{paid}")


async def _spins(customer: Customer) -> int:
    """A check-in that turns the wheel: 100 points, and 50 more or something to eat."""
    done = await customer.checks_in()
    won = tuple(token.name for token in done.tokens)
    assert (done.points, won) in {(150, ()), (100, ("A burger",)), (100, ("Fries",))}
    return done.points


async def test_stars_of_2022(preset: Open) -> None:
    town = await preset("hardees-star-rewards-2022")
    await town.at("2022-04-01 12:00")
    ada, ben = await town.enrol("Ada", at="west"), await town.enrol("Ben", at="east")
    await ada.buys({"burger": "7.49"}, earns=149)  # 74 of the west, and 75 for the first purchase at either
    await town.at("2022-04-02 12:00")
    await ada.buys({"burger": "7.49"}, at="east", earns=74)  # welcomed already, at the sister brand
    await ada.has(223)
    await ben.buys({"burger": "3 for 30.00"}, earns=375)
    await town.at("2022-05-01 12:00")
    await ada.takes("steps", 150, at="east")  # fries
    await ada.has(73)
    await ben.takes("steps", 300, at="west")  # a burger
    await ben.has(75)
    await town.at("2022-10-01 12:00")
    await ben.cannot_take("steps", 150, "INSUFFICIENT_POINTS")
    await ben.buys({"burger": "7.50"}, earns=75)
    await ben.takes("steps", 150)
    await ben.has(0)

    # The welcomes are shared, the odd point by turns of the first named. At 0.011 given and 0.010 honoured:
    # the west gave 74, 37 and 37, 148 are 1.628, and honoured 300, 3.00; the east gave 74 + 300 + 75, 38 and 38, 525
    # are 5.775, and honoured 150 and 150, 3.00.
    await town.closes()
    await town.settles("2022-01", west="1.37", east="-2.78", operator="1.41")
