"""A coalition of three sponsors and a maker, from its second year to its end: two members, 2015 to 2018."""

from __future__ import annotations

import pytest

from tests.presets.conftest import Open
from tests.presets.town import ADMIN, APPROVER, Customer, Town

ANNOUNCE = """mutation ($input: WindDownAnnounceInput!) { windDownAnnounce(input: $input) {
    windDown { next } userErrors { code message } } }"""
STEP = """mutation ($input: WindDownStepInput!) { windDownStep(input: $input) {
    windDown { next } userErrors { code message } } }"""


@pytest.mark.slow
async def test_from_the_second_year_to_the_end(preset: Open) -> None:
    town = await preset("plenti")
    await town.at("2015-06-01 12:00")
    ada, ben = await town.enrol("Ada", at="pharmacy"), await town.enrol("Ben", at="fuel")
    await ben.buys({"petrol": "20.0 for 55.00"}, earns=20)  # a gallon, a point

    await town.at("2016-02-29 03:10")
    await ada.buys({"toothpaste": "12.99", "gift card": "25.00"}, earns=12)  # the gift card does not count
    await ada.has(0, waiting=12)
    await town.at("2016-03-01 05:59")
    await ada.has(0, waiting=12)
    await town.at("2016-03-01 06:00")
    await ada.has(12)  # usable the next day, from six in the morning on
    await town.at("2016-03-02 18:30")
    await ada.buys({"shampoo": "5.49", "toothpaste": "3.00"}, earns=8)  # 8.49; the first of two shampoos
    await town.at("2016-03-09 18:30")
    three = await ada.buys({"shampoo": "3 for 16.47"}, earns=616)  # 16, and two pairs of shampoo at 300
    await town.at("2016-03-10 09:00")
    await three.comes_back(306, shampoo=1)  # 10 points for 10.98 instead of 16, and one pair is left of two
    await ada.has(330)  # 12 + 8 + 616 - 306

    await town.at("2016-06-01 12:00")
    await ben.buys({"telephone": "399.99"}, at="telephone", earns=199)  # half of 399.99 is 199.995
    await town.at("2016-06-02 07:00")
    await ben.cannot_take("money off", 199, "POINTS_NOT_PAYABLE", at="pharmacy")  # 200 at least
    await ben.takes("money off", 210, at="pharmacy", off="2.10", basket={"toothpaste": "3.00"})
    await ben.has(9)

    await town.at("2016-07-01 00:00")
    await town.closes()
    await town.at("2016-12-31 23:30")
    await ada.buys({"telephone": "199.99"}, at="telephone", earns=99)
    await town.at("2017-03-01 08:00")
    await ada.takes("money off", 400, at="fuel", off="4.00", basket={"petrol": "10.0 for 25.00"})
    await ada.has(29)  # 330 + 99 - 400
    await ada.loses(29, on="2019-01-01")  # of 2016, so until the end of 2018
    await town.at("2017-06-01 08:00")
    await ben.buys({"petrol": "10.5 for 25.10"}, earns=10)
    await town.at("2017-06-02 08:00")
    await ben.has(19)

    await ada.is_at(None)  # points of status are the pharmacy's own, and she has too few
    await town.at("2017-10-01 12:00")
    await ada.buys({"toothpaste": "520.00", "gift card": "400.00"}, at="pharmacy", earns=520)
    await town.at("2017-10-02 12:00")
    await ada.is_at("Silver")  # 520 of 500; gift cards are left out, and no other sponsor knows of it
    await ada.has(549)

    await _ends(town, ada, ben)

    # At 0.011 a point given and 0.010 a point honoured. To 1 July 2016:
    # the pharmacy gave 12 + 8 + 16 and its third of 600, took back 6 and 100: 130 are 1.43; it honoured 210: 2.10.
    # The maker gave 400 and took back 200: 200 are 2.20. Fuel gave 20: 0.22. Telephones gave 199: 2.189.
    # From then on the pharmacy gave 520: 5.72; telephones gave 99: 1.089; fuel gave 12: 0.132, and honoured 400: 4.00.
    await town.closes()
    await town.settles("2015-05", pharmacy="0.67", maker="-2.20", fuel="-0.22", telephone="-2.19", operator="3.94")
    await town.settles("2016-07", pharmacy="-5.72", fuel="3.87", telephone="-1.09", operator="2.94")


async def _ends(town: Town, ada: Customer, ben: Customer) -> None:
    # 85 days before the last day everybody is told: nobody earns from 11 July on, and nobody spends.
    await town.at("2018-04-16 09:00")
    await _announced(town)
    await town.at("2018-07-10 23:59")
    await ben.buys({"petrol": "2.0 for 6.00"}, earns=2)
    await town.at("2018-07-11 00:00")
    await ada.cannot_buy({"toothpaste": "9.99"}, "PARTNER_NOT_ACTIVE")
    await ada.cannot_spend(29, "PARTNER_NOT_ACTIVE")


async def _announced(town: Town) -> None:
    admin, approver = await town.at_desk(ADMIN), await town.at_desk(APPROVER)
    last = "2018-07-11T04:00:00+00:00"
    await admin.do(ANNOUNCE, earningEndsAt=last, spendingEndsAt=last, residual="OPERATOR", reason="The programme ends.")
    await approver.do(STEP, step="ANNOUNCE")
