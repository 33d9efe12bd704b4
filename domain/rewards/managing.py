"""A reward's life: written, agreed to by who pays beyond the points, published, paused, ended. What was live stays."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from domain.ids import PartnerId, RewardId, new_id
from domain.rewards.checking import check_publishable, check_sound
from domain.rewards.errors import RewardNotFound, RewardStateConflict
from domain.rewards.finding import agreed_sponsors, reward_of, versions_of
from domain.rewards.models import RewardAgreement, RewardRow, RewardSeed
from domain.rewards.stocking import meet_stock
from domain.rewards.terms import Reward, RewardTerms
from domain.storage import WriteSession
from domain.versions import Life

LIFE: Life[Reward] = Life(
    row=RewardRow,
    agreement=RewardAgreement,
    key="reward_id",
    read=reward_of,
    versions_of=versions_of,
    agreed=agreed_sponsors,
    missing=RewardNotFound,
    conflict=RewardStateConflict,
)


async def draft(session: WriteSession, partner_id: PartnerId, terms: RewardTerms, *, now: datetime) -> Reward:
    """Write a new reward of a partner. Raises: InvalidReward, naming the part."""
    await check_sound(session, partner_id, terms)
    return await LIFE.write(session, partner_id, new_id(), _columns(terms), now=now)


async def change(
    session: WriteSession, partner_id: PartnerId, reward_id: RewardId, terms: RewardTerms, *, now: datetime
) -> Reward:
    """Change a reward: its draft is rewritten; where it has been live, the change is the draft of its next version.

    Raises: RewardNotFound, RewardStateConflict, InvalidReward.
    """
    await check_sound(session, partner_id, terms)
    latest = await LIFE.changeable(session, partner_id, reward_id)
    return await LIFE.rewrite(session, reward_id, latest, _columns(terms), now=now)


async def agree(
    session: WriteSession, sponsor_id: PartnerId, reward_id: RewardId, fingerprint: bytes, *, now: datetime
) -> Reward:
    """Agree as a sponsor to the terms that have this fingerprint, and to no others; again changes nothing.

    Raises: RewardNotFound, RewardStateConflict.
    """
    return await LIFE.agree(session, sponsor_id, reward_id, fingerprint, now=now)


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
    reward = await LIFE.drafted(session, partner_id, reward_id)
    await check_publishable(session, reward, now=now)
    commitment = await _keep_seed(session, reward, seed, now=now)
    live = await LIFE.publish(session, reward_id, reward, commitment=commitment, now=now)
    await meet_stock(session, live, by=by, now=now)
    return live


async def pause(session: WriteSession, partner_id: PartnerId, reward_id: RewardId, *, now: datetime) -> Reward:
    """Let nobody have it for now; what was authorized is still handed over.

    Raises: RewardNotFound, RewardStateConflict.
    """
    return await LIFE.pause(session, partner_id, reward_id, now=now)


async def resume(session: WriteSession, partner_id: PartnerId, reward_id: RewardId, *, now: datetime) -> Reward:
    """Go on under the same terms, as the next version, so that the pause stays on record.

    Raises: RewardNotFound, RewardStateConflict, InvalidReward, AgreementMissing, SponsorMayNotIssue.
    """
    paused = await LIFE.paused(session, partner_id, reward_id)
    await check_publishable(session, paused, now=now)
    columns = {**_columns(paused.terms), "commitment": paused.commitment}
    return await LIFE.resume(session, reward_id, paused, columns, now=now)


async def end(session: WriteSession, partner_id: PartnerId, reward_id: RewardId, *, now: datetime) -> Reward:
    """Let nobody have it any more; an unpublished draft is put away with it.

    Raises: RewardNotFound, RewardStateConflict.
    """
    return await LIFE.end(session, partner_id, reward_id, now=now)


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
