"""Whatever dies and fails: every event arrives, in its member's order, signed, and at its own partner alone."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from standardwebhooks import WebhookVerificationError

from domain.events.models import EventKind
from domain.ids import PartnerId
from domain.ledger.posting import Door
from domain.storage import Database, Sight
from partners.viewer import Audience, Viewer
from partners.webhooks import managing
from partners.webhooks.managing import RotateSecret, Subscribed
from tests.builders.graphql import KEYS
from tests.builders.ledger import Books, a_ledger
from tests.builders.receiving import Arrival, Manner, Receiver, a_receiver
from tests.builders.town import HASTY
from tests.builders.webhooks import MANAGER, a_webhook, transacted
from tests.isolation.names import sealed_for
from tests.shape.tree import ROOT

SECRET_KEY = "a secret that is long enough for tests 0123456789"
"""The one that tests.builders.graphql derives its keys from."""
DOCUMENT = "subscription { events(kinds: [PURCHASE_RECORDED]) { id kind member { id } } }"


@dataclass(frozen=True, kw_only=True)
class Weather:
    """How bad it gets."""

    seed: int
    writers: int
    members: int
    purchases: int
    """How many at least; the writers go on for as long as the storm."""
    pause: float
    """Of a writer, in seconds at most."""
    workers: int
    deaths: int
    stalls: int
    patience: float
    """How many seconds the rest may take to arrive when the storm is over."""


@dataclass
class Workers:
    """Real workers in processes of their own."""

    url: str
    home: Path
    running: list[asyncio.subprocess.Process] = field(default_factory=list)
    logs: dict[asyncio.subprocess.Process, Path] = field(default_factory=dict)
    """What each of them says, the dead ones too."""

    async def start(self) -> None:
        """One more."""
        variables = {
            "PATH": os.environ["PATH"],
            "HANSA_DATABASE_URL": self.url,
            "HANSA_HOME": str(self.home),
            "HANSA_SECRET_KEY": SECRET_KEY,
            "HANSA_OUTBOUND_HOSTS": "127.0.0.1",
            "HANSA_CONNECTIONS": "4",
        }
        command = [sys.executable, "-m", "tests.builders.hasty_worker"]
        path = self.home / f"worker-{len(self.logs)}.log"
        with path.open("ab") as log:
            process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=variables, stdout=log, stderr=log)
        self.running.append(process)
        self.logs[process] = path

    async def all_started(self) -> None:
        """Wait until every one of them is at work."""
        for _ in range(600):
            if all("The worker has started" in self.logs[process].read_text() for process in self.running):
                return
            await asyncio.sleep(0.2)
        raise AssertionError([self.logs[process].read_text() for process in self.running])

    async def kill_one(self, chance: random.Random) -> None:
        """One dies at this instant, whatever it is at, and another takes its place."""
        victim = self.running.pop(chance.randrange(len(self.running)))
        victim.kill()
        await victim.wait()
        await self.start()

    async def stall_one(self, chance: random.Random, seconds: float) -> None:
        """One stands still for longer than its leases last, and goes on as if nothing had been."""
        victim = chance.choice(self.running)
        victim.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        if victim.returncode is None:
            victim.send_signal(signal.SIGCONT)

    async def stop(self) -> list[int]:
        """All are told to end, once they are at work; how they ended."""
        await self.all_started()
        for process in self.running:
            process.terminate()
        return [await asyncio.wait_for(process.wait(), 30) for process in self.running]


@asynccontextmanager
async def workers(url: str, home: Path, count: int) -> AsyncIterator[Workers]:
    """Some workers; none is left behind."""
    made = Workers(url, home)
    try:
        for _ in range(count):
            await made.start()
        yield made
    finally:
        for process in made.running:
            if process.returncode is None:
                process.kill()
                await process.wait()


def moody(chance: random.Random) -> Any:
    """An endpoint that fails, hangs and dawdles."""

    def behave(_arrival: Arrival) -> Manner:
        mood = chance.random()
        if mood < 0.15:
            return Manner(status=chance.choice([500, 503, 429, 404, 301]), body="not now")
        if mood < 0.18:
            return Manner(hangs=True)
        return Manner(wait=chance.random() * 0.3 if mood < 0.35 else 0.0)

    return behave


@dataclass(kw_only=True)
class Scene:
    """Two partners with a webhook each."""

    books: Books
    owner: asyncpg.Connection
    receiver: Receiver
    secrets: dict[str, list[str]]
    hooks: dict[str, UUID]

    @property
    def partners(self) -> Mapping[str, UUID]:
        """Who listens where."""
        return {"/shop": self.books.shop.partner_id, "/maker": self.books.maker.partner_id}

    async def rotate(self, path: str) -> None:
        """The webhook gets another secret, and signs with both for an hour."""
        partner_id = PartnerId(self.partners[path])
        command = RotateSecret(
            partner_id=partner_id, idempotency_key=uuid4().hex, webhook_id=self.hooks[path], grace=timedelta(hours=1)
        )
        done = await transacted(
            self.books.database,
            managing.rotate_secret,
            command,
            MANAGER,
            key=KEYS.webhooks,
            now=datetime.now(UTC),
            sight=Sight.partner(partner_id),
        )
        self.secrets[path].append(done.secret)

    async def open(self) -> int:
        """How many events are still on their way."""
        count: int = await self.owner.fetchval(
            "SELECT (SELECT count(*) FROM webhook_delivery WHERE state = 'WAITING')"
            " + (SELECT count(*) FROM event WHERE number IS NULL)"
        )
        return count

    async def settled(self, seconds: float) -> None:
        """Wait until nothing is on its way."""
        for _ in range(int(seconds * 4)):
            if not await self.open():
                return
            await asyncio.sleep(0.25)
        states = await self.owner.fetch("SELECT state, reason, failures FROM webhook")
        raise AssertionError(f"{await self.open()} are still on their way: {states}")


@asynccontextmanager
async def a_scene(books: Books, owner: asyncpg.Connection, chance: random.Random) -> AsyncIterator[Scene]:
    """Both partners listen at one moody endpoint, each at a path of its own."""
    async with a_receiver(moody(chance)) as receiver:
        scene = Scene(books=books, owner=owner, receiver=receiver, secrets={}, hooks={})
        for path, partner_id in scene.partners.items():
            made = await a_webhook(
                books.database,
                partner_id,
                url=receiver.url(path),
                subscribed=Subscribed(document=DOCUMENT, kinds=frozenset({EventKind.PURCHASE_RECORDED.value})),
            )
            scene.secrets[path], scene.hooks[path] = [made.secret or ""], made.webhook.webhook_id
        yield scene


async def trade(scene: Scene, weather: Weather, chance: random.Random, over: asyncio.Event) -> int:
    """Several writers sell to the same members at once, for one partner and the other, until the storm is over."""
    books = scene.books
    known = [await books.member() for _ in range(weather.members)]
    sold = count()

    async def write() -> None:
        while not over.is_set() or next(sold) < weather.purchases:
            who, whose = chance.choice(known), chance.choice(list(scene.partners.values()))
            bought = books.purchase(who, books.award(1, sponsor_id=whose), partner_id=whose)
            await books.posted(Door.PURCHASES, bought)
            await asyncio.sleep(chance.random() * weather.pause)

    await asyncio.gather(*(write() for _ in range(weather.writers)))
    return next(sold)


async def storm(scene: Scene, weather: Weather, crew: Workers, chance: random.Random, over: asyncio.Event) -> None:
    """Workers die and stall, and secrets are changed."""
    happenings = ["death"] * weather.deaths + ["stall"] * weather.stalls + ["rotation"]
    chance.shuffle(happenings)
    for happening in happenings:
        await asyncio.sleep(0.5 + chance.random() * 2)
        if happening == "death":
            await crew.kill_one(chance)
        elif happening == "stall":
            await crew.stall_one(chance, HASTY.lease.total_seconds() + 1)
        else:
            await scene.rotate(chance.choice(list(scene.partners)))
    over.set()


async def prove(scene: Scene) -> None:
    """What has to hold when all is over."""
    rows = await scene.owner.fetch("SELECT * FROM event WHERE kind = 'PURCHASE_RECORDED' ORDER BY number")
    events = {row["position"]: row for row in rows}
    arrived: dict[str, list[int]] = defaultdict(list)
    names: dict[int, set[str]] = defaultdict(set)
    for one in scene.receiver.arrivals:
        assert any(verifies(one, secret) for secret in scene.secrets[one.path]), one.headers
        viewer = Viewer(audience=Audience.PARTNER, partner_id=PartnerId(scene.partners[one.path]))
        (event_id,) = sealed_for(viewer).decode("Event", one.event["id"])
        assert events[event_id.int]["partner_id"] == scene.partners[one.path], "nothing of another partner's arrives"
        arrived[one.path].append(event_id.int)
        names[event_id.int].add(one.message_id)
    assert set(names) == set(events), "every event arrived"
    assert {len(found) for found in names.values()} == {1}, "a message has one name however often it comes"
    for path, order in arrived.items():
        in_order(list(dict.fromkeys(order)), events, path)
    assert await scene.owner.fetchval("SELECT count(*) FROM webhook_delivery") == len(events)
    assert await scene.owner.fetchval("SELECT count(*) FROM webhook_lane WHERE waiting <> 0 OR lease IS NOT NULL") == 0


def verifies(arrival: Arrival, secret: str) -> bool:
    """Whether a message bears a signature under a secret; those of a long storm are older than five minutes."""
    try:
        arrival.verified(secret)
    except WebhookVerificationError as problem:
        return "too old" in str(problem)
    return True


def in_order(firsts: list[int], events: Mapping[int, asyncpg.Record], path: str) -> None:
    """Without doubles, the events of each wallet came in the order of its versions."""
    sequences: dict[UUID, list[int]] = defaultdict(list)
    for position in firsts:
        sequences[events[position]["wallet_id"]].append(events[position]["sequence"])
    assert all(found == sorted(found) for found in sequences.values()), (path, sequences)


async def live_through(weather: Weather, books: Books, owner: asyncpg.Connection, url: str, home: Path) -> None:
    """The whole storm, and the proof after it."""
    chance, over = random.Random(weather.seed), asyncio.Event()
    async with a_scene(books, owner, chance) as scene, workers(url, home, weather.workers) as crew:
        await crew.all_started()
        await asyncio.gather(trade(scene, weather, chance, over), storm(scene, weather, crew, chance, over))
        await scene.settled(weather.patience)
        assert set(await crew.stop()) == {0}, "who is told to stop ends well"
        await prove(scene)
    events = len({one.message_id for one in scene.receiver.arrivals})
    sys.stdout.write(f"{events} events, {len(scene.receiver.arrivals)} arrivals; {weather}\n")


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    """A coalition with a shop and a maker."""
    async with a_ledger(database, database_url) as made:
        yield made


@pytest.mark.slow
async def test_nothing_is_lost_or_overtaken_while_workers_die(
    books: Books, owner: asyncpg.Connection, database_url: str, tmp_path: Path
) -> None:
    weather = Weather(
        seed=7, writers=2, members=4, purchases=16, pause=0.3, workers=3, deaths=1, stalls=1, patience=120
    )
    await live_through(weather, books, owner, database_url, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
async def test_nothing_is_lost_or_overtaken_in_a_long_storm(
    books: Books, owner: asyncpg.Connection, database_url: str, tmp_path: Path, seed: int
) -> None:
    weather = Weather(
        seed=seed, writers=6, members=20, purchases=600, pause=0.3, workers=4, deaths=40, stalls=5, patience=600
    )
    await live_through(weather, books, owner, database_url, tmp_path)
