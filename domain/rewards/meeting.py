"""A member meets a reward at a till: whether it is open, who it is for, and what its limits have counted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from domain.ids import PartnerId, RewardId, SegmentId
from domain.ledger.postings import TallyMove
from domain.ledger.queries import balance
from domain.members.recognition import KnownMember
from domain.rewards.errors import LimitReached, NotEligible, RewardNotFound, RewardNotOpen
from domain.rewards.finding import rewards_recorded
from domain.rewards.pricing import limit_key
from domain.rewards.terms import Fulfilment, Limit, Reward, RewardState, RewardTerms
from domain.segments.asking import segments_of
from domain.storage import COALITION
from domain.tiers.asking import tiers_of

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_TALLIES = "SELECT * FROM tallies_of($1::uuid[], $2::text[])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A member who may have a reward, as far as its terms go."""

    reward: Reward
    member: KnownMember
    available: int
    """Points that can be spent."""
    counted: Mapping[str, tuple[int, int]]
    """Of the limits' counters, how much and in which version."""
    limits: tuple[tuple[str, Limit], ...]
    """Each with its counter's key."""
    at: datetime

    @property
    def limit_left(self) -> int | None:
        """Pieces that the member may still have; None: as many as they like."""
        return min((self._left(key, limit) for key, limit in self.limits), default=None)

    def check_limits(self, pieces: int) -> None:
        """Hold pieces to what the limits leave. Raises: LimitReached, of the one that leaves least."""
        if (left := self.limit_left) is not None and pieces > left:
            limit = min(self.limits, key=lambda one: self._left(*one))[1]
            raise LimitReached(limit.most, left, limit.period)

    def counting(self, pieces: int) -> list[TallyMove]:
        """What the counters come to with so many pieces more."""
        moves = []
        for key, _ in self.limits:
            counted, version = self.counted.get(key, (0, 0))
            moves.append(
                TallyMove(key=key, version=version, counted=counted + pieces, rewarded=0, since=self.at, recent=[])
            )
        return moves

    def _left(self, key: str, limit: Limit) -> int:
        return max(0, limit.most - self.counted.get(key, (0, 0))[0])


async def reward_at(pool: Pool, partner_id: PartnerId, reward_id: RewardId) -> Reward:
    """A reward that can be had at a partner, live or paused. Raises: RewardNotFound."""
    reward = (await rewards_recorded(pool, [(reward_id, None)])).get((reward_id, None))
    if reward is None or partner_id not in reward.terms.partners:
        raise RewardNotFound
    return reward


async def meet(
    pool: Pool,
    partner_id: PartnerId,
    member: KnownMember,
    reward_id: RewardId,
    *,
    outlet_id: UUID | None,
    zone: ZoneInfo,
    now: datetime,
) -> Met:
    """Look at a member through a reward's eyes.

    Raises: RewardNotFound, also where it cannot be had at this partner; RewardNotOpen, NotEligible.
    """
    reward = await reward_at(pool, partner_id, reward_id)
    terms, shopper = reward.terms, (partner_id, member.wallet_id, member.member_id)
    asks_tiers = bool(terms.tiers or any(phase.tiers for phase in terms.early))
    tiers = (await tiers_of(pool, [shopper], at=now))[shopper] if asks_tiers else frozenset[str]()
    segments = (await segments_of(pool, [shopper], _segments(terms)))[shopper]
    _check_open(reward, tiers, segments, zone, now)
    _check_eligible(terms, tiers, segments, outlet_id)
    whose = member.member_id
    limits = tuple((limit_key(reward_id, one, member_id=whose, at=now, zone=zone), one) for one in terms.limits)
    return Met(
        reward=reward,
        member=member,
        available=int((await balance(pool, member.wallet_id, sight=COALITION, now=now)).available),
        counted=await _counted(pool, member.wallet_id, [key for key, _ in limits]),
        limits=limits,
        at=now,
    )


def check_own(terms: RewardTerms, step: int | None) -> None:
    """Hold what members redeem for themselves to what nobody at a till has to take off or hand over.

    Raises: NotEligible.
    """
    steps = terms.steps if step is None else terms.steps[max(0, step - 1) : step]
    handed_over = terms.fulfilment is Fulfilment.AT_THE_TILL
    free = {"coupon", "tickets", "gift"} | (set() if handed_over else {"thing"})
    if terms.pay is not None or any(one.worth.what not in free for one in steps):
        raise NotEligible("AT_THE_TILL")


async def _counted(pool: Pool, wallet_id: UUID, keys: list[str]) -> dict[str, tuple[int, int]]:
    if not keys:
        return {}
    rows = await pool.fetch(_TALLIES, [wallet_id] * len(keys), keys)
    return {row["key"]: (row["counted"], row["version"]) for row in rows}


def _segments(terms: RewardTerms) -> set[SegmentId]:
    early = {segment for phase in terms.early for segment in phase.segments}
    return {SegmentId(one) for one in (*terms.segments, *terms.not_segments, *early)}


def _check_open(
    reward: Reward, tiers: frozenset[str], segments: Collection[UUID], zone: ZoneInfo, now: datetime
) -> None:
    if reward.state is not RewardState.LIVE:
        raise RewardNotOpen("it is paused")
    if reward.closes_at is not None and reward.closes_at <= now:
        raise RewardNotOpen("it is over")
    opens_at = reward.terms.opens_at(tiers, frozenset(segments))
    if now < opens_at:
        raise RewardNotOpen("it is not open for this member yet", opens_at)
    if not reward.terms.holds_at(now, zone):
        raise RewardNotOpen("it can be had on other days or at other hours")


def _check_eligible(
    terms: RewardTerms, tiers: frozenset[str], segments: Collection[UUID], outlet_id: UUID | None
) -> None:
    if terms.tiers and not terms.tiers & tiers:
        raise NotEligible("TIER", terms.tiers)
    meant = not terms.segments or bool(terms.segments & set(segments))
    if not meant or terms.not_segments & set(segments):
        raise NotEligible("SEGMENT")
    if terms.outlets and outlet_id not in terms.outlets:
        raise NotEligible("OUTLET")
