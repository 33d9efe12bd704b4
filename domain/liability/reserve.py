"""What has to be kept for points that are still out, and what covers it. Pure.

    need  = Σ expected further redemptions · max(0, redemption price − price · share at redemption)
    cover = reserve cash ÷ need (nothing needed: covered)

Points that their sponsor pays for when they are spent need nothing, unless it leaves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from domain.ids import ContractId, CycleId, PartnerId
from domain.liability.cohorts import PointFlow
from domain.liability.development import to_decimal
from domain.liability.estimating import Estimate, Scenario
from domain.liability.models import Standing
from domain.settlement.exact import ONE, ZERO, exactly, payable
from domain.settlement.terms import Terms

MIX_MONTHS = 12
"""The redemption price is that of the partners points were spent with in the latest months, so many."""

COVER_DIGITS = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What points cost and bring, as it stands at an instant."""

    terms: Mapping[ContractId, Terms]
    in_force: Mapping[PartnerId, ContractId]
    """Each partner's version then."""
    standard_price: Decimal
    digits: int
    """Decimals of the settlement currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What has to be kept, rounded once to the currency."""

    redemption_price: Decimal
    """What a redemption is expected to cost, to eight decimals."""
    low: Decimal
    expected: Decimal
    high: Decimal
    by_sponsor: Mapping[PartnerId, Decimal]
    """Each sponsor's part of what is expected, rounded by itself."""
    gaps: Mapping[PartnerId, Fraction]
    """The most that a point of each sponsor still out needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cash:
    """What there is to redeem points with."""

    from_settlement: Decimal = ZERO
    """What settled cycles left with the operator for points; fees and taxes are not among it."""
    from_account: Decimal = ZERO
    """The balance of the reserve's account."""

    @property
    def total(self) -> Decimal:
        """Both together."""
        return self.from_settlement + self.from_account


@dataclass(frozen=True, slots=True)
class Cover:
    """What the cash is worth against the need."""

    cash: Decimal
    need: Decimal
    warning: Decimal
    minimum: Decimal

    @property
    def ratio(self) -> Decimal | None:
        """Cash divided by need, to six decimals, rounded down; None where nothing is needed."""
        return (self.cash / self.need).quantize(COVER_DIGITS, ROUND_FLOOR) if self.need else None

    @property
    def standing(self) -> Standing:
        """By the thresholds, exactly: a cover just below one is below it."""
        with exactly():
            if self.cash < self.need * self.minimum:
                return Standing.SHORT
            return Standing.WARNING if self.cash < self.need * self.warning else Standing.COVERED

    @property
    def distributable(self) -> Decimal:
        """What is there beyond the need; nothing below it."""
        return max(ZERO, self.cash - self.need)

    @property
    def lacking(self) -> Decimal:
        """What has to be put in so that the minimum is reached."""
        with exactly():
            return max(ZERO, self.need * self.minimum - self.cash)


def need_of(flows: Iterable[PointFlow], estimate: Estimate, prices: Prices, latest_month: int) -> Need:
    """What the points still out need, by the estimate's parts of each cohort."""
    flows = list(flows)
    scenario = estimate.scenario
    at = redemption_price(flows, prices, latest_month, scenario)
    price_of = effective_prices(flows, prices)
    part = {one.cohort.number: one.of_outstanding for one in estimate.cohorts}
    still: Counter[tuple[PartnerId, ContractId, CycleId, int]] = Counter()
    for flow in flows:
        still[flow.sponsor_id, flow.contract_id, flow.accrual_cycle_id, flow.cohort] += flow.outstanding
    needed: dict[PartnerId, Fraction] = {}
    gaps: dict[PartnerId, Fraction] = {}
    for (sponsor_id, contract_id, cycle_id, cohort), points in still.items():
        gap = _gap(prices.terms[contract_id], price_of[contract_id, cycle_id], at, scenario)
        needed[sponsor_id] = needed.get(sponsor_id, Fraction(0)) + points * part[cohort] * gap
        gaps[sponsor_id] = max(gaps.get(sponsor_id, Fraction(0)), gap if points else Fraction(0))
    expected = sum(needed.values(), Fraction(0))
    further = estimate.further or Fraction(1)
    low, high = (expected * bound / further for bound in (estimate.low, estimate.high))
    return Need(
        redemption_price=to_decimal(at).quantize(Decimal("1e-8")),
        low=rounded(low, prices.digits),
        expected=rounded(expected, prices.digits),
        high=rounded(high, prices.digits),
        by_sponsor={sponsor_id: rounded(amount, prices.digits) for sponsor_id, amount in sorted(needed.items())},
        gaps=gaps,
    )


def redemption_price(flows: Iterable[PointFlow], prices: Prices, latest_month: int, scenario: Scenario) -> Fraction:
    """What a redemption is expected to cost: today's prices of the redeemers, by the points spent with them lately.

    Where nothing was spent for a year, the highest price in force; where nobody redeems, the coalition's standard
    price.
    """
    redeeming = {
        partner_id: Fraction(prices.terms[contract_id].price_redeem)
        for partner_id, contract_id in prices.in_force.items()
        if partner_id != scenario.leaves and prices.terms[contract_id].price_redeem
    }
    spent: Counter[PartnerId] = Counter()
    for flow in flows:
        if flow.redeemer_id in redeeming and flow.kind in {"REDEEM", "UNREDEEM"}:
            spent[flow.redeemer_id] += flow.redeemed if flow.month > latest_month - MIX_MONTHS else 0
    weights = {partner_id: points for partner_id, points in spent.items() if points > 0}
    if weights:
        return sum((redeeming[who] * points for who, points in weights.items()), Fraction(0)) / sum(weights.values())
    return max(redeeming.values(), default=Fraction(prices.standard_price))


def effective_prices(flows: Iterable[PointFlow], prices: Prices) -> dict[tuple[ContractId, CycleId], Decimal]:
    """The price of the band that each version's points of a cycle have reached; from the cut-off on it is final."""
    volumes: Counter[tuple[ContractId, CycleId]] = Counter()
    for flow in flows:
        within = flow.cycle_id == flow.accrual_cycle_id and flow.kind in {"ACCRUE", "CLAWBACK"}
        volumes[flow.contract_id, flow.accrual_cycle_id] += flow.outstanding if within else 0
    return {key: prices.terms[key[0]].price_at(volume) for key, volume in volumes.items()}


def rounded(amount: Fraction, digits: int) -> Decimal:
    """The nearest amount the currency can pay."""
    return payable(to_decimal(amount), digits)


def _gap(terms: Terms, price: Decimal, redemption_price: Fraction, scenario: Scenario) -> Fraction:
    """What one redemption of such a point takes out of the reserve."""
    share = ZERO if terms.partner_id == scenario.leaves else ONE - terms.share_at_issuance
    return max(Fraction(0), redemption_price - Fraction(price) * Fraction(share))
