"""Time does its work: points become available, holds lapse, lots expire. The worker sweeps, and so does a replay.

Nothing waits for a sweep: what is due counts as done in every answer; a sweep only writes it down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeAlias

import asyncpg

from domain.ledger.moving import finish_moves
from domain.ledger.posting import persistently

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

WALLETS_AT_ONCE = 500

STEPS = (("RELEASE", "post_releases"), ("LAPSE", "post_lapses"), ("EXPIRY", "post_expiries"))
"""In this order: points given back by a hold may have expired meanwhile."""


@dataclass(frozen=True, slots=True)
class Swept:
    """How many entries a sweep wrote."""

    released: int
    lapsed: int
    expired: int


async def sweep(pool: Pool, *, now: datetime) -> Swept:
    """Finish moves left half done, then write down all that is due, in batches of wallets, until nothing is."""
    await finish_moves(pool, now=now)
    done = dict.fromkeys((what for what, _door in STEPS), 0)
    while True:
        before = sum(done.values())
        for what, door in STEPS:
            done[what] += await _step(pool, what, door, now)
        if sum(done.values()) == before:
            return Swept(*done.values())


async def _step(pool: Pool, what: str, door: str, now: datetime) -> int:
    total = 0
    while due := await pool.fetchval("SELECT wallets_due($1, $2, $3)", what, now, WALLETS_AT_ONCE):
        written = await persistently(partial(pool.fetchval, f"SELECT {door}($1, $2)", due, now))
        if not written:  # somebody else was faster
            break
        total += written
    return total
