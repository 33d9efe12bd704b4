"""What the settlement commands work with: the coalition's own context, and the names people use."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import select

from domain.coalition.founding import clock_of, coalition_of
from domain.coalition.models import Coalition, Partner
from domain.errors import Forbidden, NotFound
from domain.ids import PartnerId, PersonId
from domain.paging import LARGEST_PAGE, Page, PageRequest
from domain.settlement import queries
from domain.settlement.models import Cycle, CycleState
from domain.settlement.parties import Party, PartyRole
from domain.storage import ReadSession, opened
from domain.values import minor_digits
from hansa.embedding import with_database
from hansa.settings import load
from partners.keys import derive
from partners.people import admitting
from partners.scopes import PersonRole, Scope, scopes_of_roles
from resolvers.context import Context

T = TypeVar("T")

HOUSE_NAMES = {
    PartyRole.CHARITY: "Charity",
    PartyRole.TAX: "Tax",
    PartyRole.ROUNDING: "Rounding",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The coalition at work on its settlement."""

    ctx: Context
    coalition: Coalition
    partners: Mapping[UUID, Partner]

    @property
    def currency(self) -> str:
        """What everything is settled in."""
        return self.coalition.currency

    @property
    def digits(self) -> int:
        """How many decimals that currency has."""
        return minor_digits(self.currency)

    def name_of(self, party: Party) -> str:
        """What people call a party."""
        if party.partner_id is not None:
            return self.partners[party.partner_id].name
        return HOUSE_NAMES.get(party.role, self.coalition.operator_name)

    def partner(self, slug: str) -> PartnerId:
        """The partner with that short name. Raises: NotFound."""
        for partner in self.partners.values():
            if partner.slug == slug:
                return PartnerId(partner.partner_id)
        known = ", ".join(sorted(partner.slug for partner in self.partners.values()))
        raise NotFound(f"There is no partner {slug!r}; there are {known}.", path=("partner",))

    async def whole(self, query: Callable[..., Awaitable[Page[T]]], *words: Any, **options: Any) -> list[T]:
        """All that a query finds, page after page; it takes the page's request behind its other words."""
        found: list[T] = []
        request = PageRequest(first=LARGEST_PAGE)
        while True:
            page = await self.ctx.read(query, *words, request, **options)
            found += page.items
            if not page.has_next:
                return found
            request = PageRequest(first=LARGEST_PAGE, after=page.keys[-1])

    async def cycle(self, name: str | None, *states: CycleState) -> Cycle:
        """The cycle of that name, or the newest in one of the states. Raises: CycleNotFound, NotFound."""
        if name is not None:
            return await self.ctx.read(queries.cycle_named, name)
        found = await self.ctx.read(queries.all_cycles)
        newest = next((cycle for cycle in found if cycle.state in states), None)
        if newest is None:
            raise NotFound(f"No cycle is {' or '.join(states)}.", path=("cycle",))
        return newest

    async def person(self, email: str, scope: Scope, partner_id: PartnerId | None = None) -> PersonId:
        """The person of the coalition, or of a partner, with that address, if the roles allow what is asked.

        Raises: NotFound, Forbidden.
        """
        person = await self.ctx.read(admitting.with_email, email)
        roles = [PersonRole(role) for role in person.roles]
        if person.partner_id != partner_id or scope not in scopes_of_roles(roles):
            raise Forbidden(f"{person.name} has no role that allows {scope}.")
        return PersonId(person.person_id)

    async def either(self, email: str, *scopes: Scope) -> PersonId:
        """The coalition's person with that address, if the roles allow any of these. Raises: NotFound, Forbidden."""
        for scope in scopes[:-1]:
            try:
                return await self.person(email, scope)
            except Forbidden:
                continue
        return await self.person(email, scopes[-1])


def at_desk(work: Callable[[Desk], Awaitable[T]]) -> T:
    """Do some work on the coalition's settlement, on the database that the settings name."""
    settings = load()
    keys = derive(settings.key())

    async def done(url: str) -> T:
        async with opened(url, connections=2) as database:
            clock = await clock_of(database.pool)
            now = clock.at if clock and clock.at else datetime.now(UTC)
            async with Context.for_coalition(database, now, keys=keys) as ctx:
                coalition, partners = await ctx.read(coalition_of), await ctx.read(_partners)
                return await work(Desk(ctx=ctx, coalition=coalition, partners=partners))

    with with_database(settings) as served:
        return asyncio.run(done(served.database_url or ""))


async def _partners(session: ReadSession) -> dict[UUID, Partner]:
    return {partner.partner_id: partner for partner in await session.scalars(select(Partner))}
