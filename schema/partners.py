"""The partners of the coalition and their outlets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import strawberry

from domain.coalition import models
from domain.coalition.companies import CompanyDetails
from domain.coalition.models import PartnerRole, PartnerStatus
from domain.coalition.partners import AdmitPartner, OpenOutlet
from domain.errors import DomainError
from domain.paging import Page, PageRequest
from partners.scopes import Scope
from resolvers import coalition, contracts
from resolvers.context import Info
from schema.connections import Connection, paged
from schema.contracts import Contract
from schema.errors import UserError, refusals
from schema.ids import Node, identified
from schema.nodes import findable
from schema.permissions import needs, public
from schema.shape import shows


@strawberry.type
@shows(models.Outlet)
class Outlet(Node):
    """A shop, a web shop or a counter of a partner."""

    id: strawberry.ID = identified("outlet_id")
    code: str
    """The partner's own name for it."""
    name: str
    """What members see."""
    time_zone: str
    """Whose hours it keeps."""


@strawberry.type
@shows(models.Partner)
class Partner(Node):
    """A firm that takes part in the coalition."""

    id: strawberry.ID = identified("partner_id")
    slug: str
    """Its short name, for programs and addresses."""
    name: str
    """Its name, for people."""
    roles: list[PartnerRole]
    """What it does; a firm may do several."""
    status: PartnerStatus
    """Where it stands on its way in or out."""
    hue: int
    """Its colour everywhere, in degrees of the colour wheel."""
    joined_at: datetime
    """When it was admitted."""
    leaves_at: datetime | None
    """From when on it funds no more points; null: it stays."""
    honours_until: datetime | None
    """Until when its tills honour points, where it leaves."""

    @strawberry.field(graphql_type=Connection[Outlet], extensions=[paged()])
    @staticmethod
    async def outlets(partner: strawberry.Parent[models.Partner], info: Info, page: PageRequest) -> Page[models.Outlet]:
        """Where it sells, by its own codes."""
        return await coalition.outlets_of(info.context, partner.partner_id, page)

    @strawberry.field(graphql_type=list[Contract])
    @staticmethod
    async def contracts(partner: strawberry.Parent[models.Partner], info: Info) -> list[models.Contract]:
        """The versions of its contract, newest first; empty unless they are yours to see."""
        return await contracts.contracts_of(info.context, partner.partner_id)


findable(Partner, coalition.partner, public)


_DETAILS = ("registration", "street", "building", "post_code", "town", "email", "language")


@strawberry.input
class PartnerAdmitInput:
    """A firm to be taken in."""

    slug: str
    """Its short name: a-z, 0-9 and single hyphens, at most 40."""
    name: str
    """Its name, for people."""
    roles: list[PartnerRole]
    """What it does; at least one."""
    hue: int
    """Its colour, 0 to 359."""
    country: str
    """The country of its company, as two letters."""
    company: str
    """The company that settles."""
    iban: str | None = None
    """Where it is paid."""
    bic: str | None = None
    """The bank's code (BIC); found from the IBAN where it is known."""
    tax_number: str | None = None
    """Its tax number."""
    registration: str | None = None
    """Its number in the register of companies."""
    street: str | None = None
    """Where it sits: the street."""
    building: str | None = None
    """The number of the building."""
    post_code: str | None = None
    """The post code."""
    town: str | None = None
    """The town."""
    email: str | None = None
    """Where its finance people want statements and notices."""
    language: str = "en"
    """In which its statements are written: en, lv, bg, fi, hu."""

    def to_command(self) -> AdmitPartner:
        """As the domain takes it."""
        values = dict(vars(self))
        details = CompanyDetails(**{part: values.pop(part) for part in _DETAILS})
        return AdmitPartner(**values | {"roles": frozenset(self.roles), "details": details})


@strawberry.input
class PartnerStatusInput:
    """A step of a partner on its way in or out."""

    partner: strawberry.ID
    """The partner."""
    status: PartnerStatus
    """Where it shall stand."""


@strawberry.input
class OutletInput:
    """An outlet to be opened."""

    code: str
    """The partner's own name for it, at most 40 characters."""
    name: str
    """What members see."""
    time_zone: str
    """Such as Europe/Riga."""


@strawberry.input
class OutletsOpenInput:
    """Outlets to be opened under a partner's brand."""

    partner: strawberry.ID
    """The partner."""
    outlets: list[OutletInput]
    """The outlets."""


@strawberry.type
class PartnerPayload:
    """What became of a change to a partner."""

    partner: Partner | None = None
    """The partner; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
class OutletsPayload:
    """What became of new outlets."""

    outlets: list[Outlet] = strawberry.field(default_factory=list)
    """The outlets; none when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
class PartnerQuery:
    """Who takes part."""

    @strawberry.field(graphql_type=Connection[Partner], extensions=[public, paged()])
    @staticmethod
    async def partners(info: Info, page: PageRequest) -> Page[models.Partner]:
        """Who takes part, by their short names."""
        return await coalition.all_partners(info.context, page)


def _outlets(outlets: list[OutletInput]) -> Iterator[OpenOutlet]:
    for place, outlet in enumerate(outlets):
        try:
            yield OpenOutlet(**vars(outlet))
        except DomainError as refused:
            raise refused.at("outlets", str(place)) from None


@strawberry.type
class PartnerMutation:
    """Firms come, trade and leave."""

    @strawberry.mutation(graphql_type=PartnerPayload, extensions=[needs(Scope.PARTNERS_MANAGE), refusals])
    @staticmethod
    async def partner_admit(info: Info, input: PartnerAdmitInput) -> Any:
        """Take a firm into the coalition; it trades once its status is ACTIVE and a contract is signed."""
        return PartnerPayload(partner=await coalition.admit(info.context, input.to_command()))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=PartnerPayload, extensions=[needs(Scope.PARTNERS_MANAGE), refusals])
    @staticmethod
    async def partner_change_status(info: Info, input: PartnerStatusInput) -> Any:
        """Let a partner begin, pause or go on; it leaves by notice (`exitNotice`)."""
        partner_id = info.context.global_ids.one("Partner", input.partner)
        changed = await coalition.change_status(info.context, partner_id, input.status)
        return PartnerPayload(partner=changed)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=OutletsPayload, extensions=[needs(Scope.PARTNERS_MANAGE), refusals])
    @staticmethod
    async def outlets_open(info: Info, input: OutletsOpenInput) -> Any:
        """Open outlets under a partner's brand."""
        partner_id = info.context.global_ids.one("Partner", input.partner)
        wanted = list(_outlets(input.outlets))
        return OutletsPayload(outlets=await coalition.open_outlets(info.context, partner_id, wanted))  # type: ignore[arg-type]
