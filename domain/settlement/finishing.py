"""Cycles from approved to closed: payments are instructed, arrive, and the cycle is put away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.ids import PersonId
from domain.settlement.approvals import Standing, standing
from domain.settlement.errors import ApprovalNotStanding
from domain.settlement.models import Cycle, CycleState
from domain.settlement.steps import Step, hold_still, leave_line, refuse_out_of_order, taken_last
from domain.storage import WriteSession


async def instruct(session: WriteSession, cycle_id: UUID, *, by: PersonId, now: datetime) -> Cycle:
    """Let the payments of an approved cycle go out; from then on nothing in it is taken back, only adjusted later.

    Raises: CycleNotFound, SettlementOutOfOrder, ApprovalNotStanding.
    """
    cycle = await hold_still(session, cycle_id)
    refuse_out_of_order(cycle, Step.INSTRUCT)
    approval = await standing(session, cycle_id, now=now)
    if approval is not Standing.VALID:
        raise ApprovalNotStanding(cycle.name, approval)
    return _moved(session, cycle, Step.INSTRUCT, CycleState.INSTRUCTED, by=by, now=now)


async def settle(session: WriteSession, cycle_id: UUID, *, now: datetime) -> Cycle:
    """All payments have arrived or were written off. Raises: CycleNotFound, SettlementOutOfOrder."""
    cycle = await hold_still(session, cycle_id)
    if await taken_last(session, cycle, Step.SETTLE, by=None):
        return cycle
    refuse_out_of_order(cycle, Step.SETTLE)
    return _moved(session, cycle, Step.SETTLE, CycleState.SETTLED, by=None, now=now)


async def close(session: WriteSession, cycle_id: UUID, *, by: PersonId, now: datetime) -> Cycle:
    """Nothing more will happen to the cycle. Raises: CycleNotFound, SettlementOutOfOrder."""
    cycle = await hold_still(session, cycle_id)
    if await taken_last(session, cycle, Step.CLOSE, by=by):
        return cycle
    refuse_out_of_order(cycle, Step.CLOSE)
    return _moved(session, cycle, Step.CLOSE, CycleState.CLOSED, by=by, now=now)


def _moved(
    session: WriteSession, cycle: Cycle, step: Step, state: CycleState, *, by: PersonId | None, now: datetime
) -> Cycle:
    was, cycle.state = cycle.state, state
    leave_line(session, cycle, step, was=was, now=now, by=by)
    return cycle
