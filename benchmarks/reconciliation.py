"""How fast a partner's file is taken in and held against the ledger, beside a bare COPY of the same file in one run.

    python3 benchmarks/reconciliation.py [--rows 1000000] [--anonymous] [--json]

The ledger holds as many postings of the partner as the file has rows, and a tenth as many of another partner; three
rows in four hundred are missing, doubled or have another amount. Commits are durable (fsync on). Absolute figures
belong to the machine; the ratio to the bare COPY, which judges nothing, is what is compared.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import uvloop
from rich.console import Console
from rich.table import Table

from domain.ids import PartnerId
from domain.reconciliation import files, keeping
from domain.reconciliation.files import LARGEST_PART, BeginFile, ControlTotals
from domain.reconciliation.mapping import FieldName, Mapping, Tolerances
from domain.reconciliation.models import PartnerFile
from domain.reconciliation.queries import file_by_id
from domain.reconciliation.words import FileState, RecordKind
from domain.storage import Database, opened
from hansa.migrating import migrate
from hansa.postgres import EmbeddedPostgres
from partners.keys import derive
from resolvers.context import Context
from resolvers.reconciling import process

NOW = datetime(2026, 12, 1, tzinfo=UTC)
STARTS = datetime(2026, 11, 1, tzinfo=UTC)
SECONDS = 29 * 86_400
DEFECTS = 100
"""One row in so many is not as the ledger has it."""

FOUND = """
INSERT INTO coalition (coalition_id, name, purpose, currency, standard_price, time_zone, operator_name, grace_days,
    sandbox) VALUES (gen_random_uuid(), 'Benchmark', 'To be measured', 'EUR', 0.01, 'Europe/Riga', 'Operator', 7, true);
INSERT INTO cycle (cycle_id, number, name, state, opened_at, revision)
    VALUES (gen_random_uuid(), 1, '2026-11', 'OPEN', '2026-11-01Z', 0);
INSERT INTO partner (partner_id, slug, name, roles, status, hue, joined_at)
    SELECT gen_random_uuid(), slug, slug, '{RETAILER}', 'ACTIVE', 1, '2026-10-01Z'
    FROM unnest(ARRAY['shop', 'other']) slug;
INSERT INTO legal_entity (legal_entity_id, partner_id, name, country)
    SELECT gen_random_uuid(), partner_id, slug, 'LV' FROM partner;
INSERT INTO brand (brand_id, partner_id, legal_entity_id, name)
    SELECT gen_random_uuid(), partner_id, legal_entity_id, name FROM legal_entity;
INSERT INTO outlet (outlet_id, partner_id, brand_id, code, name, time_zone)
    SELECT gen_random_uuid(), partner_id, brand_id, 'S' || n, 'S' || n, 'Europe/Riga'
    FROM brand, generate_series(0, 199) n;
"""

# The rows that postings leave behind, written straight: what is measured here is what reads them.
POSTED = """
SET session_replication_role = replica;
CREATE TEMP TABLE made AS
    SELECT gen_random_uuid() AS wallet_id, gen_random_uuid() AS entry_id, p.partner_id, o.outlet_id, p.slug, n,
        timestamptz '2026-11-01Z' + make_interval(secs => (n::bigint * 7919) % {seconds}) AS at,
        CASE WHEN n % 5 = 0 THEN 0 ELSE n % 90 + 1 END AS points, 100 + (n::bigint * 104729) % 20000 AS amount
    FROM partner p CROSS JOIN LATERAL generate_series(1, CASE p.slug WHEN 'shop' THEN {rows} ELSE {rows} / 10 END) n
    JOIN outlet o ON o.partner_id = p.partner_id AND o.code = 'S' || n % 200;
INSERT INTO entry (wallet_id, entry_id, version, kind, member_id, partner_id, outlet_id, reference, idempotency_key,
    fingerprint, occurred_at, posted_at, cycle_id, hash)
    SELECT wallet_id, entry_id, 1, 'PURCHASE', wallet_id, partner_id, outlet_id, {reference}, slug || n, '\\x00', at,
        at, (SELECT cycle_id FROM cycle), '\\x00' FROM made;
INSERT INTO transfer (wallet_id, entry_id, n, kind, debit, credit, points, lot_id, sponsor_id, sponsor_contract_id,
    accrual_cycle_id, partner_id, cycle_id)
    SELECT wallet_id, entry_id, 1, 'ACCRUE', 'ISSUED', 'AVAILABLE', points, entry_id, partner_id, partner_id,
        (SELECT cycle_id FROM cycle), partner_id, (SELECT cycle_id FROM cycle) FROM made WHERE points > 0;
INSERT INTO purchase (wallet_id, entry_id, partner_id, outlet_id, receipt_number, occurred_at, currency, total, numbers,
    skus, quantities, amounts, facts, returns)
    SELECT wallet_id, entry_id, partner_id, outlet_id, {reference}, at, 'EUR', amount, '{{}}', '{{}}', '{{}}', '{{}}',
        '{{}}', 0 FROM made;
DROP TABLE made;
SET session_replication_role = origin;
ANALYZE;
"""

BARE = """
CREATE TABLE bare (row bigint, receipt text, shop text, at timestamptz, points bigint, amount numeric)
"""
COLUMNS = ("receipt", "shop", "at", "points", "amount")


@dataclass
class Times:
    """Seconds by what was done."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def of(self, what: str) -> Iterator[None]:
        """Measure a block."""
        began = time.perf_counter()
        yield
        self.seconds[what] = self.seconds.get(what, 0) + time.perf_counter() - began


def written(path: Path, rows: int, *, anonymous: bool) -> tuple[int, int]:
    """The partner's file; gives how many rows and bytes it has."""
    count = 0
    with path.open("w", encoding="utf-8") as out:
        out.write(",".join(COLUMNS) + "\n")
        for n in range(1, rows + 1):
            defect = n // DEFECTS % 4 if n % DEFECTS == 0 else None
            if defect == 0:
                continue
            at = STARTS + timedelta(seconds=n * 7919 % SECONDS)
            amount = 100 + n * 104729 % 20000 + (1 if defect == 1 else 0)
            points = 0 if n % 5 == 0 else n % 90 + 1
            receipt = "" if anonymous else f"R{n}"
            line = f"{receipt},S{n % 200},{at:%Y-%m-%dT%H:%M:%SZ},{points},{amount / 100:.2f}\n"
            copies = 2 if defect == 2 else 1
            out.write(line * copies)
            count += copies
    return count, path.stat().st_size


async def bare_copy(owner: asyncpg.Connection, path: Path, times: Times) -> None:
    """The file as it is, copied into a table without an index, judged by nobody."""
    await owner.execute(BARE)
    with times.of("bare COPY"), path.open("rb") as source:
        await owner.copy_to_table("bare", source=source, columns=list(COLUMNS), format="csv", header=True)


async def handed_in(ctx: Context, partner_id: PartnerId, path: Path, rows: int) -> PartnerFile:
    """The file announced and sent in parts."""
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").digest()
        command = BeginFile(
            partner_id=partner_id,
            mapping="tills",
            name=path.name,
            sequence=1,
            starts_at=STARTS,
            ends_at=NOW,
            totals=ControlTotals(rows=rows),
            sha256=digest,
        )
        file = await ctx.write(files.begin, command, most=2**40, by=None, now=NOW)
        handle.seek(0)
        start = 0
        while part := handle.read(LARGEST_PART):
            start = await ctx.write(files.append, file.file_id, start, part, most=2**40)
    return await ctx.write(files.complete, file.file_id, now=NOW)


async def reconciled(
    database: Database, owner: asyncpg.Connection, path: Path, rows: int, times: Times, *, anonymous: bool
) -> PartnerFile:
    """All of it, measured step by step."""
    partner_id = PartnerId(UUID(str(await owner.fetchval("SELECT partner_id FROM partner WHERE slug = 'shop'"))))
    mapping = Mapping(
        columns={
            **({} if anonymous else {FieldName.REFERENCE: "receipt"}),
            FieldName.OUTLET: "shop",
            FieldName.OCCURRED_AT: "at",
            FieldName.POINTS: "points",
            FieldName.AMOUNT: "amount",
        },
        kind=RecordKind.PURCHASE,
        tolerances=Tolerances(seconds=300),
    )
    ctx = Context.for_coalition(database, NOW, keys=derive(b"benchmark of reconciliation, 32 bytes"))
    await ctx.write(keeping.save, partner_id, "tills", mapping, by=None, now=NOW)
    with times.of("sent and stored"):
        file = await handed_in(ctx, partner_id, path, rows)
    mark = time.perf_counter()

    def say(seen: PartnerFile) -> None:
        nonlocal mark
        now = time.perf_counter()
        done = "read" if seen.state == FileState.READING else f"up to {(seen.phase or seen.state).lower()}"
        times.seconds[done] = times.seconds.get(done, 0) + now - mark
        mark = now

    with times.of("read and matched"):
        await process(ctx, file, say=say)
    return await ctx.read(file_by_id, file.file_id)


async def measured(url: str, path: Path, rows: int, *, anonymous: bool) -> dict[str, object]:
    """All the figures of one run."""
    owner = await asyncpg.connect(url)
    await owner.execute("CREATE DATABASE bench")
    await owner.close()
    ours = url.replace("/hansa?", "/bench?")
    await migrate(ours)
    owner = await asyncpg.connect(ours)
    await owner.execute(FOUND)
    reference = "NULL" if anonymous else "'R' || n"
    await owner.execute(POSTED.format(rows=rows, seconds=SECONDS, reference=reference))
    count, size = written(path, rows, anonymous=anonymous)
    times = Times()
    await bare_copy(owner, path, times)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with opened(ours, connections=2) as database:
        file = await reconciled(database, owner, path, count, times, anonymous=anonymous)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await owner.close()
    assert file.state == FileState.DONE, file.refusal_says
    whole = times.seconds["read and matched"]
    return {
        "rows": count,
        "bytes": size,
        "seconds": {what: round(seconds, 2) for what, seconds in times.seconds.items()},
        "rows_a_second": round(count / whole),
        "times_bare_copy": round(whole / times.seconds["bare COPY"], 1),
        "peak_mb": round(after / 1024),
        "peak_mb_before": round(before / 1024),
        "outcomes": {f"{one['outcome']} {one['reason'] or ''}".strip(): one["rows"] for one in file.report["outcomes"]},
    }


def shown(found: dict[str, object]) -> Table:
    """For people."""
    table = Table("", "figure", box=None, header_style="bold")
    for name, figure in found.items():
        if isinstance(figure, dict):
            for part, value in figure.items():
                table.add_row(f"{name}: {part}", str(value))
        else:
            table.add_row(name, str(figure))
    return table


def main() -> None:
    """Measure and say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--anonymous", action="store_true", help="without numbers: by outlet, time and figures")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as data:
        server = EmbeddedPostgres(Path(data))
        url = server.start()
        try:
            path = Path(folder) / "file.csv"
            found = uvloop.run(measured(url, path, arguments.rows, anonymous=arguments.anonymous))
        finally:
            server.stop()
    if arguments.json:
        print(json.dumps(found))
    else:
        Console().print(shown(found))


if __name__ == "__main__":
    main()
