"""A maker with a batch of codes, a shop, members who enter them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlmodel import col, select

from domain.codes import entering, ordering, printing
from domain.codes.batches import Batch, OrderBatch, ProductPart
from domain.codes.entering import Entered, Looked, Naming
from domain.codes.errors import CodeNotAccepted
from domain.codes.models import BatchKind, CodeTry
from domain.earning.rules import Flat, Rule
from domain.earning.terms import Sponsor
from domain.earning.tills import Caches
from domain.earning.when import When
from domain.ids import PartnerId
from domain.ledger.queries import balance
from domain.members.recognition import KnownMember
from domain.storage import COALITION, Database, Sight
from domain.surveys.answers import Answers
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import KEYS, World, a_world, acting

CODES = When(triggers=frozenset({"CODE"}))
HOUR = timedelta(hours=1)


@dataclass
class Pantry:
    """Where it happens."""

    world: World
    now: datetime = NOW
    numbers: Any = field(default_factory=lambda: count(1))
    key: bytes = KEYS.lookup
    caches: Caches = field(default_factory=lambda: Caches.fresh("EUR", "Europe/Riga"))

    @property
    def database(self) -> Database:
        """Where all is kept."""
        return self.world.database

    @property
    def maker(self) -> PartnerId:
        """Who makes the milk."""
        return self.world.maker

    async def ordered(self, kind: BatchKind = BatchKind.RANDOM, codes: int = 20, **terms: Any) -> Batch:
        """A batch for milk."""
        terms = {"name": "Milk in spring", "products": (ProductPart(sku="milk", count=codes),), **terms}
        async with acting(self.database, Sight.partner(self.maker)) as session:
            return await ordering.order(session, self.maker, OrderBatch(kind=kind, **terms), now=self.now)

    async def printed(self, batch: Batch, reason: str | None = None) -> list[str]:
        """Its codes, from the file."""
        async with acting(self.database, Sight.partner(self.maker)) as session:
            asked = await ordering.print_again(session, self.maker, batch.batch_id, reason=reason, now=self.now)
        async with acting(self.database, Sight.partner(self.maker)) as session:
            taken = await ordering.take(session, self.maker, asked.print_id, now=self.now)
        chunks = printing.printed(self.database.pool, taken, key=self.key, site="https://h")
        return [one.code async for chunk in chunks for one in chunk]

    async def step(self, step: Any, batch: Batch, **said: Any) -> Any:
        """A step of the maker's."""
        async with acting(self.database, Sight.partner(self.maker)) as session:
            return await step(session, self.maker, batch.batch_id, **said)

    async def live(self, kind: BatchKind = BatchKind.RANDOM, codes: int = 20, **terms: Any) -> tuple[Batch, list[str]]:
        """A batch whose codes are accepted, and they."""
        batch = await self.ordered(kind, codes, **terms)
        printed = await self.printed(batch)
        return await self.step(ordering.put_live, batch, now=self.now), printed

    async def paying(self, rule: Rule | None = None, **terms: Any) -> None:
        """A campaign of the maker's that pays for codes."""
        usual = {"when": CODES, "partners": frozenset({self.maker}), "sponsors": (Sponsor(self.maker),)}
        await self.world.live(rule or Flat(points=50), owner=self.maker, **usual | terms)

    async def member(self) -> KnownMember:
        """Somebody with a card of the shop."""
        return await self.world.member(f"CARD{next(self.numbers):04}")

    async def looks(self, who: KnownMember | None, code: str, through: PartnerId | None = None) -> Looked:
        """Somebody asks what a code is for."""
        naming = Naming(code=code, member=who, through=through, network="192.0.2.1")
        return await entering.look_up(self.database.pool, naming, key=self.key, now=self.now)

    async def enters(
        self,
        who: KnownMember,
        code: str,
        through: PartnerId | None = None,
        looked: Looked | None = None,
        answers: Answers | None = None,
    ) -> Entered:
        """Somebody enters a code."""
        naming = Naming(code=code, member=who, through=through, network="192.0.2.1")
        pool, keys = self.database.pool, replace(KEYS, lookup=self.key)
        looked = looked or await entering.look_up(pool, naming, key=self.key, now=self.now)
        return await entering.enter(pool, naming, looked, answers, caches=self.caches, keys=keys, now=self.now)

    async def refuses(self, who: KnownMember, code: str) -> str:
        """Why a code is not accepted, as nobody is told."""
        with pytest.raises(CodeNotAccepted):
            await self.enters(who, code)
        async with acting(self.database, COALITION) as session:
            latest = select(CodeTry.became).order_by(col(CodeTry.try_id).desc()).limit(1)
            return (await session.execute(latest)).scalar_one()

    async def points(self, who: KnownMember) -> int:
        """What somebody has."""
        held = await balance(self.database.pool, who.wallet_id, sight=COALITION, now=self.now)
        return int(held.available) + int(held.pending)


async def a_pantry(database: Database) -> Pantry:
    """The maker and the shop of the usual world."""
    return Pantry(await a_world(database))
