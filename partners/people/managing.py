"""Looking after the people of a house: inviting them, giving them roles, letting them go.

Each rule runs with the sight of the authorization server, since what somebody signs in with is hidden from every other.
So each names the house it is about and finds nobody of another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, exists
from sqlmodel import col, select

from domain.audit import trail
from domain.audit.models import Action, SubjectKind
from domain.audit.trail import Actor, Fact, Line
from domain.errors import NotFound
from domain.ids import PartnerId, PersonId
from domain.storage import ReadSession, WriteSession
from partners.errors import LastAdmin, NotYourHouse, OwnRoles
from partners.people import admitting
from partners.people.admitting import AdmitPerson, check_roles, normal_email
from partners.people.models import Person
from partners.scopes import PersonRole
from partners.sign_in import links, ways_in
from partners.sign_in.models import SignInCode
from partners.sign_in.sessions import Subject, sign_out_everywhere

LANDING = "/account"
"""Where an invitation leads: whoever comes sets up how to sign in from then on."""

ADMINS = frozenset({PersonRole.COALITION_ADMIN, PersonRole.PARTNER_ADMIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A person, and the code that signs them in for the first time; only its hash is kept."""

    person: Person
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manager:
    """Who looks after people, and of which house they are."""

    actor: Actor
    house: PartnerId | None
    """None: the coalition."""


async def invite(session: WriteSession, command: AdmitPerson, *, by: Manager, now: datetime) -> Invitation:
    """Let somebody in, or in again who was let go, with a link that is good once within seven days.

    The coalition invites its own people, and a partner's first admin: as long as the partner has none.

    Raises: NotYourHouse, InvalidValue, RolesClash, Conflict.
    """
    await admitting.hold_house(session, command.partner_id)
    if command.partner_id != by.house and (
        by.house is not None
        or PersonRole.PARTNER_ADMIN not in command.roles
        or await _has_admin(session, command.partner_id)
    ):
        raise NotYourHouse
    person = await _let_go_before(session, command)
    if person is None:
        person = await admitting.admit(session, command, now=now, by=by.actor)
    else:
        person.name, person.roles, person.active = command.name.strip(), sorted(command.roles), True
        await _tell(session, Action.PERSON_INVITED, person, by, now, roles=person.roles)
    return await _invited(session, person, now)


async def invite_again(session: WriteSession, person_id: PersonId, *, by: Manager, now: datetime) -> Invitation:
    """Give somebody a new link, and make an end of all they signed in with before, as when it was lost.

    The coalition does it for its own people, and for a partner's admins.

    Raises: NotFound, OwnRoles.
    """
    person = await _somebody(session, person_id, by, also_admins_of_partners=True)
    if not person.active:
        raise NotFound("There is no such person.", path=("person",))
    await _tell(session, Action.PERSON_INVITED_AGAIN, person, by, now)
    return await _invited(session, person, now)


async def change_roles(
    session: WriteSession, person_id: PersonId, roles: frozenset[PersonRole], *, by: Manager, now: datetime
) -> Person:
    """Give somebody other roles; open sessions obey within seconds.

    Raises: NotFound, OwnRoles, InvalidValue, RolesClash, LastAdmin.
    """
    person = await _somebody(session, person_id, by)
    check_roles(roles, of_coalition=person.partner_id is None)
    before = frozenset(person.roles)
    if not ADMINS & roles:
        await _check_others_are_admins(session, person)
    person.roles = sorted(roles)
    added, removed = sorted(roles - before), sorted(before - roles)
    await _tell(session, Action.ROLES_CHANGED, person, by, now, added=added, removed=removed)
    return person


async def let_go(session: WriteSession, person_id: PersonId, *, by: Manager, now: datetime) -> Person:
    """Let somebody in no more, and end their sessions; letting them go again changes nothing.

    Raises: NotFound, OwnRoles, LastAdmin.
    """
    person = await _somebody(session, person_id, by)
    if person.active:
        await _check_others_are_admins(session, person)
        person.active = False
        await _end_access(session, person, now)
        await _tell(session, Action.PERSON_LET_GO, person, by, now)
    return person


async def _somebody(
    session: WriteSession, person_id: PersonId, by: Manager, *, also_admins_of_partners: bool = False
) -> Person:
    """A person of one's own house, held until it is changed; not oneself."""
    partner_id = await session.scalar(select(Person.partner_id).where(col(Person.person_id) == person_id))
    await admitting.hold_house(session, PartnerId(partner_id) if partner_id is not None else None)
    person = await session.scalar(select(Person).where(col(Person.person_id) == person_id))
    if person is None:
        raise NotFound("There is no such person.", path=("person",))
    admin_of_partner = by.house is None and PersonRole.PARTNER_ADMIN in person.roles
    if person.partner_id != by.house and not (also_admins_of_partners and admin_of_partner):
        raise NotFound("There is no such person.", path=("person",))
    if by.actor.id == person_id:
        raise OwnRoles
    return person


async def _let_go_before(session: ReadSession, command: AdmitPerson) -> Person | None:
    person: Person | None = await session.scalar(
        select(Person).where(
            col(Person.email) == normal_email(command.email),
            col(Person.partner_id).is_not_distinct_from(command.partner_id),
            ~col(Person.active),
        )
    )
    return person


async def _has_admin(session: ReadSession, house: PartnerId | None, *, but: PersonId | None = None) -> bool:
    admins = exists().where(
        col(Person.partner_id).is_not_distinct_from(house),
        col(Person.active),
        col(Person.roles).op("&&")(sorted(ADMINS)),
        col(Person.person_id).is_distinct_from(but),
    )
    return bool(await session.scalar(select(admins)))


async def _check_others_are_admins(session: ReadSession, person: Person) -> None:
    """A house is never left without an admin, however many are let go at once."""
    house = PartnerId(person.partner_id) if person.partner_id is not None else None
    is_admin = person.active and bool(ADMINS & set(person.roles))
    if is_admin and not await _has_admin(session, house, but=PersonId(person.person_id)):
        raise LastAdmin


async def _invited(session: WriteSession, person: Person, now: datetime) -> Invitation:
    """A link that is the only way in from now on."""
    await session.flush()  # the link's code names the person
    await _end_access(session, person, now)
    code = await links.issue(session, _subject(person), now=now, landing=LANDING, lifetime=links.INVITATION_LIFETIME)
    return Invitation(person=person, code=code)


async def _end_access(session: WriteSession, person: Person, now: datetime) -> None:
    await sign_out_everywhere(session, _subject(person), now=now)
    await session.execute(delete(SignInCode).where(col(SignInCode.person_id) == person.person_id))
    await ways_in.forget(session, _subject(person))


def _subject(person: Person) -> Subject:
    return Subject(person_id=PersonId(person.person_id))


async def _tell(
    session: WriteSession, action: Action, person: Person, by: Manager, now: datetime, **facts: Fact
) -> None:
    line = Line(
        actor=by.actor,
        action=action,
        subject=SubjectKind.PERSON,
        subject_id=person.person_id,
        facts=facts,
        partner_id=PartnerId(person.partner_id) if person.partner_id is not None else None,
    )
    await trail.record(session, line, now=now)
