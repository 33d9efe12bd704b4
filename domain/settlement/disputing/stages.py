"""The order of a dispute: which step may follow which stage, until when, and the line each leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from domain.ids import PartnerId, PersonId, new_id
from domain.settlement.disputing.errors import DisputeNotFound, DisputeOutOfOrder
from domain.settlement.disputing.models import OPEN_STATES, Dispute, DisputeState, DisputeStep, DisputeStepKind
from domain.settlement.steps import hold_still
from domain.storage import ReadSession, WriteSession, concerning, sight_of

FROM: Mapping[DisputeStepKind, tuple[DisputeState, ...]] = {
    DisputeStepKind.ANSWER: (DisputeState.RAISED,),
    DisputeStepKind.ESCALATE: (DisputeState.RAISED, DisputeState.ANSWERED),
    DisputeStepKind.DECIDE: (DisputeState.ESCALATED,),
    DisputeStepKind.WITHDRAW: OPEN_STATES,
    DisputeStepKind.EVIDENCE: OPEN_STATES,
}


async def dispute_of(session: ReadSession, dispute_id: UUID) -> Dispute:
    """A dispute that the viewer is a side of. Raises: DisputeNotFound."""
    query = select(Dispute).where(
        Dispute.dispute_id == dispute_id,
        concerning(sight_of(session), col(Dispute.partner_id), col(Dispute.other_id)),
    )
    found = (await session.scalars(query.execution_options(populate_existing=True))).first()
    if found is None:
        raise DisputeNotFound
    return found


async def held_still(session: WriteSession, dispute_id: UUID) -> Dispute:
    """The dispute as it is now, and until the transaction ends: steps of a cycle's disputes take turns with its own.

    Raises: DisputeNotFound.
    """
    dispute = await dispute_of(session, dispute_id)
    await hold_still(session, dispute.cycle_id)
    return await dispute_of(session, dispute_id)


def refuse_out_of_order(dispute: Dispute, step: DisputeStepKind) -> None:
    """Whether the step may be taken now. Raises: DisputeOutOfOrder."""
    if dispute.state not in FROM[step]:
        raise DisputeOutOfOrder(dispute.state, step, FROM[step])


async def move(  # noqa: PLR0913 - a step has this many independent parts
    session: WriteSession,
    dispute: Dispute,
    step: DisputeStepKind,
    state: DisputeState,
    *,
    now: datetime,
    days: int | None = None,
    by: PersonId | None = None,
    partner_id: PartnerId | UUID | None = None,
    note: str | None = None,
) -> None:
    """Bring a dispute to its next stage, due in so many days, and write down who did it."""
    was, dispute.state = dispute.state, state
    dispute.due_at = None if days is None else now + timedelta(days=days)
    dispute.changed_at = now
    leave_line(session, dispute, step, was=was, now=now, by=by, partner_id=partner_id, note=note)
    await session.flush()  # the next stage may follow in this very transaction, and each is told


def leave_line(
    session: WriteSession,
    dispute: Dispute,
    step: DisputeStepKind,
    *,
    was: str | None,
    now: datetime,
    by: PersonId | None = None,
    partner_id: PartnerId | UUID | None = None,
    note: str | None = None,
) -> None:
    """Write down who did what."""
    session.add(
        DisputeStep(
            step_id=new_id(),
            dispute_id=dispute.dispute_id,
            partner_id=dispute.partner_id,
            other_id=dispute.other_id,
            by_partner_id=partner_id,
            step=step,
            from_state=was,
            to_state=dispute.state,
            person_id=by,
            note=note,
            taken_at=now,
        )
    )
