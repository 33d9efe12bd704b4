"""The coalition and its partners, as the API asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.coalition import founding, leaving, partners, queries
from domain.coalition.errors import ExitNeeded, PartnerNotFound
from domain.coalition.models import Coalition, Outlet, Partner, PartnerStatus
from domain.coalition.partners import AdmitPartner, OpenOutlet
from domain.paging import Page, PageRequest
from domain.storage import ReadSession, WriteSession
from resolvers.context import Context

BY_EXIT = (PartnerStatus.LEAVING, PartnerStatus.SETTLING, PartnerStatus.CLOSED)
HERE = "here"
"""The one key of the one coalition."""


async def coalition(ctx: Context) -> Coalition:
    """The coalition of this installation, read once however many fields need its currency or its clock."""
    return await ctx.load(_coalitions, HERE)


async def _coalitions(session: ReadSession, keys: Sequence[str]) -> list[Coalition]:
    return [await founding.coalition_of(session)] * len(keys)


async def partner(ctx: Context, partner_id: UUID) -> Partner:
    """A partner. Raises: PartnerNotFound."""
    found = await ctx.load(queries.partners_by_ids, partner_id)
    if found is None:
        raise PartnerNotFound
    return found


async def partner_or_none(ctx: Context, partner_id: UUID | None) -> Partner | None:
    """A partner, where there is one: the ledger's own entries are the coalition's."""
    return None if partner_id is None else await ctx.load(queries.partners_by_ids, partner_id)


async def all_partners(ctx: Context, page: PageRequest) -> Page[Partner]:
    """The partners of the coalition."""
    return await ctx.read(queries.partners, page)


async def outlet_or_none(ctx: Context, outlet_id: UUID | None) -> Outlet | None:
    """An outlet, where one is named."""
    return None if outlet_id is None else await ctx.load(queries.outlets_by_ids, outlet_id)


async def outlets_of(ctx: Context, partner_id: UUID, page: PageRequest) -> Page[Outlet]:
    """A partner's outlets."""
    return await ctx.read(queries.outlets_of, partner_id, page)


async def admit(ctx: Context, command: AdmitPartner) -> Partner:
    """Take a partner in."""
    return (await ctx.write(partners.admit, command, now=ctx.now)).partner


async def change_status(ctx: Context, partner_id: UUID, status: PartnerStatus) -> Partner:
    """Let a partner begin, pause or go on; it leaves by notice. Raises: ExitNeeded, and what the domain refuses."""
    if status in BY_EXIT and (await partner(ctx, partner_id)).status != PartnerStatus.ADMITTED:
        raise ExitNeeded(status)
    return await ctx.write(partners.change_status, partner_id, status)


async def open_outlets(ctx: Context, partner_id: UUID, outlets: list[OpenOutlet]) -> list[Outlet]:
    """Open outlets under a partner's first brand."""

    async def opened(session: WriteSession) -> list[Outlet]:
        return await partners.open_outlets(session, await queries.brand_of(session, partner_id), outlets)

    return await ctx.write(opened)


async def advance_clock(ctx: Context, to: datetime) -> Coalition:
    """Move the sandbox's clock; who leaves by then has left."""
    moved = await ctx.write(founding.advance_clock, to=to)
    await ctx.write(leaving.sweep, now=to)
    return moved
