"""How long the reserve takes to judge, beside the bare aggregate of the same transfers, on one server in one run.

    python3 benchmarks/liability.py [--millions 1 10] [--json]

A year of twelve cycles; points are spent over the months that follow. Absolute figures belong to the machine; the
ratios are what is compared: the first reading of a year against the bare aggregate, and each later one, which counts
only what is not remembered of cycles that were cut off.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import uvloop
from rich.console import Console
from rich.table import Table

from domain.liability import evaluating, reading, rolling
from domain.storage import COALITION, Database, ReadSession, WriteSession, opened
from hansa.migrating import migrate
from hansa.postgres import EmbeddedPostgres

from closing import coalition, timed  # isort: skip  # the benchmark beside this one

MILLION = 1_000_000
MONTHS = 12
END = datetime(2027, 1, 1, 12, tzinfo=UTC)

FILL = """
WITH who AS (SELECT $1::uuid[] AS partners, $2::uuid[] AS contracts, $3::uuid[] AS cycles), made AS (
    SELECT i, i / 5 AS lot, i % 5 AS step, (i / 5) % 12 AS born, least(11,
    (i / 5) % 12 + CASE i % 5 WHEN 0 THEN 0 ELSE (i / 60) % 6 END) AS month
    FROM generate_series(0, $4::int - 1) i)
INSERT INTO transfer (wallet_id, entry_id, n, kind, debit, credit, points, lot_id, sponsor_id, sponsor_contract_id,
    accrual_cycle_id, redeemer_id, redeemer_contract_id, partner_id, cycle_id)
SELECT md5('w' || lot % ($4::int / 50))::uuid, md5('e' || i)::uuid, 1, CASE step WHEN 0 THEN 'ACCRUE' ELSE 'REDEEM' END,
    CASE step WHEN 0 THEN 'ISSUED' ELSE 'AVAILABLE' END, CASE step WHEN 0 THEN 'AVAILABLE' ELSE 'REDEEMED' END,
    CASE step WHEN 0 THEN 1000 ELSE 1 + i % 200 END, md5('l' || lot)::uuid, partners[1 + lot % 12],
    contracts[1 + lot % 12],
    cycles[1 + born], CASE WHEN step > 0 THEN partners[1 + i / 5 % 12] END,
    CASE WHEN step > 0 THEN contracts[1 + i / 5 % 12] END,
    partners[1 + lot % 12], cycles[1 + month]
FROM who, made ORDER BY month
"""
ENTRIES = """
INSERT INTO entry (wallet_id, entry_id, version, kind, partner_id, idempotency_key, fingerprint, occurred_at,
    posted_at, cycle_id, hash)
SELECT t.wallet_id, t.entry_id, row_number() OVER (), 'PURCHASE', t.partner_id, t.entry_id::text, '\\x00',
    c.opened_at, c.opened_at + interval '9 days',
    t.cycle_id, '\\x00'
FROM transfer t JOIN cycle c USING (cycle_id)
"""
LOTS = """
INSERT INTO lot (wallet_id, lot_id, entry_id, sponsor_id, sponsor_contract_id, accrual_cycle_id, available_at,
    original, remaining,
    held, released, earned_at)
SELECT t.wallet_id, t.lot_id, t.entry_id, t.sponsor_id, t.sponsor_contract_id, t.accrual_cycle_id, c.opened_at,
    t.points, 0, 0, true,
    c.opened_at + interval '9 days'
FROM transfer t JOIN cycle c USING (cycle_id) WHERE t.kind = 'ACCRUE'
"""
CYCLES = """
INSERT INTO cycle (cycle_id, number, name, state, opened_at, cut_off_at, revision)
SELECT id, 1 + n, 'm' || n, CASE WHEN n < 11 THEN 'CUT_OFF' ELSE 'OPEN' END, at,
    CASE WHEN n < 11 THEN at + interval '1 month' END, 0
FROM unnest($1::uuid[]) WITH ORDINALITY AS made(id, place), LATERAL (SELECT place::int - 1 AS n) p,
    LATERAL (SELECT timestamptz '2026-01-01 00:00+02' + make_interval(months => p.n) AS at) a
"""
BARE = "SELECT kind, sponsor_id, sponsor_contract_id, accrual_cycle_id, sum(points) FROM transfer GROUP BY 1, 2, 3, 4"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one size took, in seconds."""

    transfers: int
    bare: float
    first: float
    """Judged with nothing remembered."""
    remembered: float
    """The sums of the eleven cycles that were cut off, counted once for all."""
    again: float
    """Judged with them: what each later judgement takes."""
    roll: float
    """The roll-forward of all cycles."""


async def run(url: str, sizes: list[int], say: Callable[[str], None]) -> list[Measured]:
    """A database for each size."""
    measured = []
    for millions in sizes:
        say(f"{millions} million transfers")
        name = f"liability_{millions}"
        owner = await asyncpg.connect(url)
        await owner.execute(f"CREATE DATABASE {name}")
        await owner.close()
        measured.append(
            await one(url.replace("/postgres?", f"/{name}?").replace("/hansa?", f"/{name}?"), millions, say)
        )
    return measured


async def one(url: str, millions: int, say: Callable[[str], None]) -> Measured:
    """Fill a year and judge its reserve."""
    await migrate(url)
    transfers = millions * MILLION
    async with opened(url, connections=2) as database:
        owner = await asyncpg.connect(url)
        partners, contracts = await coalition(database)
        await fill(owner, partners, contracts, transfers)
        say("judging")
        measured = Measured(
            transfers=transfers,
            bare=await timed(lambda: owner.fetch(BARE)),
            first=await judged(database),
            remembered=await remembered(database),
            again=await judged(database),
            roll=await rolled(database),
        )
        await owner.close()
    return measured


async def fill(owner: asyncpg.Connection, partners: list[UUID], contracts: list[UUID], transfers: int) -> None:
    """Transfers first, then the entries and lots they name."""
    cycles = [uuid4() for _ in range(MONTHS)]
    for table in ("transfer", "entry"):
        await owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for table in ("transfer", "entry", "lot", "cycle"):
        await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    await owner.execute("DELETE FROM settlement_step; DELETE FROM cycle")
    await owner.execute(CYCLES, cycles)
    await owner.execute(FILL, partners, contracts, cycles, transfers, timeout=7200)
    for statement in (ENTRIES, LOTS):
        await owner.execute(statement, timeout=7200)
    for table in ("transfer", "entry", "lot"):
        await owner.execute(f"VACUUM ANALYZE {table}", timeout=3600)


async def judged(database: Database) -> float:
    """The whole position, as the worker's watch asks for it."""
    async with database.session(COALITION) as session, session.begin():
        return await timed(lambda: evaluating.position(ReadSession(session), as_of=END))


async def remembered(database: Database) -> float:
    """All cycles that were cut off, counted once."""

    async def count() -> None:
        async with database.session(COALITION) as session:
            waiting = await reading.forgotten(ReadSession(session))
        for cycle_id in waiting:
            async with database.session(COALITION) as session, session.begin():
                await reading.remember(WriteSession(ReadSession(session)), cycle_id, now=END)

    return await timed(count)


async def rolled(database: Database) -> float:
    """The roll-forward."""
    async with database.session(COALITION) as session, session.begin():
        return await timed(lambda: rolling.roll_forward(ReadSession(session), now=END))


def main() -> None:
    """Measure on a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--millions", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="hansa-bench-") as folder:
        server = EmbeddedPostgres(Path(folder))
        url = server.start()
        try:
            began = time.perf_counter()
            found = uvloop.run(run(url, words.millions, console.print))
            console.print(f"{time.perf_counter() - began:.0f} s in all")
        finally:
            server.stop()
    if words.json:
        print(json.dumps([asdict(measured) for measured in found], indent=2))
        return
    table = Table(title="Judging the reserve", title_justify="left")
    for name in (
        "transfers",
        "bare aggregate",
        "first",
        "of bare",
        "remembered",
        "of bare",
        "again",
        "of bare",
        "roll-forward",
    ):
        table.add_column(name, justify="right")
    for one_of in found:
        cells = [f"{one_of.transfers:,}", f"{one_of.bare:.2f} s"]
        for value in (one_of.first, one_of.remembered, one_of.again):
            cells += [f"{value:.2f} s", f"{value / one_of.bare:.2f}"]
        table.add_row(*cells, f"{one_of.roll:.2f} s")
    Console().print(table)


if __name__ == "__main__":
    main()
