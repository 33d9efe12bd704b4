"""What the commands of people do, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.audit.trail import COMMAND_LINE
from domain.coalition.queries import partner_by_slug
from domain.errors import InvalidValue
from domain.ids import PartnerId, PersonId
from domain.paging import LARGEST_PAGE, PageRequest
from domain.storage import COALITION, ReadSession, Sight, WriteSession, opened
from hansa.settings import Settings
from partners.issuer import Issuer
from partners.people import admitting, managing, queries
from partners.people.admitting import AdmitPerson
from partners.people.managing import Manager
from partners.scopes import PersonRole
from partners.sign_in import links
from partners.standing import SERVER


@dataclass(frozen=True, kw_only=True)
class PersonLine:
    """A person as they are listed."""

    name: str
    email: str
    roles: str
    active: bool
    created_at: datetime


async def invite_person(
    settings: Settings, *, name: str, email: str, roles: list[str], partner: str | None = None
) -> str:
    """Let somebody in; the link to hand over. Raises: InvalidValue, RolesClash, Conflict, PartnerNotFound."""
    async with _house(settings, SERVER, partner) as (session, house):
        command = AdmitPerson(name=name, email=email, roles=_roles(roles), partner_id=house)
        made = await managing.invite(session, command, by=_operator(house), now=datetime.now(UTC))
    return links.link(Issuer(settings.issuer), made.code)


async def invite_person_again(settings: Settings, *, email: str, partner: str | None = None) -> str:
    """Give somebody a new link. Raises: NotFound, PartnerNotFound."""
    async with _house(settings, SERVER, partner) as (session, house):
        person_id = await _person(session, email, house)
        made = await managing.invite_again(session, person_id, by=_operator(house), now=datetime.now(UTC))
    return links.link(Issuer(settings.issuer), made.code)


async def let_person_go(settings: Settings, *, email: str, partner: str | None = None) -> None:
    """Let somebody in no more. Raises: NotFound, LastAdmin, PartnerNotFound."""
    async with _house(settings, SERVER, partner) as (session, house):
        person_id = await _person(session, email, house)
        await managing.let_go(session, person_id, by=_operator(house), now=datetime.now(UTC))


async def list_people(settings: Settings, *, partner: str | None = None) -> list[PersonLine]:
    """The people of a house. Raises: PartnerNotFound."""
    found: list[PersonLine] = []
    after: tuple[object, ...] | None = None
    async with _house(settings, COALITION, partner) as (session, house):
        while True:
            page = await queries.people_of(session, house, PageRequest(LARGEST_PAGE, after))
            found += [
                PersonLine(
                    name=row.name,
                    email=row.email,
                    roles=" ".join(row.roles),
                    active=row.active,
                    created_at=row.created_at,
                )
                for row in page.items
            ]
            if not page.has_next:
                return found
            after = page.keys[-1]


@asynccontextmanager
async def _house(
    settings: Settings, sight: Sight, partner: str | None
) -> AsyncIterator[tuple[WriteSession, PartnerId | None]]:
    async with (
        opened(settings.database_url or "", connections=2) as database,
        database.session(sight) as opened_session,
        opened_session.begin(),
    ):
        session = WriteSession(ReadSession(opened_session))
        house = PartnerId((await partner_by_slug(session, partner)).partner_id) if partner else None
        yield session, house


async def _person(session: ReadSession, email: str, house: PartnerId | None) -> PersonId:
    return PersonId((await admitting.in_house(session, email, house)).person_id)


def _operator(house: PartnerId | None) -> Manager:
    """Whoever runs the installation looks after every house."""
    return Manager(actor=COMMAND_LINE, house=house)


def _roles(words: list[str]) -> frozenset[PersonRole]:
    unknown = [word for word in words if word not in set(PersonRole)]
    if unknown:
        raise InvalidValue(f"There is no role {unknown[0]}; there are {', '.join(PersonRole)}.", path=("roles",))
    return frozenset(PersonRole(word) for word in words)
