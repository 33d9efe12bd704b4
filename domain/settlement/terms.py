"""What pricing is told: the terms of contract versions, and the sums of transfers and benefits of a cycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from domain.errors import InvalidValue
from domain.ids import ContractId, CycleId, PartnerId
from domain.settlement.errors import PriceUnknown
from domain.settlement.exact import ONE, ZERO


@dataclass(frozen=True, slots=True, order=True)
class Band:
    """From so many points accrued in a cycle on, all of them cost this much each."""

    from_points: int
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    """Who shares what was paid in for points that expired; the rest stays with the operator."""

    issuer: Decimal = ZERO
    redeemers: Decimal = ZERO
    charity: Decimal = ZERO

    def __post_init__(self) -> None:
        shares = (self.issuer, self.redeemers, self.charity)
        if min(shares) < 0 or sum(shares) > 1:
            raise InvalidValue("shares of breakage are not negative and add up to one at most", path=("breakage",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The money terms of one version of a partner's contract."""

    contract_id: ContractId
    partner_id: PartnerId
    price: Decimal
    price_redeem: Decimal = ZERO
    bands: tuple[Band, ...] = ()
    share_at_issuance: Decimal = ONE
    fee_per_point: Decimal = ZERO
    fee_share: Decimal = ZERO
    fee_fixed: Decimal = ZERO
    fee_minimum: Decimal = ZERO
    breakage: Breakage = field(default_factory=Breakage)
    tax_of_supply: Decimal = ZERO
    tax_of_credit: Decimal = ZERO

    def __post_init__(self) -> None:
        if not 0 <= self.share_at_issuance <= 1:
            raise InvalidValue("the share at issuance lies between 0 and 1", path=("share_at_issuance",))
        amounts = (self.price, self.price_redeem, self.fee_per_point, self.fee_share, self.fee_fixed, self.fee_minimum)
        if min(*amounts, self.tax_of_supply, self.tax_of_credit, *(band.price for band in self.bands)) < 0:
            raise InvalidValue("prices, fees and tax rates are not negative")

    @property
    def share_at_redemption(self) -> Decimal:
        """What the sponsor pays only when the points are spent."""
        return ONE - self.share_at_issuance

    def price_at(self, volume: int) -> Decimal:
        """The price of every point when so many were accrued in the cycle."""
        reached = [band for band in self.bands if band.from_points <= volume]
        return max(reached).price if reached else self.price


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The sum of a cycle's transfers that are alike in everything that prices them."""

    kind: str
    debit: str
    points: int
    sponsor_id: PartnerId
    sponsor_contract_id: ContractId
    accrual_cycle_id: CycleId
    redeemer_id: PartnerId | None = None
    redeemer_contract_id: ContractId | None = None
    cofunded: bool = False
    """The purchase was another partner's than the sponsor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitFlow:
    """The sum of the money benefits that one partner funded and another gave in a cycle, or took back."""

    sponsor_id: PartnerId
    redeemer_id: PartnerId
    amount: Decimal
    reversed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBook:
    """Everything besides the flows that the price of a cycle depends on."""

    cycle_id: CycleId
    digits: int
    """Decimals of the coalition's currency."""
    standard_price: Decimal
    terms: Mapping[ContractId, Terms]
    in_force: Mapping[PartnerId, ContractId]
    """The version of each partner at the cut-off: fixed fees, minimums, and the tax of what names no version."""
    effective: Mapping[tuple[ContractId, CycleId], Decimal] = field(default_factory=dict)
    """The prices that closed cycles settled on."""
    taken_over: frozenset[PartnerId] = frozenset()
    """Partners whose last settlement was an earlier cycle: what still comes of their points is the operator's."""

    def terms_of(self, contract_id: ContractId) -> Terms:
        """The terms of a version. Raises: PriceUnknown."""
        try:
            return self.terms[contract_id]
        except KeyError:
            raise PriceUnknown(contract_id) from None
