"""Who stands at the counter: members found by card, by a partner's own number, or by the partner's id for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg

from domain.coalition.errors import PartnerNotActive
from domain.errors import InvalidValue
from domain.members.errors import MemberNotFound
from domain.members.identifiers import Identifier
from domain.members.models import MemberKind

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRef:
    """Exactly one way to name a member."""

    pairwise_id: UUID | None = None
    identifier: Identifier | None = None

    def __post_init__(self) -> None:
        if (self.pairwise_id is None) == (self.identifier is None):
            raise InvalidValue("name the member in exactly one way", path=("member",))


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMember:
    """A member as one partner knows it."""

    wallet_id: UUID
    member_id: UUID
    kind: MemberKind
    pairwise_id: UUID


async def recognise(
    pool: Pool, refs: Sequence[MemberRef], partner_id: UUID, *, key: bytes, now: datetime
) -> list[KnownMember | None]:
    """Find members for a partner, in the order asked; None where nobody is known by a reference.

    The first time a partner meets a member it is given an id of its own for it; a partner that may not meet members now
    finds only those it knows, so that what it recorded before can be answered again.
    """
    lookups = {ref.identifier.lookup(key) for ref in refs if ref.identifier is not None}
    linked = {ref.pairwise_id for ref in refs if ref.pairwise_id is not None}
    found: dict[bytes | UUID, KnownMember] = {}
    if lookups:
        for row in await pool.fetch("SELECT * FROM recognise($1, $2, $3)", list(lookups), partner_id, now):
            found[row["lookup"]] = _known(row)
    if linked:
        for row in await pool.fetch("SELECT * FROM recognise_linked($1, $2)", list(linked), partner_id):
            found[row["asked"]] = _known(row)
    return [found.get(ref.identifier.lookup(key) if ref.identifier else ref.pairwise_id or b"") for ref in refs]


async def serve(pool: Pool, partner_id: UUID) -> None:
    """Go on only for a partner that may meet members: one that trades, or leaves. Raises: PartnerNotActive."""
    if not await pool.fetchval("SELECT serves_members($1)", partner_id):
        raise PartnerNotActive


async def unknown(pool: Pool, partner_id: UUID) -> type[PartnerNotActive | MemberNotFound]:
    """Why a partner finds nobody: it may not meet members now, whoever they are, or nobody is known by this."""
    serves = await pool.fetchval("SELECT serves_members($1)", partner_id)
    return MemberNotFound if serves else PartnerNotActive


async def names(pool: Pool, ref: MemberRef, member: KnownMember, partner_id: UUID, *, key: bytes) -> bool:
    """Whether a reference names this very member; nobody else is met by asking."""
    if ref.identifier is not None:
        return bool(await pool.fetchval("SELECT is_named($1, $2)", ref.identifier.lookup(key), member.member_id))
    rows = await pool.fetch("SELECT member_id FROM recognise_linked($1, $2)", [ref.pairwise_id], partner_id)
    return any(row["member_id"] == member.member_id for row in rows)


async def has_become(pool: Pool, one: UUID, other: UUID) -> bool:
    """Whether one member is, or was merged into, the other."""
    return bool(await pool.fetchval("SELECT has_become($1, $2)", one, other))


def _known(row: asyncpg.Record) -> KnownMember:
    return KnownMember(
        wallet_id=row["wallet_id"],
        member_id=row["member_id"],
        kind=MemberKind(row["kind"]),
        pairwise_id=row["pairwise_id"],
    )
