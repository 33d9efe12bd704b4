"""What the rules ask of members, read together before rating: counters, segments, tiers, when they joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg

from domain.earning.basket import STRANGER, MemberFacts
from domain.earning.compiling import CampaignIndex
from domain.earning.tallies import Tally
from domain.ids import PartnerId, SegmentId
from domain.members.recognition import KnownMember
from domain.segments.asking import Shopper, segments_of
from domain.tiers.asking import held_of

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Person: TypeAlias = tuple[UUID, UUID]
"""Wallet and member."""

_TALLIES = "SELECT * FROM tallies_of($1::uuid[], $2::text[])"
_JOINED = "SELECT * FROM joined_at_of($1::uuid[], $2::uuid[])"


@dataclass(frozen=True, slots=True)
class Question:
    """A member at a till, the campaigns there and then, and the counters they go by."""

    partner_id: PartnerId
    member: KnownMember
    index: CampaignIndex
    keys: tuple[str, ...]

    @property
    def person(self) -> Person:
        """Who it is about."""
        return self.member.wallet_id, self.member.member_id

    @property
    def shopper(self) -> Shopper:
        """Who it is about, at whose till."""
        return self.partner_id, self.member.wallet_id, self.member.member_id


def question(partner_id: PartnerId, member: KnownMember | None, index: CampaignIndex, at: datetime) -> Question | None:
    """What the campaigns ask of a member; None where nobody is known, or where they ask nothing."""
    if member is None or not index.asks:
        return None
    return Question(partner_id, member, index, tuple(index.asked_tallies(member.member_id, at)))


async def known(pool: Pool, questions: Sequence[Question | None], *, now: datetime) -> list[MemberFacts]:
    """What is known of each member now, as far as it is asked: one call for all of a sort, none where none asks."""
    asked = [one for one in questions if one is not None]
    if not asked:
        return [STRANGER] * len(questions)
    tallies = await _tallies(pool, asked)
    segments = await _segments(pool, asked)
    tiers = await _tiers(pool, [one.shopper for one in asked if one.index.asks_tiers], now)
    joined = await _joined(pool, [one.person for one in asked if one.index.asks_joined])
    return [
        STRANGER
        if one is None
        else MemberFacts(
            member_id=one.member.member_id,
            tiers=tiers.get(one.shopper, ()),
            segments=segments.get(one.shopper, frozenset()) & one.index.asked_segments,
            joined_at=joined.get(one.person),
            tallies={key: tally for key in one.keys if (tally := tallies.get((one.member.wallet_id, key)))},
        )
        for one in questions
    ]


async def _tallies(pool: Pool, asked: Sequence[Question]) -> dict[tuple[UUID, str], Tally]:
    wanted = list({(one.member.wallet_id, key): None for one in asked for key in one.keys})
    if not wanted:
        return {}
    wallets, keys = zip(*wanted, strict=True)
    return {
        (row["wallet_id"], row["key"]): Tally(
            row["counted"], row["rewarded"], row["since"], tuple(row["recent"]), row["version"]
        )
        for row in await pool.fetch(_TALLIES, wallets, keys)
    }


async def _segments(pool: Pool, asked: Sequence[Question]) -> dict[Shopper, frozenset[SegmentId]]:
    wanted = {SegmentId(segment) for one in asked for segment in one.index.asked_segments}
    if not wanted:
        return {}
    return await segments_of(pool, [one.shopper for one in asked if one.index.asked_segments], wanted)


async def _tiers(pool: Pool, shoppers: Sequence[Shopper], now: datetime) -> dict[Shopper, tuple[str, ...]]:
    held = await held_of(pool, shoppers, at=now)
    return {shopper: tuple(one.tier for one in tiers) for shopper, tiers in held.items()}


async def _joined(pool: Pool, people: Sequence[Person]) -> dict[Person, datetime]:
    if not people:
        return {}
    wallets, members = zip(*dict.fromkeys(people), strict=True)
    rows = await pool.fetch(_JOINED, wallets, members)
    return {(row["wallet_id"], row["member_id"]): row["joined_at"] for row in rows}
