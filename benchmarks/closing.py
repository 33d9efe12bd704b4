"""How long a cycle takes to close, beside the bare aggregate of its transfers, on one server in one run.

    python3 benchmarks/closing.py [--millions 1 10] [--json]

Each size is a cycle of its own in one table. Absolute figures belong to the machine; the ratios are what is compared:
the sums and the whole computation against the bare aggregate, and each against the size.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import asyncpg
import uvloop
from rich.console import Console
from rich.table import Table

from domain.audit.sealing import seal
from domain.coalition.contracts import Terms, draw_up, sign
from domain.coalition.founding import FoundCoalition, found
from domain.coalition.models import PartnerRole, PartnerStatus
from domain.coalition.partners import AdmitPartner, admit, change_status
from domain.settlement.computing import compute
from domain.settlement.cycles import cut_off, open_first
from domain.settlement.facts import flows_of
from domain.storage import COALITION, Database, ReadSession, WriteSession, opened
from hansa.migrating import migrate
from hansa.postgres import EmbeddedPostgres

OPENED = datetime(2026, 1, 1, tzinfo=UTC)
PARTNERS = 12
RUNS = 3
MILLION = 1_000_000

FILL = """
WITH who AS (SELECT $1::uuid[] AS partners, $2::uuid[] AS contracts)
INSERT INTO transfer (wallet_id, entry_id, n, kind, debit, credit, points, lot_id, sponsor_id, sponsor_contract_id,
    accrual_cycle_id, redeemer_id, redeemer_contract_id, partner_id, cycle_id)
SELECT md5('w' || i % $5::int)::uuid, md5('e' || $4::text || i / 2)::uuid, i % 2, what.kind, what.debit, what.credit,
    1 + i % 200, md5('l' || i)::uuid, partners[1 + i % 12], contracts[1 + i % 12], $3::uuid,
    CASE WHEN what.kind = 'REDEEM' THEN partners[1 + i / 5 % 12] END,
    CASE WHEN what.kind = 'REDEEM' THEN contracts[1 + i / 5 % 12] END, partners[1 + i / 7 % 12], $3::uuid
FROM who, generate_series(1, $6::int) i
JOIN (VALUES (0, 'ACCRUE', 'ISSUED', 'AVAILABLE'), (1, 'ACCRUE', 'ISSUED', 'AVAILABLE'),
    (2, 'REDEEM', 'AVAILABLE', 'REDEEMED'), (3, 'ACCRUE', 'ISSUED', 'PENDING'),
    (4, 'RELEASE', 'PENDING', 'AVAILABLE')) what (n, kind, debit, credit) ON what.n = i % 5
"""

BARE = """
SELECT kind, debit, sponsor_id, sponsor_contract_id, accrual_cycle_id, redeemer_id, redeemer_contract_id,
    kind = 'ACCRUE' AND partner_id <> sponsor_id, sum(points)
FROM transfer WHERE cycle_id = $1 AND kind NOT IN ('RELEASE', 'HOLD', 'VOID', 'MOVE') GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one size took, in seconds; medians of three runs but for the seal, which is made once."""

    transfers: int
    bare: float
    sums: float
    computed: float
    sealed: float


async def coalition(database: Database) -> tuple[list[UUID], list[UUID]]:
    """Partners with contracts in full: funding at both ends, bands, fees, breakage, tax."""
    async with database.session(COALITION) as session, session.begin():
        writing = WriteSession(ReadSession(session))
        command = FoundCoalition(
            name="Benchmark",
            purpose="To be measured",
            currency="EUR",
            standard_price=Decimal("0.0085"),
            time_zone="Europe/Riga",
            operator_name="Operator",
        )
        await found(writing, command)
        partners, contracts = [], []
        for number in range(PARTNERS):
            partner_id, contract_id = await _partner(writing, number)
            partners.append(partner_id)
            contracts.append(contract_id)
        await open_first(writing, name="first", now=OPENED)
    return partners, contracts


async def _partner(session: WriteSession, number: int) -> tuple[UUID, UUID]:
    command = AdmitPartner(
        slug=f"p{number}",
        name=f"Partner {number}",
        roles=frozenset({PartnerRole.RETAILER}),
        hue=number,
        country="LV",
        company=f"P{number} SIA",
    )
    partner = (await admit(session, command, now=OPENED)).partner
    await change_status(session, partner.partner_id, PartnerStatus.ACTIVE)
    terms = Terms(
        valid_from=OPENED - timedelta(days=1),
        price=Decimal("0.0100"),
        price_redeem=Decimal("0.0085"),
        share_at_issuance=Decimal("0.4"),
        fee_share=Decimal("0.02"),
        breakage_issuer=Decimal("0.5"),
        tax_supply=Decimal("0.21"),
        tax_credit=Decimal("0.21"),
    )
    contract = await draw_up(session, partner.partner_id, terms)
    await sign(session, contract.contract_id, now=OPENED)
    return partner.partner_id, contract.contract_id


async def measure(
    database: Database, owner: asyncpg.Connection, cycle_id: UUID, transfers: int, now: datetime
) -> Measured:
    """Cut a full cycle off, and time what there is to time."""

    async def do(rule: Callable[..., Awaitable[object]], *args: object, **kwargs: object) -> None:
        async with database.session(COALITION) as session, session.begin():
            await rule(WriteSession(ReadSession(session)), *args, **kwargs)

    await do(cut_off, cycle_id, now=now)
    sealed = await timed(lambda: do(seal, cycle_id, now=now))
    bare = [await timed(lambda: owner.fetch(BARE, cycle_id)) for _ in range(RUNS)]
    sums = [await timed(lambda: do(flows_of, cycle_id)) for _ in range(RUNS)]
    computed = [await timed(lambda: do(compute, cycle_id, now=now)) for _ in range(RUNS)]
    middle = RUNS // 2
    return Measured(
        transfers=transfers,
        bare=sorted(bare)[middle],
        sums=sorted(sums)[middle],
        computed=sorted(computed)[middle],
        sealed=sealed,
    )


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    """How many seconds some work takes."""
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def run(url: str, sizes: list[int], say: Callable[[str], None]) -> list[Measured]:
    """Fill one cycle after the other, then close them in their order."""
    await migrate(url)
    owner = await asyncpg.connect(url)
    found_sizes = []
    async with opened(url, connections=2) as database:
        partners, contracts = await coalition(database)
        await owner.execute(
            "ALTER TABLE transfer DISABLE TRIGGER USER; ALTER TABLE transfer NO FORCE ROW LEVEL SECURITY;"
            " ALTER TABLE cycle NO FORCE ROW LEVEL SECURITY; DROP INDEX ix_transfer_cycle_id_sponsor_id"
        )
        for number, millions in enumerate(sizes, start=1):
            cycle_id = await owner.fetchval("SELECT cycle_id FROM cycle WHERE state = 'OPEN'")
            say(f"{millions} million transfers")
            transfers = millions * MILLION
            await owner.execute(
                FILL, partners, contracts, cycle_id, str(number), transfers // 50, transfers, timeout=3600
            )
            if number == 1:
                await owner.execute("CREATE INDEX ix_transfer_cycle_id_sponsor_id ON transfer (cycle_id, sponsor_id)")
            await owner.execute("VACUUM ANALYZE transfer", timeout=3600)
            say(f"closing {millions} million")
            found_sizes.append(await measure(database, owner, cycle_id, transfers, OPENED + timedelta(days=number)))
            await owner.execute(
                "UPDATE cycle SET state = 'CLOSED', prepared_by = gen_random_uuid(), proposed_at = cut_off_at,"
                " answer_until = cut_off_at, approved_by = gen_random_uuid(), approved_at = cut_off_at"
                " WHERE cycle_id = $1",
                cycle_id,
            )
    await owner.close()
    return found_sizes


def show(found_sizes: list[Measured]) -> None:
    """The table that docs/performance.md quotes."""
    table = Table(title="Closing a cycle", title_justify="left")
    for name in ("transfers", "bare aggregate", "sums", "of bare", "computed", "of bare", "sealed", "of bare"):
        table.add_column(name, justify="right")
    for one in found_sizes:
        cells = [f"{one.transfers:,}", f"{one.bare:.2f} s"]
        for value in (one.sums, one.computed, one.sealed):
            cells += [f"{value:.2f} s", f"{value / one.bare:.2f}"]
        table.add_row(*cells)
    Console(width=110).print(table)


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
            found_sizes = uvloop.run(run(url, words.millions, console.print))
        finally:
            server.stop()
    if words.json:
        print(json.dumps([asdict(one) for one in found_sizes], indent=2))
    else:
        show(found_sizes)


if __name__ == "__main__":
    main()
