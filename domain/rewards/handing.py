"""Prizes of a draw are handed over as redemptions that cost nothing, once each, however often it is tried."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

import asyncpg
from sqlalchemy import update
from sqlmodel import col

from domain.ids import EntryId
from domain.ledger.posting import Door, post
from domain.ledger.postings import RedemptionPosting, RewardTaken
from domain.rewards.models import RewardWinner
from domain.rewards.terms import Reward
from domain.rewards.worths import Worth
from domain.storage import WriteSession

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


async def hand_over(
    pool: Pool, reward: Reward, winners: Sequence[RewardWinner], *, currency: str, now: datetime
) -> dict[int, EntryId]:
    """Make the redemption of each winner who has none yet; the entries by place.

    A winner whose wallet takes nothing any more, since the member has left, is left out and stays without one.
    """
    made = {}
    for winner in winners:
        if winner.entry_id is None:
            (verdict,) = await post(pool, Door.REDEMPTIONS, [_posting(reward, winner, currency, now)], now=now)
            if verdict.stands:
                made[winner.place] = EntryId(verdict.entry_id)
    return made


async def note_handed(session: WriteSession, reward: Reward, made: Mapping[int, EntryId]) -> None:
    """Write down by which entry each prize is handed over."""
    for place, entry_id in made.items():
        won = (col(RewardWinner.reward_id) == reward.reward_id) & (col(RewardWinner.place) == place)
        await session.execute(update(RewardWinner).where(won).values(entry_id=entry_id))


def _posting(reward: Reward, winner: RewardWinner, currency: str, now: datetime) -> RedemptionPosting:
    terms = reward.terms
    key = f"draw-{reward.reward_id.hex}-{winner.place}"
    taken = RewardTaken(
        reward_id=reward.reward_id,
        version=reward.version,
        owner_id=reward.partner_id,
        name=terms.name,
        step=None,
        pieces=1,
        unit_points=0,
        money=0,
        currency=currency,
        worth=Worth(thing=winner.thing).to_json(),
        off=[],
        from_stock=False,
        fulfilment=terms.fulfilment,
    )
    return RedemptionPosting(
        wallet_id=winner.wallet_id,
        member_id=winner.member_id,
        # The owner hands its prizes over, unless the reward is had at others' alone.
        partner_id=reward.partner_id if reward.partner_id in terms.partners else min(terms.partners),
        idempotency_key=key,
        fingerprint=hashlib.sha256(key.encode()).digest(),
        occurred_at=now,
        points=0,
        reward=taken,
    )
