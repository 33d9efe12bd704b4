"""The order of the close: which step may follow which state, and the line each leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import col, select

from domain.ids import PartnerId, PersonId, new_id
from domain.settlement.errors import CycleNotFound, SettlementOutOfOrder
from domain.settlement.models import Cycle, CycleState, SettlementStep
from domain.storage import ReadSession, WriteSession


class Step(StrEnum):
    """What is done to a cycle."""

    OPEN = "OPEN"
    CUT_OFF = "CUT_OFF"
    SEAL = "SEAL"
    COMPUTE = "COMPUTE"
    PROPOSE = "PROPOSE"
    ACCEPT = "ACCEPT"
    APPROVE = "APPROVE"
    VOID = "VOID"
    EXPIRE = "EXPIRE"
    """The approval was not acted upon in time, or what it covers is no longer so."""
    REMIND = "REMIND"
    """A partner is told that its time to answer runs out."""
    ASK = "ASK"
    """Somebody asks for one of the three that follow, and nobody has agreed to it yet."""
    SET_ASIDE = "SET_ASIDE"
    """The cycle is settled without a partner that failed."""
    TAKE_BACK = "TAKE_BACK"
    WRITE_OFF = "WRITE_OFF"
    INSTRUCT = "INSTRUCT"
    SETTLE = "SETTLE"
    CLOSE = "CLOSE"


FROM: Mapping[Step, tuple[CycleState, ...]] = {
    Step.CUT_OFF: (CycleState.OPEN,),
    Step.SEAL: (CycleState.CUT_OFF,),
    Step.COMPUTE: (CycleState.CUT_OFF, CycleState.COMPUTED),
    Step.PROPOSE: (CycleState.COMPUTED,),
    Step.ACCEPT: (CycleState.PROPOSED,),
    Step.APPROVE: (CycleState.PROPOSED,),
    Step.VOID: (CycleState.PROPOSED, CycleState.APPROVED),
    Step.EXPIRE: (CycleState.APPROVED,),
    Step.REMIND: (CycleState.PROPOSED,),
    Step.SET_ASIDE: (CycleState.CUT_OFF, CycleState.COMPUTED, CycleState.PROPOSED, CycleState.APPROVED),
    Step.TAKE_BACK: tuple(state for state in CycleState if state != CycleState.OPEN),
    Step.WRITE_OFF: (CycleState.INSTRUCTED, CycleState.SETTLED, CycleState.CLOSED),
    Step.INSTRUCT: (CycleState.APPROVED,),
    Step.SETTLE: (CycleState.INSTRUCTED,),
    Step.CLOSE: (CycleState.SETTLED,),
}


async def cycle_of(session: ReadSession, cycle_id: UUID) -> Cycle:
    """The cycle with that id. Raises: CycleNotFound."""
    cycle = await session.get(Cycle, cycle_id)
    if cycle is None:
        raise CycleNotFound
    return cycle


async def hold_still(session: WriteSession, cycle_id: UUID) -> Cycle:
    """The cycle as it is now, and until the transaction ends: its steps take turns. Raises: CycleNotFound."""
    statement = select(Cycle).where(Cycle.cycle_id == cycle_id).with_for_update()
    cycle = (await session.scalars(statement.execution_options(populate_existing=True))).first()
    if cycle is None:
        raise CycleNotFound
    return cycle


async def beside(session: WriteSession, cycle: Cycle, distance: int) -> Cycle | None:
    """The cycle before or after, kept from moving on: so none is voided while the next, built upon it, is proposed."""
    statement = select(Cycle).where(Cycle.number == cycle.number + distance).with_for_update(read=True)
    return (await session.scalars(statement.execution_options(populate_existing=True))).first()


def refuse_out_of_order(cycle: Cycle, step: Step) -> None:
    """Whether the step may be taken now. Raises: SettlementOutOfOrder."""
    if cycle.state not in FROM[step]:
        raise SettlementOutOfOrder(cycle.name, cycle.state, step, FROM[step])


async def taken_last(
    session: ReadSession, cycle: Cycle, step: Step, *, by: PersonId | None, note: str | None = None
) -> bool:
    """Whether the last thing done to a cycle, held still, was this very step by the same person: it is asked again."""
    moves = col(SettlementStep.partner_id).is_(None) & (col(SettlementStep.step) != Step.ASK)
    query = select(SettlementStep).where(SettlementStep.cycle_id == cycle.cycle_id, moves)
    last = (await session.scalars(query.order_by(col(SettlementStep.step_id).desc()).limit(1))).first()
    if last is None or last.to_state != cycle.state:
        return False
    return last.step == step and last.person_id == by and (note is None or last.note == note)


async def settled_since(session: ReadSession, then: datetime) -> bool:
    """Whether a cycle was settled at that instant or later."""
    settled = (col(SettlementStep.step) == Step.SETTLE) & (col(SettlementStep.taken_at) >= then)
    return (await session.scalars(select(SettlementStep.step_id).where(settled).limit(1))).first() is not None


def leave_line(
    session: WriteSession,
    cycle: Cycle,
    step: Step,
    *,
    was: str | None,
    now: datetime,
    by: PersonId | None = None,
    partner_id: PartnerId | None = None,
    note: str | None = None,
) -> None:
    """Write down who did what."""
    session.add(
        SettlementStep(
            step_id=new_id(),
            cycle_id=cycle.cycle_id,
            step=step,
            from_state=was,
            to_state=cycle.state,
            revision=cycle.revision,
            person_id=by,
            partner_id=partner_id,
            digest=cycle.digest,
            note=note,
            taken_at=now,
        )
    )
