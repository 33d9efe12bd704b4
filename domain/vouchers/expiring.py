"""Vouchers whose term is over: for the worker alone."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import asyncpg

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_EXPIRE = "SELECT post_voucher_expiries($1, $2)"


async def expire(pool: Pool, *, now: datetime, most: int = 1000) -> int:
    """Mark vouchers past their term; says how many."""
    done = 0
    while batch := await pool.fetchval(_EXPIRE, now, most):
        done += batch
    return done
