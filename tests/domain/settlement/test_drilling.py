"""Every figure opens down to the transfers, benefits or lines it was made of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import text

from domain.paging import Page, PageRequest
from domain.settlement import cycles, drilling, queries
from domain.settlement.errors import LineNotFound
from domain.settlement.forecasting import running_position
from domain.settlement.lines import LineKind, Source
from domain.settlement.models import Cycle
from domain.settlement.parties import OPERATOR, partner
from domain.settlement.queries import Line
from domain.storage import Database, Sight
from tests.domain.settlement.trading import ANNA, HYBRID, Trading, a_coalition, anybody

TAXED = HYBRID | {
    "tax_supply": "0.21",
    "tax_credit": "0.21",
    "fee_share": "0.05",
    "fee_minimum": "5",
    "fee_per_point": "0.0001",
    "breakage_redeemers": "0.25",
}


@pytest.fixture
async def month(database: Database) -> tuple[Trading, Cycle]:
    """A closed month in which everything happened that can be priced."""
    trading = await a_coalition(database, P=TAXED, Q=TAXED | {"price": "0.011"}, R=TAXED | {"price_redeem": "0.0123"})
    members = [await trading.join() for _ in range(4)]
    for member in members:
        await trading.earn(member, "P", {"P": 333, "Q": 125}, benefits={"Q": "0.333"})
    redemptions = [await trading.redeem(member, "R", 101) for member in members]
    await trading.redeem(members[0], "P", 60)
    await trading.redeem(members[1], "Q", 300)
    await trading.reverse(members[2], "R", redemptions[2], 33)
    lot = await trading.earn(members[3], "P", {"P": 200}, waits=timedelta(days=9))
    await trading.give_back(members[3], "P", lot, 150)
    spent = await trading.earn(members[1], "P", {"P": 90})
    await trading.redeem(members[1], "R", 147)
    await trading.give_back(members[1], "P", spent, 90)
    await trading.earn(members[1], "Q", {"Q": 120})
    for member in members:
        await trading.earn(member, "P", {"P": 50}, lives=timedelta(days=1))
    trading.now += timedelta(days=2)
    for member in members:
        await trading.expire(member)
    return trading, await trading.close(trading.cycle)


async def all_lines(trading: Trading, cycle: Cycle) -> list[Line]:
    """Every line of the cycle, once."""
    found: dict[int, Line] = {}
    for balance in await trading.do(queries.balances, cycle.cycle_id):
        async for line in pages(trading, queries.lines, cycle.cycle_id, balance.party, first=7):
            found[line.number] = line
    return [found[number] for number in sorted(found)]


async def pages(trading: Trading, query: Any, *args: Any, first: int) -> AsyncIterator[Any]:
    """All items of a list, page after page."""
    after, more = None, True
    while more:
        async with trading.session() as session:
            page: Page[Any] = await query(session, *args, PageRequest(first=first, after=after))
        for item in page.items:
            yield item
        after, more = page.keys[-1] if page.keys else None, page.has_next


async def test_the_transfers_of_a_line_priced_are_its_exact_amount(month: tuple[Trading, Cycle]) -> None:
    trading, cycle = month
    drilled = set()
    for line in await all_lines(trading, cycle):
        found = [moved async for moved in pages(trading, drilling.transfers_under, line.line_id, first=2)]
        if line.money.points is None:
            assert found == []
            continue
        assert len({(moved.wallet_id, moved.entry_id, moved.n) for moved in found}) == len(found) > 0
        if line.money.kind is LineKind.BREAKAGE and line.money.origin.redeemer_id:
            continue
        drilled.add(line.money.origin.source)
        assert sum(moved.points for moved in found) == line.money.points
        assert sum(Fraction(moved.exact or 0) for moved in found) == Fraction(line.money.exact)
        assert Fraction(line.money.exact) + Fraction(line.money.rounding) == Fraction(line.money.amount)
    assert drilled == {
        Source.ACCRUE,
        Source.CLAWBACK,
        Source.REDEEM,
        Source.UNREDEEM,
        Source.REPAY,
        Source.EXPIRE,
        Source.FEE_PER_POINT,
    }


async def test_every_transfer_that_costs_money_is_under_a_line(month: tuple[Trading, Cycle]) -> None:
    trading, cycle = month
    seen = set()
    for line in await all_lines(trading, cycle):
        async for moved in pages(trading, drilling.transfers_under, line.line_id, first=100):
            seen.add((moved.wallet_id, moved.entry_id, moved.n))
    async with trading.session() as session:
        sql = (
            "SELECT wallet_id, entry_id, n FROM transfer WHERE cycle_id = :cycle"
            " AND kind NOT IN ('RELEASE', 'HOLD', 'VOID', 'MOVE') AND NOT (kind = 'CLAWBACK' AND debit = 'DEBT')"
        )
        rows = await session.execute(text(sql), {"cycle": cycle.cycle_id})
        assert seen == {tuple(row) for row in rows}


async def test_redeemers_share_the_whole_points_that_expired(month: tuple[Trading, Cycle]) -> None:
    trading, cycle = month
    shared = [
        line
        for line in await all_lines(trading, cycle)
        if line.money.kind is LineKind.BREAKAGE and line.money.origin.redeemer_id
    ]
    assert len({line.money.creditor for line in shared}) == 3
    whole = [moved async for moved in pages(trading, drilling.transfers_under, shared[0].line_id, first=100)]
    assert sum(line.money.points or 0 for line in shared) == sum(moved.points for moved in whole)
    assert all(moved.exact is None for moved in whole)


async def test_a_benefit_line_opens_to_its_benefits(month: tuple[Trading, Cycle]) -> None:
    trading, cycle = month
    (line,) = [line for line in await all_lines(trading, cycle) if line.money.kind is LineKind.BENEFIT]
    given = [benefit async for benefit in pages(trading, drilling.benefits_under, line.line_id, first=3)]
    assert sum(benefit.amount for benefit in given) == line.money.exact == Decimal("1.332")
    assert line.money.amount == Decimal("1.33")


async def test_taxes_shares_and_minimums_open_to_the_lines_they_were_figured_from(
    month: tuple[Trading, Cycle],
) -> None:
    trading, cycle = month
    found = await all_lines(trading, cycle)
    figured = [line for line in found if line.money.origin.source in {Source.TAX_OF_SUPPLY, Source.TAX_OF_CREDIT}]
    assert len(figured) == 6
    for line in figured:
        supply = line.money.origin.source is Source.TAX_OF_SUPPLY
        who = line.money.origin.sponsor_id if supply else line.money.origin.redeemer_id
        base = Fraction(0)
        async for part in pages(trading, drilling.lines_under, line.line_id, first=4):
            base += contribution(part, partner(who), supply=supply)  # type: ignore[arg-type]
        assert base == Fraction(line.money.base or 0)
    for line in found:
        if line.money.origin.source is Source.FEE_SHARE:
            under = [part async for part in pages(trading, drilling.lines_under, line.line_id, first=100)]
            assert sum(Fraction(part.money.exact) for part in under) == Fraction(line.money.base or 0)
        if line.money.origin.source is Source.FEE_MINIMUM:
            under = [part async for part in pages(trading, drilling.lines_under, line.line_id, first=100)]
            assert sum(Fraction(part.money.exact) for part in under) + Fraction(line.money.base or 0) == 5


def contribution(part: Line, party: Any, *, supply: bool) -> Fraction:
    """What a line adds to the base of a tax: a charge for supply, a credit for credit, less when given back."""
    money = part.money
    if money.debtor == money.creditor:
        return Fraction(money.exact) * (-1 if money.origin.source.gives_back else 1)
    return Fraction(money.signed_exact(party)) * (-1 if supply else 1)


async def test_a_statement_shows_what_each_kind_comes_to(month: tuple[Trading, Cycle]) -> None:
    trading, cycle = month
    for letter in "PQR":
        view = await trading.do(queries.statement, cycle.cycle_id, trading.partner_ids[letter])
        assert sum(view.by_kind.values()) == view.balance.net
        assert view.balance.net == view.balance.gross + view.balance.fees + view.balance.tax + view.balance.rounding
        assert view.by_kind[LineKind.TAX] == view.balance.tax
        assert view.currency == "EUR"
    house = await trading.do(queries.party_statement, cycle.cycle_id, OPERATOR)
    assert sum(house.by_kind.values()) == house.balance.net


async def test_a_partner_sees_its_own_statement_and_its_side_of_each_pair(month: tuple[Trading, Cycle]) -> None:
    trading, cycle = month
    await trading.do(cycles.propose, cycle.cycle_id, by=ANNA, now=trading.now)
    r = trading.partner_ids["R"]
    async with trading.session(Sight.partner(r)) as session:
        assert [balance.party for balance in await queries.balances(session, cycle.cycle_id)] == [partner(r)]
        seen = await queries.lines(session, cycle.cycle_id, partner(trading.partner_ids["P"]), PageRequest(first=100))
        assert seen.items
        assert all(partner(r) in {line.money.debtor, line.money.creditor} for line in seen.items)
        own = [line for line in seen.items if line.money.origin.source is Source.REDEEM]
        moved = await drilling.transfers_under(session, own[0].line_id, PageRequest(first=100))
        assert sum(Fraction(each.exact or 0) for each in moved.items) == Fraction(own[0].money.exact)
    hidden = [
        line for line in await all_lines(trading, cycle) if partner(r) not in {line.money.debtor, line.money.creditor}
    ]
    async with trading.session(Sight.partner(r)) as session:
        with pytest.raises(LineNotFound):
            await drilling.transfers_under(session, hidden[0].line_id, PageRequest())
    with pytest.raises(LineNotFound):
        await trading.do(drilling.lines_under, anybody(), PageRequest())


async def test_the_forecast_of_a_cycle_is_what_its_statements_come_to(database: Database) -> None:
    trading = await a_coalition(database, P=TAXED, R=TAXED)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 1_234})
    await trading.redeem(member, "R", 567)
    forecast = await trading.do(running_position, now=trading.now)
    cycle = await trading.close(trading.cycle)
    found = await trading.do(queries.balances, cycle.cycle_id)
    assert "forecast" in forecast.note.lower()
    assert forecast.cycle.cycle_id == cycle.cycle_id
    assert list(forecast.balances) == found
