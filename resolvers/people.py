"""The people of a house, as its admins look after them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from domain.ids import PartnerId, PersonId
from domain.paging import Page, PageRequest
from partners.acting import actor_of
from partners.mail import Mail
from partners.people import managing, queries
from partners.people.admitting import AdmitPerson
from partners.people.managing import Invitation, Manager
from partners.people.models import Person
from partners.scopes import PersonRole
from partners.sign_in import links
from resolvers.context import Context
from resolvers.houses import check_fresh, house_of
from resolvers.policies import acting_person


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """A person with the link to hand over."""

    person: Person
    link: str = field(repr=False)
    mailed: bool
    """Whether the link was handed to the mail as well."""


async def find(ctx: Context, person_id: UUID) -> Person:
    """A person of one's own house, or for the coalition any. Raises: NotFound."""
    return await ctx.read(queries.by_id, PersonId(person_id))


async def person_or_none(ctx: Context, person_id: UUID | None) -> Person | None:
    """A person, where one is named and may be seen."""
    return None if person_id is None else await ctx.load(queries.by_ids, person_id)


async def of_house(ctx: Context, partner_id: UUID | None, page: PageRequest) -> Page[Person]:
    """The people of a house."""
    return await ctx.read(queries.people_of, house_of(ctx.viewer, partner_id), page)


async def invite(ctx: Context, partner_id: UUID | None, wanted: Callable[[PartnerId | None], AdmitPerson]) -> Invited:
    """Let somebody in."""
    by = _manager(ctx)
    command = wanted(house_of(ctx.viewer, partner_id))
    return await _handed_over(ctx, await ctx.admit(managing.invite, command, by=by, now=ctx.real_now()))


async def invite_again(ctx: Context, person_id: UUID) -> Invited:
    """Give somebody a new link in place of all they signed in with."""
    invitation = await ctx.admit(managing.invite_again, PersonId(person_id), by=_manager(ctx), now=ctx.real_now())
    return await _handed_over(ctx, invitation)


async def change_roles(ctx: Context, person_id: UUID, roles: frozenset[PersonRole]) -> Person:
    """Give somebody other roles."""
    return await ctx.admit(managing.change_roles, PersonId(person_id), roles, by=_manager(ctx), now=ctx.real_now())


async def let_go(ctx: Context, person_id: UUID) -> Person:
    """Let somebody in no more."""
    return await ctx.admit(managing.let_go, PersonId(person_id), by=_manager(ctx), now=ctx.real_now())


def _manager(ctx: Context) -> Manager:
    """A person who signed in a moment ago: roles can be approvals, so they are not given in passing."""
    acting_person(ctx.viewer)
    house = house_of(ctx.viewer, None)
    check_fresh(ctx)
    return Manager(actor=actor_of(ctx.viewer), house=house)


async def _handed_over(ctx: Context, invitation: Invitation) -> Invited:
    """The link, given back and mailed where mail can be sent."""
    link = links.link(ctx.outside.issuer, invitation.code)
    try:
        await ctx.outside.mailer.send(_mail(invitation.person, link))
        mailed = True
    except OSError:
        mailed = False
    return Invited(person=invitation.person, link=link, mailed=mailed)


def _mail(person: Person, link: str) -> Mail:
    text = (
        f"Hello {person.name},\n\nyou are invited to sign in to Hansa. This link works once, within seven days:\n\n"
        f"{link}\n\nIf you did not expect this, leave it alone: without the link nothing happens.\n"
    )
    return Mail(to=person.email, subject="Your invitation to Hansa", text=text)
