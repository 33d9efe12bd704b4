"""Who gets the places is drawn by a seed promised from the start; the line that was drawn also says who comes next.

The tickets are those who applied, numbered from 0, and shuffled as those of sweepstakes (domain/rewards/lots.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import text

from domain.earning.basket import CLOCK_SKEW
from domain.rewards.lots import Ticket, digest_of, holder_of, shuffled
from domain.storage import ReadSession
from domain.trials.errors import TrialNotDrawn, TrialNotFound
from domain.trials.terms import TrialId

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

SETTLES = CLOCK_SKEW
"""How long somebody who applied at the last moment may still be on the way."""
AT_ONCE = 20
LARGEST_PAGE = 10_000

_DUE = "SELECT * FROM trials_to_draw($1, $2, $3)"
_KEEP = "SELECT keep_trial_draw($1, $2::int[], $3::text[], $4, $5)"
_TICKETS = "SELECT * FROM trial_tickets_told($1, $2, $3)"
_TOLD = text("SELECT * FROM trial_draws_told(CAST(:trials AS uuid[]))")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawTold:
    """What everybody is told of a trial's draw."""

    trial_id: UUID
    commitment: bytes
    """SHA-256 of the seed, told from the start."""
    seed: bytes | None
    """What it was drawn by; None: it is not drawn."""
    tickets: int
    """How many took part; before the draw, how many have applied."""
    digest: bytes | None
    """SHA-256 of a line for each ticket: number, ticket and holder."""
    drawn_at: datetime | None
    places: int
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTold:
    """One who applied, as a ticket: by a pseudonym, with its place in the line."""

    number: int
    ticket_id: UUID
    holder: str
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Whether a draw is what was promised, each part by itself."""

    seed_kept: bool
    """The seed is the one whose digest was told from the start."""
    tickets_kept: bool
    """The tickets are those of which the digest was made."""
    line_right: bool
    """Drawn again, the same tickets stand in the same line."""

    @property
    def holds(self) -> bool:
        """All of it."""
        return self.seed_kept and self.tickets_kept and self.line_right


async def draw_due(pool: Pool, *, now: datetime) -> int:
    """Draw what nobody can apply for any more; each once. Gives how many were drawn."""
    drawn = 0
    for row in await pool.fetch(_DUE, now, SETTLES, AT_ONCE):
        told = orjson.loads(row["tickets"])
        holders = [holder_of(row["seed"], UUID(one["member_id"])) for one in told]
        tickets = [
            Ticket(number=number, ticket_id=UUID(one["ticket_id"]), holder=holder)
            for number, (one, holder) in enumerate(zip(told, holders, strict=True))
        ]
        line = list(shuffled(row["seed"], len(tickets)))
        drawn += await pool.fetchval(_KEEP, row["trial_id"], line, holders, digest_of(tickets), now)
    return drawn


async def draw_told(session: ReadSession, trial_id: TrialId) -> DrawTold:
    """What everybody is told of a trial's draw. Raises: TrialNotFound, where it was never published."""
    row = (await session.execute(_TOLD, {"trials": [trial_id]})).mappings().one_or_none()
    if row is None:
        raise TrialNotFound
    return DrawTold(**row)


async def tickets_told(pool: Pool, trial_id: TrialId, *, first: int = 0, most: int = LARGEST_PAGE) -> list[TicketTold]:
    """Tickets of a draw from a number on; none before it took place."""
    rows = await pool.fetch(_TICKETS, trial_id, first, min(most, LARGEST_PAGE))
    return [TicketTold(**dict(row)) for row in rows]


async def all_tickets(pool: Pool, trial_id: TrialId) -> list[TicketTold]:
    """All tickets of a draw, by number. Raises: TrialNotDrawn."""
    tickets: list[TicketTold] = []
    while some := await tickets_told(pool, trial_id, first=len(tickets)):
        tickets += some
    if not tickets:
        raise TrialNotDrawn
    return tickets


def prove(told: DrawTold, tickets: Sequence[TicketTold]) -> Proof:
    """Hold a draw to what was promised, by what is published alone."""
    seed = told.seed or b""
    again = {number: rank for rank, number in enumerate(shuffled(seed, len(tickets)), start=1)}
    plain = [Ticket(number=one.number, ticket_id=one.ticket_id, holder=one.holder) for one in tickets]
    return Proof(
        seed_kept=hashlib.sha256(seed).digest() == told.commitment,
        tickets_kept=digest_of(plain) == told.digest and len(tickets) == told.tickets,
        line_right=all(again.get(one.number) == one.rank for one in tickets),
    )
