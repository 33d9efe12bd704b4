"""Contracts, as the coalition draws them up and signs them, and as their partners read them."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from domain.coalition import contracts, queries
from domain.coalition.comparing import Difference, compare
from domain.coalition.contracts import Terms
from domain.coalition.models import Contract
from domain.earning import exclusivity
from domain.errors import NotFound
from domain.ids import PartnerId, PersonId
from domain.settlement.concentration import Concentration, concentration
from domain.settlement.models import Cycle
from domain.settlement.parties import partner
from domain.settlement.queries import open_cycle
from domain.settlement.steps import cycle_of
from domain.settlement.what_if import WhatIf, what_if
from domain.storage import ReadSession
from partners.viewer import Audience
from resolvers import consequences
from resolvers.context import Context
from resolvers.houses import check_fresh
from resolvers.policies import acting_partner


async def contract(ctx: Context, contract_id: UUID) -> Contract:
    """A version of a contract: for its partner and the coalition. Raises: NotFound."""
    if ctx.viewer.on_behalf_of is not None:
        raise NotFound("There is no such contract.", path=("contract",))
    return await ctx.read(contracts.contract_of, contract_id)


async def contracts_of(ctx: Context, partner_id: UUID) -> list[Contract]:
    """The versions of a partner's contract that the viewer may see; with a member's grant, which opens none, nobody."""
    if ctx.viewer.on_behalf_of is not None:
        return []
    return await ctx.read(queries.contracts_of, partner_id)


async def diff(ctx: Context, contract_id: UUID, against_id: UUID) -> list[Difference]:
    """What differs between two contracts the viewer may see. Raises: NotFound."""
    after, before = await contract(ctx, contract_id), await contract(ctx, against_id)
    return compare(contracts.terms_of(before), contracts.terms_of(after))


async def changes_of(ctx: Context, version: Contract) -> list[Difference]:
    """What a version changes of the one that was signed before it."""
    earlier = [
        one
        for one in await contracts_of(ctx, version.partner_id)
        if one.version < version.version and one.signed_at is not None
    ]
    return compare(contracts.terms_of(earlier[0]), contracts.terms_of(version)) if earlier else []


async def priced(ctx: Context, contract_id: UUID, cycle_id: UUID | None, *, always: bool) -> WhatIf:
    """What a cycle would have come to under a contract: all of it for the coalition, a partner's own part for itself.

    The open cycle where none is named. Raises: NotFound, CycleNotFound, PriceUnknown.
    """
    version = await contract(ctx, contract_id)
    async with _whole(ctx) as whole:
        cycle = await whole.read(open_cycle) if cycle_id is None else await whole.read(cycle_of, cycle_id)
        found = await whole.read(what_if, version, cycle, now=ctx.now, always=always)
    if ctx.viewer.audience is Audience.COALITION:
        return found
    own = partner(PartnerId(acting_partner(ctx.viewer)))
    return replace(found, changes=tuple(change for change in found.changes if change.party == own))


async def concentration_of(ctx: Context, cycle_id: UUID | None) -> Concentration | None:
    """Who carries how much of a cycle's issuance, for the coalition alone; the open cycle where none is named."""
    if ctx.viewer.audience is not Audience.COALITION:
        return None

    async def found(session: ReadSession) -> Concentration:
        cycle: Cycle = await open_cycle(session) if cycle_id is None else await cycle_of(session, cycle_id)
        return await concentration(session, cycle)

    return await ctx.read(found)


async def draw_up(ctx: Context, partner_id: UUID, terms: Terms) -> Contract:
    """Draw up the next version of a partner's contract."""
    return await ctx.write(contracts.draw_up, partner_id, terms, by=person_of(ctx), now=ctx.now)


async def change(ctx: Context, contract_id: UUID, terms: Terms) -> Contract:
    """Write a draft anew."""
    return await ctx.write(contracts.change, contract_id, terms, by=person_of(ctx), now=ctx.now)


async def withdraw(ctx: Context, contract_id: UUID) -> Contract:
    """Give a draft up."""
    return await ctx.write(contracts.withdraw, contract_id, by=person_of(ctx), now=ctx.now)


async def sign(ctx: Context, contract_id: UUID, revision: int | None) -> Contract:
    """Bring a contract into force, as a person freshly signed in; a program only while the domain lets nobody do it.

    Raises: SignInTooOld, and what the domain refuses.
    """
    by = person_of(ctx)
    if by is not None:
        check_fresh(ctx)
    signed = await ctx.write(exclusivity.sign, contract_id, now=ctx.now, by=by, revision=revision)
    await consequences.of_credit(ctx)  # its limit may be another
    return signed


def person_of(ctx: Context) -> PersonId | None:
    """Who acts by name; None for a program, which the domain lets act only in a sandbox or while all is founded."""
    return None if ctx.viewer.person_id is None else PersonId(ctx.viewer.person_id)


def _whole(ctx: Context) -> Context:
    """Reads with the coalition's sight and writes nothing: what is priced is priced over all partners."""
    return Context.for_coalition(ctx.database, ctx.now, keys=ctx.keys)
