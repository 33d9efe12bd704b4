"""As of any date: whatever happened since, the same figures come out as were kept then."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import text

from domain.liability import evaluating, reading
from domain.liability.cohorts import cohorts_of
from domain.liability.models import Basis, MovementKind, ReserveFinding
from domain.liability.movements import RecordMovement, record
from domain.settlement import finishing
from domain.storage import Database
from tests.domain.settlement.trading import ANNA, HYBRID, Member, Trading, a_coalition

BANDED = HYBRID | {"bands": [(1500, "0.009")]}


@dataclass
class Life:
    """Points earned, spent, given back and expired by chance, cycles closed, and figures kept meanwhile."""

    trading: Trading
    members: list[Member]
    chance: Random
    kept: list[ReserveFinding] = field(default_factory=list)
    lots: list[tuple[Member, str, UUID, int]] = field(default_factory=list)

    async def months(self, many: int) -> None:
        """So many months."""
        trading, chance = self.trading, self.chance
        for month in range(many):
            for _ in range(6):
                await self.deed(chance.choice(self.members))
                trading.now += timedelta(days=chance.randint(0, 4), hours=1)
                if chance.random() < 0.5:
                    await self.keep()
            trading.now += timedelta(days=20)
            if chance.random() < 0.7:
                await close(trading, chance, month)

    async def keep(self) -> None:
        """The figures of now; then a moment passes."""
        async with self.trading.session() as session:
            found = await evaluating.position(session, as_of=self.trading.now)
            self.kept.append(await evaluating.keep(session, found, now=self.trading.now))
        self.trading.now += timedelta(seconds=1)

    async def deed(self, member: Member) -> None:
        """Something happens to somebody's points."""
        trading, chance = self.trading, self.chance
        sponsor, points = chance.choice("PQ"), chance.randint(1, 900)
        match chance.choice(["earn", "earn", "redeem", "redeem", "back", "expire"]):
            case "earn":
                lives = timedelta(days=chance.randint(20, 200)) if chance.random() < 0.5 else None
                lot_id = await trading.earn(member, sponsor, {sponsor: points}, lives=lives)
                self.lots.append((member, sponsor, lot_id, points))
            case "redeem":
                await trading.expire(member)
                if await available(trading, member) > points:
                    spent = await trading.redeem(member, "R", points)
                    await trading.reverse(member, "R", spent, chance.randint(1, points))
            case "back" if self.lots:
                whose, where, lot_id, earned = self.lots.pop(chance.randrange(len(self.lots)))
                await trading.give_back(whose, where, lot_id, chance.randint(1, earned))
            case _:
                await trading.expire(member)


async def available(trading: Trading, member: Member) -> int:
    """What a member can spend."""
    async with trading.session() as session:
        sql = "SELECT available FROM wallet WHERE wallet_id = :wallet_id"
        return (await session.execute(text(sql), {"wallet_id": member.wallet_id})).scalar_one()  # type: ignore[no-any-return]


async def close(trading: Trading, chance: Random, month: int) -> None:
    """A cycle is closed, paid perhaps, and money put into the reserve."""
    cycle = await trading.approve(await trading.close(trading.cycle))
    if chance.random() < 0.6:
        await trading.do(finishing.instruct, cycle.cycle_id, by=ANNA, now=trading.now)
        await trading.do(finishing.settle, cycle.cycle_id, now=trading.now)
    if chance.random() < 0.5:
        for cycle_id in await trading.do(reading.forgotten):
            await trading.do(reading.remember, cycle_id, now=trading.now)
    money = RecordMovement(
        kind=MovementKind.DEPOSIT,
        amount=Decimal(chance.randint(1, 20)),
        value_on=(trading.now + timedelta(days=chance.randint(-40, 40))).date(),
        note="by chance",
        idempotency_key=f"deposit of month {month}",
        by=ANNA,
    )
    await trading.do(record, money, now=trading.now)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 6))])
async def test_figures_of_any_past_instant_come_out_as_they_were_kept_then(database: Database, seed: int) -> None:
    chance = Random(seed)
    trading = await a_coalition(database, P=BANDED, Q=HYBRID | {"share_at_issuance": "1"}, R=HYBRID)
    life = Life(trading, [await trading.join() for _ in range(3)], chance)
    await life.months(7)
    assert len(life.kept) > 10
    for then in life.kept:
        found = await trading.do(evaluating.position, as_of=then.as_of)
        again = evaluating.finding_of(found, now=then.found_at)
        assert again.model_dump(exclude={"finding_id"}) == then.model_dump(exclude={"finding_id"})
    book = await trading.do(reading.point_book, as_of=trading.now)
    anew = await trading.do(reading.point_book, as_of=trading.now, anew=True)
    assert Counter(book.flows) == Counter(anew.flows)
    cohorts = cohorts_of(book.flows, book.months)
    assert sum(cohort.outstanding for cohort in cohorts) == await trading.do(reading.outstanding_now)
    assert {then.basis for then in life.kept} <= {Basis.DEVELOPED, Basis.ALL_OUTSTANDING}
