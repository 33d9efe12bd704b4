"""By which ids partners know members."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from domain.ids import PartnerId
from domain.members.models import Link
from domain.storage import ReadSession, concerning, sight_of


async def ids_at_partners(session: ReadSession, asked: Sequence[tuple[PartnerId, UUID]]) -> list[UUID | None]:
    """By which ids partners know members, in the order asked for; None where a partner does not."""
    rows = await session.scalars(
        select(Link).where(
            col(Link.partner_id).in_([partner_id for partner_id, _ in asked]),
            col(Link.member_id).in_([member_id for _, member_id in asked]),
            concerning(sight_of(session), col(Link.partner_id)),
        )
    )
    found = {(row.partner_id, row.member_id): row.pairwise_id for row in rows}
    return [found.get(one) for one in asked]
