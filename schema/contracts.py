"""What partners agree to: drawn up, signed, and from then on history."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry

from domain.coalition import models
from domain.coalition.contracts import Band, Terms
from domain.coalition.models import ReturnPolicy
from partners.scopes import Scope
from resolvers import coalition
from resolvers.context import Info
from schema.errors import UserError, refusals
from schema.ids import Node, identified
from schema.permissions import needs
from schema.shape import shows


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


@strawberry.type
class ContractPayload:
    """What became of a change to a contract."""

    contract: Contract | None = None
    """The contract; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
class ContractMutation:
    """Contracts are drawn up and signed."""

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
