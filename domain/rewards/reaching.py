"""What a member can have now, what is near, and what opens for them later: read together, then worked out for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from domain.ids import PartnerId, SegmentId
from domain.ledger.queries import balance
from domain.members.recognition import KnownMember
from domain.rewards.finding import Stocked, rewards_live
from domain.rewards.pricing import affordable, limit_key
from domain.rewards.terms import Limit, Reward, RewardTerms
from domain.segments.asking import segments_of
from domain.storage import Sight
from domain.tiers.asking import tiers_of

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_TALLIES = "SELECT * FROM tallies_of($1::uuid[], $2::text[])"


class Hindrance(StrEnum):
    """Why a member cannot have a reward now."""

    POINTS = "POINTS"
    """Points are missing."""
    TIER = "TIER"
    """It is for members of other tiers."""
    NOT_YET = "NOT_YET"
    """It opens later for this member."""
    OUT_OF_STOCK = "OUT_OF_STOCK"
    """No piece is left."""
    LIMIT = "LIMIT"
    """The member, or the household, has had as many as there are for one by now."""
    HOURS = "HOURS"
    """It can be had on other days, or at other hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What rewards ask of a member, read once for all of them."""

    member: KnownMember
    available: int
    """Points that can be spent now."""
    tiers: Mapping[PartnerId, frozenset[str]] = field(default_factory=dict)
    """At each partner's tills."""
    segments: Mapping[PartnerId, frozenset[SegmentId]] = field(default_factory=dict)
    """As they count at each partner's tills."""
    counted: Mapping[str, int] = field(default_factory=dict)
    """What limits have counted by now, by their keys."""

    def tiers_at(self, partners: Iterable[PartnerId]) -> frozenset[str]:
        """The tiers at any of these partners."""
        return frozenset[str]().union(*(self.tiers.get(one, frozenset()) for one in partners))

    def segments_at(self, partners: Iterable[PartnerId]) -> frozenset[UUID]:
        """The segments that count at any of these partners."""
        return frozenset[UUID]().union(*(self.segments.get(one, frozenset()) for one in partners))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How near a reward is to a member."""

    reward: Reward
    left: int | None
    """Pieces; None: as many as are wanted."""
    hindrances: tuple[Hindrance, ...]
    """Why it cannot be had now; none: it can."""
    steps: tuple[int, ...]
    """The places of the steps that the member has the points for; of a reward without steps, none."""
    missing: int
    """Points to the nearest step; 0: there are enough for one."""
    tiers_missing: tuple[str, ...]
    """Any of these would do; none: none is asked, or the member has one."""
    opens_at: datetime
    """When it opens for this member; may be past."""
    limit_left: int | None
    """How many pieces the member may still have by the limits; None: they say nothing."""

    @property
    def now(self) -> bool:
        """Whether it can be had now."""
        return not self.hindrances

    @property
    def nearness(self) -> tuple[bool, bool, int, datetime]:
        """What can be had first, then what only points or time keep away, by how many and how long."""
        return not self.now, bool(self.tiers_missing), self.missing, self.opens_at


async def reaches(
    pool: Pool, member: KnownMember, *, sight: Sight, zone: ZoneInfo, now: datetime
) -> tuple[Standing, list[Reach]]:
    """What each reward that the viewer may see is to a member, the nearest first: as many calls however many there are.

    A partner that asks on behalf of a member is told what counts at its own tills alone.
    Raises: MemberNotFound, where the viewer may not see the balance.
    """
    found = await rewards_live(pool, sight=sight, now=now)
    standing = await standing_of(pool, member, [one.reward for one in found], sight=sight, zone=zone, now=now)
    reached = [reach for one in found if (reach := reach_of(one, standing, zone=zone, now=now)) is not None]
    return standing, sorted(reached, key=lambda reach: reach.nearness)


async def standing_of(
    pool: Pool, member: KnownMember, rewards: Sequence[Reward], *, sight: Sight, zone: ZoneInfo, now: datetime
) -> Standing:
    """What these rewards ask of a member. Raises: MemberNotFound."""
    held = await balance(pool, member.wallet_id, sight=sight, now=now)
    terms = [reward.terms for reward in rewards]
    places = sorted({partner for one in terms for partner in one.partners if sight.partner_id in {None, partner}})
    shoppers = [(partner, member.wallet_id, member.member_id) for partner in places]
    named = {SegmentId(segment) for one in terms for segment in _segments(one)}
    segments = await segments_of(pool, shoppers, named)
    tiers = await tiers_of(pool, shoppers, at=now)
    keys = sorted({key for reward in rewards for key in _keys(reward, member, now, zone).values()})
    rows = await pool.fetch(_TALLIES, [member.wallet_id] * len(keys), keys) if keys else []
    return Standing(
        member=member,
        available=int(held.available),
        tiers={shopper[0]: found for shopper, found in tiers.items()},
        segments={shopper[0]: found for shopper, found in segments.items()},
        counted={row["key"]: row["counted"] for row in rows},
    )


def reach_of(stocked: Stocked, standing: Standing, *, zone: ZoneInfo, now: datetime) -> Reach | None:
    """What a reward is to a member; None: it is for members of segments, and this one is none of them."""
    reward, terms = stocked.reward, stocked.reward.terms
    tiers, segments = standing.tiers_at(terms.partners), standing.segments_at(terms.partners)
    if (terms.segments and not terms.segments & segments) or terms.not_segments & segments:
        return None
    opens_at = terms.opens_at(tiers, segments)
    missing = max(0, _cheapest(terms) - standing.available)
    limit_left = _limit_left(reward, standing, now, zone)
    asked = terms.tiers if not terms.tiers & tiers else frozenset[str]()
    hindering = {
        Hindrance.POINTS: missing > 0,
        Hindrance.TIER: bool(asked),
        Hindrance.NOT_YET: now < opens_at,
        Hindrance.OUT_OF_STOCK: stocked.left == 0,
        Hindrance.LIMIT: limit_left == 0,
        Hindrance.HOURS: not terms.holds_at(now, zone),
    }
    return Reach(
        reward=reward,
        left=stocked.left,
        hindrances=tuple(hindrance for hindrance, holds in hindering.items() if holds),
        steps=tuple(affordable(terms.steps, standing.available)),
        missing=missing,
        tiers_missing=tuple(sorted(asked)),
        opens_at=opens_at,
        limit_left=limit_left,
    )


def _cheapest(terms: RewardTerms) -> int:
    if terms.pay is None:
        return min(step.points for step in terms.steps)
    return -(-terms.pay.least // terms.pay.in_steps_of) * terms.pay.in_steps_of


def _segments(terms: RewardTerms) -> set[UUID]:
    early = {segment for phase in terms.early for segment in phase.segments}
    return {*terms.segments, *terms.not_segments, *early}


def _keys(reward: Reward, member: KnownMember, now: datetime, zone: ZoneInfo) -> dict[Limit, str]:
    whose = member.member_id
    return {one: limit_key(reward.reward_id, one, member_id=whose, at=now, zone=zone) for one in reward.terms.limits}


def _limit_left(reward: Reward, standing: Standing, now: datetime, zone: ZoneInfo) -> int | None:
    keys = _keys(reward, standing.member, now, zone)
    left = (max(0, limit.most - standing.counted.get(key, 0)) for limit, key in keys.items())
    return min(left, default=None)
