"""The coalition, its partners, their outlets and contracts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry

from domain.coalition import models
from domain.coalition.contracts import Band, Terms
from domain.coalition.models import PartnerRole, PartnerStatus, ReturnPolicy
from domain.coalition.partners import AdmitPartner, OpenOutlet
from domain.errors import DomainError
from domain.paging import Page, PageRequest
from partners.scopes import Scope
from resolvers import coalition
from resolvers.context import Info
from schema.connections import Connection, paged
from schema.errors import UserError, refusals
from schema.ids import Node, identified
from schema.nodes import findable
from schema.permissions import needs, public
from schema.shape import shows


@strawberry.type
@shows(models.Coalition)
class Coalition:
    """The programme that the partners share."""

    name: str
    """What members call it."""
    purpose: str
    """What it is for, in a sentence."""
    currency: str
    """The currency partners settle in, as an ISO 4217 code."""
    standard_price: Decimal
    """What a point is worth where no contract says otherwise."""
    time_zone: str
    """Whose days and months the programme counts."""
    sandbox: bool
    """Whether it is for trying out, with a clock that can be moved."""


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
@shows(models.Contract)
class Contract(Node):
    """One version of what a partner has agreed; once signed it never changes."""

    id: strawberry.ID = identified("contract_id")
    version: int
    """Counts from one for each partner."""
    valid_from: datetime
    """From when on it binds, once signed."""
    signed_at: datetime | None
    """When it was signed; null while it is a draft."""
    issues: bool
    """Whether the partner may fund points."""
    redeems: bool
    """Whether the partner honours points."""
    price: Decimal
    """What a point costs its sponsor."""
    price_redeem: Decimal
    """What a redeemer receives for a point."""
    share_at_issuance: Decimal
    """The part of the price due when points are awarded; the rest is due when they are spent."""
    return_policy: ReturnPolicy
    """What happens to points already spent when goods come back."""
    return_days: int
    """How many days points wait before they can be spent."""


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

    @strawberry.field(graphql_type=Connection[Outlet], extensions=[paged()])
    @staticmethod
    async def outlets(partner: strawberry.Parent[models.Partner], info: Info, page: PageRequest) -> Page[models.Outlet]:
        """Where it sells, by its own codes."""
        return await coalition.outlets_of(info.context, partner.partner_id, page)

    @strawberry.field(graphql_type=list[Contract])
    @staticmethod
    async def contracts(partner: strawberry.Parent[models.Partner], info: Info) -> list[models.Contract]:
        """The versions of its contract, newest first; empty unless they are yours to see."""
        return await coalition.contracts_of(info.context, partner.partner_id)


findable(Partner, coalition.partner, public)


@strawberry.type
class CoalitionQuery:
    """The programme and who takes part."""

    @strawberry.field(graphql_type=Coalition, extensions=[public])
    @staticmethod
    async def coalition(info: Info) -> models.Coalition:
        """The programme itself."""
        return await coalition.coalition(info.context)

    @strawberry.field(graphql_type=Connection[Partner], extensions=[public, paged()])
    @staticmethod
    async def partners(info: Info, page: PageRequest) -> Page[models.Partner]:
        """Who takes part, by their short names."""
        return await coalition.all_partners(info.context, page)


@strawberry.type
class PartnerPayload:
    """What became of a change to a partner."""

    partner: Partner | None = None
    """The partner; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
class ContractPayload:
    """What became of a change to a contract."""

    contract: Contract | None = None
    """The contract; null when the request was refused."""
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
class ClockPayload:
    """What became of the clock."""

    now: datetime | None = None
    """The sandbox's time from now on; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


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
    tax_number: str | None = None
    """Its tax number."""

    def to_command(self) -> AdmitPartner:
        """As the domain takes it."""
        return AdmitPartner(**vars(self) | {"roles": frozenset(self.roles)})


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


@strawberry.input
class BandInput:
    """A lower price by volume: from so many points a cycle on, all of them cost this much."""

    points: int
    """From how many points a cycle on."""
    price: Decimal
    """What each of them then costs."""


@strawberry.input
class ContractDrawUpInput:
    """The terms of the next version of a partner's contract; prices per point, shares between 0 and 1."""

    partner: strawberry.ID
    """The partner."""
    valid_from: datetime
    """From when on it binds, once signed."""
    issues: bool = True
    """Whether the partner may fund points."""
    redeems: bool = True
    """Whether the partner honours points."""
    price: Decimal = Decimal(0)
    """What a point costs its sponsor."""
    bands: list[BandInput] = strawberry.field(default_factory=list)
    """Lower prices by volume, rising."""
    price_redeem: Decimal = Decimal(0)
    """What a redeemer receives for a point."""
    share_at_issuance: Decimal = Decimal(1)
    """The part of the price due when points are awarded."""
    fee_per_point: Decimal = Decimal(0)
    """Operator's fee for each point awarded."""
    fee_share: Decimal = Decimal(0)
    """Operator's fee as a share of the charge."""
    fee_fixed: Decimal = Decimal(0)
    """Operator's fee for each cycle."""
    fee_minimum: Decimal = Decimal(0)
    """The least the fees come to."""
    breakage_issuer: Decimal = Decimal(0)
    """The sponsor's share of what was paid for points that expire."""
    breakage_redeemers: Decimal = Decimal(0)
    """The redeemers' share of it."""
    breakage_charity: Decimal = Decimal(0)
    """The charity's share of it."""
    tax_supply: Decimal = Decimal(0)
    """Tax on what the partner pays."""
    tax_credit: Decimal = Decimal(0)
    """Tax on what the partner is credited."""
    return_policy: ReturnPolicy = ReturnPolicy.DEBT
    """What happens to points already spent when goods come back."""
    return_days: int = 0
    """How many days points wait."""

    def to_command(self) -> Terms:
        """As the domain takes it."""
        values = {name: value for name, value in vars(self).items() if name != "partner"}
        return Terms(**values | {"bands": tuple(Band(points=band.points, price=band.price) for band in self.bands)})


@strawberry.input
class ContractSignInput:
    """A contract to be brought into force."""

    contract: strawberry.ID
    """The contract."""


@strawberry.input
class ClockAdvanceInput:
    """A time for the sandbox to move to."""

    to: datetime
    """Not before the clock's time."""


def _outlets(outlets: list[OutletInput]) -> Iterator[OpenOutlet]:
    for place, outlet in enumerate(outlets):
        try:
            yield OpenOutlet(**vars(outlet))
        except DomainError as refused:
            raise refused.at("outlets", str(place)) from None


@strawberry.type
class CoalitionMutation:
    """Changes to who takes part, and on what terms."""

    @strawberry.mutation(graphql_type=PartnerPayload, extensions=[needs(Scope.PARTNERS_MANAGE), refusals])
    @staticmethod
    async def partner_admit(info: Info, input: PartnerAdmitInput) -> Any:
        """Take a firm into the coalition; it trades once its status is ACTIVE and a contract is signed."""
        return PartnerPayload(partner=await coalition.admit(info.context, input.to_command()))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=PartnerPayload, extensions=[needs(Scope.PARTNERS_MANAGE), refusals])
    @staticmethod
    async def partner_change_status(info: Info, input: PartnerStatusInput) -> Any:
        """Let a partner begin, pause, give notice or close."""
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

    @strawberry.mutation(graphql_type=ContractPayload, extensions=[needs(Scope.PARTNERS_MANAGE), refusals])
    @staticmethod
    async def contract_draw_up(info: Info, input: ContractDrawUpInput) -> Any:
        """Draw up the next version of a partner's contract."""
        partner_id = info.context.global_ids.one("Partner", input.partner)
        drawn = await coalition.draw_up(info.context, partner_id, input.to_command())
        return ContractPayload(contract=drawn)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ContractPayload, extensions=[needs(Scope.PARTNERS_MANAGE), refusals])
    @staticmethod
    async def contract_sign(info: Info, input: ContractSignInput) -> Any:
        """Bring a contract into force; from then on it never changes."""
        contract_id = info.context.global_ids.one("Contract", input.contract)
        return ContractPayload(contract=await coalition.sign(info.context, contract_id))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ClockPayload, extensions=[needs(Scope.PARTNERS_MANAGE), refusals])
    @staticmethod
    async def clock_advance(info: Info, input: ClockAdvanceInput) -> Any:
        """Move the sandbox's clock forward; terms, waits and cycles follow it."""
        moved = await coalition.advance_clock(info.context, input.to)
        return ClockPayload(now=moved.clock_at)
