"""People, as whoever may see them looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import col, select

from domain.errors import NotFound
from domain.ids import PartnerId, PersonId
from domain.paging import Page, PageRequest
from domain.storage import ReadSession, concerning, sight_of
from partners.people.models import Person


async def by_id(session: ReadSession, person_id: PersonId) -> Person:
    """A person whom the viewer may see. Raises: NotFound."""
    (person,) = await by_ids(session, [person_id])
    if person is None:
        raise NotFound("There is no such person.")
    return person


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[Person | None]:
    """The persons whom the viewer may see, in the order of the ids."""
    found = await session.scalars(select(Person).where(col(Person.person_id).in_(ids), _seen_by(session)))
    people = {person.person_id: person for person in found}
    return [people.get(person_id) for person_id in ids]


async def people_of(session: ReadSession, partner_id: PartnerId | None, page: PageRequest) -> Page[Person]:
    """The people of a partner, or the coalition's own, in the order in which they came; also those who were let go."""
    query = select(Person).where(_seen_by(session), col(Person.partner_id).is_not_distinct_from(partner_id))
    if page.after is not None:
        query = query.where(col(Person.person_id) > page.after[0])
    rows = await session.scalars(query.order_by(col(Person.person_id)).limit(page.first + 1))
    return Page.of(list(rows), page, lambda row: (row.person_id,))


async def people_like(session: ReadSession, begins: str, most: int) -> list[Person]:
    """The people whose name or e-mail address begins so, letter case aside, as far as the viewer may see them."""
    small = begins.lower()
    named = or_(*(func.lower(column).startswith(small, autoescape=True) for column in (Person.name, Person.email)))
    query = select(Person).where(named, _seen_by(session)).order_by(col(Person.person_id))
    return list(await session.scalars(query.limit(most)))


def _seen_by(session: ReadSession) -> ColumnElement[bool]:
    return concerning(sight_of(session), col(Person.partner_id))
