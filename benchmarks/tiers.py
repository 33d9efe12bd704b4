"""How long all members' tiers take, beside the bare aggregate of the same purchases, on one server in one run.

    python3 benchmarks/tiers.py [--members 100000] [--purchases 8] [--json]

Members with purchases of two years, some with returns, under the coalition's programme of three tiers by what was spent
in a calendar year. Absolute figures belong to the machine; the ratio is what is compared. Besides: what a look at one
wallet costs after a purchase.
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
from uuid import UUID

import asyncpg
import uvloop
from rich.console import Console
from rich.table import Table

from domain.storage import COALITION, Database, ReadSession, WriteSession, opened
from domain.tiers import managing
from domain.tiers.asking import meet
from domain.tiers.terms import Measure, Tier, TierPeriod, TierTerms
from hansa.migrating import migrate
from hansa.postgres import EmbeddedPostgres
from hansa.tiering import recompute

from closing import coalition, timed  # isort: skip  # the benchmark beside this one

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LOOKS = 300

MEMBERS = """
INSERT INTO member (wallet_id, member_id, kind, status, joined_at, joined_through)
SELECT md5('w' || i)::uuid, md5('m' || i)::uuid, 'CONSUMER', 'ACTIVE', timestamptz '2024-06-01', $2
FROM generate_series(1, $1::int) i
"""
WALLETS = """
INSERT INTO wallet (wallet_id, head, opened_at, active_at)
SELECT m.wallet_id, '\\x00', m.joined_at, m.joined_at FROM member m
"""
PURCHASES = """
INSERT INTO purchase (wallet_id, entry_id, partner_id, occurred_at, currency, total, numbers, skus, quantities, amounts,
    facts, returns)
SELECT md5('w' || i)::uuid, md5('e' || i || '/' || n)::uuid, $3, timestamptz '2025-01-10'
    + make_interval(hours => (i * 7 + n * (15600 / $2::int)) % 15800),
    'EUR', 500 + (i * 31 + n * 977) % 12000, '{1}', '{milk}', '{1}', ARRAY[500 + (i * 31 + n * 977) % 12000], '{}',
    (i + n) % 40 / 39
FROM generate_series(1, $1::int) i, generate_series(1, $2::int) n ORDER BY 1, 4
"""
ENTRIES = """
INSERT INTO entry (wallet_id, entry_id, version, kind, member_id, partner_id, idempotency_key, fingerprint, occurred_at,
    posted_at, cycle_id, hash)
SELECT p.wallet_id, p.entry_id, row_number() OVER (PARTITION BY p.wallet_id), 'PURCHASE', m.member_id, p.partner_id,
    p.entry_id::text, '\\x00', p.occurred_at, p.occurred_at, p.partner_id, '\\x00'
FROM purchase p JOIN member m USING (wallet_id)
"""
RETURNS = """
INSERT INTO purchase_return (wallet_id, entry_id, purchase_entry_id, partner_id, number, numbers, quantities, amounts)
SELECT p.wallet_id, gen_random_uuid(), p.entry_id, p.partner_id, 1, '{1}', '{1}', ARRAY[p.total] FROM purchase p
WHERE p.returns > 0
"""
BARE = """
SELECT p.wallet_id, sum(p.total) FROM purchase p
WHERE p.occurred_at >= timestamptz '2025-01-01' AND p.occurred_at < timestamptz '2027-01-01' GROUP BY 1
"""
BARE_BY_YEAR = """
SELECT e.member_id, extract(year FROM p.occurred_at), sum(p.total - COALESCE(r.back, 0)) FROM purchase p
JOIN entry e USING (wallet_id, entry_id)
LEFT JOIN (SELECT b.wallet_id, b.purchase_entry_id AS entry_id, sum(a) AS back
    FROM purchase_return b, unnest(b.amounts) a GROUP BY 1, 2) r USING (wallet_id, entry_id)
WHERE p.occurred_at >= timestamptz '2025-01-01' AND p.occurred_at < timestamptz '2027-01-01' GROUP BY 1, 2
"""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What it took, in seconds."""

    members: int
    purchases: int
    bare: float
    """One sum a wallet, of the same purchases, and nothing else."""
    by_year: float
    """The same by member and year, less returns: the least that tiers have to know."""
    first: float
    """All members looked at for the first time: every standing is written."""
    again: float
    """All of them once more, with nothing changed."""
    one: float
    """One wallet looked at, as after a purchase: the median of many."""
    changed: int


async def run(url: str, members: int, purchases: int, say: Callable[[str], None]) -> Measured:
    """Fill a database and look at everybody."""
    await migrate(url)
    async with opened(url, connections=2) as database:
        owner = await asyncpg.connect(url)
        partners, _ = await coalition(database)
        say("filling")
        await fill(owner, members, purchases, partners[0])
        terms = TierTerms(
            name="Club",
            measure=Measure.SPEND,
            period=TierPeriod.CALENDAR_YEAR,
            tiers=tuple(Tier(name=name, threshold=at) for name, at in (("A", 0), ("B", 200_00), ("C", 400_00))),
        )
        async with database.session(COALITION) as session, session.begin():
            writing = WriteSession(ReadSession(session))
            drawn = await managing.draw_up(writing, None, terms, now=NOW)
            club = (await managing.publish(writing, None, drawn.programme_id, now=NOW)).programme_id
        bare, by_year = await timed(lambda: owner.fetch(BARE)), await timed(lambda: owner.fetch(BARE_BY_YEAR))
        say("looking")
        changed, took = 0, []
        for _ in range(2):
            began = time.perf_counter()
            changed = max(changed, (await recompute(database, club, now=NOW)).changed)
            took.append(time.perf_counter() - began)
            await owner.execute("ANALYZE tier_standing, tier_ground")
        one = await looked(database, club, members)
        await owner.close()
    measured = {"members": members, "purchases": members * purchases, "changed": changed, "one": one}
    return Measured(bare=bare, by_year=by_year, first=took[0], again=took[1], **measured)  # type: ignore[arg-type]


async def fill(owner: asyncpg.Connection[asyncpg.Record], members: int, purchases: int, partner: UUID) -> None:
    """Members and what they bought, without the ledger's doors."""
    await owner.execute("SET session_replication_role = replica")
    await owner.execute(MEMBERS, members, partner)
    await owner.execute(WALLETS)
    await owner.execute(PURCHASES, members, purchases, partner)
    await owner.execute(ENTRIES)
    await owner.execute(RETURNS)
    await owner.execute("SET session_replication_role = DEFAULT")
    await owner.execute("VACUUM ANALYZE member, wallet, purchase, entry, purchase_return")


async def looked(database: Database, club: UUID, members: int) -> float:
    """One wallet after the other."""
    took = []
    wallets = await database.pool.fetch(
        "SELECT md5('w' || (1 + i * 7919 % $1::int))::uuid AS wallet FROM generate_series(1, $2::int) i", members, LOOKS
    )
    for row in wallets:
        began = time.perf_counter()
        await meet(database.pool, {club}, {row["wallet"]}, at=NOW)  # type: ignore[arg-type]
        took.append(time.perf_counter() - began)
    return sorted(took)[len(took) // 2]


def table(measured: Measured) -> Table:
    """For the eye."""
    shown = Table(title=f"{measured.members:,} members, {measured.purchases:,} purchases", title_justify="left")
    for column in ("", "seconds", "members a second", "× bare", "× by year"):
        shown.add_column(column, justify="left" if not column else "right")
    for name, seconds in (
        ("one sum a wallet (bare)", measured.bare),
        ("sums by member and year, less returns", measured.by_year),
        ("all tiers, for the first time", measured.first),
        ("all tiers again", measured.again),
    ):
        pace = f"{measured.members / seconds:,.0f}"
        shown.add_row(
            name, f"{seconds:.2f}", pace, f"{seconds / measured.bare:.1f}", f"{seconds / measured.by_year:.1f}"
        )
    shown.caption = f"{measured.changed:,} standings changed; one wallet after a purchase: {measured.one * 1000:.2f} ms"
    return shown


def main() -> None:
    """Measure, and say what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--purchases", type=int, default=8)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    console = Console(stderr=wanted.json)
    with tempfile.TemporaryDirectory(prefix="hansa-bench-") as folder:
        postgres = EmbeddedPostgres(Path(folder), settings={"fsync": "off", "shared_buffers": "512MB"})
        url = postgres.start()
        try:
            measured = uvloop.run(run(url, wanted.members, wanted.purchases, console.print))
        finally:
            postgres.stop()
    if wanted.json:
        print(json.dumps(asdict(measured)))
    else:
        console.print(table(measured))


if __name__ == "__main__":
    main()
