"""Members whose own words agree: unsealed one by one, in memory, of those alone that allow it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from domain.ids import PartnerId
from domain.members.personal_data import PersonalDetails, Sealed, unseal
from domain.segments.definitions import Profile
from domain.storage import ReadSession

_PROFILES = text("SELECT * FROM segment_profiles(CAST(:owner AS uuid))")


async def agreeing(session: ReadSession, part: Profile, owner: PartnerId | None, *, personal_key: bytes) -> list[UUID]:
    """The members of whom a part of a definition holds, among those that allow the owner offers by it."""
    rows = await session.execute(_PROFILES, {"owner": owner})
    return [
        row.member_id
        for row in rows
        if agrees(part, unseal(Sealed(key=row.sealed_key, details=row.sealed), row.member_id, personal_key))
    ]


def agrees(part: Profile, told: PersonalDetails) -> bool:
    """Whether all that a part asks holds of what a member told; what was not told agrees with nothing."""
    if part.birthday_months and (told.born_on is None or told.born_on.month not in part.birthday_months):
        return False
    language = (told.language or "").lower()
    spoken = {language, language.partition("-")[0]}
    return not part.languages or not spoken.isdisjoint(map(str.lower, part.languages))
