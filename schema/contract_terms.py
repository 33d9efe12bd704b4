"""The terms of a contract, as they are shown and as they are sent."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry

from domain.coalition import comparing, models
from domain.coalition.contracts import Band, Terms
from domain.coalition.models import Billing, DisputedLines, ReturnPolicy, TaxRule
from domain.values import Points
from schema.shape import shows


@strawberry.type
@shows(comparing.Difference)
class ContractDifference:
    """One term that two contracts settle otherwise."""

    term: str
    """Its name in the contract, such as price_redeem."""
    label: str
    """What people call it."""
    before: str
    """What it was, in words."""
    after: str
    """What it would be, in words."""
    value_before: str
    """What it was, for programs: numbers in full, lists with commas; empty where there is none."""
    value_after: str
    """What it would be, for programs."""


@strawberry.type
class ContractBand:
    """A price by volume."""

    points: Points
    """From how many points a cycle on."""
    price: Decimal
    """What each of them then costs."""


@strawberry.type
class ContractTerms:
    """What a partner agrees to; prices per point, shares and rates between 0 and 1."""

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
    fee_per_point: Decimal
    """Operator's fee for each point awarded."""
    fee_share: Decimal
    """Operator's fee as a share of the charge."""
    fee_fixed: Decimal
    """Operator's fee for each cycle."""
    fee_minimum: Decimal
    """The least the fees come to."""
    breakage_issuer: Decimal
    """The sponsor's share of what was paid for points that expire."""
    breakage_redeemers: Decimal
    """The redeemers' share of it."""
    breakage_charity: Decimal
    """Charity's share of it; what is left is the operator's."""
    tax_rule: TaxRule
    """How value added tax is charged."""
    tax_supply: Decimal
    """Tax on what the partner pays."""
    tax_credit: Decimal
    """Tax on what the partner is credited."""
    self_billing: bool
    """Whether the operator writes the partner's credit notes in its name."""
    billing: Billing
    """When it pays for points."""
    pack_points: Points | None
    """How many points a prepaid pack holds."""
    pack_alert: Points | None
    """The partner is told when fewer points than this are left of its packs."""
    pack_limit: bool
    """Whether points are refused once the packs are used up."""
    credit_limit: Decimal | None
    """The most it may owe for points awarded and not paid yet; null: no limit."""
    value_days: int
    """How many days after the approval a balance is due."""
    return_policy: ReturnPolicy
    """What happens to points already spent when goods come back."""
    return_days: int
    """How many days points wait before they can be spent."""
    dispute_days: int
    """How many days after the proposal a line may be disputed."""
    disputed_lines: DisputedLines
    """What happens to a line while it is disputed."""
    exclusive_categories: list[str]
    """Categories of goods that nobody else's campaigns may give points for."""
    territories: list[str]
    """Countries (ISO 3166) the contract and its exclusivity are for; none: all."""
    notice_days: int
    """How many days before its exit the partner gives notice."""
    tail_days: int
    """How many days after its exit its tills still honour points."""

    @strawberry.field
    @staticmethod
    def bands(contract: strawberry.Parent[models.Contract]) -> list[ContractBand]:
        """Lower prices by volume, rising: all points of a cycle cost the price of the band they reach together."""
        return [ContractBand(points=Points(band["from"]), price=Decimal(band["price"])) for band in contract.bands]


@strawberry.input
class BandInput:
    """A lower price by volume: from so many points a cycle on, all of them cost this much."""

    points: int
    """From how many points a cycle on."""
    price: Decimal
    """What each of them then costs."""


@strawberry.input
class ContractTermsInput:
    """What a partner is to agree to."""

    valid_from: datetime
    """From when on it binds, once signed; not before what is cut off, nor before the version it follows."""
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
    tax_rule: TaxRule = TaxRule.STANDARD
    """How value added tax is charged; with any other rule both rates are 0."""
    tax_supply: Decimal = Decimal(0)
    """Tax on what the partner pays."""
    tax_credit: Decimal = Decimal(0)
    """Tax on what the partner is credited."""
    self_billing: bool = True
    """Whether the operator writes the partner's credit notes in its name."""
    billing: Billing = Billing.POSTPAID
    """When it pays for points."""
    pack_points: Points | None = None
    """How many points a prepaid pack holds; needed with PREPAID."""
    pack_alert: Points | None = None
    """The partner is told when fewer points than this are left of its packs."""
    pack_limit: bool = False
    """Whether points are refused once the packs are used up."""
    credit_limit: Decimal | None = None
    """The most it may owe for points awarded and not paid yet; null: no limit."""
    value_days: int = 14
    """How many days after the approval a balance is due, 0 to 1,100."""
    return_policy: ReturnPolicy = ReturnPolicy.DEBT
    """What happens to points already spent when goods come back."""
    return_days: int = 0
    """How many days points wait, 0 to 400."""
    dispute_days: int = 14
    """How many days after the proposal a line may be disputed, 0 to 1,100."""
    disputed_lines: DisputedLines = DisputedLines.PROVISIONAL
    """What happens to a line while it is disputed."""
    exclusive_categories: list[str] = strawberry.field(default_factory=list)
    """Categories of goods that nobody else's campaigns may give points for; at most 100."""
    territories: list[str] = strawberry.field(default_factory=list)
    """Countries (ISO 3166, two letters) the contract and its exclusivity are for; none: all."""
    notice_days: int = 90
    """How many days before its exit the partner gives notice, 0 to 1,100."""
    tail_days: int = 180
    """How many days after its exit its tills still honour points, 0 to 1,100."""

    def to_command(self) -> Terms:
        """As the domain takes it."""
        values: dict[str, Any] = {
            name: value for name, value in vars(self).items() if name not in {"partner", "contract"}
        }
        for name in ("exclusive_categories", "territories"):
            values[name] = tuple(values[name])
        for name in ("pack_points", "pack_alert"):
            values[name] = None if values[name] is None else int(values[name])
        bands = tuple(Band(points=band.points, price=band.price) for band in self.bands)
        return Terms(**values | {"bands": bands})
