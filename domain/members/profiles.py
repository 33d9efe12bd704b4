"""What members tell of themselves, read and changed by themselves alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text, update
from sqlmodel import col, select

from domain.errors import InvalidValue
from domain.ids import PartnerId
from domain.members.errors import MemberNotFound
from domain.members.models import Member, PersonalData
from domain.members.personal_data import PersonalDetails, Sealed, seal_beside, unseal, unseal_beside
from domain.storage import ReadSession, WriteSession

_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('profile ' || :member, 0))")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A member as it told of itself, and how it came."""

    name: str | None
    email: str | None
    phone: str | None
    born_on: date | None
    language: str | None
    joined_at: datetime
    joined_through: PartnerId


async def profile_of(session: ReadSession, member_id: UUID, *, key: bytes) -> Profile:
    """A member's own profile; with its own sight. Raises: MemberNotFound."""
    member = await session.scalar(select(Member).where(col(Member.member_id) == member_id))
    row = await _row(session, member_id)
    if member is None or row is None:
        raise MemberNotFound
    told = unseal(Sealed(key=row.sealed_key, details=row.sealed), member_id, key)
    through = PartnerId(member.joined_through)
    return Profile(**vars(told), joined_at=member.joined_at, joined_through=through)


async def change(
    session: WriteSession, member_id: UUID, changes: Mapping[str, Any], *, key: bytes, now: datetime
) -> Profile:
    """Change some of a member's details: what is None is not told any more, what is not named stays.

    Raises: InvalidValue, MemberNotFound.
    """
    await session.execute(_ALONE, {"member": str(member_id)})
    row = await _row(session, member_id)
    if row is None:
        raise MemberNotFound
    told = unseal(Sealed(key=row.sealed_key, details=row.sealed), member_id, key)
    details = PersonalDetails(**{**vars(told), **changes})
    if details.born_on is not None and details.born_on > now.date():
        raise InvalidValue("nobody is born later than today", path=("born_on",))
    # What else is sealed with the details, such as numbers of cards, stays with them.
    kept = orjson.loads(unseal_beside(row.sealed, member_id, row.sealed_key, key)) | vars(details)
    sealed = seal_beside(orjson.dumps(kept), member_id, row.sealed_key, key)
    mine = update(PersonalData).where(col(PersonalData.member_id) == member_id)
    await session.execute(mine.values(sealed=sealed, changed_at=now))
    return await profile_of(session, member_id, key=key)


async def _row(session: ReadSession, member_id: UUID) -> Any:
    told = select(PersonalData.sealed_key, PersonalData.sealed).where(col(PersonalData.member_id) == member_id)
    return (await session.execute(told)).one_or_none()
