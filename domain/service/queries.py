"""Reading service: what is told of articles, recalls, and the products members have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, text, true
from sqlmodel import col, or_, select

from domain.coalition.models import Partner
from domain.ids import PartnerId
from domain.paging import Page, PageRequest
from domain.service.case_models import Coverage
from domain.service.errors import InformationNotFound, RegistrationNotFound
from domain.service.information import ProductInformation, ProductTerms
from domain.service.models import ProductInformationRow, ProductRecall, Registration, RegistrationState
from domain.storage import NOBODY, ReadSession, concerning, sight_of

FEWEST = 10
"""Sums over fewer members are told to nobody."""

_COUNTED = text("SELECT * FROM registrations_counted(:maker, :fewest)")
_ENDS = {"RETURNED": Coverage.RETURNED, "TRANSFERRED": Coverage.TRANSFERRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationCount:
    """How many of a maker's article are registered; only where at least ten members have."""

    article: str
    registered: int
    verified: int
    """By its list of serials."""
    proven: int
    """By a purchase in our books."""
    members: int


async def standing(session: ReadSession, maker: UUID, article: str) -> ProductInformation | None:
    """What a maker tells of an article now, as far as the viewer may read it."""
    row = (
        await session.scalars(
            select(ProductInformationRow).where(
                col(ProductInformationRow.partner_id) == maker,
                col(ProductInformationRow.article) == article,
                col(ProductInformationRow.until).is_(None),
                _readable(session),
            )
        )
    ).one_or_none()
    return None if row is None else information_of(row)


async def information_by_id(
    session: ReadSession, information_id: UUID, version: int | None = None
) -> ProductInformation:
    """What is told of an article: a version, or the newest. Raises: InformationNotFound."""
    wanted = (
        select(ProductInformationRow)
        .where(col(ProductInformationRow.information_id) == information_id, _readable(session))
        .order_by(col(ProductInformationRow.version).desc())
        .limit(1)
    )
    if version is not None:
        wanted = wanted.where(col(ProductInformationRow.version) == version)
    row = (await session.scalars(wanted)).one_or_none()
    if row is None:
        raise InformationNotFound
    return information_of(row)


async def information_named(
    session: ReadSession, *, slug: str | None = None, article: str | None = None, gtin: str | None = None
) -> ProductInformation:
    """What is told of an article, by maker's short name and number, or by bar code. Raises: InformationNotFound."""
    wanted = (
        select(ProductInformationRow)
        .join(Partner, col(Partner.partner_id) == col(ProductInformationRow.partner_id))
        .where(col(ProductInformationRow.until).is_(None), _readable(session))
    )
    if gtin is not None:
        wanted = wanted.where(col(ProductInformationRow.gtin) == gtin)
    else:
        wanted = wanted.where(col(Partner.slug) == slug, col(ProductInformationRow.article) == article)
    row = (await session.scalars(wanted.order_by(col(ProductInformationRow.information_id)).limit(1))).one_or_none()
    if row is None:
        raise InformationNotFound
    return information_of(row)


async def information_page(session: ReadSession, request: PageRequest, maker: PartnerId) -> Page[ProductInformation]:
    """What a maker tells of its articles now, by their numbers."""
    wanted = select(ProductInformationRow).where(
        col(ProductInformationRow.partner_id) == maker,
        col(ProductInformationRow.until).is_(None),
        concerning(sight_of(session), col(ProductInformationRow.partner_id)),
    )
    if request.after is not None:
        wanted = wanted.where(col(ProductInformationRow.article) > request.after[0])
    rows = await session.scalars(wanted.order_by(col(ProductInformationRow.article)).limit(request.first + 1))
    return Page.of([information_of(row) for row in rows], request, lambda one: (one.article,))


async def recalls_of(session: ReadSession, maker: UUID, article: str) -> list[ProductRecall]:
    """The recalls of an article, the newest first."""
    if sight_of(session) == NOBODY:
        return []
    rows = await session.scalars(
        select(ProductRecall)
        .where(col(ProductRecall.partner_id) == maker, col(ProductRecall.article) == article)
        .order_by(col(ProductRecall.announced_at).desc(), col(ProductRecall.recall_id))
    )
    return list(rows)


async def registrations_page(
    session: ReadSession, request: PageRequest, member_id: UUID, *, ended: bool = False
) -> Page[Registration]:
    """A member's products, the newest first; with its own sight."""
    wanted = select(Registration).where(col(Registration.member_id) == member_id)
    if not ended:
        wanted = wanted.where(col(Registration.state) == RegistrationState.ACTIVE)
    if request.after is not None:
        wanted = wanted.where(col(Registration.registration_id) < request.after[0])
    rows = await session.scalars(wanted.order_by(col(Registration.registration_id).desc()).limit(request.first + 1))
    return Page.of(list(rows), request, lambda one: (one.registration_id,))


async def registration_of(session: ReadSession, registration_id: UUID, member_id: UUID) -> Registration:
    """One of a member's products; with its own sight. Raises: RegistrationNotFound."""
    row = (
        await session.scalars(
            select(Registration)
            .where(col(Registration.registration_id) == registration_id, col(Registration.member_id) == member_id)
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    if row is None:
        raise RegistrationNotFound
    return row


async def registrations_counted(session: ReadSession, maker: PartnerId) -> list[RegistrationCount]:
    """How many of a maker's articles are registered, where at least ten members have."""
    rows = (await session.execute(_COUNTED, {"maker": maker, "fewest": FEWEST})).mappings()
    return [RegistrationCount(**row) for row in rows]


def coverage(registration: Registration, at: datetime) -> Coverage:
    """Whether the warranty of a product covers it then, or why it does not. As `coverage_of` in the database."""
    if registration.state == RegistrationState.ENDED:
        return _ENDS.get(registration.ended or "", Coverage.NOT_REGISTERED)
    if registration.warranty_until is None:
        return Coverage.NO_TERMS
    return Coverage.EXPIRED if registration.warranty_until <= at else Coverage.COVERED


def information_of(row: ProductInformationRow) -> ProductInformation:
    """A row as the rules know it."""
    return ProductInformation(
        information_id=row.information_id,
        version=row.version,
        partner_id=PartnerId(row.partner_id),
        article=row.article,
        gtin=row.gtin,
        open=row.open,
        terms=ProductTerms.from_json(row.terms),
        told_at=row.told_at,
        until=row.until,
    )


async def information_by_versions(
    session: ReadSession, asked: Sequence[tuple[UUID, int]]
) -> list[ProductInformation | None]:
    """Versions of what is told, in the order asked for; None for those the viewer may not read."""
    rows = await session.scalars(
        select(ProductInformationRow).where(
            or_(*(_is(information_id, version) for information_id, version in asked)), _readable(session)
        )
    )
    found = {(row.information_id, row.version): information_of(row) for row in rows}
    return [found.get(one) for one in asked]


def _is(information_id: UUID, version: int) -> ColumnElement[bool]:
    row = ProductInformationRow
    return (col(row.information_id) == information_id) & (col(row.version) == version)


def _readable(session: ReadSession) -> ColumnElement[bool]:
    """What is open to anybody, and to whoever is somebody all of it."""
    sight = sight_of(session)
    return true() if sight != NOBODY else col(ProductInformationRow.open).is_(True)
