"""Alarms: batches that somebody guesses at, or that are entered as no buyers enter them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import asyncpg
import orjson
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.codes.errors import InvalidBatch
from domain.codes.models import CodeWatch
from domain.ids import PartnerId
from domain.storage import ReadSession, WriteSession, concerning, sight_of

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

TRIES_KEPT = timedelta(days=30)
MOST = 1_000_000

_RAISE = "SELECT * FROM raise_code_alarms($1::jsonb, $2)"
_FORGET = "SELECT forget_code_tries($1)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From how many on an alarm rings, of one batch; for codes that are nobody's the usual ones hold."""

    misses: int = 100
    """Codes that were not accepted, in an hour."""
    entries: int = 5_000
    """Codes that were, in an hour."""
    one_address: int = 200
    """Entries from one network address, in a day."""
    one_member: int = 20
    """Entries of one member, in a day."""
    one_outlet: int = 500
    """Entries at one outlet, in a day."""
    early: int = 3
    """Codes named before their batch was live, in a day."""
    holds: bool = False
    """Whether an alarm puts its batch on hold."""

    def __post_init__(self) -> None:
        for name in (one.name for one in fields(self) if one.name != "holds"):
            if not 1 <= getattr(self, name) <= MOST:
                raise InvalidBatch(f"{name} is between 1 and {MOST:,}", path=(name,))

    def to_json(self) -> dict[str, Any]:
        """As the rows hold it."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


USUAL = Thresholds()


@dataclass(frozen=True, slots=True)
class Watched:
    """What a turn came to."""

    raised: int = 0
    held: int = 0
    forgotten: int = 0

    @property
    def anything(self) -> bool:
        """Whether there is something to tell."""
        return bool(self.raised or self.held or self.forgotten)


async def watch(pool: Pool, *, now: datetime) -> Watched:
    """Ring for what goes beyond the thresholds, each once in its hour or day, and forget tries after a month."""
    row = await pool.fetchrow(_RAISE, orjson.dumps(USUAL.to_json()).decode(), now)
    assert row is not None
    return Watched(row["raised"], row["held"], await pool.fetchval(_FORGET, now - TRIES_KEPT))


async def thresholds_of(session: ReadSession, partner_id: PartnerId) -> Thresholds:
    """A maker's thresholds; the usual ones, where it has not said otherwise."""
    rows = await session.scalars(
        select(CodeWatch).where(
            col(CodeWatch.partner_id) == partner_id, concerning(sight_of(session), col(CodeWatch.partner_id))
        )
    )
    row = rows.one_or_none()
    return USUAL if row is None else Thresholds(**{one.name: getattr(row, one.name) for one in fields(Thresholds)})


async def change(session: WriteSession, partner_id: PartnerId, thresholds: Thresholds, *, now: datetime) -> Thresholds:
    """Set a maker's thresholds."""
    values = {**thresholds.to_json(), "changed_at": now}
    statement = insert(CodeWatch).values(partner_id=partner_id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["partner_id"], set_=values))
    return thresholds
