"""What members allow partners to see, and take back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg
from sqlmodel import col, select

from domain.members.errors import ConsentNotFound, MemberNotFound
from domain.members.models import Consent, ConsentPurpose
from domain.members.recognition import KnownMember
from domain.storage import ReadSession, concerning, sight_of

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


async def balances_seen(session: ReadSession, wallets: Sequence[UUID]) -> list[bool]:
    """Of which wallets the viewer may see the balance."""
    stands = select(Consent.wallet_id).where(
        col(Consent.wallet_id).in_(wallets),
        Consent.purpose == ConsentPurpose.BALANCE,
        col(Consent.revoked_at).is_(None),
        concerning(sight_of(session), col(Consent.partner_id)),
    )
    seen = set(await session.scalars(stands))
    return [wallet in seen for wallet in wallets]


async def give(
    pool: Pool, member: KnownMember, partner_id: UUID, purposes: Collection[ConsentPurpose], *, now: datetime
) -> None:
    """Record what a member agreed to at a partner. Raises: MemberNotFound."""
    known = await pool.fetchval(
        "SELECT consent_to($1, $2, $3, $4)", member.pairwise_id, partner_id, sorted(purposes), now
    )
    if not known:
        raise MemberNotFound


async def revoke(pool: Pool, member: KnownMember, partner_id: UUID, purpose: ConsentPurpose, *, now: datetime) -> None:
    """Take a consent back; it stays as history. Raises: ConsentNotFound."""
    stood = await pool.fetchval(
        "SELECT revoke_consent($1, $2, $3, $4, $5)", member.wallet_id, member.member_id, partner_id, purpose, now
    )
    if not stood:
        raise ConsentNotFound
