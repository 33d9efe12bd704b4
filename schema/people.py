"""The people of the coalition and its partners, and their invitations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.ids import PartnerId
from domain.paging import Page, PageRequest
from partners.people import models
from partners.people.admitting import AdmitPerson
from partners.scopes import PersonRole, Scope
from resolvers import people
from resolvers.context import Context, Info
from schema.connections import Connection, paged
from schema.errors import UserError, refusals
from schema.ids import Node, identified
from schema.nodes import findable
from schema.permissions import needs
from schema.shape import shows


@strawberry.type
@shows(models.Person)
class Person(Node):
    """Somebody who works for the coalition or for a partner."""

    id: strawberry.ID = identified("person_id")
    name: str
    """Their name."""
    email: str
    """Where invitations go, and the name they sign in with."""
    roles: list[PersonRole]
    """What they do, and so what they may."""
    active: bool
    """Whether they may sign in; false once they were let go."""
    created_at: datetime
    """When they were first invited."""


findable(Person, people.find, needs(Scope.PEOPLE_MANAGE))


@strawberry.input
class PersonInviteInput:
    """Somebody to be let in."""

    name: str
    """Their name, at most 200 characters."""
    email: str
    """Their address; within a house each belongs to one person."""
    roles: list[PersonRole]
    """At least one; the coalition's people have the coalition's roles, a partner's people a partner's."""
    partner: strawberry.ID | None = None
    """The coalition names a partner whose first admin this is; left out, it is one of your own people."""

    def house(self, ctx: Context) -> Any:
        """The partner that is named."""
        return ctx.global_ids.one("Partner", self.partner) if self.partner is not None else None

    def to_command(self) -> Callable[[PartnerId | None], AdmitPerson]:
        """As the domain takes it, once it is known for which house."""
        roles = frozenset(self.roles)
        return lambda house: AdmitPerson(name=self.name, email=self.email, roles=roles, partner_id=house)


@strawberry.input
class PersonInviteAgainInput:
    """Somebody who lost what they sign in with."""

    person: strawberry.ID
    """The person."""


@strawberry.input
class PersonChangeInput:
    """Other roles for somebody."""

    person: strawberry.ID
    """The person; not yourself."""
    roles: list[PersonRole]
    """All roles that they are to have."""


@strawberry.input
class PersonLetGoInput:
    """Somebody who leaves."""

    person: strawberry.ID
    """The person; not yourself, and not the last admin."""


@strawberry.type
class PersonPayload:
    """What became of a change to a person."""

    person: Person | None = None
    """The person; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
@shows(people.Invited)
class Invitation:
    """A way in for one person, once, within seven days."""

    person: Person
    """Whom it is for."""
    link: str
    """To hand to that person and nobody else: whoever has it can sign in as them. It is shown this once."""
    mailed: bool
    """Whether the link was handed to the mail as well."""


@strawberry.type
class PersonInvitePayload:
    """What became of an invitation."""

    invitation: Invitation | None = None
    """The invitation; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


House = Annotated[
    strawberry.ID | None, strawberry.argument(description="The partner whose house is meant; your own, if left out.")
]


@strawberry.type
class PersonQuery:
    """Who works here."""

    @strawberry.field(graphql_type=Connection[Person], extensions=[needs(Scope.PEOPLE_MANAGE), paged()])
    @staticmethod
    async def people(info: Info, page: PageRequest, partner: House = None) -> Page[models.Person]:
        """The people of your house, in the order in which they came; the coalition may name a partner's."""
        named = info.context.global_ids.one("Partner", partner) if partner is not None else None
        return await people.of_house(info.context, named, page)


@strawberry.type
class PersonMutation:
    """People come, change what they do, and leave; each step asks for a sign-in of the last five minutes."""

    @strawberry.mutation(graphql_type=PersonInvitePayload, extensions=[needs(Scope.PEOPLE_MANAGE), refusals])
    @staticmethod
    async def person_invite(info: Info, input: PersonInviteInput) -> Any:
        """Invite somebody: the link is given back and mailed. Somebody who was let go comes back so, too."""
        ctx = info.context
        return PersonInvitePayload(invitation=await people.invite(ctx, input.house(ctx), input.to_command()))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=PersonInvitePayload, extensions=[needs(Scope.PEOPLE_MANAGE), refusals])
    @staticmethod
    async def person_invite_again(info: Info, input: PersonInviteAgainInput) -> Any:
        """Give somebody a new link; their sessions, passkeys and password end, so it is the only way in."""
        person_id = info.context.global_ids.one("Person", input.person)
        return PersonInvitePayload(invitation=await people.invite_again(info.context, person_id))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=PersonPayload, extensions=[needs(Scope.PEOPLE_MANAGE), refusals])
    @staticmethod
    async def person_change(info: Info, input: PersonChangeInput) -> Any:
        """Give somebody other roles; their open sessions obey within seconds."""
        person_id = info.context.global_ids.one("Person", input.person)
        changed = await people.change_roles(info.context, person_id, frozenset(input.roles))
        return PersonPayload(person=changed)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=PersonPayload, extensions=[needs(Scope.PEOPLE_MANAGE), refusals])
    @staticmethod
    async def person_let_go(info: Info, input: PersonLetGoInput) -> Any:
        """Let somebody in no more; their sessions end at once."""
        person_id = info.context.global_ids.one("Person", input.person)
        return PersonPayload(person=await people.let_go(info.context, person_id))  # type: ignore[arg-type]
