"""The persons who work for the coalition and its partners, and what their roles let them do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import exists
from sqlmodel import col, select

from domain.audit import trail
from domain.audit.models import Action, SubjectKind
from domain.audit.trail import COMMAND_LINE, Actor, Line
from domain.coalition.errors import PartnerNotFound
from domain.coalition.models import Partner
from domain.errors import Conflict, InvalidValue, NotFound
from domain.ids import PartnerId, PersonId, new_id
from domain.storage import ReadSession, WriteSession
from partners.errors import RolesClash
from partners.holding import hold
from partners.people.models import Person
from partners.scopes import PersonRole

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitPerson:
    """Who somebody is, for whom they work, and as what."""

    name: str
    email: str
    roles: frozenset[PersonRole]
    partner_id: PartnerId | None = None
    """None: one of the coalition's own people."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.name.strip()) <= LONGEST_NAME or not self.name.isprintable():
            raise InvalidValue(f"A name has between 1 and {LONGEST_NAME} printable characters.", path=("name",))
        check_roles(self.roles, of_coalition=self.partner_id is None)


async def admit(session: WriteSession, command: AdmitPerson, *, now: datetime, by: Actor = COMMAND_LINE) -> Person:
    """Let somebody sign in from now on; whoever runs the installation does, unless somebody is named.

    Raises: InvalidValue, Conflict, PartnerNotFound.
    """
    email = normal_email(command.email)
    await hold_house(session, command.partner_id)
    if command.partner_id is not None:
        partner = exists().where(col(Partner.partner_id) == command.partner_id)
        if not await session.scalar(select(partner)):
            raise PartnerNotFound
    known = exists().where(col(Person.email) == email, col(Person.partner_id).is_not_distinct_from(command.partner_id))
    if await session.scalar(select(known)):
        raise Conflict("Somebody with this e-mail address is there already.", path=("email",))
    person = Person(
        person_id=new_id(),
        partner_id=command.partner_id,
        name=command.name.strip(),
        email=email,
        roles=sorted(command.roles),
        active=True,
        created_at=now,
    )
    session.add(person)
    line = Line(
        actor=by,
        action=Action.PERSON_INVITED,
        subject=SubjectKind.PERSON,
        subject_id=person.person_id,
        facts={"roles": person.roles},
        partner_id=command.partner_id,
    )
    await trail.record(session, line, now=now)
    return person


async def change(
    session: WriteSession,
    person_id: PersonId,
    *,
    roles: frozenset[PersonRole] | None = None,
    active: bool | None = None,
) -> Person:
    """Give a person other roles, or let them in no more; open sessions obey within seconds.

    Raises: NotFound, InvalidValue.
    """
    person = await session.scalar(select(Person).where(col(Person.person_id) == person_id))
    if person is None:
        raise NotFound("There is no such person.")
    if roles is not None:
        check_roles(roles, of_coalition=person.partner_id is None)
        person.roles = sorted(roles)
    if active is not None:
        person.active = active
    return person


async def with_email(session: ReadSession, email: str, *, partner_id: PartnerId | None = None) -> Person:
    """The active person with an e-mail address; a partner is named where several employ the same person.

    Raises: NotFound, Conflict.
    """
    query = select(Person).where(col(Person.email) == email.strip().lower(), col(Person.active))
    if partner_id is not None:
        query = query.where(col(Person.partner_id) == partner_id)
    found = list(await session.scalars(query))
    if not found:
        raise NotFound("There is no such person.")
    if len(found) > 1:
        raise Conflict("Several partners employ a person with this address. Name the partner.")
    return found[0]


async def in_house(session: ReadSession, email: str, partner_id: PartnerId | None) -> Person:
    """The active person of exactly this house with an e-mail address. Raises: NotFound."""
    house = col(Person.partner_id).is_not_distinct_from(partner_id)
    person = await session.scalar(
        select(Person).where(col(Person.email) == email.strip().lower(), house, col(Person.active))
    )
    if person is None:
        raise NotFound("There is no such person.")
    return person


async def hold_house(session: WriteSession, partner_id: PartnerId | None) -> None:
    """Let one change of a house's people happen at a time."""
    await hold(session, f"people of {partner_id or 'the coalition'}")


def normal_email(email: str) -> str:
    """An e-mail address in the form it is stored.

    Raises: InvalidValue.
    """
    try:
        return validate_email(email, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        raise InvalidValue("This is not an e-mail address.", path=("email",)) from None


def check_roles(roles: Iterable[PersonRole], *, of_coalition: bool) -> None:
    """The coalition's people have the coalition's roles, a partner's people a partner's.

    Nobody prepares a settlement and approves one.

    Raises: InvalidValue, RolesClash.
    """
    if not roles or any(role.of_coalition != of_coalition for role in roles):
        whose = "the coalition's" if of_coalition else "a partner's"
        raise InvalidValue(f"A person has at least one role, and only {whose} roles.", path=("roles",))
    if {PersonRole.COALITION_PREPARER, PersonRole.COALITION_APPROVER} <= frozenset(roles):
        raise RolesClash
