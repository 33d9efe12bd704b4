"""Where to write to somebody about their own account."""

from __future__ import annotations

from sqlmodel import col, select

from domain.ids import MemberId
from domain.members import personal_data
from domain.members.models import PersonalData
from domain.members.personal_data import Sealed
from domain.storage import Sight
from partners.people.models import Person
from partners.sign_in.sessions import Subject
from partners.state import AccessState


async def email_of(state: AccessState, subject: Subject) -> str | None:
    """The e-mail address of a person or member; None for a member who gave none."""
    if subject.member_id is not None:
        return await _members(state, subject.member_id)
    async with state.transaction() as session:
        return await session.scalar(select(Person.email).where(col(Person.person_id) == subject.person_id))


async def _members(state: AccessState, member_id: MemberId) -> str | None:
    """Read with the member's own sight: the server's reaches no personal data."""
    async with state.database.session(Sight.member(member_id)) as session, session.begin():
        row = await session.scalar(select(PersonalData).where(col(PersonalData.member_id) == member_id))
    if row is None:
        return None
    sealed = Sealed(key=row.sealed_key, details=row.sealed)
    return personal_data.unseal(sealed, member_id, state.keys.personal_data).email
