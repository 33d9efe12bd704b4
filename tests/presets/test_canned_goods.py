"""Codes in packs, five for a coupon that three shops take and the maker pays: three members, half a year of 2026."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from tests.presets.conftest import Open
from tests.presets.packs import answers_first, cannot_enter, enters, known_by, printed, voided
from tests.presets.town import Customer, Town
from tests.presets.trade import takes_back, takes_off, the_books_are_sound

pytestmark = pytest.mark.slow
"""Takes several seconds; the quick run lives through the shoes."""

OFF = "2.00 off tins"
LIKED: list[dict[str, Any]] = [{"question": "where", "options": ["trip"]}, {"question": "satisfied", "number": 5}]
NOT_SO: list[dict[str, Any]] = [
    {"question": "where", "options": ["home"]},
    {"question": "satisfied", "number": 2},
    {"question": "wrong", "text": "Less salt."},
]


async def test_half_a_year_of_codes_in_tins(preset: Open, owner: asyncpg.Connection[Any]) -> None:
    town = await preset("canned-goods-maker")
    await town.at("2026-01-05 09:00")
    tins, cases = await printed(town, "maker", "spring tins"), await printed(town, "maker", "cases")
    foil = await printed(town, "maker", "stolen foil")
    assert [len(codes) for codes in (tins, cases, foil)] == [60, 20, 10]
    await town.at("2026-01-10 11:00")
    ada, ben = await town.enrol("Ada", at="corner"), await town.enrol("Ben", at="market")
    cleo = await town.enrol("Cleo", at="camping")

    await _winter(town, tins, cases, foil, (ada, ben, cleo))
    # To the end of March; a point is 0.012 for who gives it. Of the shelf's points the odd one is the maker's.
    #
    # who  | of the shelf          | the questionnaire | for codes           | the maker's | the distributor's
    # Ada  | 4 and 3, 4 and 3      | 50                | 20, 120, 3 times 20 | 258         | 6
    # Ben  | 2 and 2               | with the code     | 20                  | 22          | 2
    # Cleo | 2 and 1               | with the code     | 5 times 20          | 102         | 1
    #
    # The maker: 382 points are 4.584, and 2.00 each to camping and to the corner for coupons: 8.584.
    # The distributor: 9 points, 0.108. The operator has 4.692 for 391 points.
    await town.at("2026-04-01 00:00")
    await town.closes()

    await _spring(town, tins, cases, (ada, ben, cleo))
    # From April on; a point is 0.010 for who honours it.
    #
    # who  | of the shelf                   | for codes  | honoured      | for coupons
    # Ada  | 1 and 1                        |            | 200 at market |
    # Ben  | 2 and 1, all back, and as much | 4 times 20 |               | market, back, and market again
    # Cleo |                                | 120        | 150 at corner |
    #
    # The maker: 1 + 2 + 80 + 120 = 203 points are 2.436, and 2.00 to the market: 4.436. The distributor: 1 + 1 are
    # 0.024; its 0.036 less 0.012 that came back are lines of 0.04 and 0.01, and the cent between is rounding.
    # The market: 2.00 for points and 2.00 for the coupon. The corner: 1.50. The operator: 2.44 + 0.04 - 0.01 - 3.50.
    await town.at("2026-07-01 00:00")
    await town.closes()
    await town.settles("2026-01", maker="-8.58", distributor="-0.11", camping="2.00", corner="2.00", operator="4.69")
    await town.settles(
        "2026-04", maker="-4.44", distributor="-0.02", market="4.00", corner="1.50", operator="-1.03", rounding="-0.01"
    )
    await the_books_are_sound(town, owner)


async def _winter(
    town: Town, tins: list[str], cases: list[str], foil: list[str], people: tuple[Customer, Customer, Customer]
) -> None:
    ada, ben, cleo = people
    await ada.buys({"herring": "3 for 7.47", "bread": "1.80"}, earns=7)  # 7.47 of tins; bread is not the maker's
    assert await cannot_enter(ada, tins[0]) == "SURVEY_WANTED"
    await town.fronts["maker"].consent(ada.card, "OFFERS")  # in the maker's page, which knows nobody else
    assert await answers_first(ada, tins[0], LIKED) == 50
    await enters(ada, tins[0], earns=20)
    await enters(ada, tins[0], earns=20, again=True)  # the same answer, and nothing more
    await ada.has(77)
    await town.at("2026-01-20 17:00")
    assert await cannot_enter(ben, tins[0], at="market") == "CODE_NOT_ACCEPTED"  # hers
    await enters(ben, tins[1], at="market", answers=NOT_SO, earns=20)
    await town.at("2026-02-10 20:00")
    await enters(ada, cases[0], at="market", channel="WEB", earns=120)  # a case counts six times
    await ada.has(197)
    await town.at("2026-02-14 17:00")
    assert await voided(town, "maker", "stolen foil", "The foil was stolen from the printer.") == 10
    assert await cannot_enter(ben, foil[3], at="market") == "CODE_NOT_ACCEPTED"
    await ben.buys({"herring": "2 for 4.98"}, earns=4)
    await ben.has(24)

    await town.at("2026-02-20 12:00")
    await enters(cleo, tins[5], at="camping", answers=LIKED, earns=20)
    for code in tins[6:9]:
        await enters(cleo, code, at="camping", earns=20)
    await enters(cleo, tins[9], at="camping", earns=20, wins=(OFF,))
    for day, code in enumerate(tins[2:4], 1):
        await town.at(f"2026-03-0{day} 18:00")
        await enters(ada, code, earns=20)
    await town.at("2026-03-03 18:00")
    await enters(ada, tins[4], earns=20, wins=(OFF,))  # the fifth, the case among them
    await town.at("2026-03-10 12:00")
    await takes_off(ada, OFF, {"herring": "9.96"}, off="2.00", at="camping")
    await ada.buys({"herring": "4 for 7.96"}, at="camping", earns=7)
    await ada.has(264)
    await town.at("2026-03-20 12:00")
    await takes_off(cleo, OFF, {"herring": "5.00"}, off="2.00", at="corner")
    await cleo.buys({"herring": "2 for 3.00"}, at="corner", earns=3)
    await cleo.has(103)


async def _spring(town: Town, tins: list[str], cases: list[str], people: tuple[Customer, Customer, Customer]) -> None:
    ada, ben, cleo = people
    await town.at("2026-04-05 12:00")
    for code in tins[10:12]:
        await enters(ben, code, at="market", earns=20)
    await town.at("2026-04-20 12:00")
    await ada.takes("money off", 200, at="market", off="2.00", basket={"bread": "3.20"})
    await ada.has(64)
    await town.at("2026-04-25 20:00")
    await enters(cleo, cases[1], at="corner", channel="WEB", earns=120)
    await town.at("2026-05-05 12:00")
    await enters(ben, tins[12], at="market", earns=20)
    await enters(ben, tins[13], at="market", earns=20, wins=(OFF,))
    await ben.has(104)

    await town.at("2026-05-10 12:00")
    use = await takes_off(ben, OFF, {"herring": "5.00"}, off="2.00", at="market")
    bought = await ben.buys({"herring": "2 for 3.00"}, at="market", earns=3)
    await ben.holds()
    await town.at("2026-05-15 12:00")
    await ada.buys({"stove": "49.00", "herring": "2.49"}, at="camping", earns=2)
    await ada.has(66)
    await town.at("2026-06-01 12:00")
    await bought.comes_back(3)
    await takes_back(town, use, at="market")
    await ben.holds(OFF)
    await ben.has(104)

    await town.at("2026-06-10 12:00")
    await cleo.takes("money off", 150, at="corner", off="1.50", basket={"bread": "2.00"})
    await cleo.has(73)  # 103 + 120 - 150
    await town.at("2026-06-20 12:00")
    await takes_off(ben, OFF, {"herring": "5.00"}, off="2.00", at="market")
    await ben.buys({"herring": "2 for 3.00"}, at="market", earns=3)
    await ben.has(107)

    # The maker is told of Ada alone, since she lets it know.
    hers = {0, 2, 3, 4}
    assert await known_by(town, "maker", "spring tins") == {serial: serial in hers for serial in range(14)}
