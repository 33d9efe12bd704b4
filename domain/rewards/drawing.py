"""Draws of sweepstakes: the tickets are closed, the seed is opened, the winners are kept; and the proof of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import Integer, any_, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from domain.earning.basket import CLOCK_SKEW
from domain.ids import PartnerId, RewardId
from domain.rewards.errors import DrawNotDue, RewardNotFound, RewardStateConflict
from domain.rewards.finding import versions_of
from domain.rewards.lots import Ticket, Win, digest_of, drawn
from domain.rewards.models import RewardTicket, RewardWinner
from domain.rewards.terms import Draw, Reward
from domain.storage import ReadSession, WriteSession

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

SETTLES = CLOCK_SKEW
"""How long tickets of the last moment may still be on their way into the books."""
LARGEST_PAGE = 10_000

_TICKETS = "SELECT * FROM tickets_told($1, $2, $3)"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketDrawn:
    """A ticket that won, as everybody is told of it."""

    place: int
    number: int
    ticket: UUID
    holder: str
    thing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawTold:
    """What everybody is told of a draw."""

    reward_id: UUID
    commitment: bytes
    """SHA-256 of the seed, told from the start."""
    seed: bytes | None
    """What it was drawn by; None: it is not drawn yet."""
    tickets: int
    """How many took part; before the draw, how many there are by now."""
    digest: bytes | None
    """SHA-256 of a line for each ticket: number, ticket and holder."""
    drawn_at: datetime | None
    winners: tuple[TicketDrawn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Whether a draw is what was promised, each part by itself."""

    seed_kept: bool
    """The seed is the one whose digest was told from the start."""
    tickets_kept: bool
    """The tickets are those of which the digest was made."""
    winners_right: bool
    """Drawn again, the same tickets win the same prizes."""

    @property
    def holds(self) -> bool:
        """All of it."""
        return self.seed_kept and self.tickets_kept and self.winners_right


async def draw(session: WriteSession, partner_id: PartnerId, reward_id: RewardId, *, now: datetime) -> Reward:
    """Draw a sweepstake: once, and not before its moment has passed. Again changes nothing.

    Raises: RewardNotFound, RewardStateConflict, DrawNotDue.
    """
    live = [one for one in await versions_of(session, reward_id) if one.live_from is not None]
    if not live or live[-1].partner_id != partner_id:
        raise RewardNotFound
    reward = live[-1]
    if reward.terms.draw is None:
        raise RewardStateConflict("without a draw", "drawn")
    due = reward.terms.draw.at + SETTLES
    if now < due:
        raise DrawNotDue(due)
    closing = {"reward": reward_id, "version": reward.version, "until": reward.terms.draw.at, "now": now}
    closed = await session.execute(text("SELECT * FROM close_draw(:reward, :version, :until, :now)"), closing)
    row = closed.first()
    if row is not None:
        await _write_winners(session, reward, reward.terms.draw, row.seed)
    return reward


async def winners_of(session: ReadSession, reward_id: RewardId) -> list[RewardWinner]:
    """Who won, in the order drawn; for the reward's owner and the coalition."""
    found = select(RewardWinner).where(col(RewardWinner.reward_id) == reward_id).order_by(col(RewardWinner.place))
    return list(await session.scalars(found))


async def draws_told(session: ReadSession, reward_ids: Sequence[RewardId]) -> list[DrawTold | None]:
    """What everybody is told of draws, in the order asked for; None for rewards without one, or never live."""
    rows = await session.execute(text("SELECT * FROM draws_told(CAST(:ids AS uuid[]))"), {"ids": list(reward_ids)})
    found = {row.reward_id: _told(row) for row in rows}
    return [found.get(one) for one in reward_ids]


async def tickets_told(pool: Pool, reward_id: RewardId, *, first: int = 0, most: int = LARGEST_PAGE) -> list[Ticket]:
    """Tickets of a draw that took place, from a number on."""
    return [Ticket(**dict(row)) for row in await pool.fetch(_TICKETS, reward_id, first, min(most, LARGEST_PAGE))]


async def all_tickets(pool: Pool, reward_id: RewardId) -> list[Ticket]:
    """All tickets of a draw that took place."""
    tickets: list[Ticket] = []
    while page := await tickets_told(pool, reward_id, first=len(tickets)):
        tickets += page
    return tickets


def prove(terms: Draw, told: DrawTold, tickets: Sequence[Ticket]) -> Proof:
    """Hold a draw to what was promised, by what is published alone."""
    seed = told.seed or b""
    again = drawn(terms, seed, [ticket.holder for ticket in tickets])
    wins = [Win(place=one.place, number=one.number, thing=one.thing) for one in told.winners]
    named = all(one.number < len(tickets) and tickets[one.number].ticket_id == one.ticket for one in told.winners)
    return Proof(
        seed_kept=hashlib.sha256(seed).digest() == told.commitment,
        tickets_kept=digest_of(tickets) == told.digest and len(tickets) == told.tickets,
        winners_right=named and again == wins,
    )


async def _write_winners(session: WriteSession, reward: Reward, draw: Draw, seed: bytes) -> None:
    holders = await session.scalars(
        select(col(RewardTicket.holder))
        .where(col(RewardTicket.reward_id) == reward.reward_id)
        .order_by(col(RewardTicket.number))
    )
    wins = drawn(draw, seed, list(holders))
    numbers = literal([win.number for win in wins], ARRAY(Integer))
    tickets = await session.scalars(
        select(RewardTicket).where(
            col(RewardTicket.reward_id) == reward.reward_id, col(RewardTicket.number) == any_(numbers)
        )
    )
    by_number = {ticket.number: ticket for ticket in tickets}
    for win in wins:
        session.add(_winner(reward, win, by_number[win.number]))
    await session.flush()  # a wall that refuses it speaks here, not at the end of the transaction


def _winner(reward: Reward, win: Win, ticket: RewardTicket) -> RewardWinner:
    return RewardWinner(
        reward_id=reward.reward_id,
        place=win.place,
        number=win.number,
        thing=win.thing,
        partner_id=reward.partner_id,
        wallet_id=ticket.wallet_id,
        member_id=ticket.member_id,
    )


def _told(row: Any) -> DrawTold:
    winners = (TicketDrawn(**one | {"ticket": UUID(one["ticket"])}) for one in row.winners)
    return DrawTold(
        reward_id=row.reward_id,
        commitment=row.commitment,
        seed=row.seed,
        tickets=row.tickets,
        digest=row.digest,
        drawn_at=row.drawn_at,
        winners=tuple(winners),
    )
