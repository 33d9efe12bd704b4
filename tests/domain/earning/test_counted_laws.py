"""Any sequence of purchases, actions and returns gives what a model on paper gives, and leaves what it leaves."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from domain.earning.acting import record_action
from domain.earning.action_commands import ActionReceipt
from domain.earning.bounds import Budget, Cap, CapOf
from domain.earning.commands import PurchaseReceipt
from domain.earning.matching import LineMatch
from domain.earning.periods import Period
from domain.earning.prizes import Prize, Token, TokenKind
from domain.earning.rerating import ReturnedLine
from domain.earning.returning import record_return
from domain.earning.rules import Card, Counted, Flat, Mark, Milestones, RatePerUnit
from domain.earning.stacking import Mode, Stacking
from domain.earning.tills import Caches
from domain.earning.when import When
from domain.members.identifiers import Identifier
from domain.members.recognition import MemberRef
from domain.storage import Database
from domain.values import Rate
from tests.domain.earning.builders import NOW, line
from tests.domain.earning.paper import BUDGET, DAILY, SHARED, Deed, Paper
from tests.domain.earning.test_acting import action
from tests.domain.earning.test_purchases import purchase, record
from tests.domain.earning.test_returning import returned
from tests.domain.earning.world import KEYS, World, a_world

MEMBERS = ("CARD0001", "CARD0002", "CARD0003")
WEEK = Stacking(mode=Mode.BEST, group="week")
KICK = Cap(most=SHARED, period=Period.MONTH, shared="kick")
STILL_THERE = """SELECT c.name, sum(l.remaining)::int AS points FROM lot l
    JOIN campaign c ON c.campaign_id = l.campaign_id AND c.version = l.campaign_version GROUP BY c.name"""
TALLIES = "SELECT wallet_id, key, counted, rewarded FROM tally"
TOKENS = "SELECT count(*) FROM token WHERE taken_back_entry IS NULL"
LEFT = "SELECT sum(left_amount)::int FROM allowance_slice"


def lines_of(category: str) -> LineMatch:
    """Goods of a category."""
    return LineMatch(categories=frozenset({category}))


def on(kind: str) -> When:
    """Actions of a type."""
    return When(triggers=frozenset({kind}))


async def campaigns(world: World) -> None:
    """Those that the paper knows."""
    coffee = Token(kind=TokenKind.COUPON, name="A coffee")
    marks = (Mark(at=3000, prize=Prize(points=20)), Mark(at=6000, prize=Prize(points=40)))
    twice = Cap(most=2, of=CapOf.TIMES, hours=24)
    await world.live(
        RatePerUnit(points=Rate(1)), name="Base", caps=(Cap(most=DAILY, period=Period.DAY),), return_days=14
    )
    await world.live(Card(every=3, prize=Prize(points=50, token=coffee)), name="Card")
    await world.live(Milestones(marks=marks, counted=Counted.AMOUNT, period=Period.MONTH), name="Marks")
    await world.live(Flat(points=10, lines=lines_of("DAIRY")), name="Milk", stacking=WEEK)
    await world.live(Flat(points=14, minimum=2500), name="Large", stacking=WEEK)
    await world.live(Flat(points=9, lines=lines_of("WINE")), name="Kick", caps=(KICK,))
    await world.live(Flat(points=9), name="Kick", caps=(KICK,), when=on("CHECK_IN"))
    await world.live(Flat(points=5), name="Visit", caps=(twice,), when=on("VISIT"))
    await world.live(Flat(points=3), name="Gift", budget=Budget(points=BUDGET))


@dataclass
class Play:
    """A sequence under way, in the books and on paper."""

    world: World
    chance: random.Random
    caches: Caches = field(default_factory=lambda: Caches.fresh("EUR", "Europe/Riga"))
    paper: Paper = field(default_factory=Paper)
    now: datetime = NOW
    number: int = 0
    bought: list[tuple[PurchaseReceipt, Deed, tuple[int, int]]] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)

    async def step(self) -> None:
        """Something happens a while later."""
        self.now += timedelta(minutes=self.chance.choice([1, 60, 60 * 7, 60 * 30]))
        self.number += 1
        await self.chance.choice([self.buy, self.buy, self.buy, self.give_back, self.act, self.act])()

    async def buy(self) -> None:
        """A basket of milk, wine or both."""
        member = self.chance.choice(MEMBERS)
        milk, wine = self.chance.choice([(700, 0), (0, 1250), (1999, 640), (3300, 1100), (99, 0)])
        lines = [line(1, "milk", milk, "2")] * bool(milk) + [line(2, "wine", wine)] * bool(wine)
        command = purchase(
            self.world, *lines, key=f"purchase-{self.number:04}", member=named(member), occurred_at=self.now
        )
        receipt = await record(self.world, self.caches, command, now=self.now)
        deed = self.paper.buy(member, self.now, milk, wine)
        self.compare(receipt, deed)
        self.bought.append((receipt, deed, (milk, wine)))

    async def act(self) -> None:
        """A visit or a check-in."""
        member, kind = self.chance.choice(MEMBERS), self.chance.choice(["VISIT", "CHECK_IN"])
        command = action(self.world, kind, key=f"action-{self.number:04}", member=named(member), occurred_at=self.now)
        pool = self.world.database.pool
        receipt = await record_action(pool, command, caches=self.caches, lookup_key=KEYS.lookup, now=self.now)
        done = self.paper.visit if kind == "VISIT" else self.paper.check_in
        self.compare(receipt, done(member, self.now))

    async def give_back(self) -> None:
        """All of a purchase comes back, at once or first a part of it."""
        if not self.bought:
            return
        receipt, deed, (milk, _) = self.bought.pop(self.chance.randrange(len(self.bought)))
        parts: list[tuple[ReturnedLine, ...] | None] = [None]
        if milk and self.chance.random() < 0.5:
            parts.insert(0, (ReturnedLine(1, Decimal(1)),))
        for place, goods in enumerate(parts):
            command = returned(self.world, receipt, key=f"return-{self.number:04}-{place}")
            command = replace(command, lines=goods, occurred_at=self.now)
            await record_return(self.world.database.pool, command, lookup_key=KEYS.lookup, now=self.now)
        self.paper.take_back(deed)
        self.deeds.remove(deed)

    def compare(self, receipt: PurchaseReceipt | ActionReceipt, deed: Deed) -> None:
        """The books gave what the paper gives."""
        given: Counter[str] = Counter()
        for award in receipt.awards:
            given[award.campaign.terms.name] += int(award.points)
        assert given == +deed.points
        assert len(receipt.tokens) == deed.tokens
        self.deeds.append(deed)

    async def same(self, owner: asyncpg.Connection[Any]) -> None:
        """What is there is what the paper has, and no bound was passed."""
        there = {row["name"]: row["points"] for row in await owner.fetch(STILL_THERE) if row["points"]}
        expected: Counter[str] = Counter()
        for deed in self.deeds:
            expected += deed.points
        assert there == dict(+expected)
        assert await owner.fetchval(TOKENS) == sum(deed.tokens for deed in self.deeds)
        assert await owner.fetchval(LEFT) == BUDGET - self.paper.given
        assert max(self.paper.base.values(), default=0) <= DAILY
        assert max(self.paper.kicks.values(), default=0) <= SHARED
        counted = sum(row["counted"] for row in await owner.fetch(TALLIES) if "/stamps/" in row["key"])
        assert counted == sum(self.paper.stamps.values()) + sum(self.paper.spent.values())


def named(card: str) -> MemberRef:
    """The holder of a card."""
    return MemberRef(identifier=Identifier.card(card))


async def played(database: Database, owner: asyncpg.Connection[Any], seed: int, steps: int) -> Play:
    """A sequence, compared after each step."""
    world = await a_world(database)
    for card in MEMBERS:
        await world.member(card)
    await campaigns(world)
    play = Play(world, random.Random(seed))
    for _ in range(steps):
        await play.step()
        await play.same(owner)
    return play


@pytest.mark.parametrize("seed", [1, 2])
async def test_any_sequence_gives_what_the_paper_gives(
    database: Database, owner: asyncpg.Connection[Any], seed: int
) -> None:
    play = await played(database, owner, seed, 40)
    await play.world.prove()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 30))
async def test_long_sequences_give_what_the_paper_gives(
    database: Database, owner: asyncpg.Connection[Any], seed: int
) -> None:
    play = await played(database, owner, seed, 150)
    await play.world.prove()


async def test_when_all_has_come_back_nothing_is_left(database: Database, owner: asyncpg.Connection[Any]) -> None:
    play = await played(database, owner, 3, 25)
    while play.bought:
        play.number += 1
        await play.give_back()
    await play.same(owner)
    left = await owner.fetch("SELECT key FROM tally WHERE (counted, rewarded) <> (0, 0) AND key !~ 'points|times'")
    assert left == []
    await play.world.prove()
