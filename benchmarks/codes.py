"""Codes entered beside plain actions, and codes made, on one server in one run.

    python3 benchmarks/codes.py [--seconds 4] [--members 2000] [--codes 1000000] [--json]

Absolute figures belong to the machine; the ratio is what is compared. Commits are durable (fsync on).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import perf_counter
from uuid import UUID, uuid4

import asyncpg
import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks.posting import CLIENTS, NOW, World, rate, world
from domain.codes import entering, ordering, printing
from domain.codes.batches import Batch, OrderBatch, ProductPart
from domain.codes.entering import Naming
from domain.codes.models import BatchKind
from domain.earning.acting import record_action
from domain.earning.action_commands import RecordAction
from domain.earning.tills import Caches
from domain.ids import PartnerId
from domain.members.enrolment import MemberKeys
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember
from domain.products import feeding
from domain.products.feeding import ProductItem
from domain.storage import Database, ReadSession, Sight, WriteSession, opened
from hansa.migrating import migrate
from hansa.postgres import EmbeddedPostgres

KEYS = MemberKeys(lookup=b"l" * 32, personal=b"p" * 32)
TO_ENTER = 40_000
"""Codes of each kind that a run may enter."""


async def a_batch(database: Database, maker: PartnerId, kind: BatchKind, count: int) -> Batch:
    """Codes to be printed."""
    async with database.session(Sight.partner(maker)) as session, session.begin():
        writing = WriteSession(ReadSession(session))
        parts = (ProductPart(sku="milk", count=count),)
        batch = await ordering.order(writing, maker, OrderBatch(name="Milk", kind=kind, products=parts), now=NOW)
        asked = await ordering.print_again(writing, maker, batch.batch_id, reason=None, now=NOW)
        return await ordering.take(writing, maker, asked.print_id, now=NOW)


async def printed(database: Database, batch: Batch) -> tuple[list[str], float]:
    """A batch's codes, and how many seconds they took."""
    begun, codes = perf_counter(), list[str]()
    async for chunk in printing.printed(database.pool, batch, key=KEYS.lookup, site="https://hansa.example"):
        codes += [one.code for one in chunk]
    return codes, perf_counter() - begun


async def a_live(database: Database, maker: PartnerId, kind: BatchKind) -> Iterator[str]:
    """Codes that are accepted, each once."""
    batch = await a_batch(database, maker, kind, TO_ENTER)
    codes, _ = await printed(database, batch)
    async with database.session(Sight.partner(maker)) as session, session.begin():
        await ordering.put_live(WriteSession(ReadSession(session)), maker, batch.batch_id, now=NOW)
    return iter(codes)


async def measured(url: str, seconds: float, members: int, codes: int) -> dict[str, float]:
    """All the figures of one run."""
    await migrate(url)
    owner = await asyncpg.connect(url)
    async with opened(url, connections=CLIENTS) as database:
        place = await world(database, owner, members)
        maker, caches = PartnerId(place.retailer), Caches.fresh("USD", "UTC")
        async with database.session(Sight.partner(maker)) as session, session.begin():
            await feeding.feed(
                WriteSession(ReadSession(session)), maker, [ProductItem(sku="milk", name="Milk")], now=NOW
            )
        live = {kind: await a_live(database, maker, kind) for kind in BatchKind}

        async def act(chance: Random) -> int:
            command = RecordAction(
                partner_id=maker,
                member=_member(place, chance),
                kind="CODE",
                idempotency_key=str(uuid4()),
                occurred_at=NOW,
                attributes={"sku": "milk", "units": 1},
            )
            await record_action(database.pool, command, caches=caches, lookup_key=KEYS.lookup, now=NOW)
            return 1

        async def enter(chance: Random, kind: BatchKind) -> int:
            naming = Naming(code=next(live[kind]), member=_member(place, chance), through=None, network="192.0.2.1")
            looked = await entering.look_up(database.pool, naming, key=KEYS.lookup, now=NOW)
            await entering.enter(database.pool, naming, looked, caches=caches, keys=KEYS, now=NOW)
            return 1

        figures = {"actions": await rate(seconds, CLIENTS, act)}
        for kind in BatchKind:
            figures[kind.lower()] = await rate(seconds, CLIENTS, lambda chance, kind=kind: enter(chance, kind))
        figures["actions_again"] = await rate(seconds, CLIENTS, act)
        _, figures["made_seconds"] = await printed(database, await a_batch(database, maker, BatchKind.RANDOM, codes))
        _, figures["stateless_seconds"] = await printed(
            database, await a_batch(database, maker, BatchKind.STATELESS, codes)
        )
    await owner.close()
    return figures


def _member(place: World, chance: Random) -> KnownMember:
    wallet: UUID = chance.choice(place.wallets)
    return KnownMember(wallet_id=wallet, member_id=wallet, kind=MemberKind.CONSUMER, pairwise_id=wallet)


def show(figures: dict[str, float], codes: int) -> None:
    """The figures for people."""
    plain = (figures["actions"] + figures["actions_again"]) / 2
    table = Table("work", "per second", "of plain actions")
    table.add_row("plain actions", f"{plain:,.0f}", "")
    for kind in BatchKind:
        table.add_row(f"{kind} codes entered", f"{figures[kind.lower()]:,.0f}", f"{figures[kind.lower()] / plain:.2f}")
    for name, what in (("made_seconds", "RANDOM codes made and stored"), ("stateless_seconds", "STATELESS printed")):
        table.add_row(f"{what}: {codes:,} in {figures[name]:.1f} s", f"{codes / figures[name]:,.0f}", "")
    Console().print(table)


def main() -> None:
    """Measure on a server of its own."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    arguments.add_argument("--seconds", type=float, default=4)
    arguments.add_argument("--members", type=int, default=2_000)
    arguments.add_argument("--codes", type=int, default=1_000_000)
    arguments.add_argument("--json", action="store_true")
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="hansa-bench-") as folder:
        postgres = EmbeddedPostgres(Path(folder))
        try:
            figures = uvloop.run(measured(postgres.start(), asked.seconds, asked.members, asked.codes))
        finally:
            postgres.stop()
    if asked.json:
        Console().print_json(json.dumps(figures))
    else:
        show(figures, asked.codes)


if __name__ == "__main__":
    main()
