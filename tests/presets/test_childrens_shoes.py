"""Outgrown shoes as credit for the new pair, at once or once they are sold: three families, half a year of 2026."""

from __future__ import annotations

from typing import Any

import asyncpg

from hansa.storefront import new_key
from tests.presets.conftest import Open
from tests.presets.town import Customer, Town
from tests.presets.trade import (
    HAND_BACK,
    cannot_hand_in,
    do,
    handed_in,
    hands_in,
    is_sold,
    refused,
    takes_back,
    takes_off,
    the_books_are_sound,
)

CREDIT = "Credit for outgrown shoes"


async def test_half_a_year_of_outgrown_shoes(preset: Open, owner: asyncpg.Connection[Any]) -> None:
    town = await preset("childrens-shoes")
    await town.at("2026-01-10 11:00")
    ada, ben = await town.enrol("Ada", at="shop"), await town.enrol("Ben", at="harbour")
    cleo = await town.enrol("Cleo", at="shop")
    await ada.buys({"boots": "39.90"}, earns=39)
    await _winter(town, ada, ben, cleo)

    # To the end of March, a point at 0.012. The shop gave 39 + 23, and 40 % of 1,080 points for what was sold, that
    # are 432: 494 are 5.928. The harbour gave 15: 0.18. The maker gave 648, 60 % of 1,080: 7.776.
    #
    # credit             | used at | off   | maker 60 % | shop 40 %
    # Ada's 12.00 + 2.00 | harbour | 14.00 | 8.40       | 5.60
    # Ben's 16.00        | shop    | 16.00 | 9.60       | its own
    #
    # The shop: 9.60 - 5.60 - 5.928 = -1.928. The harbour: 8.40 + 5.60 - 0.18 = 13.82.
    # The maker: -8.40 - 9.60 - 7.776 = -25.776. The operator: lines of 5.93, 0.18 and 7.78.
    await town.at("2026-04-01 00:00")
    await town.closes()

    await _spring(town, ada, ben, cleo)

    # From April on: the shop gave 26, and 17 of Ben's that came back: 26 are 0.312; 43 and 17 back are lines of 0.52
    # and 0.20, and the cent between is rounding. The harbour gave nothing, and honoured 800 at 0.010: 8.00.
    # Ben's 12.00 was taken off and came back; Ada's 16.00 was taken back with her shoes.
    await town.at("2026-07-01 00:00")
    await town.closes()
    await town.settles("2026-01", shop="-1.93", harbour="13.82", maker="-25.78", operator="13.89")
    await town.settles("2026-04", shop="-0.31", harbour="8.00", operator="-7.68", rounding="-0.01")
    await the_books_are_sound(town, owner)


async def _winter(town: Town, ada: Customer, ben: Customer, cleo: Customer) -> None:
    await town.at("2026-02-07 11:00")
    good, worn = {"grade": "good", "months": 14}, {"grade": "worn", "months": 20}
    pairs = await hands_in(
        ada, "Outgrown shoes", good, worn, at="shop", worth=("12.00", "2.00")
    )  # half after 18 months
    assert await cannot_hand_in(ada, "Outgrown shoes", {"grade": "good", "months": 36}, at="shop") == "ITEM_NOT_TAKEN"
    await ada.holds(CREDIT)
    await town.at("2026-02-14 11:00")
    await takes_off(ada, CREDIT, {"sandals": "29.90"}, off="14.00", at="harbour")
    await ada.buys({"sandals": "15.90"}, at="harbour", earns=15)
    await ada.holds()
    back = {"idempotencyKey": new_key(), "tradeIn": pairs["id"]}
    assert await refused(town.tills["shop"], HAND_BACK, **back) == "TRADE_IN_CREDIT_USED"

    await hands_in(ben, "Outgrown shoes", {"grade": "as new", "months": 10}, at="shop", worth=("16.00",))
    await town.at("2026-03-05 11:00")
    await takes_off(ben, CREDIT, {"boots": "39.90"}, off="16.00", at="shop")
    await ben.buys({"boots": "23.90"}, at="shop", earns=23)

    await town.at("2026-03-10 11:00")
    as_new, old = {"grade": "as new"}, {"grade": "good"}
    pairs = await hands_in(cleo, "Second hand", as_new, old, at="shop", worth=("20.00", "15.00"))
    await cleo.has(0)
    await town.at("2026-03-25 11:00")
    await is_sold(town, pairs["items"][0]["id"], "18.00", at="shop")
    await cleo.has(1080)  # 60 % of 18.00 are 10.80, a point a cent


async def _spring(town: Town, ada: Customer, ben: Customer, cleo: Customer) -> None:
    await town.at("2026-04-12 11:00")
    await cleo.takes("money off", 800, at="harbour", off="8.00", basket={"sandals": "29.90"})
    await cleo.has(280)
    await town.at("2026-05-10 11:00")  # 60 days have passed
    assert await handed_in(cleo) == [("GIVEN_BACK", None), ("CREDITED", "10.80")]

    await town.at("2026-05-20 11:00")
    one = {"grade": "good", "months": 8, "serial": "SS-1001"}
    await hands_in(ben, "Outgrown shoes", one, at="shop", worth=("12.00",))
    assert await cannot_hand_in(ada, "Outgrown shoes", one | {"serial": "ss 1001"}, at="shop") == "SERIAL_TAKEN"
    pair = await hands_in(ada, "Outgrown shoes", {"grade": "as new", "months": 3}, at="shop", worth=("16.00",))
    await hands_in(ada, "Outgrown shoes", {"grade": "worn", "months": 9}, at="shop", worth=("4.00",))
    more = {"grade": "good", "months": 9}
    assert await cannot_hand_in(ada, "Outgrown shoes", more, at="shop") == "TRADE_IN_LIMIT"  # four in 180 days

    await town.at("2026-05-25 11:00")
    await do(town.tills["shop"], HAND_BACK, idempotencyKey=new_key(), tradeIn=pair["id"])
    await ada.holds(CREDIT)  # that for the worn pair

    await town.at("2026-06-02 11:00")
    use = await takes_off(ben, CREDIT, {"sandals": "29.90"}, off="12.00", at="shop")
    bought = await ben.buys({"sandals": "17.90"}, at="shop", earns=17)
    await ben.has(40)  # 23 + 17
    await town.at("2026-06-05 11:00")
    await bought.comes_back(17)
    await takes_back(town, use, at="shop")
    await ben.holds(CREDIT)
    await ben.has(23)
    await town.at("2026-06-20 11:00")
    await ada.buys({"socks": "26.50"}, at="shop", earns=26)
    await ada.has(80)  # 39 + 15 + 26
