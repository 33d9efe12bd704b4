"""Who stands at the counter: members found by card, by a partner's own number, or by the partner's id for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from domain.errors import InvalidValue
from domain.members.identifiers import Identifier
from domain.members.models import MemberKind


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
    pool: asyncpg.Pool[asyncpg.Record], refs: Sequence[MemberRef], partner_id: UUID, *, key: bytes, now: datetime
) -> list[KnownMember | None]:
    """Find members for a partner, in the order asked; None where nobody is known by a reference.

    The first time a partner meets a member it is given an id of its own for it.
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


def _known(row: asyncpg.Record) -> KnownMember:
    return KnownMember(
        wallet_id=row["wallet_id"],
        member_id=row["member_id"],
        kind=MemberKind(row["kind"]),
        pairwise_id=row["pairwise_id"],
    )
