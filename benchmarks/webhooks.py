"""How many messages a second one worker delivers, beside bare posts of as many bodies to one receiver, in one run.

    python3 benchmarks/webhooks.py [--events 2000] [--members 200]

Absolute figures belong to the machine; the ratio is what is compared. The receiver is a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from multiprocessing import Process
from pathlib import Path

import asyncpg
import httpx
import uvloop
from rich.console import Console

from domain.audit.trail import COMMAND_LINE
from domain.coalition.contracts import Terms, draw_up, sign
from domain.coalition.founding import FoundCoalition, found
from domain.coalition.models import PartnerRole, PartnerStatus
from domain.coalition.partners import AdmitPartner, admit, change_status
from domain.ids import ClientId, PartnerId
from domain.ledger.posting import Door, post
from domain.ledger.postings import Award, PurchasePosting
from domain.members.enrolment import EnrolMember, MemberKeys, enrol
from domain.members.identifiers import Identifier
from domain.members.recognition import KnownMember
from domain.settlement.cycles import open_first
from domain.storage import COALITION, Database, ReadSession, Sight, WriteSession, opened
from hansa.clocks import CoalitionClock
from hansa.migrating import migrate
from hansa.numbering import once
from hansa.postgres import EmbeddedPostgres
from hansa.webhooks import Courier
from partners.clients import registering
from partners.clients.registering import CreateClient
from partners.fetching import Outbound
from partners.keys import derive
from partners.scopes import EVERY_SCOPE, SANDBOX_DEFAULT
from partners.webhooks import managing
from partners.webhooks.managing import CreateWebhook, Manager
from partners.webhooks.relaying import relay
from schema.execution import Engine
from schema.inside import core_of
from schema.listening import subscribed
from schema.root import product

NOW = datetime.now(UTC)
KEYS = derive(b"a secret key for benchmarks only, long enough")
DOCUMENT = "subscription { events(kinds: [PURCHASE_RECORDED]) { id kind cursor occurredAt member { id kind } } }"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
AT_ONCE = 8
LONGEST_SECONDS = 600
BODY = b"x" * 450
"""About as long as a message of this document."""


async def main(events: int, members: int) -> dict[str, int | float]:
    """Make the events, queue and deliver them, and post as many bodies bare."""
    with tempfile.TemporaryDirectory(prefix="hansa-bench-") as folder, receiving() as address:
        postgres = EmbeddedPostgres(Path(folder))
        url = postgres.start()
        owner = None
        try:
            await migrate(url)
            owner = await asyncpg.connect(url)
            async with opened(url, connections=8) as database:
                await furnish(database, address, events, members)
                return await measured(database, owner, address, events)
        finally:
            if owner is not None:
                await owner.close()
            postgres.stop()


async def measured(
    database: Database, owner: asyncpg.Connection[asyncpg.Record], address: str, events: int
) -> dict[str, int | float]:
    """Each part in turn."""
    began = time.perf_counter()
    while await once(database, relay):
        pass
    queued, began = time.perf_counter() - began, time.perf_counter()
    await delivered(database, owner)
    sent, began = time.perf_counter() - began, time.perf_counter()
    await bare(address, events)
    posted = time.perf_counter() - began
    return {
        "events": events,
        "queued_per_second": round(events / queued),
        "delivered_per_second": round(events / sent),
        "bare_posts_per_second": round(events / posted),
        "ratio": round(posted / sent, 2),
    }


async def delivered(database: Database, owner: asyncpg.Connection[asyncpg.Record]) -> None:
    """One worker delivers until nothing waits."""
    stopping = asyncio.Event()
    courier = Courier(
        database=database,
        engine=Engine(product()),
        outbound=Outbound(named=frozenset({"127.0.0.1"})),
        keys=KEYS,
        coalition_clock=CoalitionClock(database),
        clock=lambda: datetime.now(UTC),
    )
    task = asyncio.create_task(courier.run(stopping))
    for _ in range(20 * LONGEST_SECONDS):
        if not await owner.fetchval("SELECT EXISTS (SELECT FROM webhook_delivery WHERE state = 'WAITING')"):
            break
        await asyncio.sleep(0.05)
    stopping.set()
    await task


async def bare(address: str, events: int) -> None:
    """As many posts by httpx, as many at once, each on a connection of its own as the courier's are."""
    left = iter(range(events))

    async def sender(client: httpx.AsyncClient) -> None:
        for _ in left:
            (await client.post(address, content=BODY, headers={"connection": "close"})).raise_for_status()

    async with httpx.AsyncClient() as client:
        await asyncio.gather(*(sender(client) for _ in range(AT_ONCE)))


async def furnish(database: Database, address: str, events: int, members: int) -> None:
    """A shop with a webhook, and so many purchases of so many members."""
    async with database.session(COALITION) as opening, opening.begin():
        session = WriteSession(ReadSession(opening))
        coalition = FoundCoalition(
            name="Benchmark",
            purpose="To be measured",
            currency="USD",
            standard_price=Decimal("0.0085"),
            time_zone="UTC",
            operator_name="Operator",
            sandbox=True,
        )
        await found(session, coalition)
        roles = frozenset({PartnerRole.RETAILER})
        shop = AdmitPartner(slug="shop", name="Shop", roles=roles, hue=1, country="LV", company="Shop")
        partner_id = PartnerId((await admit(session, shop, now=NOW)).partner.partner_id)
        await change_status(session, partner_id, PartnerStatus.ACTIVE)
        contract = await draw_up(session, partner_id, Terms(valid_from=NOW, price=Decimal("0.01")))
        await sign(session, contract.contract_id, now=NOW)
        await open_first(session, name="first", now=NOW)
        wanted = CreateClient(name="Listener", scopes=SANDBOX_DEFAULT, partner_id=partner_id)
        client_id = ClientId((await registering.create(session, wanted, now=NOW)).client.client_id)
    known = [await _member(database, partner_id, number) for number in range(members)]
    for round_ in range(0, events, members):
        bought = [_purchase(partner_id, who, f"{round_}-{n}") for n, who in enumerate(known[: events - round_])]
        await post(database.pool, Door.PURCHASES, bought, now=NOW)
    await _listen(database, partner_id, client_id, address)


async def _member(database: Database, partner_id: PartnerId, number: int) -> KnownMember:
    command = EnrolMember(
        partner_id=partner_id, idempotency_key=f"member-{number:06}", identifiers=(Identifier.card(f"9{number:07}"),)
    )
    keys = MemberKeys(lookup=KEYS.lookups, personal=KEYS.personal_data)
    return (await enrol(database.pool, command, keys=keys, now=NOW)).member


def _purchase(partner_id: PartnerId, who: KnownMember, key: str) -> PurchasePosting:
    return PurchasePosting(
        wallet_id=who.wallet_id,
        member_id=who.member_id,
        partner_id=partner_id,
        idempotency_key=f"purchase-{key}",
        fingerprint=key.encode(),
        occurred_at=NOW,
        currency="USD",
        total=1000,
        numbers=[1],
        skus=["milk"],
        quantities=[Decimal(1)],
        amounts=[1000],
        facts={},
        awards=[Award(sponsor_id=partner_id, points=10, available_at=NOW)],
    )


async def _listen(database: Database, partner_id: PartnerId, client_id: ClientId, address: str) -> None:
    command = CreateWebhook(
        partner_id=partner_id,
        idempotency_key="the-one-webhook",
        name="Hook",
        url=address,
        subscribed=subscribed(core_of(product()), DOCUMENT),
        client_id=client_id,
    )
    manager = Manager(actor=COMMAND_LINE, client_id=None, scopes=EVERY_SCOPE, any_client=True)
    async with database.session(Sight.partner(partner_id)) as session, session.begin():
        await managing.create(WriteSession(ReadSession(session)), command, manager, key=KEYS.webhooks, now=NOW)


@contextmanager
def receiving() -> Iterator[str]:
    """An endpoint that takes everything, in a process of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    process = Process(target=_receive, args=(listening,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        process.terminate()
        process.join()
        listening.close()


def _receive(listening: socket.socket) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))
        writer.write(ANSWER)
        await writer.drain()
        writer.close()

    async def run() -> None:
        await (await asyncio.start_server(serve, sock=listening)).serve_forever()

    uvloop.run(run())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=2_000)
    parser.add_argument("--members", type=int, default=200)
    given = parser.parse_args()
    figures = uvloop.run(main(given.events, given.members))
    Console().print_json(json.dumps(figures))
