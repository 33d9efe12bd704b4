"""Addresses that mail may go to: those whose owners typed a code that was mailed there."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import col, select

from domain.members.identifiers import Identifier
from domain.members.models import PersonalData
from domain.members.personal_data import PersonalDetails, Sealed, unseal
from domain.messages.models import MessageAddress
from domain.storage import ReadSession, WriteSession

LONGEST_REFUSAL = 300


async def verify(session: WriteSession, member_id: UUID, address: str, *, key: bytes, now: datetime) -> None:
    """A member has shown that mail to an address reaches it; needs the authorization server's sight."""
    lookup = Identifier.email(address).lookup(key)
    await session.execute(select(func.verify_address(member_id, lookup, now)))


async def details_of(session: ReadSession, member_id: UUID, *, key: bytes) -> PersonalDetails:
    """What a member told of itself; with its own sight."""
    row = await session.scalar(select(PersonalData).where(col(PersonalData.member_id) == member_id))
    if row is None:
        return PersonalDetails()
    return unseal(Sealed(key=row.sealed_key, details=row.sealed), member_id, key)


async def may_go_to(session: ReadSession, member_id: UUID, address: str, *, key: bytes) -> bool:
    """Whether mail may go to an address of a member's: it was verified, and no mail server has refused it since."""
    lookup = Identifier.email(address).lookup(key)
    found = select(MessageAddress.lookup).where(
        col(MessageAddress.member_id) == member_id,
        col(MessageAddress.lookup) == lookup,
        col(MessageAddress.refused_at).is_(None),
    )
    return await session.scalar(found) is not None


async def refuse(
    session: WriteSession, member_id: UUID, address: str, problem: str, *, key: bytes, now: datetime
) -> None:
    """Remember that a mail server refuses an address for good; with the member's own sight."""
    lookup = Identifier.email(address).lookup(key)
    await session.execute(
        update(MessageAddress)
        .where(col(MessageAddress.member_id) == member_id, col(MessageAddress.lookup) == lookup)
        .values(refused_at=now, refusal=problem[:LONGEST_REFUSAL])
    )
