"""Which rows of settlement a viewer may see: those it is a side of, once they were laid before the partners."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, select, true
from sqlmodel import col

from domain.settlement.adjustment_models import SettlementAdjustment
from domain.settlement.failure_models import SetAsideLine
from domain.settlement.late_models import LatePart
from domain.settlement.models import Cycle, CycleState, Obligation, SettlementStep, Statement, StatementLine
from domain.storage import COALITION, Sight, concerning

DRAFTS = (CycleState.OPEN, CycleState.CUT_OFF, CycleState.COMPUTED)
"""Until a cycle is proposed, what it comes to is the coalition's own."""


def statements(sight: Sight) -> ColumnElement[bool]:
    """The viewer's own statements."""
    return concerning(sight, col(Statement.partner_id)) & _laid_open(sight, col(Statement.cycle_id))


def lines(sight: Sight) -> ColumnElement[bool]:
    """The lines by which the viewer owes or is owed."""
    sides = concerning(sight, col(StatementLine.debtor_id), col(StatementLine.creditor_id))
    return sides & _laid_open(sight, col(StatementLine.cycle_id))


def lines_aside(sight: Sight) -> ColumnElement[bool]:
    """The lines by which the viewer would owe or be owed, had a partner not failed."""
    sides = concerning(sight, col(SetAsideLine.debtor_id), col(SetAsideLine.creditor_id))
    return sides & _laid_open(sight, col(SetAsideLine.cycle_id))


def set_asides(sight: Sight) -> ColumnElement[bool]:
    """Who is set aside, or asked to be, is the coalition's own."""
    return true() if sight == COALITION else false()


def adjustments(sight: Sight) -> ColumnElement[bool]:
    """The adjustments that the viewer is a side of, once they count."""
    row = SettlementAdjustment
    if sight == COALITION:
        return true()
    return concerning(sight, col(row.debtor_id), col(row.creditor_id)) & col(row.agreed_at).is_not(None)


def late_parts(sight: Sight) -> ColumnElement[bool]:
    """What came late of the points that the viewer funds or honoured."""
    sides = concerning(sight, col(LatePart.sponsor_id), col(LatePart.redeemer_id))
    return sides & _laid_open(sight, col(LatePart.cycle_id))


def obligations(sight: Sight) -> ColumnElement[bool]:
    """What the viewer owes or is owed."""
    sides = concerning(sight, col(Obligation.debtor_id), col(Obligation.creditor_id))
    return sides & _laid_open(sight, col(Obligation.cycle_id))


def steps(sight: Sight) -> ColumnElement[bool]:
    """What the viewer itself did to a cycle."""
    return concerning(sight, col(SettlementStep.partner_id))


def _laid_open(sight: Sight, cycle_id: Any) -> ColumnElement[bool]:
    if sight == COALITION:
        return true()
    proposed: ColumnElement[bool] = cycle_id.in_(select(Cycle.cycle_id).where(col(Cycle.state).not_in(DRAFTS)))  # type: ignore[call-overload]
    return proposed
