"""What an earlier cycle charged is given back in a later one at the price and shares it was charged at."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import asyncpg

from domain.paging import PageRequest
from domain.settlement import drilling, queries
from domain.settlement.lines import LineKind
from domain.settlement.parties import OPERATOR, partner
from domain.storage import Database
from tests.domain.settlement.trading import HYBRID, Trading, a_coalition

DEARER = HYBRID | {"price": "0.02", "price_redeem": "0.019", "share_at_issuance": "1"}


async def net_of(trading: Trading, cycle_id: object, letter: str) -> Decimal:
    """What a cycle comes to for a partner."""
    view = await trading.do(queries.statement, cycle_id, trading.partner_ids[letter])  # type: ignore[arg-type]
    return view.balance.net


async def test_points_are_given_back_at_the_terms_they_were_funded_and_honoured_under(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    member, other = await trading.join(), await trading.join()
    await trading.earn(member, "P", {"P": 1_000})
    redemption = await trading.redeem(member, "R", 400)
    kept = await trading.earn(other, "P", {"P": 200})
    first = await trading.approve(await trading.close(trading.cycle))
    for letter in "PR":
        await trading.agree(letter, DEARER, valid_from=trading.now)
    await trading.reverse(member, "R", redemption, 400)
    await trading.give_back(other, "P", kept, 200)
    second = await trading.close(trading.cycle)
    assert await net_of(trading, first.cycle_id, "P") == Decimal("-7.20")
    assert await net_of(trading, first.cycle_id, "R") == Decimal("3.40")
    assert await net_of(trading, second.cycle_id, "P") == Decimal("3.20")
    assert await net_of(trading, second.cycle_id, "R") == Decimal("-3.40")


async def test_points_of_two_versions_stand_in_lines_of_their_own(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 100})
    await trading.agree("P", DEARER, valid_from=trading.now + timedelta(days=1))
    trading.now += timedelta(days=1)
    await trading.earn(member, "P", {"P": 100})
    await trading.redeem(member, "R", 150)
    cycle = await trading.close(trading.cycle)
    p = partner(trading.partner_ids["P"])
    found = (await trading.do(queries.lines, cycle.cycle_id, p, PageRequest(first=100))).items
    issued = {
        (line.money.price, line.money.share, line.money.amount) for line in found if line.money.kind == "ISSUANCE"
    }
    assert issued == {
        (Decimal("0.01"), Decimal("0.4"), Decimal("0.40")),
        (Decimal("0.02"), Decimal(1), Decimal("2.00")),
    }
    assert await net_of(trading, cycle.cycle_id, "P") == Decimal("-3.00")
    assert await net_of(trading, cycle.cycle_id, "R") == Decimal("1.28")


async def test_points_that_wait_across_cycles_of_one_price_make_one_line(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    member = await trading.join()
    for _ in range(2):
        await trading.earn(member, "P", {"P": 100})
        await trading.approve(await trading.close(trading.cycle))
    await trading.redeem(member, "R", 200)
    third = await trading.close(trading.cycle)
    p = partner(trading.partner_ids["P"])
    found = (await trading.do(queries.lines, third.cycle_id, p, PageRequest(first=100))).items
    spent = [line for line in found if line.money.kind is LineKind.REDEMPTION]
    assert [(line.money.points, len(line.money.accrual_cycle_ids)) for line in spent] == [(200, 2)]
    moved = await trading.do(drilling.transfers_under, spent[0].line_id, PageRequest(first=100))
    assert sum(each.points for each in moved.items) == 200


async def test_a_benefit_taken_back_later_is_owed_back_then(database: Database, owner: asyncpg.Connection) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    member = await trading.join()
    lot = await trading.earn(member, "R", {"R": 10}, benefits={"P": "2.50"})
    first = await trading.approve(await trading.close(trading.cycle))
    await owner.execute("ALTER TABLE benefit NO FORCE ROW LEVEL SECURITY")
    benefit_id = await owner.fetchval("SELECT benefit_id FROM benefit")
    await trading.give_back(member, "R", lot, 10, benefits=[benefit_id])
    second = await trading.close(trading.cycle)
    assert await net_of(trading, first.cycle_id, "P") == Decimal("-2.50")
    assert await net_of(trading, second.cycle_id, "P") == Decimal("2.50")
    p = partner(trading.partner_ids["P"])
    (line,) = (await trading.do(queries.lines, second.cycle_id, p, PageRequest())).items
    (given,) = (await trading.do(drilling.benefits_under, line.line_id, PageRequest())).items
    assert (line.money.kind, given.benefit_id, given.amount) == (LineKind.REVERSAL, benefit_id, line.money.exact)


async def test_points_of_one_partner_earned_with_another_are_shown_as_co_funded(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    member = await trading.join()
    await trading.earn(member, "R", {"P": 300, "R": 50})
    await trading.earn(member, "P", {"P": 20})
    cycle = await trading.close(trading.cycle)
    p = partner(trading.partner_ids["P"])
    found = (await trading.do(queries.lines, cycle.cycle_id, p, PageRequest())).items
    assert {(line.money.kind, line.money.points, line.money.creditor) for line in found} == {
        (LineKind.ISSUANCE, 20, OPERATOR),
        (LineKind.CO_FUNDING, 300, OPERATOR),
    }
    for line in found:
        moved = await trading.do(drilling.transfers_under, line.line_id, PageRequest())
        assert [each.points for each in moved.items] == [line.money.points]
