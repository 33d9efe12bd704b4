"""What members gave to charities by redeeming rewards, and what partners added to it: counted and shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import asyncpg
import orjson

from domain.earning.forms import read_parts
from domain.members.recognition import KnownMember
from domain.rewards.pricing import matched
from domain.rewards.worths import Worth

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

FEWEST_SHOWN = 10
"""Fewer members than this are not counted in public."""

_GIVEN = "SELECT * FROM gifts_given($1, $2, $3)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Giving:
    """What came together for a charity, in minor units of the coalition's currency."""

    charity: str
    gifts: int
    """How many there were."""
    given: int
    """By members, with their points."""
    matched: int
    """By partners, on top."""
    members: int | None
    """How many members gave; None: fewer than ten."""


async def giving(pool: Pool, charity: str | None = None) -> list[Giving]:
    """What came together for one charity, or for each, by its name."""
    return _sums(await pool.fetch(_GIVEN, charity, None, None))


async def given_by(pool: Pool, member: KnownMember, charity: str | None = None) -> list[Giving]:
    """What one member gave, and what was added to it."""
    return _sums(await pool.fetch(_GIVEN, charity, member.wallet_id, member.member_id))


def _sums(rows: list[asyncpg.Record]) -> list[Giving]:
    sums: dict[str, Giving] = {}
    for row in rows:
        worth = read_parts(Worth, orjson.loads(row["worth"]))
        before = sums.get(row["charity"])
        sums[row["charity"]] = Giving(
            charity=row["charity"],
            gifts=(before.gifts if before else 0) + row["pieces"],
            given=(before.given if before else 0) + row["pieces"] * (worth.gift or 0),
            matched=(before.matched if before else 0) + row["pieces"] * matched(worth),
            members=row["members"] if row["members"] >= FEWEST_SHOWN else None,
        )
    return list(sums.values())
