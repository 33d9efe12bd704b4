"""Reading rewards: what can be had by whoever looks, and what owners, sponsors and redeemers see of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias

import asyncpg
import orjson
from sqlalchemy import ColumnElement, RowMapping, select, text, tuple_
from sqlmodel import col

from domain.ids import PartnerId, RewardId
from domain.members.recognition import KnownMember
from domain.paging import Page, PageRequest
from domain.rewards.errors import RewardNotFound
from domain.rewards.models import RewardAgreement, RewardRow
from domain.rewards.terms import Reward, RewardState, RewardTerms, terms_from_json
from domain.storage import COALITION, ReadSession, Sight, concerning, sight_of

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Key: TypeAlias = tuple[RewardId, int | None]
"""A reward, and a version of it; None: the one that is live or paused."""

_LIVE = "SELECT * FROM rewards_live($1, $2)"
_TOLD = "SELECT * FROM reward_told($1, $2)"
_HOLDS = "SELECT holds_reward($1, $2, $3, $4)"
_RECORDED = "SELECT * FROM rewards_recorded($1::uuid[], $2::int[])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocked:
    """A reward with what is left of it."""

    reward: Reward
    left: int | None
    """Pieces; None: as many as are wanted."""


async def rewards_live(pool: Pool, *, sight: Sight, now: datetime) -> list[Stocked]:
    """The rewards that can be had or will be, for whoever looks, the newest first; one call."""
    rows = await pool.fetch(_LIVE, sight.value, now)
    return [Stocked(reward=_from_record(row), left=row["stock"]) for row in rows]


async def reward_told(pool: Pool, reward_id: RewardId, *, sight: Sight) -> Stocked:
    """A reward as it was live last, also when it is over, for whoever looks. Raises: RewardNotFound."""
    row = await pool.fetchrow(_TOLD, sight.value, reward_id)
    if row is None:
        raise RewardNotFound
    return Stocked(reward=_from_record(row), left=row["stock"])


async def rewards_recorded(pool: Pool, keys: Collection[Key]) -> dict[Key, Reward]:
    """Versions of rewards by what redemptions recorded; a key without a version finds the one that is live or paused.

    Tells what has been live to whoever has its id.
    """
    asked = list(dict.fromkeys(keys))
    ids, versions = [key[0] for key in asked], [key[1] for key in asked]
    found = [_from_record(row) for row in await pool.fetch(_RECORDED, ids, versions)]
    by_key: dict[Key, Reward] = {reward.key: reward for reward in found}
    standing = {reward.reward_id: reward for reward in found if reward.state in (RewardState.LIVE, RewardState.PAUSED)}
    named = {key: by_key.get(key) if key[1] is not None else standing.get(key[0]) for key in asked}
    return {key: reward for key, reward in named.items() if reward is not None}


async def holds(pool: Pool, partner_id: PartnerId, reward_id: RewardId, member: KnownMember) -> bool:
    """Whether a member has redeemed a reward and still has it; no, for whoever does not own, pay for or give it."""
    held: bool = await pool.fetchval(_HOLDS, partner_id, reward_id, member.wallet_id, member.member_id)
    return held


async def reward_by_id(session: ReadSession, reward_id: RewardId) -> Reward:
    """The latest version of a reward that the viewer may see. Raises: RewardNotFound."""
    versions = await versions_of(session, reward_id)
    if not versions:
        raise RewardNotFound
    return versions[-1]


async def versions_of(session: ReadSession, reward_id: RewardId) -> list[Reward]:
    """All versions of a reward that the viewer may see, in order."""
    found = select(RewardRow).where(col(RewardRow.reward_id) == reward_id, visible_to(sight_of(session)))
    return [reward_of(row) for row in await session.scalars(found.order_by(col(RewardRow.version)))]


async def latest_versions(session: ReadSession) -> list[Reward]:
    """The latest version of every reward that the viewer may see, the oldest reward first."""
    found = select(RewardRow).where(visible_to(sight_of(session)))
    ordered = found.order_by(col(RewardRow.reward_id), col(RewardRow.version))
    latest = {row.reward_id: row for row in await session.scalars(ordered)}
    return [reward_of(row) for row in latest.values()]


async def rewards_of(
    session: ReadSession, partner_id: PartnerId, request: PageRequest, *, states: Collection[RewardState] = ()
) -> Page[Reward]:
    """The versions of rewards that a partner owns, pays for or gives, the latest first."""
    concerned = (
        (col(RewardRow.partner_id) == partner_id)
        | col(RewardRow.sponsors).contains([partner_id])
        | col(RewardRow.partners).contains([partner_id])
    )
    key = (col(RewardRow.reward_id), col(RewardRow.version))
    found = select(RewardRow).where(concerned, visible_to(sight_of(session)))
    found = found.order_by(*(part.desc() for part in key))
    if states:
        found = found.where(col(RewardRow.state).in_(states))
    if request.after is not None:
        found = found.where(tuple_(*key) < request.after)
    rows = await session.scalars(found.limit(request.first + 1))
    return Page.of([reward_of(row) for row in rows], request, lambda reward: reward.key)


async def stocks_by_ids(session: ReadSession, reward_ids: Sequence[RewardId]) -> list[int | None]:
    """How many pieces are left of rewards, in the order asked for; None where that is not told, or not bounded."""
    rows = await session.execute(text("SELECT * FROM stocks_left(CAST(:ids AS uuid[]))"), {"ids": list(reward_ids)})
    left = {row.reward_id: row.stock for row in rows}
    return [left.get(one) for one in reward_ids]


async def agreed_sponsors(session: ReadSession, reward_id: RewardId, fingerprint: bytes) -> dict[PartnerId, datetime]:
    """Which sponsors have agreed to a reward's terms, and when."""
    rows = await session.scalars(
        select(RewardAgreement).where(
            col(RewardAgreement.reward_id) == reward_id,
            col(RewardAgreement.fingerprint) == fingerprint,
            concerning(sight_of(session), col(RewardAgreement.partner_id), col(RewardAgreement.owner_id)),
        )
    )
    return {PartnerId(row.partner_id): row.agreed_at for row in rows}


def visible_to(sight: Sight) -> ColumnElement[bool]:
    """The versions a viewer may see: a draft is its owner's and sponsors', what has been live also its redeemers'."""
    if sight == COALITION or sight.partner_id is None:
        return concerning(sight)
    own = concerning(sight, col(RewardRow.partner_id)) | col(RewardRow.sponsors).contains([sight.partner_id])
    return own | (col(RewardRow.live_from).is_not(None) & col(RewardRow.partners).contains([sight.partner_id]))


def reward_of(row: RewardRow) -> Reward:
    """A row as the rules know it."""
    return _reward(row.model_dump(), terms_from_json(row.terms))


def _from_record(record: asyncpg.Record) -> Reward:
    return _reward(dict(record), _read_once(record["terms"]))


@lru_cache(maxsize=4096)
def _read_once(stored: str) -> RewardTerms:
    """The terms out of their JSON; what was live never changes, so it is read once."""
    return terms_from_json(orjson.loads(stored))


def _reward(stored: Mapping[str, Any] | RowMapping, terms: RewardTerms) -> Reward:
    return Reward(
        reward_id=stored["reward_id"],
        version=stored["version"],
        partner_id=stored["partner_id"],
        state=RewardState(stored["state"]),
        terms=terms,
        live_from=stored["live_from"],
        live_until=stored["live_until"],
        commitment=stored["commitment"],
    )


async def rewards_by_keys(session: ReadSession, keys: Sequence[tuple[RewardId, int]]) -> list[Reward | None]:
    """Versions of rewards that redemptions name, in the order asked for."""
    recorded = text("SELECT * FROM rewards_recorded(CAST(:ids AS uuid[]), CAST(:versions AS int[]))")
    named = {"ids": [reward_id for reward_id, _ in keys], "versions": [version for _, version in keys]}
    rows = (await session.execute(recorded, named)).mappings()
    found = {(row["reward_id"], row["version"]): _reward(row, _read_once(row["terms"])) for row in rows}
    return [found.get(key) for key in keys]
