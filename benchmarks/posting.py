"""How fast purchases are posted, beside the bare SQL of the same rows and pgbench's TPC-B, on one server in one run.

    python3 benchmarks/posting.py [--seconds 5] [--members 20000] [--json]

Absolute figures belong to the machine; the ratios are what is compared. Commits are durable (fsync on).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvloop
from rich.console import Console
from rich.table import Table

from domain.coalition.contracts import Terms, draw_up, sign
from domain.coalition.founding import FoundCoalition, found
from domain.coalition.models import Billing, PartnerRole, PartnerStatus
from domain.coalition.partners import AdmitPartner, admit, change_status
from domain.ids import PartnerId, new_id
from domain.ledger.allowance_models import AllowanceKind, ChangeReason
from domain.ledger.allowances import add
from domain.ledger.posting import Door, post
from domain.ledger.postings import Award, PurchasePosting
from domain.settlement.cycles import open_first
from domain.storage import COALITION, Database, WriteSession, opened
from hansa.migrating import migrate
from hansa.numbering import once
from hansa.postgres import EmbeddedPostgres

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINES = 9
"""The mean basket of the replay."""
CLIENTS = 16
BULK = 100
WARMING = 20

FAR = 10**12
"""Points no benchmark comes near to."""
NEAR = 5_000
"""Points of a pack that is paid again and again while sixteen tills use it up."""
PACKS = {"billing": Billing.PREPAID, "pack_points": 1_000_000, "pack_limit": True}
SPONSORS: dict[str, dict[str, Any]] = {
    "retailer": {},
    "maker": {},
    "payer": PACKS,
    "debtor": {"credit_limit": Decimal(900_000_000)},
}


@dataclass(frozen=True)
class World:
    """Who posts for whom."""

    retailer: UUID
    maker: UUID
    payer: UUID
    """A sponsor like the maker, on prepaid packs with a hard limit."""
    debtor: UUID
    """A sponsor like the maker, with a credit limit."""
    wallets: list[UUID]


async def world(database: Database, owner: asyncpg.Connection, members: int) -> World:
    """A coalition of two partners, and many wallets."""
    async with database.session(COALITION) as session, session.begin():
        writing = WriteSession(session)
        await found(
            writing,
            FoundCoalition(
                name="Benchmark",
                purpose="To be measured",
                currency="USD",
                standard_price=Decimal("0.0085"),
                time_zone="UTC",
                operator_name="Operator",
                sandbox=True,
                clock_at=NOW,
            ),
        )
        partners = []
        for slug, bounds in SPONSORS.items():
            command = AdmitPartner(
                slug=slug, name=slug, roles=frozenset({PartnerRole.RETAILER}), hue=1, country="LV", company=slug
            )
            partner = (await admit(writing, command, now=NOW)).partner
            await change_status(writing, partner.partner_id, PartnerStatus.ACTIVE)
            contract = await draw_up(
                writing, partner.partner_id, Terms(valid_from=NOW, price=Decimal("0.01"), **bounds)
            )
            await sign(writing, contract.contract_id, now=NOW)
            partners.append(partner.partner_id)
        await open_first(writing, name="first", now=NOW)
    wallets = [uuid4() for _ in range(members)]
    await owner.executemany(
        "INSERT INTO wallet (wallet_id, head, opened_at, active_at) VALUES ($1, sha256('x'), $2, $2)",
        [(wallet, NOW) for wallet in wallets],
    )
    await owner.execute("ANALYZE")
    return World(*partners, wallets)


def purchase(place: World, wallet: UUID, second: UUID | None = None) -> PurchasePosting:
    """A basket of the mean size, with awards of the retailer and of a second sponsor, the maker if not said."""
    awards = [
        Award(sponsor_id=place.retailer, points=27, available_at=NOW + timedelta(days=14)),
        Award(sponsor_id=second or place.maker, points=50, available_at=NOW, expires_at=NOW + timedelta(days=730)),
    ]
    key = uuid4()
    return PurchasePosting(
        wallet_id=wallet,
        member_id=wallet,
        partner_id=place.retailer,
        idempotency_key=str(key),
        fingerprint=key.bytes * 2,
        occurred_at=NOW,
        currency="USD",
        total=2700,
        numbers=list(range(1, LINES + 1)),
        skus=[str(1_000_000 + line) for line in range(LINES)],
        quantities=[Decimal(1)] * LINES,
        amounts=[300] * LINES,
        facts={"campaigns": [["base", 1], ["maker", 2]]},
        awards=awards,
    )


BARE = """
    WITH i AS (
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[]) AS u(wallet_id, entry_id, key, print)
    ), e AS (
        INSERT INTO entry (wallet_id, entry_id, version, kind, member_id, partner_id, idempotency_key, fingerprint,
            occurred_at, posted_at, cycle_id, hash)
        SELECT i.wallet_id, i.entry_id, (random() * 9e18)::bigint, 'PURCHASE', i.wallet_id, $5, i.key, i.print, $6, $6,
            $7, i.print
        FROM i
    ), l AS (
        INSERT INTO lot (wallet_id, lot_id, entry_id, member_id, sponsor_id, sponsor_contract_id, accrual_cycle_id,
            available_at, expires_at, original, remaining, held, released, earned_at)
        SELECT i.wallet_id, gen_random_uuid(), i.entry_id, i.wallet_id, $5, $5, $7, $6, $6 + n * interval '700 days',
            50, 50, 0, n = 2, $6
        FROM i, generate_series(1, 2) n RETURNING wallet_id, lot_id, entry_id, released
    ), t AS (
        INSERT INTO transfer (wallet_id, entry_id, n, kind, debit, credit, points, lot_id, sponsor_id,
            sponsor_contract_id, accrual_cycle_id, partner_id, cycle_id, available_at)
        SELECT l.wallet_id, l.entry_id, CASE WHEN l.released THEN 2 ELSE 1 END, 'ACCRUE', 'ISSUED',
            CASE WHEN l.released THEN 'AVAILABLE' ELSE 'PENDING' END, 50, l.lot_id, $5, $5, $7, $5, $7, $6
        FROM l
    ), p AS (
        INSERT INTO purchase (wallet_id, entry_id, partner_id, occurred_at, currency, total, numbers, skus, quantities,
            amounts, facts, returns)
        SELECT i.wallet_id, i.entry_id, $5, $6, 'USD', 2700, $8, $9, $10, $11,
            '{"campaigns": [["base", 1], ["maker", 2]]}', 0
        FROM i
    )
    UPDATE wallet w SET available = available + 50, pending = pending + 50, version = version + 1, head = i.print
    FROM i WHERE w.wallet_id = i.wallet_id
"""


async def bare(pool: asyncpg.Pool, place: World, cycle: UUID, wallets: list[UUID]) -> None:
    """The rows of so many purchases with nothing judged, drawn, chained or answered."""
    keys = [uuid4() for _ in wallets]
    columns = (
        list(range(1, LINES + 1)),
        [str(1_000_000 + line) for line in range(LINES)],
        [Decimal(1)] * LINES,
        [300] * LINES,
    )
    prints = [key.bytes * 2 for key in keys]
    ids = [new_id() for _ in wallets]
    await pool.execute(BARE, wallets, ids, [str(key) for key in keys], prints, place.retailer, NOW, cycle, *columns)


async def rate(seconds: float, clients: int, once: Callable[[Random], Awaitable[int]]) -> float:
    """How many a second, by so many at once, when every connection has its plans."""
    chances = [Random(seed) for seed in range(clients)]

    async def warm(chance: Random) -> None:
        for _ in range(WARMING):
            await once(chance)

    await asyncio.gather(*map(warm, chances))
    done, began = 0, time.perf_counter()
    stop = began + seconds

    async def client(chance: Random) -> None:
        nonlocal done
        while time.perf_counter() < stop:
            count = await once(chance)
            done += count

    await asyncio.gather(*map(client, chances))
    return done / (time.perf_counter() - began)


async def paid(database: Database, partner_id: UUID, points: int) -> int:
    """A pack is paid; what is left now."""
    async with database.session(COALITION) as session, session.begin():
        writing, whose = WriteSession(session), PartnerId(partner_id)
        return await add(writing, whose, AllowanceKind.PREPAID, points, ChangeReason.PACK, now=NOW)


async def slices(owner: asyncpg.Connection, count: int) -> None:
    """Lay what is left over so many slices: one is the hot row that allowances do without."""
    await owner.execute("UPDATE allowance SET slices = $1, spread = $1", count)
    await owner.execute(
        """
        WITH t AS (SELECT allowance_id, sum(left_amount) AS amount FROM allowance_slice GROUP BY 1)
        UPDATE allowance_slice s SET left_amount = CASE WHEN number < $1 THEN div(t.amount, $1::int)
            + CASE WHEN number = 0 THEN mod(t.amount, $1::int) ELSE 0 END ELSE 0 END
        FROM t WHERE t.allowance_id = s.allowance_id""",
        count,
    )


async def bounded(database: Database, owner: asyncpg.Connection, place: World, seconds: float) -> dict[str, float]:
    """Postings beside the same without a limit: far from it, near it, at it, and on one hot row."""

    async def one(chance: Random, sponsor: UUID) -> int:
        await post(database.pool, Door.PURCHASES, [purchase(place, chance.choice(place.wallets), sponsor)], now=NOW)
        return 1

    async def many(chance: Random, sponsor: UUID) -> int:
        wallets = chance.sample(place.wallets, BULK)
        await post(database.pool, Door.PURCHASES, [purchase(place, each, sponsor) for each in wallets], now=NOW)
        return BULK

    def of(how: Callable[[Random, UUID], Awaitable[int]], sponsor: UUID) -> Callable[[Random], Awaitable[int]]:
        return lambda chance: how(chance, sponsor)

    rates = {}
    await paid(database, place.payer, FAR)
    for name, sponsor in (("free", place.maker), ("packs", place.payer), ("credit", place.debtor)):
        rates[f"{name}_single"] = await rate(seconds, CLIENTS, of(one, sponsor))
        rates[f"{name}_bulk"] = await rate(seconds, 2, of(many, sponsor))
    await slices(owner, 1)
    rates["hot_single"] = await rate(seconds, CLIENTS, of(one, place.payer))
    await slices(owner, 16)
    await paid(database, place.payer, -2 * FAR)
    rates["used_up_single"] = await rate(seconds, CLIENTS, of(one, place.payer))

    async def near(chance: Random) -> int:
        if chance.random() < 50 / NEAR:
            await paid(database, place.payer, NEAR)
        return await one(chance, place.payer)

    rates["near_single"] = await rate(seconds, CLIENTS, near)
    return rates


async def numbering(database: Database) -> float:
    """Events that are given their numbers in a second, by the one that does."""
    done, began = 0, time.perf_counter()
    while batch := await once(database):
        done += batch
    return done / (time.perf_counter() - began)


def tpcb(server: EmbeddedPostgres, url: str, seconds: float) -> float:
    """Pgbench's own transactions a second on the same server."""
    pgbench = server._find_binaries() / "pgbench"  # noqa: SLF001  # its own tools lie beside it
    options = ["-h", url.partition("host=")[2].partition("&")[0], "-U", "hansa"]
    subprocess.run([pgbench, *options, "-i", "-s", "10", "-q", "pgbench"], check=True, capture_output=True)
    run = [pgbench, *options, "-c", str(CLIENTS), "-j", "2", "-M", "prepared", "-T", str(int(seconds)), "pgbench"]
    said = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    return float(re.search(r"tps = ([\d.]+)", said)[1])


async def measured(server: EmbeddedPostgres, url: str, seconds: float, members: int) -> dict[str, float]:
    """All the rates of one run."""
    owner = await asyncpg.connect(url)
    for name in ("bench", "pgbench"):
        await owner.execute(f"CREATE DATABASE {name}")
    await owner.close()
    ours = url.replace("/hansa?", "/bench?")
    await migrate(ours)
    owner = await asyncpg.connect(ours)
    pool = await asyncpg.create_pool(ours, min_size=CLIENTS, max_size=CLIENTS)
    async with opened(ours, connections=CLIENTS) as database:
        place = await world(database, owner, members)
        cycle = await owner.fetchval("SELECT cycle_id FROM cycle")

        async def single(chance: Random) -> int:
            await post(database.pool, Door.PURCHASES, [purchase(place, chance.choice(place.wallets))], now=NOW)
            return 1

        async def bulk(chance: Random) -> int:
            wallets = chance.sample(place.wallets, BULK)
            await post(database.pool, Door.PURCHASES, [purchase(place, wallet) for wallet in wallets], now=NOW)
            return BULK

        async def bare_single(chance: Random) -> int:
            await bare(pool, place, cycle, [chance.choice(place.wallets)])
            return 1

        async def bare_bulk(chance: Random) -> int:
            await bare(pool, place, cycle, sorted(chance.sample(place.wallets, BULK)))
            return BULK

        rates = {
            "single": await rate(seconds, CLIENTS, single),
            "bulk": await rate(seconds, 2, bulk),
            "numbered": await numbering(database),
        }
        rates |= await bounded(database, owner, place, seconds)
        await owner.execute("ALTER TABLE entry DISABLE TRIGGER entry_is_told")
        rates["untold_single"] = await rate(seconds, CLIENTS, single)
        rates["untold_bulk"] = await rate(seconds, 2, bulk)
        rates["bare_single"] = await rate(seconds, CLIENTS, bare_single)
        rates["bare_bulk"] = await rate(seconds, 2, bare_bulk)
    await pool.close()
    await owner.close()
    rates["tpcb"] = await asyncio.to_thread(tpcb, server, url, seconds)
    return rates


def shown(rates: dict[str, float]) -> Table:
    """The rates as a table, each beside what it is compared with."""
    table = Table(
        title="Purchases posted, one server, one run",
        caption="durable commits; ratios count, figures are the machine's",
    )
    for heading in ("work", "per second", "ratio"):
        table.add_column(heading, justify="left" if heading == "work" else "right")
    rows = {
        f"single, {CLIENTS} clients": ("single", "bare_single"),
        "  the same, telling nobody": ("untold_single", "bare_single"),
        f"  bare SQL of the same rows, {CLIENTS} clients": ("bare_single", None),
        f"bulk of {BULK}, 2 connections": ("bulk", "bare_bulk"),
        "  the same, telling nobody ": ("untold_bulk", "bare_bulk"),
        f"  bare SQL of the same rows, {BULK} a statement": ("bare_bulk", None),
        f"pgbench TPC-B, {CLIENTS} clients": ("tpcb", None),
        "single : TPC-B": ("single", "tpcb"),
        "numbers given to events, one process": ("numbered", None),
        "no sponsor with a limit, single": ("free_single", None),
        "  prepaid packs, limit far away": ("packs_single", "free_single"),
        "  credit limit, far away": ("credit_single", "free_single"),
        "  packs on one row instead of 16 slices": ("hot_single", "free_single"),
        "  packs near their end, paid again and again": ("near_single", "free_single"),
        "  packs used up, awards cut": ("used_up_single", "free_single"),
        f"no sponsor with a limit, bulk of {BULK}": ("free_bulk", None),
        "  prepaid packs, limit far away ": ("packs_bulk", "free_bulk"),
        "  credit limit, far away ": ("credit_bulk", "free_bulk"),
    }
    for label, (name, against) in rows.items():
        table.add_row(label, f"{rates[name]:,.0f}", f"{rates[name] / rates[against]:.2f}" if against else "")
    return table


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--members", type=int, default=20_000)
    parser.add_argument("--json", action="store_true", help="figures for a machine")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hansa-bench-") as folder:
        server = EmbeddedPostgres(Path(folder))
        url = server.start()
        try:
            rates = uvloop.run(measured(server, url, arguments.seconds, arguments.members))
        finally:
            server.stop()
    if arguments.json:
        print(json.dumps(rates))
    else:
        Console().print(shown(rates))


if __name__ == "__main__":
    main()
