"""The cards that members carry, told to nobody but themselves."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import col, select

from domain.members.models import PersonalData
from domain.members.personal_data import Sealed, unseal_cards
from domain.storage import ReadSession


async def cards_of(session: ReadSession, member_id: UUID, *, key: bytes) -> list[str]:
    """The numbers of the cards that a member joined with; with its own sight."""
    row = await session.scalar(select(PersonalData).where(col(PersonalData.member_id) == member_id))
    return [] if row is None else unseal_cards(Sealed(key=row.sealed_key, details=row.sealed), member_id, key)
