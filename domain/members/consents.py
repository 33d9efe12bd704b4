"""What members allow partners to see, and take back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg

from domain.members.errors import ConsentNotFound, MemberNotFound
from domain.members.models import ConsentPurpose
from domain.members.recognition import KnownMember

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


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
