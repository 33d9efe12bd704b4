"""What the steps of a cycle need to know of its disputes: which are open, and what they take out of it."""

from __future__ import annotations

from sqlmodel import col, select

from domain.settlement.disputing.models import OPEN_STATES, Dispute
from domain.settlement.disputing.money import leave_out, to_be_left_out
from domain.settlement.models import Cycle
from domain.storage import ReadSession, concerning, sight_of

__all__ = ["leave_out", "open_disputes", "to_be_left_out"]


async def open_disputes(session: ReadSession, cycle: Cycle) -> list[Dispute]:
    """The cycle's disputes that are neither decided nor withdrawn, as far as the viewer may see them, oldest first."""
    query = select(Dispute).where(
        Dispute.cycle_id == cycle.cycle_id,
        col(Dispute.state).in_(OPEN_STATES),
        concerning(sight_of(session), col(Dispute.partner_id), col(Dispute.other_id)),
    )
    return list(await session.scalars(query.order_by(col(Dispute.dispute_id))))
