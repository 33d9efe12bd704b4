"""Partners come, trade, and leave; with them their companies, brands and outlets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from domain.coalition.companies import Account, CompanyDetails
from domain.coalition.errors import CodeTaken, PartnerNotFound, SlugTaken, StatusNotPossible
from domain.coalition.founding import zone
from domain.coalition.models import Brand, LegalEntity, Outlet, Partner, PartnerRole, PartnerStatus
from domain.coalition.terms import is_country
from domain.errors import InvalidValue
from domain.ids import new_id
from domain.storage import WriteSession
from domain.values import check_text

LONGEST_CODE = 40
LONGEST_NAME = 120
DEGREES = 360
SLUG = re.compile(r"[a-z0-9](-?[a-z0-9])*")

NEXT: dict[PartnerStatus, set[PartnerStatus]] = {
    PartnerStatus.ADMITTED: {PartnerStatus.ACTIVE, PartnerStatus.CLOSED},
    PartnerStatus.ACTIVE: {PartnerStatus.SUSPENDED, PartnerStatus.LEAVING},
    PartnerStatus.SUSPENDED: {PartnerStatus.ACTIVE, PartnerStatus.LEAVING},
    PartnerStatus.LEAVING: {PartnerStatus.SETTLING, PartnerStatus.CLOSED},
    PartnerStatus.SETTLING: {PartnerStatus.CLOSED},
    PartnerStatus.CLOSED: set(),
}


@dataclass(frozen=True, kw_only=True)
class AdmitPartner:
    """A firm is taken in, with one company and one brand to begin with."""

    slug: str
    name: str
    roles: frozenset[PartnerRole]
    hue: int
    country: str
    company: str
    iban: str | None = None
    bic: str | None = None
    tax_number: str | None = None
    details: CompanyDetails = field(default_factory=CompanyDetails)
    """The company's address, registration, e-mail and language."""

    def __post_init__(self) -> None:
        if not SLUG.fullmatch(self.slug) or len(self.slug) > LONGEST_CODE:
            raise InvalidValue("a short name is 1 to 40 of a-z, 0-9 and single hyphens", path=("slug",))
        if not self.roles:
            raise InvalidValue("a partner has at least one role", path=("roles",))
        if not 0 <= self.hue < DEGREES:
            raise InvalidValue("a hue is 0 to 359 degrees", path=("hue",))
        if not is_country(self.country):
            raise InvalidValue("a country is two letters (ISO 3166)", path=("country",))
        check_text("name", self.name, LONGEST_NAME)
        check_text("company", self.company, LONGEST_NAME)
        if self.bic is not None and self.iban is None:
            raise InvalidValue("a BIC goes with an IBAN", path=("iban",))
        self.account()  # refuses what is none
        if self.tax_number is not None:
            check_text("tax_number", self.tax_number, LONGEST_CODE)

    def account(self) -> Account | None:
        """Where the company is paid. Raises: InvalidValue."""
        return None if self.iban is None else Account.of(self.iban, self.bic)


@dataclass(frozen=True)
class Admitted:
    """The new partner and what it starts with."""

    partner: Partner
    entity: LegalEntity
    brand: Brand


async def admit(session: WriteSession, command: AdmitPartner, *, now: datetime) -> Admitted:
    """Take a firm into the coalition; it trades once activated. Raises: SlugTaken."""
    if (await session.scalars(select(Partner).where(Partner.slug == command.slug))).first():
        raise SlugTaken(command.slug)
    partner = Partner(
        partner_id=new_id(),
        slug=command.slug,
        name=command.name,
        roles=sorted(command.roles),
        status=PartnerStatus.ADMITTED,
        hue=command.hue,
        joined_at=now,
    )
    account = command.account()
    company: dict[str, Any] = {"name": command.company, "country": command.country, "tax_number": command.tax_number}
    if account is not None:
        company |= {"iban": account.iban, "bic": account.bic}
    company |= command.details.given()
    entity = LegalEntity(legal_entity_id=new_id(), partner_id=partner.partner_id, **company)
    brand = Brand(
        brand_id=new_id(), partner_id=partner.partner_id, legal_entity_id=entity.legal_entity_id, name=command.name
    )
    session.add(partner)
    await session.flush()  # there are no relationships to order the rows by
    session.add(entity)
    await session.flush()
    session.add(brand)
    return Admitted(partner, entity, brand)


async def change_status(session: WriteSession, partner_id: UUID, status: PartnerStatus) -> Partner:
    """Let a partner begin, pause, give notice or close. Raises: PartnerNotFound, StatusNotPossible."""
    partner = await session.get(Partner, partner_id)
    if partner is None:
        raise PartnerNotFound
    if status not in NEXT[PartnerStatus(partner.status)]:
        raise StatusNotPossible(partner.status, status)
    partner.status = status
    return partner


@dataclass(frozen=True, kw_only=True)
class OpenOutlet:
    """A shop opens under one of the partner's brands."""

    code: str
    name: str
    time_zone: str
    supplier_id: UUID | None = field(default=None)

    def __post_init__(self) -> None:
        zone(self.time_zone)
        check_text("code", self.code, LONGEST_CODE)
        check_text("name", self.name, LONGEST_NAME)


async def open_outlets(session: WriteSession, brand: Brand, outlets: list[OpenOutlet]) -> list[Outlet]:
    """Open outlets of a brand. Raises: CodeTaken."""
    codes = [outlet.code for outlet in outlets]
    known = select(Outlet.code).where(Outlet.partner_id == brand.partner_id, col(Outlet.code).in_(codes))
    taken = [*await session.scalars(known), *(code for place, code in enumerate(codes) if code in codes[:place])]
    if taken:
        raise CodeTaken(taken[0])
    rows = [
        Outlet(outlet_id=new_id(), partner_id=brand.partner_id, brand_id=brand.brand_id, **vars(outlet))
        for outlet in outlets
    ]
    session.add_all(rows)
    return rows
