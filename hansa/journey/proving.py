"""What a replay proves: nothing lost or doubled, books that tie, statements that sum to nought, figures that open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg

from domain.audit import owing
from domain.audit.verifying import verify
from domain.paging import LARGEST_PAGE, PageRequest
from domain.settlement import drilling, queries
from domain.settlement.exact import ZERO, total
from domain.settlement.lines import Source
from domain.settlement.models import Cycle
from domain.settlement.queries import Line
from hansa.journey.trips import Journey, Totals
from resolvers.context import Context

PAGED_POINTS = 2_000
"""Lines of at most so many points are opened page by page as well, down to the last transfer."""

RECORDED = """
SELECT count(*) AS baskets, COALESCE(sum(cardinality(numbers)), 0)::bigint AS lines,
    COALESCE(sum(total), 0)::bigint AS cents,
    COALESCE(sum((SELECT count(*) FROM unnest(quantities) q WHERE q = 0)), 0)::bigint AS idle_lines,
    count(DISTINCT receipt_number) AS receipts
FROM purchase
"""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One thing that was proven, or not."""

    verdict: str
    """well or ill."""
    what: str
    figures: str


async def prove(ctx: Context, journey: Journey, first: date, last: date) -> list[Proof]:
    """All proofs over what was replayed from the first day to the last."""
    computed = [cycle for cycle in reversed(await ctx.read(queries.all_cycles)) if cycle.digest is not None]
    proofs = [
        await _nothing_lost(ctx, journey.totals(first, last)),
        await _books(ctx),
        *[proof for cycle in computed for proof in await _cycle(ctx, cycle)],
    ]
    await ctx.close()
    return proofs


def _proof(what: str, figures: str, *, holds: bool) -> Proof:
    return Proof(verdict="well" if holds else "ill", what=what, figures=figures)


async def _nothing_lost(ctx: Context, source: Totals) -> Proof:
    found = await _recorded(ctx)
    recorded = Totals(**{name: found[name] for name in ("baskets", "lines", "cents", "idle_lines")})
    holds = recorded == source and found["receipts"] == found["baskets"]
    figures = f"{recorded.baskets:,} baskets, {recorded.lines:,} lines, {Decimal(recorded.cents).scaleb(-2):,} in all"
    if not holds:
        figures += f"; the source has {source}, receipts {found['receipts']:,}"
    return _proof("every basket of the source is recorded once", figures, holds=holds)


async def _books(ctx: Context) -> Proof:
    async with ctx.database.pool.acquire() as connection:
        report = await verify(connection)
    for finding in await ctx.read(owing.untied, now=ctx.now):
        report.add(finding)
    figures = (
        f"{report.wallets:,} wallets, {report.entries:,} entries, {report.transfers:,} transfers, {report.lots:,} lots"
    )
    if not report.sound:
        figures += f"; {report.found} findings, the first: {report.findings[0]}"
    return _proof("the books tie, played again from the first entry", figures, holds=report.sound)


async def _recorded(ctx: Context) -> asyncpg.Record:
    async with ctx.database.pool.acquire() as connection, connection.transaction(readonly=True):
        await connection.execute("SET LOCAL app.sight = 'coalition'")
        found = await connection.fetchrow(RECORDED)
    assert found is not None
    return found


async def _cycle(ctx: Context, cycle: Cycle) -> list[Proof]:
    balances = await ctx.read(queries.balances, cycle.cycle_id)
    over_all = total(balance.net for balance in balances)
    parties = f"{len(balances)} parties, sum {over_all}"
    lines = await _lines(ctx, cycle)
    wrong = [line for line in lines if not await _opens(ctx, line)]
    figures = f"{len(lines)} lines, {sum(line.money.points or 0 for line in lines):,} points under them"
    if wrong:
        figures += f"; wrong: {[(line.number, line.money.origin.source.value) for line in wrong]}"
    return [
        _proof(f"{cycle.name}: all statements sum to nought, the operator's included", parties, holds=over_all == 0),
        _proof(f"{cycle.name}: each line opens to what it was counted from", figures, holds=not wrong),
    ]


async def _lines(ctx: Context, cycle: Cycle) -> list[Line]:
    """Every line of a cycle, once."""
    found: dict[int, Line] = {}
    for balance in await ctx.read(queries.balances, cycle.cycle_id):
        for line in await _pages(ctx, queries.lines, cycle.cycle_id, balance.party):
            found[line.number] = line
    return [found[number] for number in sorted(found)]


async def _opens(ctx: Context, line: Line) -> bool:
    """Whether what is under a line comes to the line."""
    money = line.money
    match money.origin.source:
        case Source.BENEFIT | Source.BENEFIT_BACK:
            given = await _pages(ctx, drilling.benefits_under, line.line_id)
            return total(each.amount for each in given) == money.base
        case Source.FEE_SHARE:
            under = await _pages(ctx, drilling.lines_under, line.line_id)
            return total(each.money.exact for each in under) == money.base
        case Source.EXPIRE if money.origin.redeemer_id is not None:
            return (await ctx.read(drilling.points_under, line.line_id) or 0) >= (money.points or 0)  # shared out
        case _ if money.points is not None:
            return await _opens_to_transfers(ctx, line)
    return True  # a fixed fee, a minimum or a rounding is what it is


async def _opens_to_transfers(ctx: Context, line: Line) -> bool:
    """Points times price times share is the line, by a rule of the database; so the points tell."""
    points = line.money.points or 0
    if await ctx.read(drilling.points_under, line.line_id) != points:
        return False
    if points > PAGED_POINTS:
        return True
    moved = await _pages(ctx, drilling.transfers_under, line.line_id)
    return total(each.exact or ZERO for each in moved) == line.money.exact


async def _pages(ctx: Context, query: Any, *about: Any) -> list[Any]:
    items: list[Any] = []
    after = None
    while True:
        page = await ctx.read(query, *(*about, PageRequest(LARGEST_PAGE, after)))
        items += page.items
        if not page.has_next:
            return items
        after = page.keys[-1]
