"""A reward's life: written, agreed to by who pays beyond the points, published, paused, ended. What was live stays."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import UniqueViolationError
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from domain.ids import PartnerId, RewardId, new_id
from domain.rewards.checking import check_publishable, check_sound
from domain.rewards.errors import RewardNotFound, RewardStateConflict
from domain.rewards.finding import agreed_sponsors, reward_by_id, reward_of, versions_of
from domain.rewards.models import RewardAgreement, RewardRow, RewardSeed
from domain.rewards.stocking import meet_stock
from domain.rewards.terms import Reward, RewardState, RewardTerms
from domain.storage import WriteSession

DRAFT, LIVE, PAUSED, ENDED = RewardState
MEANWHILE = "changed by somebody else in the meantime"


async def draft(session: WriteSession, partner_id: PartnerId, terms: RewardTerms, *, now: datetime) -> Reward:
    """Write a new reward of a partner. Raises: InvalidReward, naming the part."""
    await check_sound(session, partner_id, terms)
    return await _insert(session, RewardId(new_id()), 1, partner_id, DRAFT, terms, now)


async def change(
    session: WriteSession, partner_id: PartnerId, reward_id: RewardId, terms: RewardTerms, *, now: datetime
) -> Reward:
    """Change a reward: its draft is rewritten; where it has been live, the change is the draft of its next version.

    Raises: RewardNotFound, RewardStateConflict, InvalidReward.
    """
    await check_sound(session, partner_id, terms)
    latest = await owned(session, partner_id, reward_id)
    if latest.state is ENDED:
        raise RewardStateConflict(latest.state, "changed")
    if latest.state is DRAFT:
        return await _move(session, latest, "changed", (DRAFT,), **_columns(terms))
    return await _insert(session, reward_id, latest.version + 1, partner_id, DRAFT, terms, now)


async def agree(
    session: WriteSession, sponsor_id: PartnerId, reward_id: RewardId, fingerprint: bytes, *, now: datetime
) -> None:
    """Agree as a sponsor to the terms that have this fingerprint, and to no others; again changes nothing.

    Raises: RewardNotFound, RewardStateConflict.
    """
    reward = await reward_by_id(session, reward_id)
    if sponsor_id not in reward.terms.funders:
        raise RewardNotFound
    if reward.terms.fingerprint() != fingerprint:
        raise RewardStateConflict("changed since it was read", "agreed to")
    if sponsor_id in await agreed_sponsors(session, reward_id, fingerprint):
        return
    agreement = RewardAgreement(
        reward_id=reward_id,
        partner_id=sponsor_id,
        fingerprint=fingerprint,
        version=reward.version,
        owner_id=reward.partner_id,
        agreed_at=now,
    )
    session.add(agreement)
    await session.flush()  # a wall that refuses it speaks here, not at the end of the transaction


async def publish(
    session: WriteSession,
    partner_id: PartnerId,
    reward_id: RewardId,
    *,
    seed: bytes | None = None,
    now: datetime,
    by: UUID | None = None,
) -> Reward:
    """Let the draft be had from now on; a version that was live until now is followed by it.

    The seed is what its draw will go by; a sweepstake needs one when it is published first. Its stock is put in; one
    that follows another adds to it, or takes away what is not taken.
    Raises: RewardNotFound, RewardStateConflict, InvalidReward, AgreementMissing, SponsorMayNotIssue, StockBelowTaken.
    """
    reward = await owned(session, partner_id, reward_id)
    if reward.state is not DRAFT:
        raise RewardStateConflict(reward.state, "published")
    await check_publishable(session, reward, now=now)
    commitment = await _keep_seed(session, reward, seed, now=now)
    for version in await versions_of(session, reward_id):
        if version.state in (LIVE, PAUSED):
            await _move(session, version, "followed", (LIVE, PAUSED), **_ending(version, now))
    # Naming the fingerprint refuses a draft that was changed after it was checked.
    live = await _move(session, reward, "published", (DRAFT,), state=LIVE, live_from=now, commitment=commitment)
    await meet_stock(session, live, by=by, now=now)
    return live


async def pause(session: WriteSession, partner_id: PartnerId, reward_id: RewardId, *, now: datetime) -> Reward:
    """Let nobody have it for now; what was authorized is still handed over.

    Raises: RewardNotFound, RewardStateConflict.
    """
    reward = await _in_use(session, partner_id, reward_id, "paused")
    return await _move(session, reward, "paused", (LIVE,), state=PAUSED, live_until=now)


async def resume(session: WriteSession, partner_id: PartnerId, reward_id: RewardId, *, now: datetime) -> Reward:
    """Go on under the same terms, as the next version, so that the pause stays on record.

    Raises: RewardNotFound, RewardStateConflict, InvalidReward, AgreementMissing, SponsorMayNotIssue.
    """
    paused = await _in_use(session, partner_id, reward_id, "resumed")
    if paused.state is not PAUSED:
        raise RewardStateConflict(paused.state, "resumed")
    await check_publishable(session, paused, now=now)
    latest = await owned(session, partner_id, reward_id)
    await _move(session, paused, "resumed", (PAUSED,), state=ENDED)
    columns = {"live_from": now, "commitment": paused.commitment}
    return await _insert(session, reward_id, latest.version + 1, partner_id, LIVE, paused.terms, now, **columns)


async def end(session: WriteSession, partner_id: PartnerId, reward_id: RewardId, *, now: datetime) -> Reward:
    """Let nobody have it any more; an unpublished draft is put away with it.

    Raises: RewardNotFound, RewardStateConflict.
    """
    ended = None
    for version in await versions_of(session, reward_id):
        if version.partner_id == partner_id and version.state is not ENDED:
            ended = await _move(session, version, "ended", (version.state,), **_ending(version, now))
    if ended is None:
        latest = await owned(session, partner_id, reward_id)
        raise RewardStateConflict(latest.state, "ended")
    return ended


async def owned(session: WriteSession, partner_id: PartnerId, reward_id: RewardId) -> Reward:
    """The latest version of a partner's own reward. Raises: RewardNotFound."""
    reward = await reward_by_id(session, reward_id)
    if reward.partner_id != partner_id:
        raise RewardNotFound
    return reward


async def _in_use(session: WriteSession, partner_id: PartnerId, reward_id: RewardId, step: str) -> Reward:
    latest = await owned(session, partner_id, reward_id)
    for version in await versions_of(session, reward_id):
        if version.state in (LIVE, PAUSED):
            return version
    raise RewardStateConflict(latest.state, step)


async def _keep_seed(session: WriteSession, reward: Reward, seed: bytes | None, *, now: datetime) -> bytes | None:
    """Keep a seed for a reward with a draw, unless it has one already; the commitment its next version bears."""
    versions = await versions_of(session, reward.reward_id)
    promised = next((version.commitment for version in versions if version.commitment is not None), None)
    if promised is not None or reward.terms.draw is None:
        return promised
    assert seed is not None, "a reward with a draw is published with a seed"
    row = {"reward_id": reward.reward_id, "partner_id": reward.partner_id, "seed": seed, "made_at": now}
    await session.execute(insert(RewardSeed).values(row))
    return hashlib.sha256(seed).digest()


def _ending(version: Reward, now: datetime) -> dict[str, Any]:
    closing = {"live_until": now} if version.state is LIVE else {}
    return {"state": ENDED, **closing}


async def _move(
    session: WriteSession, reward: Reward, step: str, states: tuple[RewardState, ...], **columns: Any
) -> Reward:
    """Write columns of a version, provided that nobody else has moved or changed it since it was read."""
    moved = await session.execute(
        update(RewardRow)
        .where(
            col(RewardRow.reward_id) == reward.reward_id,
            col(RewardRow.version) == reward.version,
            col(RewardRow.state).in_(states),
            col(RewardRow.fingerprint) == reward.terms.fingerprint(),
        )
        .values(**columns)
        .returning(RewardRow)
        .execution_options(populate_existing=True)
    )
    row = moved.scalar_one_or_none()
    if row is None:
        raise RewardStateConflict(MEANWHILE, step)
    return reward_of(row)


async def _insert(
    session: WriteSession,
    reward_id: RewardId,
    version: int,
    partner_id: PartnerId,
    state: RewardState,
    terms: RewardTerms,
    now: datetime,
    **columns: Any,
) -> Reward:
    row = RewardRow(
        reward_id=reward_id,
        version=version,
        partner_id=partner_id,
        state=state,
        created_at=now,
        **_columns(terms),
        **columns,
    )
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as clash:
        if isinstance(clash.orig.__cause__ if clash.orig else None, UniqueViolationError):
            raise RewardStateConflict(MEANWHILE, "changed") from None
        raise
    stored = await session.scalar(
        select(RewardRow).where(col(RewardRow.reward_id) == reward_id, col(RewardRow.version) == version)
    )
    assert stored is not None
    return reward_of(stored)


def _columns(terms: RewardTerms) -> dict[str, Any]:
    return {
        "name": terms.name,
        "kind": terms.kind,
        "partners": sorted(terms.partners),
        "sponsors": list(terms.funders),
        "personal": bool(terms.segments),
        "terms": terms.to_json(),
        "fingerprint": terms.fingerprint(),
    }
