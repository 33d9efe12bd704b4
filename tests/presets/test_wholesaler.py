"""A wholesaler's firms with their quarters, a tasting, a course and what staff sells: half a year of 2026."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from hansa.storefront import new_key
from tests.presets.conftest import Open
from tests.presets.firms import (
    Firm,
    a_firm,
    acts_for,
    checks_bonuses,
    is_not_let_in,
    is_scanned,
    is_shared,
    it_cost,
    may_be_rewarded,
    registers,
    scans,
    sells,
    sells_at,
    takes_for_the_firm,
    takes_quiz,
    the_firm_has,
    wants_to_come,
)
from tests.presets.town import Customer, Town
from tests.presets.trade import the_books_are_sound

pytestmark = pytest.mark.slow
"""Takes several seconds."""

BEER = {"7", "malt", "hops", "six weeks"}
"""What the course teaches."""
TASTING = "Beer and cheese"


async def test_two_quarters_of_a_wholesaler(preset: Open, owner: asyncpg.Connection[Any]) -> None:
    town = await preset("wholesaler")
    await town.at("2026-01-05 09:00")
    mill = await a_firm(town, "The Mill Kitchen", "CATERER", "30001", at="wholesaler")
    bar = await a_firm(town, "The Corner Bar", "RETAILER", "30002", at="wholesaler")
    mia, bob = await town.enrol("Mia", at="wholesaler"), await town.enrol("Bob", at="wholesaler")
    await acts_for(mia, mill)
    await acts_for(bob, bar)
    sam, sue = await town.enrol("Sam", at="shop"), await town.enrol("Sue", at="shop")
    ada = await town.enrol("Ada", at="shop")
    await may_be_rewarded(town, "shop", "maker", "beer")
    await sells_at(sam, "shop", staff="sam")
    await sells_at(sue, "shop", staff="sue")

    march = await _winter(town, mill, bar, (mia, sam, sue, ada))
    # To the end of March, a point at 0.012:
    #
    # what           | points      | the maker's | the wholesaler's | the shop's
    # tasting        | 2 of 100    | 100         | 100              |
    # courses        | 2 of 200    | 400         |                  |
    # bottles        | 4 + 2 of 30 | 180         |                  |
    # Ada's shopping | 11 + 5      |             |                  | 16
    #
    # That is 680, 100 and 16: 8.16, 1.20 and 0.192. The tenth off the kitchen's wine is the wholesaler's own.
    await town.at("2026-04-01 00:00")
    await town.closes()

    await _first_quarter_is_told(town, mia, bob)
    await _spring(town, mill, bar, (mia, sam, sue, ada))
    await town.tills["wholesaler"].take_back(purchase=march, lines={1: Decimal(100)}, key=new_key())
    await _second_quarter_is_told(town, mia, bob)
    # From April on, a point at 0.012 given and 0.010 honoured:
    #
    # what                  | points | the maker's 30 % | the wholesaler's 70 %
    # the Mill's first      | 1,790  | 537              | 1,253
    # the Bar's first       | 200    | 60               | 140
    # the Mill's second     | 6,565  | 1,969            | 4,596 (the odd one)
    # the Bar's second      | 260    | 78               | 182
    # 3 bottles of 30       | 90     | 90               |
    #
    # The maker: 2,734 are 32.808. The wholesaler: 6,171 are 74.052, and it honoured 1,000 of the
    # Mill's: 10.00. The shop gave 10, 0.12, and honoured 300: 3.00.
    await town.closes()
    await town.settles("2026-01", maker="-8.16", wholesaler="-1.20", shop="-0.19", operator="9.55")
    await town.settles("2026-04", maker="-32.81", wholesaler="-64.05", shop="2.88", operator="93.98")
    await the_books_are_sound(town, owner)


async def _winter(town: Town, mill: Firm, bar: Firm, people: tuple[Customer, Customer, Customer, Customer]) -> str:
    mia, sam, sue, ada = people
    await town.at("2026-01-12 08:00")
    await mill.buys("wine", "10", "45.00", discount="5.00")  # a tenth of 50.00 off, for kitchens
    await mill.buys("crate", "1", "3.00")  # no turnover
    await bar.buys("beer", "150", "400.00")
    await town.at("2026-02-02 20:00")
    assert not await takes_quiz(sue, "Beer from the cask", {"15", "sugar", "a day"})
    assert await takes_quiz(sam, "Beer from the cask", BEER)
    await town.at("2026-02-03 20:01")  # a day later
    assert await takes_quiz(sue, "Beer from the cask", BEER)

    await town.at("2026-02-10 08:00")
    await mill.buys("beer", "400", "1200.00")
    assert [await wants_to_come(one, TASTING) for one in (sam, mia, sue)] == ["ACCEPTED", "ACCEPTED", "WAITING"]
    await town.at("2026-02-20 18:05")
    await is_scanned(sam, TASTING, at="wholesaler")
    await scans(mia, TASTING, at="wholesaler")
    assert await is_not_let_in(sue, TASTING, at="wholesaler") == "ACTIVITY_FULL"
    await it_cost(town, TASTING, "Cheese", "80.00", at="wholesaler")
    assert await is_shared(town, TASTING, as_="maker") == [("maker", "wholesaler", "32.00")]  # 40 % of 80.00
    await mia.has(100)
    await sam.has(300)  # 200 for the course, 100 for coming

    await town.at("2026-03-08 10:00")
    march = await mill.buys("beer", "300", "900.00")
    assert await sells(town, ada, "beer", 4, "11.60", at="shop", receipt="R-1", staff="sam") == 11
    assert await registers(sam, "Bottles sold", "beer", 4, "R-1") == "PAID"
    assert await registers(sue, "Bottles sold", "beer", 4, "R-1") == "PROOF_TAKEN"
    await town.at("2026-03-15 10:00")
    assert await sells(town, sam, "beer", 6, "17.40", at="shop", receipt="R-2", staff="sam") == 0  # his own counter
    assert await registers(sam, "Bottles sold", "beer", 6, "R-2") == "OWN_PURCHASE"
    assert await sells(town, ada, "beer", 2, "5.80", at="shop", receipt="R-3", staff="sue") == 5
    assert await registers(sue, "Bottles sold", "beer", 2, "R-3") == "PAID"
    await sam.has(420)
    await sue.has(260)
    await town.at("2026-03-20 08:00")
    await bar.buys("beer", "100", "300.00")
    return march.id


async def _first_quarter_is_told(town: Town, mia: Customer, bob: Customer) -> None:
    # The Mill: 45.00 + 1,200.00 + 900.00 = 2,145.00; 1 % of 1,500.00 and 2 % of 145.00 are 17.90.
    # The Bar: 400.00 + 300.00 = 700.00; 1 % of 200.00 is 2.00. Before there was nothing to grow from.
    await town.at("2026-04-12 08:00")
    await the_firm_has(mia, 0)
    assert await checks_bonuses(town, at="wholesaler") == 2
    await town.at("2026-04-13 08:00")
    await the_firm_has(mia, 1790, ("17.90", "0.00"))
    await the_firm_has(bob, 200, ("2.00", "0.00"))


async def _spring(town: Town, mill: Firm, bar: Firm, people: tuple[Customer, Customer, Customer, Customer]) -> None:
    mia, sam, sue, ada = people
    await town.at("2026-04-20 08:00")
    await mill.buys("beer", "500", "1500.00")
    await bar.buys("beer", "250", "760.00")
    await town.at("2026-05-10 08:00")
    await mill.buys("beer", "530", "1600.00")
    await takes_for_the_firm(mia, "An evening at the brewery")
    await the_firm_has(mia, 790, ("17.90", "0.00"))
    await sam.takes("money off", 300, at="shop", off="3.00", basket={"beer": "5.80"})
    await sam.has(120)
    assert await sells(town, ada, "beer", 3, "10.00", at="shop", receipt="R-4", staff="sue") == 10
    assert await registers(sue, "Bottles sold", "beer", 3, "R-4") == "PAID"
    await sue.has(350)
    await town.at("2026-06-20 08:00")
    await mill.buys("beer", "65", "200.00")


async def _second_quarter_is_told(town: Town, mia: Customer, bob: Customer) -> None:
    # Of March 300.00 came back in June: 1,845.00 would have come to 13.45, so 4.45 less.
    # The Mill: 3,300.00; 15.00 and 2 % of 1,300.00 are 41.00; 2 % of a gain of 1,455.00 is 29.10; 70.10 - 4.45.
    # The Bar: 760.00; 1 % of 260.00 is 2.60; it grew by 8 %, which is too little.
    await town.at("2026-07-12 08:00")
    assert await checks_bonuses(town, at="wholesaler") == 2
    await town.at("2026-07-13 08:00")
    await the_firm_has(mia, 7355, ("17.90", "0.00"), ("65.65", "-4.45"))
    await the_firm_has(bob, 460, ("2.00", "0.00"), ("2.60", "0.00"))
