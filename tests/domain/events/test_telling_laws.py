"""Whatever happens, in any order: each entry is told to exactly those it concerns, and nothing else is told."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from domain.ledger.errors import HoldOpen
from domain.ledger.moving import merge_members
from domain.ledger.posting import Door
from domain.ledger.postings import Posting, PurchasePosting
from domain.members.recognition import KnownMember
from tests.builders.ledger import DAY, Books
from tests.domain.events.builders import allow, forbid

STEPS = 60
ENTRIES = """
SELECT e.wallet_id, e.version, e.kind, CASE WHEN e.kind = 'LAPSE' THEN o.partner_id ELSE e.partner_id END AS partner_id,
    EXISTS (SELECT FROM transfer t WHERE t.wallet_id = e.wallet_id AND t.entry_id = e.entry_id) AS moves
FROM entry e LEFT JOIN entry o ON o.wallet_id = e.wallet_id AND o.entry_id = e.refers_to
"""
DEEDS = {
    "PURCHASE": "PURCHASE_RECORDED",
    "RETURN": "PURCHASE_RETURNED",
    "AUTHORIZATION": "REDEMPTION_AUTHORIZED",
    "CAPTURE": "REDEMPTION_CAPTURED",
    "REDEMPTION": "REDEMPTION_CAPTURED",
    "VOID": "REDEMPTION_VOIDED",
    "LAPSE": "REDEMPTION_LAPSED",
    "REVERSAL": "REDEMPTION_REVERSED",
}
Place = tuple[UUID, int]
Telling = tuple[UUID, str, bool]


class Life:
    """Three members, two partners, and a model of who may see what."""

    def __init__(self, books: Books, members: list[KnownMember], seed: int) -> None:
        self.books = books
        self.members = members
        self.chance = random.Random(seed)
        self.seers: dict[UUID, set[UUID]] = {member.wallet_id: set() for member in members}
        self.bought: list[tuple[KnownMember, PurchasePosting]] = []
        self.spent: list[tuple[KnownMember, Posting]] = []
        self.held: list[tuple[KnownMember, Posting]] = []
        self.expected: dict[Place, set[Telling]] = {}

    @property
    def who(self) -> KnownMember:
        """Anybody."""
        return self.chance.choice(self.members)

    async def step(self) -> None:
        """Something happens; who is concerned is noted by who could see what before it."""
        steps: list[Callable[[], Awaitable[object]]] = [
            *[self._buy] * 12,
            *[self._redeem, self._hold, self._end, self._reverse, self._give_back] * 4,
            *[self._wait, self._change_mind] * 3,
            self._merge,
        ]
        before = {wallet: set(seers) for wallet, seers in self.seers.items()}
        await self.chance.choice(steps)()
        for row in await self.books.owner.fetch(ENTRIES):
            place = (row["wallet_id"], row["version"])
            if place not in self.expected:
                self.expected[place] = self._concerned(row, before[row["wallet_id"]])

    @staticmethod
    def _concerned(row: object, seers: set[UUID]) -> set[Telling]:
        kind, doer, moves = row["kind"], row["partner_id"], row["moves"]  # type: ignore[index]
        deed, seeing = DEEDS.get(kind), seers if moves else set()
        own = {(doer, deed, doer in seeing)} if deed else set()
        return own | {(seer, "BALANCE_CHANGED", True) for seer in seeing if not (deed and seer == doer)}

    async def _buy(self) -> None:
        who, partner = self.who, self.chance.choice([self.books.shop, self.books.maker])
        awards = [self.books.award(self.chance.randint(1, 50), wait=self.chance.choice([0, 2]) * DAY, last=20 * DAY)]
        bought = self.books.purchase(who, *awards[: self.chance.choice([0, 1, 1, 1])], partner_id=partner.partner_id)
        await self.books.posted(Door.PURCHASES, bought)
        self.bought.append((who, bought))

    async def _redeem(self) -> None:
        who = self.who
        spending = self.books.redemption(who, self.chance.randint(1, 30))
        if (await self.books.ask(Door.REDEMPTIONS, spending)).stands:
            self.spent.append((who, spending))

    async def _hold(self) -> None:
        who = self.who
        holding = self.books.redemption(who, self.chance.randint(1, 30), hold_for=timedelta(hours=1))
        if (await self.books.ask(Door.REDEMPTIONS, holding)).stands:
            self.held.append((who, holding))

    async def _end(self) -> None:
        if self.held:
            who, holding = self.held.pop()
            ending = self.books.capture(who, holding, self.chance.choice([0, 1]))
            if (await self.books.ask(Door.CAPTURES, ending)).stands and ending.points:
                self.spent.append((who, ending))

    async def _reverse(self) -> None:
        if self.spent:
            who, spending = self.chance.choice(self.spent)
            await self.books.ask(Door.REVERSALS, self.books.reversal(who, spending))

    async def _give_back(self) -> None:
        if self.bought:
            who, bought = self.chance.choice(self.bought)
            claims = [award.points for award in bought.awards]
            goods = self.books.goods(who, bought, *claims, partner_id=bought.partner_id)
            await self.books.ask(Door.RETURNS, goods)

    async def _wait(self) -> None:
        self.books.now += self.chance.choice([timedelta(minutes=10), timedelta(hours=2), 3 * DAY, 12 * DAY])
        await self.books.sweep()

    async def _change_mind(self) -> None:
        who, partner = self.who, self.chance.choice([self.books.shop, self.books.maker]).partner_id
        if partner in self.seers[who.wallet_id]:
            await forbid(self.books, who, partner)
            self.seers[who.wallet_id].discard(partner)
        else:
            await allow(self.books, who, partner)
            self.seers[who.wallet_id].add(partner)

    async def _merge(self) -> None:
        if len(self.members) == 1:
            return
        old, new = self.chance.sample(self.members, 2)
        try:
            await merge_members(self.books.pool, old, new, now=self.books.now)
        except HoldOpen:
            return
        self.members.remove(old)
        self.seers[new.wallet_id] |= self.seers[old.wallet_id]
        self.seers[old.wallet_id] = set()


@pytest.mark.parametrize("seed", range(8))
async def test_each_entry_is_told_to_exactly_those_it_concerns(books: Books, seed: int) -> None:
    life = Life(books, [await books.member() for _ in range(3)], seed)
    for _ in range(STEPS):
        await life.step()
    rows = await books.owner.fetch("SELECT * FROM event WHERE sequence IS NOT NULL")
    told: dict[Place, set[Telling]] = {place: set() for place in life.expected}
    for row in rows:
        told[row["wallet_id"], row["sequence"]].add((row["partner_id"], row["kind"], row["balance_seen"]))
    assert told == life.expected
    assert len(rows) == sum(len(tellings) for tellings in told.values()), "nobody was told twice"
    assert len(rows) > STEPS / 3
