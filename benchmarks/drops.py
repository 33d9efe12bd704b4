"""Claims of one limited drop beside redemptions without a stock, on one server in one run.

    python3 benchmarks/drops.py [--seconds 4] [--members 4000] [--json]

Absolute figures belong to the machine; the ratios are what is compared. Commits are durable (fsync on).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks.posting import CLIENTS, NOW, World, rate, world
from domain.ids import PartnerId, RewardId
from domain.ledger.posting import Door, post
from domain.ledger.postings import Award, PurchasePosting, RedemptionPosting, RewardTaken
from domain.rewards import managing, stocking
from domain.rewards.terms import Reward, RewardKind, RewardTerms, Step, Worth
from domain.storage import COALITION, Database, ReadSession, WriteSession, opened
from hansa.migrating import migrate
from hansa.postgres import EmbeddedPostgres

POINTS = 10**9
PLENTY = 10**8
"""Pieces that no run comes near to."""
SLICES = "UPDATE allowance SET slices = $1, spread = $1 WHERE kind = 'STOCK' AND subject_id = $2"
LAY = """
    WITH t AS (SELECT allowance_id, sum(left_amount) AS amount FROM allowance_slice GROUP BY 1)
    UPDATE allowance_slice s SET left_amount = CASE WHEN number < $1 THEN div(t.amount, $1::int)
        + CASE WHEN number = 0 THEN mod(t.amount, $1::int) ELSE 0 END ELSE 0 END
    FROM t JOIN allowance a USING (allowance_id) WHERE t.allowance_id = s.allowance_id AND a.subject_id = $2"""
LEFT = (
    "SELECT sum(left_amount)::bigint FROM allowance_slice JOIN allowance a USING (allowance_id) WHERE a.subject_id = $1"
)


async def filled(database: Database, place: World) -> None:
    """Every wallet has points that no run spends."""
    for start in range(0, len(place.wallets), 500):
        bought = [_purchase(place, wallet) for wallet in place.wallets[start : start + 500]]
        await post(database.pool, Door.PURCHASES, bought, now=NOW)


def _purchase(place: World, wallet: UUID) -> PurchasePosting:
    return PurchasePosting(
        **_head(place, wallet),
        currency="USD",
        total=0,
        numbers=[],
        skus=[],
        quantities=[],
        amounts=[],
        facts={"campaigns": []},
        awards=[Award(sponsor_id=place.retailer, points=POINTS, available_at=NOW)],
    )


def _head(place: World, wallet: UUID) -> dict[str, Any]:
    key = uuid4()
    return {
        "wallet_id": wallet,
        "member_id": wallet,
        "partner_id": place.retailer,
        "idempotency_key": str(key),
        "fingerprint": key.bytes * 2,
        "occurred_at": NOW,
    }


async def a_drop(database: Database, place: World, stock: int | None) -> Reward:
    """A live reward for a point."""
    owner = PartnerId(place.retailer)
    terms = RewardTerms(
        name="Drop",
        kind=RewardKind.GIFT,
        steps=(Step(points=1, worth=Worth(thing="A mug")),),
        partners=frozenset({owner}),
        starts_at=NOW,
        stock=stock,
    )
    async with database.session(COALITION) as session, session.begin():
        writing = WriteSession(ReadSession(session))
        drafted = await managing.draft(writing, owner, terms, now=NOW)
        return await managing.publish(writing, owner, drafted.reward_id, now=NOW)


def claim(place: World, wallet: UUID, reward: Reward | None) -> RedemptionPosting:
    """A point spent, on the reward if there is one."""
    taken = (
        None
        if reward is None
        else RewardTaken(
            reward_id=reward.reward_id,
            version=reward.version,
            owner_id=reward.partner_id,
            name=reward.terms.name,
            step=1,
            pieces=1,
            unit_points=1,
            money=0,
            currency="USD",
            worth={"thing": "A mug"},
            off=[],
            from_stock=reward.terms.stock is not None,
            fulfilment=reward.terms.fulfilment,
        )
    )
    return RedemptionPosting(**_head(place, wallet), points=1, reward=taken)


async def measured(url: str, seconds: float, members: int) -> dict[str, float]:
    """All the rates of one run."""
    await migrate(url)
    owner = await asyncpg.connect(url)
    async with opened(url, connections=CLIENTS) as database:
        place = await world(database, owner, members)
        await filled(database, place)
        free, drop = await a_drop(database, place, None), await a_drop(database, place, PLENTY)
        gone = await a_drop(database, place, 0)

        async def once(chance: Random, reward: Reward | None) -> int:
            await post(database.pool, Door.REDEMPTIONS, [claim(place, chance.choice(place.wallets), reward)], now=NOW)
            return 1

        rates = {"points": await rate(seconds, CLIENTS, lambda chance: once(chance, None))}
        rates["reward"] = await rate(seconds, CLIENTS, lambda chance: once(chance, free))
        rates["drop"] = await rate(seconds, CLIENTS, lambda chance: once(chance, drop))
        rates["gone"] = await rate(seconds, CLIENTS, lambda chance: once(chance, gone))
        await _hot(owner, drop.reward_id)
        rates["hot"] = await rate(seconds, CLIENTS, lambda chance: once(chance, drop))
        rates["end"] = await _to_the_end(database, owner, place, drop, seconds)
        rates["points_again"] = await rate(seconds, CLIENTS, lambda chance: once(chance, None))
    await owner.close()
    return rates


async def _hot(owner: asyncpg.Connection, reward_id: UUID) -> None:
    """Lay all pieces on one row: what slices do without."""
    await owner.execute(SLICES, 1, reward_id)
    await owner.execute(LAY, 1, reward_id)


async def _to_the_end(
    database: Database, owner: asyncpg.Connection, place: World, drop: Reward, seconds: float
) -> float:
    """A hundred pieces at a time, brought in whenever they are gone: nearly always near the end."""
    await owner.execute(SLICES, 16, drop.reward_id)
    await owner.execute(LAY, 16, drop.reward_id)

    async def add(pieces: int) -> None:
        async with database.session(COALITION) as session, session.begin():
            writing, whose = WriteSession(ReadSession(session)), PartnerId(place.retailer)
            await stocking.add(writing, whose, RewardId(drop.reward_id), pieces, by=None, now=NOW)

    await add(100 - await owner.fetchval(LEFT, drop.reward_id))

    async def once(chance: Random) -> int:
        asked = claim(place, chance.choice(place.wallets), drop)
        (verdict,) = await post(database.pool, Door.REDEMPTIONS, [asked], now=NOW)
        if verdict.stands:
            return 1
        await add(100)
        return 0

    return await rate(seconds, CLIENTS, once)


def shown(rates: dict[str, float]) -> Table:
    """The rates as a table, each beside redemptions of points alone."""
    table = Table(
        title=f"Redemptions, {CLIENTS} clients, one server, one run",
        caption="durable commits; ratios count, figures are the machine's",
    )
    for heading in ("work", "per second", "ratio"):
        table.add_column(heading, justify="left" if heading == "work" else "right")
    rows = {
        "points alone": "points",
        "  the same at the end of the run": "points_again",
        "a reward without a stock": "reward",
        "one drop, plenty left": "drop",
        "  its pieces on one row instead of 16 slices": "hot",
        "  a hundred pieces at a time, over and over": "end",
        "  none left: refused": "gone",
    }
    for label, name in rows.items():
        table.add_row(label, f"{rates[name]:,.0f}", f"{rates[name] / rates['points']:.2f}")
    return table


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--members", type=int, default=4_000)
    parser.add_argument("--json", action="store_true", help="figures for a machine")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hansa-bench-") as folder:
        server = EmbeddedPostgres(Path(folder))
        url = server.start()
        try:
            rates = uvloop.run(measured(url, arguments.seconds, arguments.members))
        finally:
            server.stop()
    if arguments.json:
        print(json.dumps(rates))
    else:
        Console().print(shown(rates))


if __name__ == "__main__":
    main()
