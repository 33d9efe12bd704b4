"""From a posting up to its lines is the other direction of from a line down to its postings."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from domain.settlement import counting, cycles, drilling
from domain.settlement.counting import CountedPart, CountedTransfer
from domain.settlement.lines import LineKind, Source
from domain.settlement.models import Cycle
from domain.settlement.parties import partner
from domain.storage import COALITION, Sight, opened
from tests.conftest import Fresh
from tests.domain.settlement.test_drilling import TAXED, all_lines, month, pages
from tests.domain.settlement.trading import ANNA, Trading, a_coalition

__all__ = ["month"]

Key = tuple[UUID, UUID, UUID, int]
"""The line, and the transfer."""


async def parts_of(trading: Trading, cycle: Cycle, sight: Sight = COALITION) -> dict[Key, CountedPart]:
    """What every entry of a cycle adds to which line."""
    found = {}
    async with trading.session() as session:
        sql = text("SELECT DISTINCT wallet_id, entry_id FROM transfer WHERE cycle_id = :cycle")
        entries = list(await session.execute(sql, {"cycle": cycle.cycle_id}))
    for wallet_id, entry_id in entries:
        async with trading.session(sight) as session:
            for part in await counting.lines_counting(session, wallet_id, entry_id):
                if part.n is not None:
                    found[part.line.line_id, wallet_id, entry_id, part.n] = part
    return found


async def streamed(trading: Trading, cycle: Cycle, sight: Sight = COALITION) -> list[CountedTransfer]:
    """Every transfer under each line."""
    lines = await all_lines(trading, cycle)
    async with trading.session(sight) as session:
        return [moved async for moved in counting.every_transfer(session, lines)]


async def assert_inverse(trading: Trading, cycle: Cycle) -> None:
    up = await parts_of(trading, cycle)
    down = {}
    for line in await all_lines(trading, cycle):
        async for moved in pages(trading, drilling.transfers_under, line.line_id, first=100):
            down[line.line_id, moved.wallet_id, moved.entry_id, moved.n] = moved
    assert up.keys() == down.keys()
    assert all(up[key].exact == down[key].exact and up[key].points == down[key].points for key in up)
    sums: dict[UUID, Fraction] = defaultdict(Fraction)
    for key, part in up.items():
        sums[key[0]] += Fraction(part.exact or 0)
    for line in await all_lines(trading, cycle):
        shared = line.money.kind is LineKind.BREAKAGE and line.money.origin.redeemer_id is not None
        if line.money.points is not None and not shared:
            assert sums[line.line_id] == Fraction(line.money.exact)


async def test_each_line_counts_what_it_opens_to_and_nothing_else(month: tuple[Trading, Cycle]) -> None:
    await assert_inverse(*month)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("PQR"), st.sampled_from("PQR"), st.integers(1, 900)), min_size=1, max_size=7))
async def test_whatever_was_traded_both_directions_agree(fresh: Fresh, trades: list[tuple[str, str, int]]) -> None:
    async with fresh() as url, opened(url, connections=2) as database:
        trading = await a_coalition(database, P=TAXED, Q=TAXED | {"price": "0.007"}, R=TAXED)
        for sponsor, redeemer, points in trades:
            member = await trading.join()  # of one's own, so that nobody's debt stands in the way of the next
            lot = await trading.earn(member, redeemer, {sponsor: points})
            spent = await trading.redeem(member, redeemer, points // 2) if points > 1 else None
            if spent and points % 3 == 0:
                await trading.reverse(member, redeemer, spent, points // 4 or 1)
            if points % 5 == 0:
                await trading.give_back(member, redeemer, lot, points)
        await assert_inverse(trading, await trading.close(trading.cycle))


async def test_a_benefit_is_counted_by_its_line(month: tuple[Trading, Cycle]) -> None:
    trading, _ = month
    async with trading.session() as session:
        row = (await session.execute(text("SELECT wallet_id, used_entry_id, amount FROM benefit LIMIT 1"))).one()
        parts = await counting.lines_counting(session, row.wallet_id, row.used_entry_id)
    (given_,) = [part for part in parts if part.n is None]
    assert (given_.exact, given_.line.money.origin.source) == (row.amount, Source.BENEFIT)


async def test_a_partner_is_told_only_of_lines_it_is_a_side_of_once_they_are_proposed(
    month: tuple[Trading, Cycle],
) -> None:
    trading, cycle = month
    sight = Sight.partner(trading.partner_ids["R"])
    assert await parts_of(trading, cycle, sight) == {}
    await trading.do(cycles.propose, cycle.cycle_id, by=ANNA, now=trading.now)
    mine = partner(trading.partner_ids["R"])
    told = await parts_of(trading, cycle, sight)
    everything = await parts_of(trading, cycle)
    assert told
    assert all(mine in {part.line.money.debtor, part.line.money.creditor} for part in told.values())
    assert told.keys() < everything.keys()


async def test_the_stream_gives_each_line_its_transfers_in_order(month: tuple[Trading, Cycle]) -> None:
    trading, cycle = month
    found = await streamed(trading, cycle)
    keys = [(moved.line.number, moved.wallet_id, moved.entry_id, moved.n) for moved in found]
    assert keys == sorted(keys)
    assert len(keys) == len(set(keys)) == len(await parts_of(trading, cycle))
    assert {moved.entry_kind for moved in found} >= {"PURCHASE", "REDEMPTION", "REVERSAL", "EXPIRY"}
