"""What there is to redeem points with: what settlement left with the operator for points, and the reserve's account.

**From settlement** counts what has arrived: cycles whose payments were all matched (from `settle` on). Of a settled
cycle it is what lines credit the operator less what they charge it, before fees and tax: the issuance shares paid in,
less reimbursements and breakage paid out of them, with margins and adjustments. Fees are the operator's own, taxes the
state's. What is carried forward is not paid, so it does not count until a later cycle pays it. Points drawn from
prepaid packs were paid with the pack: what a cycle gives back for them counts as paid. What is left of packs is an
advance, and does not.

    for points = Σ (opening + credited − charged − carried forward + drawn from packs)
    for points + fees + tax + charity + rounding = paid with cycles + drawn from packs

**From the account** counts each movement from its value date on, and not before it was booked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import case, func
from sqlmodel import col, select

from domain.liability.models import MovementKind, ReserveMovement
from domain.liability.months import start_of
from domain.liability.reserve import Cash
from domain.settlement.adjustment_models import AdjustmentReason, SettlementAdjustment
from domain.settlement.exact import ZERO, exactly
from domain.settlement.models import Cycle, SettlementStep, Statement, StatementLine
from domain.settlement.parties import PartyRole
from domain.settlement.steps import Step
from domain.storage import ReadSession


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorsAccount:
    """What settled cycles left with the operator, part by part; the parts come to what partners paid it, all in all."""

    for_points: Decimal = ZERO
    """What counts for the reserve."""
    fees: Decimal = ZERO
    tax: Decimal = ZERO
    """Value added tax, to be passed on or paid to the state."""
    charity: Decimal = ZERO
    rounding: Decimal = ZERO
    paid: Decimal = ZERO
    """What partners paid the operator for these cycles, less what it paid them."""
    packs: Decimal = ZERO
    """What they had paid before, with the packs that were drawn."""

    @property
    def ties(self) -> bool:
        """Whether the parts come to what was paid."""
        with exactly():
            return self.for_points + self.fees + self.tax + self.charity + self.rounding == self.paid + self.packs


async def cash_at(session: ReadSession, *, as_of: datetime, time_zone: str) -> Cash:
    """What there was at an instant, read with the coalition's sight."""
    settled = await operators_account(session, as_of=as_of)
    return Cash(
        from_settlement=settled.for_points,
        from_account=await account_balance(session, as_of=as_of, time_zone=time_zone),
    )


async def operators_account(session: ReadSession, *, as_of: datetime) -> OperatorsAccount:
    """What cycles settled by then left with the operator."""
    settled = (
        await session.scalars(
            select(Cycle)
            .join(SettlementStep, col(SettlementStep.cycle_id) == col(Cycle.cycle_id))
            .where(SettlementStep.step == Step.SETTLE, col(SettlementStep.taken_at) <= as_of)
            .order_by(col(Cycle.number))
        )
    ).all()
    sums: dict[str, Decimal] = {}
    with exactly():
        for cycle in settled:
            await _add(session, cycle, sums)
    return OperatorsAccount(**sums)


async def account_balance(session: ReadSession, *, as_of: datetime, time_zone: str) -> Decimal:
    """The balance of the reserve's account at an instant: movements booked by then whose value date has begun."""
    booked = await session.scalars(select(ReserveMovement).where(col(ReserveMovement.booked_at) <= as_of))
    signs = {MovementKind.DEPOSIT: 1, MovementKind.RELEASE: -1}
    with exactly():
        counted = [
            signs[MovementKind(movement.kind)] * movement.amount
            for movement in booked
            if start_of(movement.value_on, time_zone) <= as_of
        ]
        return sum(counted, ZERO)


async def _add(session: ReadSession, cycle: Cycle, sums: dict[str, Decimal]) -> None:
    rows = select(Statement).where(Statement.cycle_id == cycle.cycle_id, Statement.revision == cycle.revision)
    drawn = await _drawn_from_packs(session, cycle)
    for row in await session.scalars(rows):
        match row.party:
            case PartyRole.OPERATOR:
                parts = {
                    "for_points": row.opening + row.credited - row.charged - row.carried + drawn,
                    "packs": drawn,
                    "fees": row.fees,
                    "tax": row.tax,
                    "rounding": row.rounding,
                }
            case PartyRole.PARTNER:
                parts = {"paid": row.carried - row.closing}
            case PartyRole.CHARITY | PartyRole.TAX | PartyRole.ROUNDING as role:
                parts = {PartyRole(role).value.lower(): row.net}
        for name, amount in parts.items():
            sums[name] = sums.get(name, ZERO) + amount


async def _drawn_from_packs(session: ReadSession, cycle: Cycle) -> Decimal:
    """What a cycle's lines give partners back for points of packs."""
    by_operator = col(StatementLine.debtor) == PartyRole.OPERATOR
    given = case((by_operator, col(StatementLine.amount)), else_=-col(StatementLine.amount))
    lines = (
        select(func.sum(given))
        .join(SettlementAdjustment, col(SettlementAdjustment.adjustment_id) == col(StatementLine.adjustment_id))
        .where(
            StatementLine.cycle_id == cycle.cycle_id,
            StatementLine.revision == cycle.revision,
            SettlementAdjustment.reason == AdjustmentReason.PREPAID,
        )
    )
    return await session.scalar(lines) or ZERO
