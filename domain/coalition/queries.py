"""Reads of the coalition: partners, outlets, contracts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, or_, text
from sqlmodel import col, select

from domain.coalition.errors import OutletNotFound, PartnerNotFound
from domain.coalition.models import Brand, Contract, Outlet, Partner, PartnerRole, PartnerStatus
from domain.paging import Page, PageRequest
from domain.storage import ReadSession, concerning, sight_of

SELLING = frozenset({PartnerRole.RETAILER, PartnerRole.SERVICE})
"""Who meets members where they buy."""


async def partners_by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[Partner | None]:
    """Partners in the order of their ids."""
    rows = await session.scalars(select(Partner).where(col(Partner.partner_id).in_(ids)))
    found = {row.partner_id: row for row in rows}
    return [found.get(one) for one in ids]


async def outlets_by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[Outlet | None]:
    """Outlets in the order of their ids."""
    rows = await session.scalars(select(Outlet).where(col(Outlet.outlet_id).in_(ids)))
    found = {row.outlet_id: row for row in rows}
    return [found.get(one) for one in ids]


async def partner_by_slug(session: ReadSession, slug: str) -> Partner:
    """The partner with a short name. Raises: PartnerNotFound."""
    partner = (await session.scalars(select(Partner).where(Partner.slug == slug))).first()
    if partner is None:
        raise PartnerNotFound
    return partner


async def partners_to_join(session: ReadSession) -> list[Partner]:
    """At whom one can join by oneself, by name: those that sell to members, else everyone that trades."""
    trading = select(Partner).where(Partner.status == PartnerStatus.ACTIVE).order_by(col(Partner.name))
    found = list(await session.scalars(trading))
    return [one for one in found if SELLING.intersection(one.roles)] or found


async def outlet_by_code(session: ReadSession, partner_id: UUID, code: str) -> Outlet:
    """A partner's outlet by the partner's own code. Raises: OutletNotFound."""
    statement = select(Outlet).where(Outlet.partner_id == partner_id, Outlet.code == code)
    outlet = (await session.scalars(statement)).first()
    if outlet is None:
        raise OutletNotFound
    return outlet


async def brand_of(session: ReadSession, partner_id: UUID) -> Brand:
    """A partner's first brand. Raises: PartnerNotFound."""
    statement = select(Brand).where(Brand.partner_id == partner_id).order_by(col(Brand.brand_id)).limit(1)
    brand = (await session.scalars(statement)).first()
    if brand is None:
        raise PartnerNotFound
    return brand


async def partners_like(session: ReadSession, begins: str, most: int) -> list[Partner]:
    """Partners whose short name or name begins so, letter case aside, by their short names."""
    named = func.lower(Partner.name).startswith(begins.lower(), autoescape=True)
    statement = select(Partner).where(or_(col(Partner.slug).startswith(begins.lower(), autoescape=True), named))
    return list(await session.scalars(statement.order_by(col(Partner.slug)).limit(most)))


async def partners(session: ReadSession, page: PageRequest) -> Page[Partner]:
    """All partners, by their short names."""
    statement = select(Partner).order_by(col(Partner.slug)).limit(page.first + 1)
    if page.after:
        statement = statement.where(Partner.slug > page.after[0])
    return Page.of(list(await session.scalars(statement)), page, lambda partner: (partner.slug,))


async def outlets_of(session: ReadSession, partner_id: UUID, page: PageRequest) -> Page[Outlet]:
    """A partner's outlets, by their codes."""
    statement = select(Outlet).where(Outlet.partner_id == partner_id).order_by(col(Outlet.code)).limit(page.first + 1)
    if page.after:
        statement = statement.where(Outlet.code > page.after[0])
    return Page.of(list(await session.scalars(statement)), page, lambda outlet: (outlet.code,))


async def contracts_of(session: ReadSession, partner_id: UUID) -> list[Contract]:
    """All versions of a partner's contract that the viewer may see, newest first."""
    visible = concerning(sight_of(session), col(Contract.partner_id))
    statement = select(Contract).where(Contract.partner_id == partner_id, visible)
    return list(await session.scalars(statement.order_by(col(Contract.version).desc())))


async def are_partners(session: ReadSession, named: Collection[UUID]) -> bool:
    """Whether all of these are partners of the coalition."""
    known = await session.scalars(
        text("SELECT partner_id FROM partner WHERE partner_id = ANY (CAST(:named AS uuid[]))"), {"named": list(named)}
    )
    return set(named) <= set(known)


async def are_outlets(session: ReadSession, named: Collection[UUID], partners: Collection[UUID]) -> bool:
    """Whether all of these are outlets of these partners."""
    theirs = await session.scalars(
        text(
            "SELECT outlet_id FROM outlet WHERE outlet_id = ANY (CAST(:outlets AS uuid[]))"
            " AND partner_id = ANY (CAST(:partners AS uuid[]))"
        ),
        {"outlets": list(named), "partners": list(partners)},
    )
    return set(named) <= set(theirs)
