"""Small examples of points, short enough to read in a test."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.ids import CycleId
from domain.liability.cohorts import PointFlow
from domain.liability.months import Months
from domain.liability.reserve import Prices
from domain.settlement.terms import Terms
from tests.domain.settlement.builders import contract_of, partner_named

YEAR = Months(date(2026, 1, 1), 12, "Europe/Riga")


def cycle_of(month: int) -> CycleId:
    """The cycle of a month."""
    return CycleId(UUID(int=month))


def flow(
    kind: str, points: int, sponsor: str, redeemer: str | None = None, *, cohort: int = 1, month: int = 1
) -> PointFlow:
    """So many points of a sponsor's cohort, in a month."""
    return PointFlow(
        cycle_id=cycle_of(month),
        kind=kind,
        sponsor_id=partner_named(sponsor),
        contract_id=contract_of(sponsor),
        accrual_cycle_id=cycle_of(cohort),
        redeemer_id=partner_named(redeemer) if redeemer else None,
        redeemer_contract_id=contract_of(redeemer) if redeemer else None,
        cohort=cohort,
        month=month,
        points=points,
    )


def prices(*contracts: Terms) -> Prices:
    """What those contracts say."""
    return Prices(
        terms={one.contract_id: one for one in contracts},
        in_force={one.partner_id: one.contract_id for one in contracts},
        standard_price=Decimal("0.0080"),
        digits=2,
    )
