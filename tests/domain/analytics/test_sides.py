"""Both sides of a firm: figures by hand, and money that is its statement's to the cent."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from domain.analytics.sides import FEWEST, Sales, SidesReport, sides
from domain.ids import PartnerId
from domain.products import feeding
from domain.products.feeding import ProductItem
from domain.settlement import cycles
from domain.settlement.parties import partner
from domain.settlement.queries import party_statement
from domain.storage import Database, ReadSession, Sight
from tests.domain.settlement.trading import ANNA, HYBRID, NOON, Trading, a_coalition

CENT = Decimal("0.01")
FEES = {**HYBRID, "fee_per_point": "0.0001", "fee_fixed": "12.34", "tax_supply": "0.21", "tax_credit": "0.21"}


async def a_market(database: Database) -> Trading:
    """P bakes bread, and sells it in its own shop and through Q; R only sells."""
    trading = await a_coalition(database, P=FEES, Q=HYBRID, R=FEES)
    ids = trading.partner_ids
    for letter, item in (
        ("P", ProductItem(sku="BREAD", name="Bread", private_label=True)),
        ("Q", ProductItem(sku="BREAD", name="Bread", maker_id=ids["P"])),
    ):
        async with trading.session(Sight.partner(ids[letter])) as session:
            await feeding.feed(session, ids[letter], [item], now=NOON - timedelta(days=9))
    return trading


async def told(trading: Trading, letter: str, cycle_id: object) -> SidesReport:
    """The report as the firm itself reads it."""
    firm = trading.partner_ids[letter]
    async with trading.database.session(Sight.partner(firm)) as session:
        return await sides(ReadSession(session), firm, cycle_id, now=trading.now)  # type: ignore[arg-type]


async def test_the_sides_of_each_firm_add_up_to_its_statement_to_the_cent(database: Database) -> None:
    trading = await a_market(database)
    members = [await trading.join() for _ in range(3)]
    anna, ben, carl = members
    lot = await trading.earn(anna, "Q", {"Q": 701, "P": 333}, benefits={"P": "1.37"})
    await trading.earn(ben, "P", {"P": 557, "R": 91})
    await trading.earn(carl, "R", {"R": 211}, lives=timedelta(days=2))
    redeemed = await trading.redeem(anna, "R", 417)
    await trading.redeem(ben, "P", 333)
    await trading.reverse(anna, "R", redeemed, 100)
    await trading.give_back(anna, "Q", lot, 61)
    trading.now += timedelta(days=3)
    for member in members:
        await trading.expire(member)
    first = await trading.close(trading.cycle)
    await trading.do(cycles.propose, first.cycle_id, by=ANNA, now=trading.now)
    for letter, firm in trading.partner_ids.items():
        report = await told(trading, letter, first.cycle_id)
        async with trading.database.session(Sight.partner(firm)) as session:
            statement = await party_statement(ReadSession(session), first.cycle_id, partner(firm))
        assert {one.kind: one.together for one in report.money} == dict(statement.by_kind)
        assert report.net.together == statement.balance.net
        assert report.net.producer + report.net.seller + report.net.shared == statement.balance.net
    maker = await told(trading, "P", first.cycle_id)
    by_kind = {one.kind.value: one for one in maker.money}
    assert by_kind["CO_FUNDING"].seller == 0
    assert by_kind["CO_FUNDING"].producer == by_kind["CO_FUNDING"].together != 0
    assert by_kind["ISSUANCE"].producer == 0
    assert by_kind["ISSUANCE"].seller == by_kind["ISSUANCE"].together != 0
    assert by_kind["BENEFIT"].producer == Decimal("-1.37")


async def test_goods_of_ones_own_stand_with_both_sides_and_once_together(database: Database) -> None:
    """Ten members buy a loaf of 10.00 of Q, one of them two; one buys at P, of whom nothing is kept from P itself."""
    trading = await a_market(database)
    members = [await trading.join() for _ in range(FEWEST)]
    for member in members:
        await trading.earn(member, "Q", {"Q": 5, "P": 3})
    await trading.earn(members[0], "Q", {"Q": 5})
    await trading.earn(members[0], "P", {"P": 7, "R": 2})
    await trading.redeem(members[0], "P", 4)
    trading.now += timedelta(hours=1)
    report = await told(trading, "P", trading.cycle.cycle_id)
    assert report.sold_elsewhere == Sales(baskets=11, members=10, units=Decimal(11), amount=11_000)
    assert report.sold_own == report.sold_here == Sales(baskets=1, members=1, units=Decimal(1), amount=1000)
    assert (report.sold_by_producer, report.sold_together) == (12_000, 12_000)
    assert (report.awarded.here_ours, report.awarded.here_others, report.awarded.elsewhere_ours) == (7, 2, 30)
    assert report.awarded.together == 39
    assert report.spent.here_ours + report.spent.here_others == 4
    assert report.money == ()
    seller = await told(trading, "Q", trading.cycle.cycle_id)
    assert seller.sold_elsewhere is None
    assert (seller.sold_own, seller.sold_here.amount) == (Sales(), 11_000)
    assert (seller.awarded.here_ours, seller.awarded.here_others) == (55, 30)


async def test_fewer_than_ten_buyers_elsewhere_are_not_told(database: Database) -> None:
    trading = await a_market(database)
    for _ in range(FEWEST - 1):
        await trading.earn(await trading.join(), "Q", {"Q": 5})
    trading.now += timedelta(hours=1)
    report = await told(trading, "P", trading.cycle.cycle_id)
    assert (report.sold_elsewhere, report.sold_by_producer, report.sold_together) == (None, None, None)


async def test_nobody_reads_the_sides_of_another(database: Database) -> None:
    trading = await a_market(database)
    for _ in range(FEWEST):
        await trading.earn(await trading.join(), "Q", {"Q": 5, "P": 3})
    trading.now += timedelta(hours=1)
    maker = trading.partner_ids["P"]
    async with trading.database.session(Sight.partner(trading.partner_ids["R"])) as session:
        report = await sides(ReadSession(session), PartnerId(maker), trading.cycle.cycle_id, now=trading.now)
    assert (report.sold_elsewhere, report.sold_here, report.awarded.together, report.money) == (None, Sales(), 0, ())
